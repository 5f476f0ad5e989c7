"""Sentences about alerts, for people. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from monitoring.amounts import amount

MAX_LENGTH = 500
# What tells one series of a metric from another, in the order in which people say it.
_PLACES = ("check", "plan", "channel", "service", "route", "queue")
_ON_A_HOST = ("host", "path")
# With the place where there is one: what is 0 or 1 is no number to a person.
_STATES = {
    ("check_up", 0): ("{} is down", "a check is down"),
    ("check_flapping", 1): ("{} turns down and up again and again", "a check flaps"),
    ("restore_test_ok", 0): ("{} restore test failed", "a restore test failed"),
    ("backup_retention_stopped", 1): ("retention of {} stopped", "retention stopped"),
    ("portal_blind", 1): ("the portal has lost its network", "the portal has lost its network"),
    ("portal_channel_failing", 1): ("channel {} fails", "a channel fails"),
    ("portal_login_lockouts", 1): (
        "somebody failed to log in too often",
        "somebody failed to log in too often",
    ),
}
_CERTIFICATE = "tls_days_remaining"
_LONGEST_REASON = 160


def sentence(
    metric: str,
    measures: tuple[str, str],
    labels: Mapping[str, str],
    value: float | None,
    why: str,
    seen: str = "",
) -> str:
    """Such as "CPU 97.2 % on web-1, above 90 %" or "Tradier is down: connection refused".
    `measures` is what the value is, and its unit; `seen` is what was seen of a check that is down.
    """
    place = place_of(labels)
    label, unit = measures
    if not unit and value is not None and (metric, value) in _STATES:
        at_a_place, anywhere = _STATES[metric, int(value)]
        reason = f": {_reason(seen)}" if seen else ""
        return f"{at_a_place.format(place) if place else anywhere}{reason}"[:MAX_LENGTH]
    if metric == _CERTIFICATE and value is not None:
        return f"certificate of {place or 'a check'} {_expiry(value)}, {why}"[:MAX_LENGTH]
    shown = f"{label} {amount(value, unit)}" if value is not None else label
    where = f" on {place}" if place else ""
    return f"{shown}{where}, {why}"[:MAX_LENGTH]


def _expiry(days: float) -> str:
    """In whole days: somebody has to be there before, and a minus is read over."""
    count = abs(int(days))
    whole = f"{count} day{'' if count == 1 else 's'}"
    return f"expires in {whole}" if days > 0 else f"expired {whole} ago"


def _reason(seen: str) -> str:
    line = " ".join(seen.split())
    return line if len(line) <= _LONGEST_REASON else f"{line[: _LONGEST_REASON - 1]}…"


def place_of(labels: Mapping[str, str]) -> str:
    named = [labels[name] for name in _PLACES if labels.get(name)]
    return " ".join(named or [labels[name] for name in _ON_A_HOST if labels.get(name)])


def title(
    sentences: Sequence[str], thresholds: Sequence[str], hosts: Sequence[str], resolved: bool
) -> str:
    """One line for a message that tells of many, such as "12 alerts on db-1: Check down"."""
    prefix = "Resolved: " if resolved else ""
    if len(sentences) == 1:
        return _one_line(f"{prefix}{sentences[0]}")
    (name, count), *others = Counter(thresholds).most_common()
    where = f" on {hosts[0]}" if hosts[0] and len(set(hosts)) == 1 else ""
    if not others:
        return _one_line(f"{prefix}{count} alerts{where}: {name}")
    return _one_line(f"{prefix}{len(sentences)} alerts{where}, {count} of them {name}")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:200]
