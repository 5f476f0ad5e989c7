"""From an answer to a verdict: pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from opsportal.standalone.health import Health, NotHealthError, read
from opsportal.standalone.http import Answer, NoAnswerError
from opsportal.standalone.verdict import Measure, State, Verdict, worst


@dataclass(frozen=True, slots=True)
class Limits:
    max_error_rate_percent: float = 5.0
    max_response_ms: float = 1000.0
    late_state: State = State.CRITICAL


def judge_failure(error: NoAnswerError, limits: Limits) -> Verdict:
    return Verdict(limits.late_state if error.is_late else State.CRITICAL, error.reason)


def judge(answer: Answer, limits: Limits, *, has_token: bool) -> Verdict:
    measured = Measure("response_time", answer.total_ms / 1000, "s", limits.max_response_ms / 1000)
    refused = _refusal(answer, has_token=has_token)
    if refused:
        return Verdict(State.UNKNOWN, refused, [measured])
    try:
        health = read(answer.body)
    except NotHealthError as error:
        state = State.CRITICAL if answer.status >= 500 else State.UNKNOWN
        return Verdict(state, f"status {answer.status}, and {error}", [measured])
    troubles = [*_of_status(answer, health), *health.troubles, *_beyond(answer, health, limits)]
    state = worst(health.state, *(each for each, _ in troubles))
    words = "; ".join([health.word, *(text for _, text in troubles)])
    return Verdict(state, _with_figures(words, health), [measured, *_measures(health, limits)])


def _refusal(answer: Answer, *, has_token: bool) -> str:
    if answer.moved_to or 300 <= answer.status < 400:
        return f"it has moved: give the URL {answer.moved_to or 'that it has now'}"
    if answer.status in (401, 403):
        return "the token is refused" if has_token else "it needs a token"
    if answer.status == 400:
        return "it refuses this host name: add it to its ALLOWED_HOSTS"
    if answer.status in (404, 405, 410):
        return f"there is no health endpoint at this URL ({answer.status})"
    return "it says that it is asked too often (429)" if answer.status == 429 else ""


def _of_status(answer: Answer, health: Health) -> Iterator[tuple[State, str]]:
    """A proxy may put an error over a body that says that all is well."""
    if answer.status >= 400 and health.state == State.OK:
        yield State.CRITICAL, f"answered with status {answer.status}"


def _beyond(answer: Answer, health: Health, limits: Limits) -> Iterator[tuple[State, str]]:
    rate, mean_ms = health.error_rate_percent, health.mean_response_ms
    if rate is not None and rate > limits.max_error_rate_percent:
        yield State.CRITICAL, f"error rate {rate:g} % (limit {limits.max_error_rate_percent:g} %)"
    if mean_ms is not None and mean_ms > limits.max_response_ms:
        yield State.WARNING, f"mean response {mean_ms:.0f} ms (limit {limits.max_response_ms:g} ms)"
    if answer.total_ms > limits.max_response_ms:
        limit = f"limit {limits.max_response_ms:g} ms"
        yield State.WARNING, f"answered in {answer.total_ms:.0f} ms ({limit})"


def _with_figures(words: str, health: Health) -> str:
    told = []
    if health.error_rate_percent is not None and "error rate" not in words:
        told.append(f"error rate {health.error_rate_percent:g} %")
    if health.mean_response_ms is not None and "mean response" not in words:
        told.append(f"mean response {health.mean_response_ms:.0f} ms")
    return ", ".join([words, *told])


def _measures(health: Health, limits: Limits) -> Iterator[Measure]:
    if health.error_rate_percent is not None:
        limit = limits.max_error_rate_percent
        yield Measure("error_rate", health.error_rate_percent, "%", critical=limit, maximum=100)
    if health.mean_response_ms is not None:
        limit = limits.max_response_ms / 1000
        yield Measure("mean_response_time", health.mean_response_ms / 1000, "s", limit)
    for name, value in health.figures.items():
        yield Measure(name, value, "%", maximum=100)
