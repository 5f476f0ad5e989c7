"""Signals by which rows wake those that act on them, in whichever process that is."""

from django.dispatch import Signal

# Sent after the transaction; argument: channel_ids (set of int).
deliveries_queued = Signal()
