"""The default checks: made once, and left to their owner afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from monitoring.editing import save_check
from monitoring.models import Check
from monitoring.probes.presets import PRESETS, Preset
from opsportal.setup.step import Outcome, Report

# Whoever deletes the default checks does not want them back with the next start.
MARKER = ".default-checks"
BROKERS = {"tradier": ("TRADIER_TOKEN",), "alpaca": ("ALPACA_KEY_ID", "ALPACA_SECRET_KEY")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A default check; without all of its credentials it is made, but paused."""

    preset: Preset
    secrets: Mapping[str, Any]
    complete: bool

    @property
    def name(self) -> str:
        return self.preset.name


def make_checks() -> Report:
    """Also gives the brokers' checks their credentials when these come later."""
    wanted = [_of_broker(key, variables) for key, variables in BROKERS.items()]
    credited = [each.name for each in wanted if each.complete and _give_credentials(each)]
    if credited:
        return Report(Outcome.DONE, f"credentials of {' and '.join(credited)}")
    marker = settings.DATA_DIR / MARKER
    if marker.exists() or Check.objects.exists():
        return Report(Outcome.ALREADY, "checks")
    created = [Wanted(_of_the_portal(), {}, complete=True), *wanted]
    for each in created:
        _create(each)
    marker.touch()
    return Report(Outcome.DONE, f"checks ({len(created)}){_paused(created)}")


def _create(wanted: Wanted) -> None:
    preset = wanted.preset
    check = Check(
        name=preset.name,
        kind=preset.kind,
        interval_seconds=preset.interval_seconds,
        enabled=wanted.complete,
    )
    # A preset names its secrets without values; those would look as if they had been given.
    plain = {name: value for name, value in preset.settings.items() if name not in preset.needs}
    save_check(check, {**plain, **wanted.secrets})


def _give_credentials(wanted: Wanted) -> bool:
    """Only to a check that still waits for them; False where nothing was done."""
    waiting = Check.objects.filter(name=wanted.name, kind=wanted.preset.kind, enabled=False)
    check = waiting.filter(settings__url=wanted.preset.settings["url"], secrets="").first()
    if check is None:
        return False
    check.enabled = True
    save_check(check, {**check.settings, **wanted.secrets})
    return True


def _of_broker(key: str, variables: Sequence[str]) -> Wanted:
    values = [settings.ENVIRONMENT.text(variable) for variable in variables]
    preset = PRESETS[key]
    (secret,) = preset.needs
    names = preset.settings[secret]
    given = values[0] if isinstance(names, str) else dict(zip(names, values, strict=True))
    return Wanted(preset, {secret: given} if all(values) else {}, all(values))


def _of_the_portal() -> Preset:
    bound = settings.BIND_ADDRESS
    everywhere = bound in ("0.0.0.0", "::")  # noqa: S104 (compared, not bound to)
    host = "127.0.0.1" if everywhere else f"[{bound}]" if ":" in bound else bound
    allowed = settings.ALLOWED_HOSTS
    # Django refuses a request that does not name one of its hosts.
    named = {} if {host, "*"} & set(allowed) else {"Host": allowed[0].lstrip(".")}
    return Preset(
        "This portal",
        "http",
        "Its own health",
        {
            "url": f"http://{host}:{settings.PORT}/api/health",
            "headers": named,
            "expect_status": "200-299",
        },
    )


def _paused(created: Sequence[Wanted]) -> str:
    names = [each.name for each in created if not each.complete]
    return f", paused until their credentials are given: {', '.join(names)}" if names else ""
