"""What one evaluation of a threshold changes: alerts, their events, and who is told."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.combining import NO_SERIES, Subject
from alerts.conditions.base import Judgement
from alerts.deliveries import Notice, queue, queue_recovery
from alerts.lifecycle import Episode, Step, Why
from alerts.models import Alert, AlertEvent, AlertState, EventKind, Threshold
from alerts.telling import DECIDED, Rules, decide
from alerts.watching import Watched
from alerts.wording import sentence
from alerts.writing import write
from monitoring.models import Check, CheckStatus
from monitoring.store import LatestPoint
from monitoring.tags import labels_of

_UPDATED = (
    "state", "severity", "value", "limit", "unit", "message", "started_ms", "fired_ms",
    "good_since_ms", "resolved_ms", "resolved_why", *DECIDED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Check:
    """What is told of one; without a state, which comes with the first probe, None."""

    name: str
    tags: list[str]
    status: str | None
    message: str


class Changes:
    """Collects, then writes at once: a thousand alerts are no thousand statements."""

    def __init__(self, watched: Watched, threshold: Threshold, known: Rules, now_ms: int) -> None:
        self._watched, self._threshold, self._now_ms = watched, threshold, now_ms
        self._known = known
        self._new: list[Alert] = []
        self._changed: list[Alert] = []
        self._events: list[AlertEvent] = []
        self._fired: list[Alert] = []
        self._resolved: list[Alert] = []
        self._checks: dict[str, _Check] | None = None

    def take(
        self,
        subject: Subject,
        judgement: Judgement,
        step: Step,
        alert: Alert | None,
    ) -> None:
        if alert is None:
            alert = self._begun(subject)
            self._new.append(alert)
        else:
            alert.threshold = self._threshold
            self._changed.append(alert)
        if step.episode is None:
            self._end(alert, judgement, step.why)
        else:
            self._go_on(alert, subject.point, judgement, step.episode, step.why)

    def write(self) -> int:
        notices, refusals = self._decided()
        Alert.objects.bulk_create(self._new)
        write(self._changed, _UPDATED)
        AlertEvent.objects.bulk_create([*self._events, *refusals])
        if self._resolved:
            queue_recovery(self._resolved, self._now_ms)
        queue(notices, self._now_ms)
        return len(self._new) + len(self._changed)

    def _decided(self) -> tuple[list[Notice], list[AlertEvent]]:
        """Before the rows are written, so that each is written once."""
        if not self._fired:
            return [], []
        return decide(self._fired, self._watched.channel_ids, self._known, self._now_ms)

    def _begun(self, subject: Subject) -> Alert:
        watched, series = self._watched, subject.point.series
        return Alert(
            threshold=self._threshold,
            name=watched.name,
            metric=watched.rule.metric,
            labels={**self._of_its_tags(series.labels), **series.labels, **watched.extra_labels},
            series_id=None if series.id == NO_SERIES else series.id,
            fingerprint=subject.fingerprint,
            state=AlertState.PENDING,
            started_ms=self._now_ms,
        )

    def _go_on(
        self, alert: Alert, point: LatestPoint, judgement: Judgement, episode: Episode, why: Why
    ) -> None:
        alert.state = AlertState(episode.state)
        alert.severity = episode.severity
        alert.started_ms, alert.fired_ms = episode.started_ms, episode.fired_ms
        alert.good_since_ms = episode.good_since_ms
        if why is Why.KEPT:
            return
        measures = self._watched.condition.measures(self._watched.rule)
        alert.value, alert.limit, alert.unit = judgement.value, judgement.limit, measures[1]
        alert.message = sentence(
            alert.metric,
            measures,
            self._for_people(point),
            judgement.value,
            judgement.why,
            self._seen(point),
        )
        kinds = {
            Why.STARTED: EventKind.STARTED,
            Why.FIRED: EventKind.FIRED,
            Why.WORSE: EventKind.SEVERITY,
            Why.BETTER: EventKind.SEVERITY,
        }
        if why in kinds:
            self._note(alert, kinds[why], alert.message)
        if why in (Why.FIRED, Why.WORSE):
            self._fired.append(alert)

    def _for_people(self, point: LatestPoint) -> dict[str, str]:
        """A check by its name; labels have its slug."""
        labels = point.series.labels
        known = self._check(labels)
        return {**labels, "check": known.name} if known else labels

    def _seen(self, point: LatestPoint) -> str:
        """Why a check is down: whoever is woken by it need not look it up."""
        known = self._check(point.series.labels)
        is_down = known and known.status == CheckStatus.DOWN and point.series.metric == "check_up"
        return known.message if known and is_down else ""

    def _of_its_tags(self, labels: dict[str, str]) -> dict[str, str]:
        """Of a check on which host it is, or of which app, if somebody has said so."""
        known = self._check(labels)
        return labels_of(known.tags) if known else {}

    def _check(self, labels: dict[str, str]) -> _Check | None:
        if "check" not in labels:
            return None
        if self._checks is None:
            rows = Check.objects.values_list(
                *("slug", "name", "tags", "state__status", "state__message")
            )
            self._checks = {slug: _Check(*others) for slug, *others in rows}
        return self._checks.get(labels["check"])

    def _end(self, alert: Alert, judgement: Judgement, why: Why) -> None:
        had_fired = alert.state == AlertState.FIRING
        alert.state = AlertState.RESOLVED
        alert.resolved_ms = self._now_ms
        # Of what was not measured at the end it says why it ended all the same.
        is_measured = judgement.value is not None or not had_fired
        alert.resolved_why = (str(why) if is_measured else judgement.why or str(why))[:40]
        alert.value = judgement.value if judgement.value is not None else alert.value
        self._note(alert, EventKind.RESOLVED, judgement.why or str(why))
        if had_fired:
            self._resolved.append(alert)

    def _note(self, alert: Alert, kind: EventKind, reason: str) -> None:
        event = AlertEvent(alert=alert, time_ms=self._now_ms, kind=kind, reason=reason[:500])
        self._events.append(event)
