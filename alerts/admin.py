"""Registers the admin's pages of alerts."""

from alerts import channel_admin, routing_admin, threshold_admin  # noqa: F401
