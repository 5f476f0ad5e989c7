"""How fast a run goes, and how long what it does now will still take. Pure."""

from __future__ import annotations

from dataclasses import dataclass

# Of what is newest in the mean: steady enough to be read, quick to tell of a destination that has
# become slow.
NEWEST_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Pace:
    """As it was at `seconds` of a clock that only goes ahead. Each stage begins anew, dumping says
    nothing about restoring; and before its first byte nothing is known."""

    stage: str
    seconds: float
    done_bytes: int
    bytes_per_second: float | None = None

    def at(self, stage: str, seconds: float, done_bytes: int) -> Pace:
        passed, more = seconds - self.seconds, done_bytes - self.done_bytes
        if stage != self.stage or more < 0 or not done_bytes:
            return Pace(stage, seconds, done_bytes)
        if passed <= 0:
            return self
        return Pace(stage, seconds, done_bytes, self._mean(more / passed))

    def _mean(self, newest: float) -> float:
        before = self.bytes_per_second
        return newest if before is None else before + NEWEST_SHARE * (newest - before)


def seconds_left(
    done_bytes: int, expected_bytes: int | None, bytes_per_second: float | None
) -> float | None:
    """None where nobody knows; what is expected is an estimate, so that it may come to more."""
    if not expected_bytes or not bytes_per_second or done_bytes >= expected_bytes:
        return None
    return (expected_bytes - done_bytes) / bytes_per_second
