"""How long a dead process waits for its next start: pure."""

HEALTHY_AFTER_SECONDS = 60.0
LONGEST_DELAY_SECONDS = 30.0


def failures_in_a_row(before: int, lived_seconds: float) -> int:
    """The count after one more death; a process that lived a minute starts afresh."""
    return 1 if lived_seconds >= HEALTHY_AFTER_SECONDS else before + 1


def delay_seconds(failures: int) -> float:
    """At once after the first death, then 1, 2, 4 … up to 30 seconds."""
    if failures <= 1:
        return 0.0
    return min(2.0 ** (failures - 2), LONGEST_DELAY_SECONDS)
