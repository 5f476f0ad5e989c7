"""The default checks: created while there are none, never overwritten afterwards."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from monitoring.editing import save_check
from monitoring.models import Check
from monitoring.probes.presets import PRESETS
from opsportal.setup.step import Outcome, Report
from opsportal.supervisor import lock

ALPACA_HEADERS = ("APCA-API-KEY-ID", "APCA-API-SECRET-KEY")


def make_checks() -> Report:
    made = [] if Check.objects.exists() else [_market("tradier"), _market("alpaca"), _portal()]
    changed = [*made, *_given_credentials(), *_moved_portal()]
    if not changed:
        return Report(Outcome.ALREADY, "checks")
    return Report(Outcome.DONE, f"checks ({', '.join(dict.fromkeys(changed))})")


def _market(preset_name: str) -> str:
    """Paused: it has no credentials yet."""
    preset = PRESETS[preset_name]
    check = Check(name=preset.name, kind=preset.kind, enabled=False, tags=["market"])
    known = {name: value for name, value in preset.settings.items() if name not in preset.needs}
    save_check(check, known)
    return preset.name


def _portal() -> str:
    check = Check(name="OpsPortal", kind="http", tags=["portal"])
    save_check(check, {"url": _own_address(), "headers": _own_name(), "degraded_ms": 1000})
    return check.name


def _own_address() -> str:
    return f"http://127.0.0.1:{settings.PORT}/api/health"


def _own_name() -> dict[str, str]:
    """Django refuses a request that names none of its hosts."""
    allowed = settings.ALLOWED_HOSTS
    return {} if {"127.0.0.1", "*"} & set(allowed) else {"Host": allowed[0].lstrip(".")}


def _given_credentials() -> list[str]:
    """Those of the environment, for checks that wait for them; an edited check has its own."""
    alpaca = (settings.ALPACA_KEY_ID, settings.ALPACA_SECRET_KEY)
    given: dict[str, dict[str, Any]] = {}
    if settings.TRADIER_TOKEN:
        given["tradier"] = {"bearer_token": settings.TRADIER_TOKEN}
    if all(alpaca):
        given["alpaca"] = {"secret_headers": dict(zip(ALPACA_HEADERS, alpaca, strict=True))}
    paused = Check.objects.filter(slug__in=given, enabled=False, secrets="")
    # One that was pointed elsewhere must not carry them there.
    waiting = [
        each for each in paused if each.settings["url"] == PRESETS[each.slug].settings["url"]
    ]
    for check in waiting:
        check.enabled = True
        save_check(check, {**check.settings, **given[check.slug]})
    return [check.name for check in waiting]


def _moved_portal() -> list[str]:
    """The portal's check of itself follows it to another port, unless somebody has edited it; not
    while a portal runs: that one stays where it is, and the port of a second start is refused."""
    if lock.is_held(settings.RUN_DIR / "portal.lock"):
        return []
    check = Check.objects.filter(slug="opsportal", kind="http").first()
    url = str(check.settings["url"]) if check else ""
    if check is None or url == _own_address() or not _is_default(url):
        return []
    save_check(check, {**check.settings, "url": _own_address()})
    return [check.name]


def _is_default(url: str) -> bool:
    return url.startswith("http://127.0.0.1:") and url.endswith("/api/health")
