"""Hours of the week, with zones, nights and summer time."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.hours import parse


def ms(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    "text",
    [
        *("always", "08:00", "8-18", "25:00-26:00", "08:00-18:00 Mars"),
        *("Mon 08:00-08:00", "Foo 08:00-09:00"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"cannot read|no time|no day|end when|such as"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "moment", "expected"),
    [
        ("", "2026-11-23T03:00", True),
        ("Mon-Fri 08:00-18:00", "2026-11-23T08:00", True),
        ("Mon-Fri 08:00-18:00", "2026-11-23T18:00", False),
        ("Mon-Fri 08:00-18:00", "2026-11-22T12:00", False),
        ("Sat,Sun 00:00-24:00", "2026-11-22T23:59", True),
        ("22:00-06:00", "2026-11-23T02:00", True),
        ("Fri 22:00-06:00", "2026-11-28T05:59", True),
        ("Fri 22:00-06:00", "2026-11-27T05:59", False),
        ("Sat-Mon 10:00-11:00", "2026-11-23T10:30", True),
        ("08:00-12:00; 13:00-18:00", "2026-11-23T12:30", False),
        ("Mon 08:00-18:00 Europe/Berlin", "2026-11-23T07:30", True),
        ("Mon 08:00-18:00 Europe/Berlin", "2026-07-20T06:30", True),
    ],
)
def test_hours_include(text: str, moment: str, expected: bool) -> None:
    assert parse(text).include(ms(moment)) is expected


def test_they_say_when_they_begin_again() -> None:
    hours = parse("Mon-Fri 08:00-18:00")
    assert hours.next_start_ms(ms("2026-11-20T18:00")) == ms("2026-11-23T08:00")
    assert hours.next_start_ms(ms("2026-11-23T09:15")) == ms("2026-11-23T09:15")
