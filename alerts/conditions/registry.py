"""The kinds of conditions by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from alerts.conditions.base import Condition
from alerts.conditions.burn_rate import BurnRate
from alerts.conditions.forecast import Forecast
from alerts.conditions.limit import Limit
from alerts.conditions.no_data import NoDataCondition
from opsportal.lib.kinds import SettingsError

KINDS: dict[str, type[Condition]] = {
    each.name: each for each in (Limit, NoDataCondition, BurnRate, Forecast)
}


def build(name: str, settings: Mapping[str, Any]) -> Condition:
    """Raises SettingsError; of an unknown kind, for "kind"."""
    if name not in KINDS:
        raise SettingsError({"kind": f"must be one of {', '.join(KINDS)}"})
    return KINDS[name].from_settings(settings)
