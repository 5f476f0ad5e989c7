"""The kinds of channels by name."""

from __future__ import annotations

from alerts.channels.base import ChannelKind
from opsportal.lib.registry import Registry

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

_registry: Registry[ChannelKind] = Registry("alerts.channels", _KINDS)
kind_named = _registry.kind_named
build = _registry.build
