"""Durations in words of two units at most: 12 s, 3 min 20 s, 1 d 2 h. Pure."""

from __future__ import annotations

_UNITS = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def duration_text(duration_ms: int) -> str:
    if duration_ms < 1000:
        return f"{duration_ms} ms"
    seconds = round(duration_ms / 1000)
    parts = []
    for name, size in _UNITS:
        count, seconds = divmod(seconds, size)
        parts.append((count, name))
    first = next(place for place, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count} {name}" for count, name in parts[first : first + 2] if count)
