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
ABOUT = {
    "slack": "A channel of Slack, by an incoming webhook or a bot",
    "email": "Addresses, with a chart of what happened",
    "webhook": "An alert as JSON to a server of your own, signed",
    "pagerduty": "An incident for each alert, for whoever is on call",
    "apprise": "Teams, Telegram, ntfy, Discord and a hundred others, by one address",
}

_registry: Registry[ChannelKind] = Registry("alerts.channels", _KINDS)
kind_named = _registry.kind_named
build = _registry.build
