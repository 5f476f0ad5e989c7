"""A day of a series, or a month of counts, as a small line in a list."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitoring import store
from monitoring.store import SeriesRef

WIDTH, HEIGHT, _ROOM = 100, 20, 2
DAY_MS = 86_400_000
STEP_MS = 30 * 60_000
STEPS = DAY_MS // STEP_MS


def days_of_series(
    series: Sequence[SeriesRef], now_ms: int | None = None
) -> dict[int, list[float | None]]:
    """By id: the mean of each half hour of the last day, None where there was nothing. Two queries
    however many they are."""
    end_ms = time.time_ns() // 1_000_000 if now_ms is None else now_ms
    # The last step is the one that lasts.
    start_ms = (end_ms // STEP_MS - STEPS + 1) * STEP_MS
    if not series:
        return {}
    found: dict[int, list[float | None]] = {}
    for window in store.windows_of(series, start_ms, end_ms, STEP_MS, now_ms=end_ms):
        values: list[float | None] = [None] * STEPS
        for bucket in window.buckets:
            place = (bucket.time_ms - start_ms) // STEP_MS
            if 0 <= place < STEPS:
                values[place] = bucket.mean
        found[window.series.id] = values
    return found


def response_times(slugs: Mapping[str, str]) -> dict[str, list[float | None]]:
    """By slug, of checks whose kinds are given: a day of their response times in ms."""
    wanted = [
        ("check_response_time_ms", {"check": slug, "kind": kind}) for slug, kind in slugs.items()
    ]
    series = [each.series for each in store.latest_exact(wanted)]
    days = days_of_series(series)
    return {each.labels["check"]: days[each.id] for each in series if each.id in days}


def spark(values: Sequence[float | None], words: str) -> SafeString | str:
    """From zero, so that a small change looks small; broken where nothing is known. Its `words`
    are for who cannot see it."""
    known = [each for each in values if each is not None]
    if len(known) < 2 and len(values) > 1:
        return ""
    top, floor = max([0.0, *known]), min([0.0, *known])
    path, is_on = "", False
    for place, value in enumerate(values):
        if value is None:
            is_on = False
            continue
        x = place * WIDTH / max(1, len(values) - 1)
        y = _ROOM + (HEIGHT - 2 * _ROOM) * (top - value) / ((top - floor) or 1)
        path += f"{'L' if is_on else 'M'}{x:.1f} {y:.1f}{'' if is_on else 'h0'}"
        is_on = True
    return format_html(
        '<svg class="spark" role="img" aria-label="{}" viewBox="0 0 {} {}"><path d="{}"/></svg>',
        *(words, WIDTH, HEIGHT, path),
    )
