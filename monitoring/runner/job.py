"""A leased check, from its lease until its result."""

from __future__ import annotations

from dataclasses import dataclass

from monitoring.runner.leasing import Lease
from monitoring.runner.prepared import Prepared


@dataclass(slots=True)
class Job:
    due_ms: int
    number: int
    lease: Lease
    check: Prepared
    deadline_ms: int = 0
