"""Hours of the week, such as "Mon-Fri 08:00-18:00 Europe/Berlin". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EXAMPLE = "such as Mon-Fri 08:00-18:00 Europe/Berlin"
_PART = re.compile(
    r"(?:(?P<days>[a-z]{3}(?:-[a-z]{3})?(?:,[a-z]{3}(?:-[a-z]{3})?)*)\s+)?"
    r"(?P<from>\d{1,2}:\d{2})-(?P<to>\d{1,2}:\d{2})"
)
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """Of the days it begins on; one that ends before it begins goes on past midnight."""

    days: frozenset[int]
    start_minute: int
    end_minute: int

    def includes(self, weekday: int, minute: int) -> bool:
        if self.start_minute < self.end_minute:
            return weekday in self.days and self.start_minute <= minute < self.end_minute
        evening = weekday in self.days and minute >= self.start_minute
        return evening or ((weekday - 1) % 7 in self.days and minute < self.end_minute)


@dataclass(frozen=True, slots=True)
class Hours:
    """Without spans: always."""

    spans: tuple[Span, ...] = ()
    zone: str = "UTC"

    def include(self, now_ms: int) -> bool:
        moment = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(self.zone))
        minute = moment.hour * 60 + moment.minute
        return not self.spans or any(each.includes(moment.weekday(), minute) for each in self.spans)

    def next_start_ms(self, now_ms: int) -> int:
        """When they include the time again: now_ms itself where they do; by minutes, within a
        week."""
        moment = datetime.fromtimestamp(now_ms // 60_000 * 60, UTC)
        for number in range(7 * _DAY_MINUTES + 1):
            later_ms = int((moment + timedelta(minutes=number)).timestamp() * 1000)
            if self.include(max(later_ms, now_ms)):
                return max(later_ms, now_ms)
        return now_ms


ALWAYS = Hours()


@lru_cache(maxsize=1000)
def parse(text: str) -> Hours:
    """Parts are joined by semicolons, the zone stands last. Raises ValueError."""
    words = text.strip()
    if not words:
        return ALWAYS
    *_, last = words.split()
    zone = "UTC"
    if not re.match(r"\d", last):
        zone, words = _zone(last), words[: -len(last)].strip()
    return Hours(tuple(_span(part) for part in words.split(";")), zone)


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name[:60]!r} is no time zone; {_EXAMPLE}") from None
    return name


def _span(part: str) -> Span:
    found = _PART.fullmatch(part.strip().lower())
    if found is None:
        raise ValueError(f"cannot read {part.strip()[:60]!r}; {_EXAMPLE}")
    start, end = _minute(found["from"]), _minute(found["to"])
    if start == end:
        raise ValueError("hours end when they begin; leave the field empty for always")
    return Span(_days(found["days"]), start, end)


def _minute(text: str) -> int:
    hours, minutes = map(int, text.split(":"))
    if minutes > 59 or hours * 60 + minutes > _DAY_MINUTES:
        raise ValueError(f"{text} is no time of day")
    return hours * 60 + minutes


def _days(text: str | None) -> frozenset[int]:
    if text is None:
        return frozenset(range(7))
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _day(first), _day(last or first)
        days |= {(start + number) % 7 for number in range((end - start) % 7 + 1)}
    return frozenset(days)


def _day(name: str) -> int:
    if name not in DAYS:
        raise ValueError(f"{name!r} is no day; use Mon, Tue, Wed, Thu, Fri, Sat or Sun")
    return DAYS.index(name)
