"""Adding and changing thresholds and channels: the one way that admin, API and set-up all take."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from alerts import hours
from alerts.channels.base import ChannelKind
from alerts.channels.registry import build, kind_named
from alerts.combining import label_names
from alerts.conditions.building import rule_of
from alerts.conditions.limit import is_beyond
from alerts.conditions.registry import build as build_condition
from alerts.models import Channel, Threshold
from monitoring.catalogue import metric
from monitoring.editing import MASK
from monitoring.store.identity import check_labels
from opsportal.lib.crypto import UnreadableSecretError, decrypt, encrypt
from opsportal.lib.kinds import SettingsError, secret_names

# The last points of several series are of different moments, and their rates too.
_OF_ONE_SERIES = ("last", "rate", "absent")


@transaction.atomic
def save_threshold(threshold: Threshold, channels: Sequence[Channel] | None = None) -> None:
    """Raises SettingsError. `channels` None leaves them as they are."""
    check_threshold(threshold)
    threshold.version += 1
    threshold.save()
    if channels is not None:
        threshold.channels.set(channels)


def check_threshold(threshold: Threshold) -> None:
    """Raises SettingsError by the field's name, or by that of a setting of the kind."""
    errors = {name: error for name, check in _CHECKS.items() if (error := check(threshold))}
    if errors:
        raise SettingsError(errors)
    build_condition(threshold.kind, threshold.settings)


def _said(check: Callable[[], object]) -> str:
    try:
        check()
    except ValueError as error:
        return str(error)
    return ""


def _labels(value: object) -> str:
    if not isinstance(value, Mapping):
        return "must be an object of texts"
    return _said(lambda: check_labels(value.items()))


def _number(value: float | None) -> str:
    return "" if value is None or math.isfinite(value) else "must be a finite number"


def _warning_value(threshold: Threshold) -> str:
    value = threshold.warning_value
    if value is None or _number(value):
        return _number(value)
    is_worse = is_beyond(rule_of(threshold), value, threshold.value)
    return "must be on the mild side of the value" if is_worse else ""


def _recovery_value(threshold: Threshold) -> str:
    value, mildest = threshold.recovery_value, threshold.warning_value
    if value is None or _number(value):
        return _number(value)
    limit = threshold.value if mildest is None else mildest
    return "must be on the good side" if is_beyond(rule_of(threshold), value, limit) else ""


def _runbook_url(threshold: Threshold) -> str:
    url = threshold.runbook_url
    if not url or urlsplit(url).scheme in ("http", "https"):
        return ""
    return "must begin with http:// or https://"


def _combine_by(threshold: Threshold) -> str:
    if not label_names(threshold.combine_by) or threshold.aggregation not in _OF_ONE_SERIES:
        return ""
    return "needs an aggregation over all of them: mean, max, min or a percentile"


_CHECKS: dict[str, Callable[[Threshold], str]] = {
    "metric": lambda each: _said(lambda: metric(each.metric)),
    "labels": lambda each: _labels(each.labels),
    "extra_labels": lambda each: _labels(each.extra_labels),
    "combine_by": _combine_by,
    "value": lambda each: _number(each.value),
    "warning_value": _warning_value,
    "recovery_value": _recovery_value,
    "active_hours": lambda each: _said(lambda: hours.parse(each.active_hours)),
    "runbook_url": _runbook_url,
}


def full_settings(channel: Channel) -> dict[str, Any]:
    """With its secrets, for sending alone. Raises UnreadableSecretError."""
    return {**channel.settings, **decrypt(channel.secrets)}


def masked_settings(channel: Channel) -> dict[str, Any]:
    """For people and exports: a mask where a secret is set."""
    return {**channel.settings, **dict.fromkeys(sorted(_secrets_set(channel)), MASK)}


def _secrets_set(channel: Channel) -> set[str]:
    try:
        return set(decrypt(channel.secrets))
    except UnreadableSecretError:
        return set()  # to be entered again


def kind_of(channel: Channel, given: Mapping[str, Any] | None = None) -> ChannelKind:
    """Of the channel's own settings, or of those that somebody would like it to have. Raises
    SettingsError and UnreadableSecretError."""
    if given is None:
        return build(channel.kind, full_settings(channel))
    return build(channel.kind, unmasked(channel, given))


def save_channel(channel: Channel, given: Mapping[str, Any]) -> None:
    """Validates `given` and saves both. Raises SettingsError."""
    settings = unmasked(channel, given)
    build(channel.kind, settings)
    hidden = secret_names(kind_named(channel.kind))
    channel.settings = {name: value for name, value in settings.items() if name not in hidden}
    channel.secrets = encrypt({name: settings[name] for name in hidden if settings.get(name)})
    # Whoever asked for a pause was perhaps another one.
    channel.quiet_until_ms = 0
    channel.save()


def unmasked(channel: Channel, given: Mapping[str, Any]) -> dict[str, Any]:
    """With the stored secrets in place of masks. They do not go along to another address."""
    masked = [name for name, value in given.items() if value == MASK]
    if not masked:
        return dict(given)
    if "url" in given and given["url"] not in (MASK, channel.settings.get("url", "")):
        others = dict.fromkeys(masked, "enter it again: the channel goes elsewhere now")
        raise SettingsError(others)
    try:
        stored = decrypt(channel.secrets)
    except UnreadableSecretError as error:
        raise SettingsError(dict.fromkeys(masked, str(error))) from None
    return {name: stored.get(name) if value == MASK else value for name, value in given.items()}
