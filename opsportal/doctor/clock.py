"""The clock of this host beside those of the database and the broker."""

from __future__ import annotations

from collections.abc import Iterator

from opsportal.doctor.base import Finding, graded, ok
from opsportal.health.own import clock_skews

ADVISED_SECONDS, ALLOWED_SECONDS = 1.0, 10.0
_MEND = "Let every machine keep time by NTP (timedatectl set-ntp true): points would be misplaced."


def examine() -> Iterator[Finding]:
    skews = clock_skews()
    for name, seconds in skews.items():
        text = f"{abs(seconds):.1f} s {'ahead of' if seconds >= 0 else 'behind'} the {name}"
        yield graded(abs(seconds), ADVISED_SECONDS, ALLOWED_SECONDS, text, _MEND)
    if not skews:
        yield ok("there is no other machine to compare it with")
