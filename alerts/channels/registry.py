"""The kinds of channels by name. Their modules are imported when first used: each brings a library
along, and most portals use one or two."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from alerts.channels.base import ChannelKind
from opsportal.lib.kinds import SettingsError

_KINDS = {
    "slack": "slack.Slack",
    "email": "email.Email",
    "webhook": "webhook.Webhook",
    "pagerduty": "pagerduty.PagerDuty",
    "apprise": "apprise.Apprise",
}
LABELS = {
    "slack": "Slack",
    "email": "E-mail",
    "webhook": "Webhook",
    "pagerduty": "PagerDuty",
    "apprise": "Apprise",
}


@cache
def kind_named(name: str) -> type[ChannelKind]:
    """Raises KeyError."""
    module, _, cls = _KINDS[name].partition(".")
    found: type[ChannelKind] = getattr(import_module(f"alerts.channels.{module}"), cls)
    return found


def build(name: str, settings: Mapping[str, Any]) -> ChannelKind:
    """Raises SettingsError; of an unknown kind, for "kind"."""
    if name not in _KINDS:
        raise SettingsError({"kind": f"must be one of {', '.join(_KINDS)}"})
    return kind_named(name).from_settings(settings)
