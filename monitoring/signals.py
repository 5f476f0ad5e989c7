"""Signals by which a lower room wakes a higher one without importing it."""

from django.dispatch import Signal

# Sent after the points of one `store.record` are committed; argument: series_ids (set of int).
points_recorded = Signal()
