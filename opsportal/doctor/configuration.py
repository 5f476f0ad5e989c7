"""The variables: the same checks that refuse a start."""

from __future__ import annotations

from collections.abc import Iterator

from django.core import checks

from opsportal.checks import TAG
from opsportal.doctor.base import Finding, ok, wrong


def examine() -> Iterator[Finding]:
    messages = checks.run_checks(tags=[TAG])
    for each in messages:
        yield wrong(f"{each.msg} ({each.id})", f"{each.hint or 'See docs/configuration.md'}.")
    if not messages:
        yield ok("every variable can be used")
