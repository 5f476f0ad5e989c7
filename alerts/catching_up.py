"""What crossed a threshold while no worker evaluated: judged afterwards, as of those moments. A
value that came and went meanwhile would be forgotten otherwise."""

from __future__ import annotations

from alerts.engine import evaluate_past
from alerts.models import Evaluation

# Sweeps come every 10 seconds; two may be missed without anything being lost.
MISSED_AFTER_MS = 25_000
LONGEST_MS = 15 * 60_000
STEP_MS, MOST_STEPS = 10_000, 30


def missed(until_ms: int | None, now_ms: int) -> list[int]:
    """The moments to be judged, oldest first. Pure."""
    if until_ms is None or now_ms - until_ms < MISSED_AFTER_MS:
        return []
    start_ms = max(until_ms, now_ms - LONGEST_MS)
    step_ms = max(STEP_MS, (now_ms - start_ms) // MOST_STEPS)
    return list(range(start_ms + step_ms, now_ms, step_ms))


def catch_up(now_ms: int) -> int:
    """Returns how many moments were looked at."""
    last = Evaluation.objects.filter(pk=1).values_list("until_ms", flat=True).first()
    moments = missed(last, now_ms)
    for moment_ms in moments:
        evaluate_past(moment_ms)
    return len(moments)


def note(now_ms: int) -> None:
    """Evaluated until then; for whoever comes after this process."""
    if not Evaluation.objects.filter(pk=1).update(until_ms=now_ms):
        Evaluation.objects.get_or_create(pk=1, defaults={"until_ms": now_ms})
