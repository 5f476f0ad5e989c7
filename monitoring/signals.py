"""Signals by which a lower room wakes or asks a higher one without importing it."""

from django.dispatch import Signal

# Sent after the points of one `store.record` are committed; argument: series_ids (set of int).
points_recorded = Signal()

# Asked for planned work between start_ms and end_ms (arguments); a receiver answers with a list of
# `monitoring.planned_work.PlannedWork`.
planned_work_asked = Signal()
