"""Which backups stay and which may go, each with its reason. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
# Whatever the settings say.
MINIMUM_AGE_MS = 24 * HOUR_MS
# Fewer than these going at once is no alarm.
FEW = 3


@dataclass(frozen=True, slots=True)
class Kept:
    """A good backup, as far as it matters here."""

    id: int
    time_ms: int
    is_verified: bool
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Policy:
    """Of a plan. `wants_proof`: only a verified backup makes an older one dispensable."""

    keep_days: int = 7
    daily: int = 0
    weekly: int = 0
    monthly: int = 0
    yearly: int = 0
    wants_proof: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    id: int
    is_kept: bool
    reason: str


_PERIODS: tuple[tuple[str, Callable[[datetime], tuple[int, ...]], Callable[[Policy], int]], ...] = (
    ("day", lambda t: (t.year, t.month, t.day), lambda policy: policy.daily),
    ("week", lambda t: tuple(t.isocalendar()[:2]), lambda policy: policy.weekly),
    ("month", lambda t: (t.year, t.month), lambda policy: policy.monthly),
    ("year", lambda t: (t.year,), lambda policy: policy.yearly),
)


def decide(backups: Iterable[Kept], policy: Policy, now_ms: int) -> list[Decision]:
    """Newest first."""
    ordered = sorted(backups, key=lambda each: (each.time_ms, each.id), reverse=True)
    newest = _newest_of_periods(ordered, policy)
    last_verified = next((each.id for each in ordered if each.is_verified), None)
    return [_decision(each, ordered, policy, newest, last_verified, now_ms) for each in ordered]


def _decision(
    backup: Kept,
    ordered: Sequence[Kept],
    policy: Policy,
    newest: dict[int, str],
    last_verified: int | None,
    now_ms: int,
) -> Decision:
    age_ms = now_ms - backup.time_ms
    if backup.is_pinned:
        return Decision(backup.id, True, "kept: pinned")
    if age_ms < MINIMUM_AGE_MS:
        return Decision(backup.id, True, "kept: younger than a day")
    if age_ms < policy.keep_days * DAY_MS:
        return Decision(backup.id, True, f"kept: younger than {policy.keep_days} days")
    if backup.id in newest:
        return Decision(backup.id, True, f"kept: newest of the {newest[backup.id]}")
    if backup.id == last_verified:
        return Decision(backup.id, True, "kept: the last verified one")
    if not _has_better(backup, ordered, policy):
        words = "verified one" if policy.wants_proof else "one"
        return Decision(backup.id, True, f"kept: there is no newer {words}")
    return Decision(backup.id, False, f"goes: older than {policy.keep_days} days")


def _has_better(backup: Kept, ordered: Sequence[Kept], policy: Policy) -> bool:
    return any(
        each.time_ms > backup.time_ms and (each.is_verified or not policy.wants_proof)
        for each in ordered
    )


def _newest_of_periods(ordered: Sequence[Kept], policy: Policy) -> dict[int, str]:
    """By id, with the name of the period."""
    found: dict[int, str] = {}
    for name, period_of, count_of in _PERIODS:
        seen: set[tuple[int, ...]] = set()
        for each in ordered:
            period = period_of(datetime.fromtimestamp(each.time_ms / 1000, UTC))
            if period not in seen and len(seen) < count_of(policy):
                seen.add(period)
                found.setdefault(each.id, name)
    return found


def stopped(
    backups: Sequence[Kept], decisions: Sequence[Decision], policy: Policy, now_ms: int
) -> str:
    """Why nothing at all is deleted now; empty: it may be. A clock that jumped or a setting that
    was mistyped shows in one of these."""
    going = sum(not each.is_kept for each in decisions)
    if not going:
        return ""
    newest_ms = max(each.time_ms for each in backups)
    if newest_ms > now_ms + HOUR_MS:
        return "the newest backup is of the future: the clock was set back"
    if now_ms - newest_ms >= policy.keep_days * DAY_MS:
        return f"the newest backup is older than {policy.keep_days} days: none would be left"
    if going > FEW and going > len(decisions) / 2:
        return (
            f"{going} of {len(decisions)} backups would go at once: prune by hand if that is meant"
        )
    return ""
