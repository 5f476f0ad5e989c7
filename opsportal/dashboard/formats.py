"""Numbers as people read them. static/js/dashboard/format.js says the same in the browser."""

from __future__ import annotations

NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
NOTHING = "\N{EM DASH}"

_BYTE_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_DURATIONS = ((86400, "d"), (3600, "h"), (60, "min"))


def amount(value: float | None, unit: str) -> tuple[str, str]:
    """The number and the unit to show after it; a dash and no unit for no value."""
    if value is None:
        return NOTHING, ""
    if unit in ("B", "B/s"):
        return _bytes(value, unit.removeprefix("B"))
    if unit == "ms" and abs(value) >= 10_000:
        return number(value / 1000), "s"
    if unit == "s":
        return _duration(value)
    return number(value), unit


def text(value: float | None, unit: str) -> str:
    return NARROW_SPACE.join(part for part in amount(value, unit) if part)


def number(value: float) -> str:
    """Whole from 100 up, with one decimal from 10, else with two; without trailing zeros."""
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    shown = f"{value:,.{decimals}f}".replace(",", NARROW_SPACE)
    return shown.rstrip("0").rstrip(".") if decimals else shown


def _bytes(value: float, suffix: str) -> tuple[str, str]:
    power = 0
    while abs(value) >= 999.5 and power < len(_BYTE_UNITS) - 1:
        value, power = value / 1000, power + 1
    return number(value), _BYTE_UNITS[power] + suffix


def _duration(seconds: float) -> tuple[str, str]:
    for size, unit in _DURATIONS:
        if seconds >= size:
            return str(int(seconds / size)), unit
    if seconds < 1:
        return number(seconds * 1000), "ms"
    return number(seconds), "s"


def shortened(words: str, most: int = 60) -> str:
    return words if len(words) <= most else f"{words[: most - 1].rstrip()}…"
