"""Sentences about alerts, for people. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from monitoring.amounts import amount

MAX_LENGTH = 500
# What tells one series of a metric from another, in the order in which people say it.
_PLACES = ("check", "plan", "channel", "service", "route", "queue")
_ON_A_HOST = ("host", "path")
_STATES = {"check_up": "is down", "restore_test_ok": "restore test failed"}


def sentence(
    metric: str,
    measures: tuple[str, str],
    labels: Mapping[str, str],
    value: float | None,
    why: str,
) -> str:
    """Such as "CPU 97.2 % on web-1, above 90 %" or "tradier is down". `measures` is what the value
    is, and its unit."""
    place = place_of(labels)
    if metric in _STATES and value == 0:
        return f"{place or 'something'} {_STATES[metric]}"[:MAX_LENGTH]
    label, unit = measures
    shown = f"{label} {amount(value, unit)}" if value is not None else label
    where = f" on {place}" if place else ""
    return f"{shown}{where}, {why}"[:MAX_LENGTH]


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
