"""How the form of a check is laid out: what is rarely set stays folded until it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from monitoring.check_forms import PROBING
from monitoring.probes.base import Probe
from monitoring.setting_fields import PREFIX, default_of
from opsportal.lib.kinds import settings_of

Fieldset = tuple[str | None, dict[str, Any]]


def fieldsets_of(
    kind: type[Probe], given: Mapping[str, Any], needs: Collection[str] = ()
) -> tuple[Fieldset, ...]:
    """`given`: the settings that the form begins with; `needs`: those still to be filled in."""
    turning = ("parent",) if kind.name == "heartbeat" else (*PROBING, "parent")
    return (
        (None, {"fields": ("name", "kind", "enabled", "tags")}),
        *_settings_fieldsets(kind, given, needs),
        ("How often, and when it turns down", {"fields": turning}),
    )


def _settings_fieldsets(
    kind: type[Probe], given: Mapping[str, Any], needs: Collection[str]
) -> list[Fieldset]:
    defaults = {each.name: default_of(each) for each in settings_of(kind)}
    grouped = {name for names in kind.groups.values() for name in names}
    fieldsets: list[Fieldset] = [
        (kind.label, {"fields": [f"{PREFIX}{name}" for name in defaults if name not in grouped]})
    ]
    for title, names in kind.groups.items():
        changed = {name for name in names if given.get(name, defaults[name]) != defaults[name]}
        options: dict[str, Any] = {"fields": [f"{PREFIX}{name}" for name in names]}
        is_open = bool(changed or set(names) & set(needs))
        fieldsets.append((title, options | ({} if is_open else {"classes": ["collapse"]})))
    return fieldsets
