"""Who hears: tables, and what holds for any rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import hours
from alerts.matching import parse
from alerts.routing import (
    InhibitionRule,
    Inhibitors,
    Muting,
    RouteRule,
    StepRule,
    Subject,
    audience,
    muted,
    next_step,
)

MONDAY_NOON_MS = 1_795_435_200_000  # 23 November 2026
LABELS = {"host": "db-1", "severity": "critical", "threshold": "Disk", "metric": "disk_percent"}
DISK = Subject(LABELS, "f1", 1)


def route(number: int, matchers: str = "", **fields: object) -> RouteRule:
    given = {"channel_ids": (number * 10,), **fields}
    return RouteRule(number, f"r{number}", parse(matchers), **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ([], []),
        ([route(1, "host=web-1")], []),
        ([route(1)], [10]),
        ([route(1), route(2)], [10]),
        ([route(1, goes_on=True), route(2)], [10, 20]),
        ([route(1, "host=web-1"), route(2, "host=~db-.*")], [20]),
        ([route(1, hours=hours.parse("Sun 00:00-24:00")), route(2)], [20]),
        ([route(1, channel_ids=(5, 6), goes_on=True), route(2, channel_ids=(6,))], [5, 6]),
    ],
)
def test_channels_that_hear(routes: list[RouteRule], expected: list[int]) -> None:
    found = audience(DISK, routes, MONDAY_NOON_MS)
    assert [each.channel_id for each in found.told] == expected
    assert found.told or found.refusals, "nobody hears without a reason"


ANY_ROUTES = st.builds(
    lambda number, matchers, spans, channel_ids, goes_on: route(
        number, matchers, hours=hours.parse(spans), channel_ids=channel_ids, goes_on=goes_on
    ),
    st.integers(1, 9),
    st.sampled_from(["", "host=db-1", "host!=db-1", "severity=critical"]),
    st.sampled_from(["", "Mon 08:00-18:00", "Sun 00:00-24:00"]),
    st.sampled_from([(), (1,), (2, 3)]),
    st.booleans(),
)


@given(st.lists(ANY_ROUTES, max_size=6), st.sampled_from([(), (1,)]), st.integers(0, 10**12))
def test_nobody_hears_without_a_reason_and_nobody_twice(
    routes: list[RouteRule], direct: tuple[int, ...], moment_ms: int
) -> None:
    found = audience(Subject(LABELS, "f1", 1, direct), routes, moment_ms)
    heard = [each.channel_id for each in found.told]
    assert len(heard) == len(set(heard))
    assert all(each.why for each in found.told)
    assert heard or found.refusals
    assert all(found.refusals)


def test_a_channel_of_the_threshold_hears_at_once_and_only_once() -> None:
    subject = Subject(LABELS, "f1", 1, (10, 7))
    found = audience(subject, [route(1, group_wait_ms=5000)], MONDAY_NOON_MS)
    assert [(each.channel_id, each.wait_ms) for each in found.told] == [(10, 0), (7, 0)]


def test_alerts_that_agree_in_the_labels_of_a_route_are_one_group() -> None:
    rule = route(1, group_by=("host",))
    keys = [
        audience(Subject({**LABELS, "host": host}, "f"), [rule], 0).told[0].group_key
        for host in ("db-1", "db-1", "db-2")
    ]
    assert keys[0] == keys[1] != keys[2]


def test_a_silence_says_who_did_it() -> None:
    silences = [Muting("silenced by ada", parse("host=db-1"))]
    assert muted(DISK, silences, Inhibitors([], [])) == "silenced by ada"
    assert muted(Subject({"host": "x"}, "f"), silences, Inhibitors([], [])) == ""


CRITICAL_MUTES = InhibitionRule(
    "worse", parse("severity=critical"), parse("severity=warning"), ("series",)
)
HOST_MUTES = InhibitionRule(
    "host", parse("threshold=Host down"), parse("threshold!=Host down"), ("host",)
)
WARNING = Subject({**LABELS, "severity": "warning"}, "f1", 2)
HOST_DOWN = Subject({"host": "db-1", "threshold": "Host down", "severity": "critical"}, "f9", 3)


@pytest.mark.parametrize(
    ("subject", "firing", "expected"),
    [
        (WARNING, [], ""),
        (WARNING, [DISK], "inhibition worse: Disk fires"),
        (Subject(WARNING.labels, "f2", 2), [DISK], ""),
        (DISK, [WARNING], ""),
        (DISK, [HOST_DOWN], "inhibition host: Host down fires"),
        (Subject({**LABELS, "host": "db-2"}, "f1", 1), [HOST_DOWN], ""),
        (HOST_DOWN, [HOST_DOWN, DISK], ""),
    ],
)
def test_inhibition(subject: Subject, firing: list[Subject], expected: str) -> None:
    assert muted(subject, [], Inhibitors([CRITICAL_MUTES, HOST_MUTES], firing)) == expected


ANY_RULES = st.builds(
    InhibitionRule,
    st.just("any"),
    st.sampled_from([parse(text) for text in ("", "severity=critical", "host=a")]),
    st.sampled_from([parse(text) for text in ("", "severity=warning", "host!=a")]),
    st.sampled_from([(), ("series",), ("host",)]),
)
ANY_SUBJECTS = st.builds(
    lambda host, severity, number: Subject({"host": host, "severity": severity}, f"f{number}", 1),
    st.sampled_from("ab"),
    st.sampled_from(["critical", "warning"]),
    st.integers(0, 3),
)


@given(st.lists(ANY_RULES, max_size=3), ANY_SUBJECTS, ANY_SUBJECTS)
def test_two_alerts_never_keep_each_other_quiet(
    rules: list[InhibitionRule], one: Subject, other: Subject
) -> None:
    firing = [one, other]
    known = Inhibitors(rules, firing)
    assert not (muted(one, [], known) and muted(other, [], known))


def test_steps_of_escalation_come_one_after_the_other() -> None:
    steps = [StepRule(1_800_000, (3,)), StepRule(900_000, (2,))]
    assert next_step(steps, 0, 1000) == (901_000, steps[1])
    assert next_step(steps, 1, 1000) == (1_801_000, steps[0])
    assert next_step(steps, 2, 1000) is None
