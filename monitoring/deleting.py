"""A deleted check leaves no series: thresholds would judge its last point for a day."""

from __future__ import annotations

from typing import Any

from monitoring import store
from monitoring.models import Check
from monitoring.probes.base import PHASES

_METRICS = ("check_up", "check_response_time_ms", "check_flapping", "tls_days_remaining")


def forget_series(instance: Check, **_: Any) -> None:
    """Receives Django's signal, which comes for each of many as well."""
    own = {"check": instance.slug, "kind": instance.kind}
    phases = [{"check": instance.slug, "phase": phase} for phase in PHASES]
    store.forget(
        [(metric, own) for metric in _METRICS] + [("check_phase_ms", each) for each in phases]
    )
