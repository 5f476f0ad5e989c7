"""What every kind of condition answers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from monitoring.catalogue import METRICS
from monitoring.store import Bucket
from opsportal.lib.kinds import Configured


class Finding(StrEnum):
    TRUE = "true"
    FALSE = "false"
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Rule:
    """The fields of a threshold that decide; made from the row once, then only read."""

    metric: str
    aggregation: str = "last"
    window_seconds: int = 60
    comparison: str = ">"
    value: float = 0.0
    warning_value: float | None = None
    recovery_value: float | None = None
    severity: str = "warning"
    for_seconds: int = 0
    keep_firing_seconds: int = 0
    no_data: str = "keep"


@dataclass(frozen=True, slots=True)
class Judgement:
    """`value` was held against `limit`; `severity` matters where the finding is TRUE. `why` is a
    phrase for people, without the value ("above 90 %")."""

    finding: Finding
    value: float | None = None
    limit: float | None = None
    severity: str = ""
    why: str = ""


class Condition(Configured):
    """Reads the buckets of one series, oldest first. Its settings are those of the kind beyond
    what every threshold has."""

    def from_last_point(self, rule: Rule) -> bool:
        """Whether the series' last point is enough: then no window has to be read."""
        return False

    def measures(self, rule: Rule) -> tuple[str, str]:
        """What is held against the limit, for people, and its unit: the metric itself."""
        metric = METRICS.get(rule.metric)
        return (metric.label, metric.unit) if metric else (rule.metric, "")

    @abstractmethod
    def span_ms(self, rule: Rule) -> int:
        """How far back it has to see."""

    @abstractmethod
    def step_ms(self, rule: Rule) -> int:
        """How fine the buckets have to be."""

    @abstractmethod
    def judge(
        self, rule: Rule, buckets: Sequence[Bucket], now_ms: int, is_firing: bool
    ) -> Judgement:
        """Buckets of [now - span, now]; `is_firing` asks for the recovery value."""
