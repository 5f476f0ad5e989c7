"""Weeks and months, in the reader's time zone. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

KINDS = ("weekly", "monthly")


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to the day before `after`, whole days in `zone`: those of a change of the clocks
    have 23 or 25 hours."""

    kind: str
    first: date
    after: date
    zone: ZoneInfo

    @property
    def start_ms(self) -> int:
        return _ms(self.first, self.zone)

    @property
    def end_ms(self) -> int:
        return _ms(self.after, self.zone)

    @property
    def title(self) -> str:
        if self.kind == "monthly":
            return f"{self.first:%B %Y}"
        last = self.after - timedelta(days=1)
        return f"Week {self.first.isocalendar().week}, {_day(self.first)} to {_day(last)} {last:%Y}"

    @property
    def previous(self) -> Period:
        return containing(self.kind, self.first - timedelta(days=1), self.zone)

    @property
    def following(self) -> Period:
        return containing(self.kind, self.after, self.zone)


def containing(kind: str, day: date, zone: ZoneInfo) -> Period:
    """Weeks begin on Monday. Raises ValueError, OverflowError for days that no calendar has."""
    if kind == "weekly":
        first = day - timedelta(days=day.weekday())
        return Period(kind, first, first + timedelta(days=7), zone)
    if kind == "monthly":
        first = day.replace(day=1)
        return Period(kind, first, (first + timedelta(days=32)).replace(day=1), zone)
    raise ValueError(f"{kind!r} is no kind of report")


def last_whole(kind: str, now: datetime, zone: ZoneInfo) -> Period:
    """The newest that is over."""
    return containing(kind, now.astimezone(zone).date(), zone).previous


def _ms(day: date, zone: ZoneInfo) -> int:
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def _day(day: date) -> str:
    return f"{day.day} {day:%B}"
