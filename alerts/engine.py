"""Reads the store, decides, and writes alert, events and deliveries in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from django.db import transaction

from alerts.changes import Changes
from alerts.combining import Subject, subjects
from alerts.conditions.base import Finding, Judgement
from alerts.endings import end, end_unwatched
from alerts.lifecycle import Episode, Step, advance
from alerts.models import OPEN, Alert, Threshold
from alerts.telling import Rules
from alerts.watching import Watched, Watchlist
from monitoring import store
from monitoring.catalogue import in_states
from monitoring.history import paused_slugs
from monitoring.store import Bucket, LatestPoint, SeriesRef

# A series that has been silent for so long is gone: a host that was removed is not missed for ever.
GONE_MS = 24 * 3_600_000
_AT_ONCE = 1000
_WATCHLIST = Watchlist()


@dataclass(frozen=True, slots=True)
class Observed:
    """What a threshold is about, judged."""

    subject: Subject
    judgement: Judgement


class History:
    """Windows read for one evaluation: thresholds that look at the same ones share them."""

    def __init__(self, now_ms: int, is_past: bool = False) -> None:
        self.now_ms, self._is_past = now_ms, is_past
        self._read: dict[tuple[int, int, tuple[int, ...]], dict[int, list[Bucket]]] = {}

    def buckets(self, watched: Watched, points: Sequence[LatestPoint]) -> dict[int, list[Bucket]]:
        """By series id; a series without any is absent or empty."""
        rule, span_ms = watched.rule, watched.condition.span_ms(watched.rule)
        # Of the past the last point says nothing: it may have come later.
        if watched.condition.from_last_point(rule) and not self._is_past:
            return {
                each.series.id: [Bucket(each.time_ms, 1, each.value, each.value, each.value)]
                for each in points
                if each.time_ms > self.now_ms - span_ms
            }
        series = [each.series for each in points]
        key = (span_ms, watched.condition.step_ms(rule), tuple(each.id for each in series))
        if series and key not in self._read:
            self._read[key] = self._windows(series, span_ms, key[1])
        read = self._read.get(key, {})
        is_last = watched.condition.from_last_point(rule)
        return self._exact(points, read) if is_last and in_states(rule.metric) else read

    def _exact(
        self, points: Sequence[LatestPoint], read: dict[int, list[Bucket]]
    ) -> dict[int, list[Bucket]]:
        """Point by point where the last bucket is of both states: the mean of a check that went
        down and came back is neither up nor down."""
        ends = [
            (each.series, read[each.series.id][-1]) for each in points if read.get(each.series.id)
        ]
        mixed = [(series, end) for series, end in ends if end.min != end.max]
        if not mixed:
            return read
        start_ms = min(end.time_ms for _, end in mixed)
        series = [each for each, _ in mixed]
        windows = store.windows_of(series, start_ms, self.now_ms + 1, 1, now_ms=self.now_ms)
        return {**read, **{each.series.id: each.buckets for each in windows if each.buckets}}

    def _windows(
        self, series: Sequence[SeriesRef], span_ms: int, step_ms: int
    ) -> dict[int, list[Bucket]]:
        # To the end of the present step: what has just come in belongs to it. Of the past it does
        # not: it had not come yet.
        start_ms, end_ms = self.now_ms - span_ms, self.now_ms + 1
        asked = store.WindowRequest(series, start_ms, end_ms, step_ms, exact=self._is_past)
        (windows,) = store.windows_of_each([asked], now_ms=self.now_ms)
        return {each.series.id: each.buckets for each in windows}


def evaluate_series(series_ids: Collection[int], now_ms: int) -> int:
    """Thresholds on the series that have just got points. Returns how many alerts changed."""
    watched = [each for each in _WATCHLIST.current() if each.at_once]
    metrics = {each.rule.metric for each in watched}
    if not metrics:
        return 0
    points = [each for each in store.latest_by_id(series_ids) if each.series.metric in metrics]
    return _evaluate(watched, points, now_ms) if points else 0


def evaluate_all(now_ms: int) -> int:
    """Every threshold whose turn it is on every series: the guarantee, and how absence is seen."""
    watched = _WATCHLIST.due(now_ms)
    points = _latest_of(watched)
    changed = _evaluate(watched, points, now_ms, is_whole=True)
    return changed + end_unwatched(now_ms)


def evaluate_past(at_ms: int) -> int:
    """As of a moment at which nobody has. Absence is left out: nobody may have recorded either."""
    watched = [each for each in _WATCHLIST.current() if not each.is_of_absence]
    return _evaluate(watched, _latest_of(watched), at_ms, is_past=True)


def _latest_of(watched: Sequence[Watched]) -> list[LatestPoint]:
    """Without paused checks, of which the last point would fire on for a day."""
    paused = paused_slugs()
    points = store.latest_of({each.rule.metric for each in watched})
    return [each for each in points if each.series.labels.get("check") not in paused]


def _evaluate(
    watched: Sequence[Watched],
    points: Sequence[LatestPoint],
    now_ms: int,
    *,
    is_past: bool = False,
    is_whole: bool = False,
) -> int:
    """`is_whole`: `points` are those of all series, so that what is not among them is gone."""
    by_metric: dict[str, list[LatestPoint]] = {}
    for point in points:
        by_metric.setdefault(point.series.metric, []).append(point)
    open_alerts = _open_alerts(each.threshold_id for each in watched)
    over = _over_since(now_ms, (each.threshold_id for each in watched)) if is_past else {}
    history = History(now_ms, is_past)
    changed = 0
    for each in watched:
        found = by_metric.get(each.rule.metric, [])
        selected = [point for point in found if each.selects(point.series.labels)]
        alerts = open_alerts.get(each.threshold_id, {})
        observed = _observed(each, selected, alerts, history)
        if is_past:
            judged = over.get(each.threshold_id, set())
            observed = [one for one in observed if _is_news(one, judged)]
        differing = [one for one in observed if _differs(each, one, alerts, now_ms)]
        if differing:
            changed += _apply(each, differing, now_ms)
        if is_whole and alerts:
            changed += _end_unwatched_series(each, selected, alerts, now_ms)
    return changed


def _end_unwatched_series(
    watched: Watched, points: Sequence[LatestPoint], alerts: Mapping[str, Alert], now_ms: int
) -> int:
    """Of a series that was deleted, or that the threshold selects no more since it was edited."""
    known = {each.fingerprint for each in subjects(points, watched.combine_by)}
    orphans = [alert.pk for key, alert in alerts.items() if key not in known]
    return end(orphans, "its series is watched no more", now_ms) if orphans else 0


def _open_alerts(threshold_ids: Iterable[int]) -> dict[int, dict[str, Alert]]:
    found: dict[int, dict[str, Alert]] = {}
    rows = Alert.objects.filter(threshold__in=list(threshold_ids), state__in=OPEN)
    # Every alert has one: of both columns of its index, or SQLite takes that of all alerts.
    for alert in rows.filter(fingerprint__gt="").order_by():
        if alert.threshold_id is not None:
            found.setdefault(alert.threshold_id, {})[alert.fingerprint] = alert
    return found


def _over_since(at_ms: int, threshold_ids: Iterable[int]) -> dict[int, set[str]]:
    """What was open at that moment and is over: of new points somebody had judged at once, and
    who judges the moment again would tell of it twice."""
    found: dict[int, set[str]] = {}
    over = Alert.objects.filter(threshold__in=list(threshold_ids), state="resolved")
    # From the index of beginnings, and not from the first alert that there ever was.
    over = over.filter(started_ms__range=(at_ms - GONE_MS, at_ms), resolved_ms__gte=at_ms)
    for threshold_id, fingerprint in over.values_list("threshold_id", "fingerprint"):
        found.setdefault(threshold_id, set()).add(fingerprint)
    return found


def _is_news(observed: Observed, judged: Collection[str]) -> bool:
    return (
        observed.judgement.finding != Finding.NO_DATA and observed.subject.fingerprint not in judged
    )


def _observed(
    watched: Watched,
    points: Sequence[LatestPoint],
    alerts: Mapping[str, Alert],
    history: History,
) -> list[Observed]:
    now_ms = history.now_ms
    known = subjects(points, watched.combine_by)
    gone_ms = now_ms - _gone_ms(watched)
    ended = Judgement(Finding.FALSE, why="nothing was recorded for a day")
    gone = [each for each in known if each.point.time_ms < gone_ms]
    found = [Observed(each, ended) for each in gone if each.fingerprint in alerts]
    present = [each for each in known if each.point.time_ms >= gone_ms]
    if present and not watched.hours.include(now_ms):
        off = Judgement(Finding.FALSE, why="outside of its hours")
        return found + [Observed(each, off) for each in present]
    members = {number for each in present for number in each.members}
    read = history.buckets(watched, [each for each in points if each.series.id in members])
    for each in present:
        alert = alerts.get(each.fingerprint)
        is_firing = alert is not None and alert.state == "firing"
        seen = each.buckets(read)
        judgement = watched.condition.judge(watched.rule, seen, now_ms, is_firing)
        found.append(Observed(each, judgement))
    return found


def _gone_ms(watched: Watched) -> int:
    return max(GONE_MS, 2 * watched.condition.span_ms(watched.rule))


def _differs(
    watched: Watched, observed: Observed, alerts: Mapping[str, Alert], now_ms: int
) -> bool:
    before = episode_of(alerts.get(observed.subject.fingerprint))
    return advance(before, observed.judgement, watched.rule, now_ms).episode != before


def episode_of(alert: Alert | None) -> Episode | None:
    if alert is None:
        return None
    state: Literal["pending", "firing"] = "firing" if alert.state == "firing" else "pending"
    return Episode(state, alert.started_ms, alert.fired_ms, alert.good_since_ms, alert.severity)


def _apply(watched: Watched, observed: Sequence[Observed], now_ms: int) -> int:
    """Of ten thousand that cross at once some after the others: on SQLite nobody else writes
    meanwhile."""
    known = Rules(now_ms)
    parts = (observed[at : at + _AT_ONCE] for at in range(0, len(observed), _AT_ONCE))
    return sum(_applied(watched, part, known, now_ms) for part in parts)


def _applied(watched: Watched, observed: Sequence[Observed], known: Rules, now_ms: int) -> int:
    """Decides again under the threshold's lock: another process may have been faster."""
    with transaction.atomic():
        locked = Threshold.objects.select_for_update(of=("self",)).filter(pk=watched.threshold_id)
        threshold = locked.first()
        if threshold is None:
            return 0
        fingerprints = [each.subject.fingerprint for each in observed]
        rows = Alert.objects.filter(
            threshold=threshold, state__in=OPEN, fingerprint__in=fingerprints
        )
        alerts = {row.fingerprint: row for row in rows.select_for_update(of=("self",))}
        changes = Changes(watched, threshold, known, now_ms)
        for each in observed:
            alert = alerts.get(each.subject.fingerprint)
            before = episode_of(alert)
            step: Step = advance(before, each.judgement, watched.rule, now_ms)
            if step.episode != before:
                changes.take(each.subject, each.judgement, step, alert)
        return changes.write()
