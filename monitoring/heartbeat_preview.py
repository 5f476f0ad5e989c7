"""When the pings of a heartbeat that is being edited are expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from monitoring.heartbeats.durations import duration_text
from monitoring.setting_fields import PREFIX
from monitoring.upcoming import upcoming


@dataclass(frozen=True, slots=True)
class SchedulePreview:
    """`times` are formatted; `wrong` says why there are none."""

    sentence: str = ""
    times: tuple[str, ...] = ()
    wrong: str = ""


def heartbeat_preview(given: Mapping[str, str], now: datetime) -> SchedulePreview:
    """Pure. `given`: the form's fields as they stand."""
    try:
        grace = _duration(given, "grace_seconds")
        cron = given.get(f"{PREFIX}cron", "").strip()
        if not cron:
            period = _duration(given, "period_seconds")
            return SchedulePreview(f"Due {period} after each ping, late {grace} after that.")
        times = upcoming(cron, given.get(f"{PREFIX}time_zone", "").strip(), now)
    except ValueError as error:
        return SchedulePreview(wrong=str(error))
    return SchedulePreview(f"Late {grace} after each of these:", times_of(times))


def times_of(moments: list[datetime]) -> tuple[str, ...]:
    return tuple(f"{each:%a %Y-%m-%d %H:%M %Z}" for each in moments)


def _duration(given: Mapping[str, str], name: str) -> str:
    text = given.get(f"{PREFIX}{name}", "").strip()
    if not (text.isascii() and text.isdecimal()) or len(text) > 9:
        raise ValueError("Seconds are whole numbers.")
    return duration_text(int(text) * 1000)


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Of what the form says. Nothing is read, nothing saved."""
    shown = heartbeat_preview(request.POST.dict(), datetime.now(UTC))
    return render(request, "admin/schedule_preview.html", {"shown": shown})
