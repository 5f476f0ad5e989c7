"""Which stretch of time the page shows, and how finely."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

SECOND_MS = 1000
MINUTE_MS = 60 * SECOND_MS
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS

PRESETS: dict[str, tuple[str, int]] = {
    "1h": ("1 h", HOUR_MS),
    "6h": ("6 h", 6 * HOUR_MS),
    "24h": ("24 h", DAY_MS),
    "7d": ("7 d", 7 * DAY_MS),
    "30d": ("30 d", 30 * DAY_MS),
}
DEFAULT = "1h"
CUSTOM = "custom"
SHORTEST_MS = MINUTE_MS
LONGEST_MS = 3 * 366 * DAY_MS

# More points than this cannot be told apart on a chart of a screen's width.
GAUGE_POINTS = 360
TRAFFIC_POINTS = 180
_STEPS_MS = (
    *(seconds * SECOND_MS for seconds in (10, 20, 30)),
    *(minutes * MINUTE_MS for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * HOUR_MS for hours in (1, 2, 4, 6, 12)),
    *(days * DAY_MS for days in (1, 2, 7)),
)


@dataclass(frozen=True, slots=True)
class Range:
    """`start_ms` to `end_ms` since the epoch; `live` when it ends now and moves on."""

    key: str
    label: str
    start_ms: int
    end_ms: int
    problem: str = ""

    @property
    def live(self) -> bool:
        return self.key != CUSTOM

    @property
    def step_ms(self) -> int:
        return _step_ms(self.end_ms - self.start_ms, GAUGE_POINTS)

    @property
    def traffic_step_ms(self) -> int:
        """Requests are flushed every 10 s: in a shorter step than a minute that beat would show."""
        return max(MINUTE_MS, _step_ms(self.end_ms - self.start_ms, TRAFFIC_POINTS))


def parse_range(parameters: Mapping[str, str], now_ms: int) -> Range:
    """The range of `?range=6h` or `?from=…&to=…` (ISO 8601, UTC unless it says).

    What cannot be read gives the default range and says why in `problem`.
    """
    key = parameters.get("range") or (CUSTOM if parameters.get("from") else DEFAULT)
    if key == CUSTOM:
        return _custom(parameters.get("from", ""), parameters.get("to", ""), now_ms)
    if key not in PRESETS:
        return _preset(DEFAULT, now_ms, "That range is not known; this is the last hour.")
    return _preset(key, now_ms)


def _preset(key: str, now_ms: int, problem: str = "") -> Range:
    label, length_ms = PRESETS[key]
    return Range(key, label, now_ms - length_ms, now_ms, problem)


def _custom(start: str, end: str, now_ms: int) -> Range:
    try:
        start_ms, end_ms = parse_time_ms(start), parse_time_ms(end) if end else now_ms
    except ValueError:
        return _preset(DEFAULT, now_ms, "A custom range needs two times; this is the last hour.")
    if not SHORTEST_MS <= end_ms - start_ms <= LONGEST_MS:
        return _preset(
            DEFAULT,
            now_ms,
            "A custom range is from a minute to three years long; this is the last hour.",
        )
    return Range(CUSTOM, "Custom", start_ms, end_ms)


def parse_time_ms(text: str) -> int:
    """Raises ValueError for what is not an ISO 8601 time of this era."""
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not 2000 <= aware.year < 2200:
        raise ValueError(f"{text!r} is of another era")
    return round(aware.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class Move:
    """A step from the range shown to another one; `start` and `end` as they stand in an address."""

    key: str
    label: str
    title: str
    start: str
    end: str


def moves(shown: Range) -> list[Move]:
    """Pure. Half a range to either side, twice as long, and the same held still: a link to it shows
    a colleague the same moment."""
    length_ms = shown.end_ms - shown.start_ms
    half_ms = length_ms // 2
    changes = [
        ("earlier", "\N{LEFTWARDS ARROW}", "Earlier by half", -half_ms, -half_ms),
        ("later", "\N{RIGHTWARDS ARROW}", "Later by half", half_ms, half_ms),
        ("out", "\N{MINUS SIGN}", "Zoom out", -half_ms, length_ms - half_ms),
        ("hold", "Link", "A link to just this moment", 0, 0),
    ]
    return [
        Move(key, label, title, iso(shown.start_ms + start), iso(shown.end_ms + end))
        for key, label, title, start, end in changes
    ]


def iso(time_ms: int) -> str:
    """As JavaScript's toISOString, so that server and script write the same address."""
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def step_at_least(length_ms: int) -> int:
    """The shortest step in which something that happens every `length_ms` is never missing."""
    return next((step for step in _STEPS_MS if step >= length_ms), _STEPS_MS[-1])


def _step_ms(length_ms: int, points: int) -> int:
    return next((step for step in _STEPS_MS if length_ms <= step * points), _STEPS_MS[-1])
