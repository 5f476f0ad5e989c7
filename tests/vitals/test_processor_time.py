"""CPU is the share of time that was not idle between two samples."""

from collections import namedtuple

import pytest

from monitoring.vitals.cgroup import CgroupCpu
from monitoring.vitals.cpu import Cpu, Look, busy_percent, quota_percent

Times = namedtuple("Times", "user system idle iowait steal guest")
BEFORE = Times(user=10, system=5, idle=100, iowait=2, steal=0, guest=3)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (BEFORE, 0.0),
        (BEFORE._replace(idle=110), 0.0),
        (BEFORE._replace(user=20), 100.0),
        (BEFORE._replace(user=15, idle=105), 50.0),
        (BEFORE._replace(iowait=7, user=15), 50.0),
        (BEFORE._replace(steal=5, idle=105), 50.0),
        (BEFORE._replace(guest=13, user=20, idle=110), 50.0),
    ],
    ids=["no time", "idle", "busy", "half", "waiting is idle", "stolen is busy", "guest is user"],
)
def test_busy_is_what_is_neither_idle_nor_waiting(after: Times, expected: float) -> None:
    assert busy_percent(BEFORE, after) == pytest.approx(expected)


def test_a_counter_that_goes_back_is_not_negative_work() -> None:
    assert busy_percent(BEFORE, BEFORE._replace(user=9, idle=101)) == 0.0


def test_the_first_sample_already_has_values() -> None:
    readings = {reading.metric: reading.value for reading in Cpu().read()}
    assert set(readings) == {"cpu_percent", "cpu_core_max_percent"}
    assert 0 <= readings["cpu_percent"] <= readings["cpu_core_max_percent"] <= 100


@pytest.mark.parametrize(
    ("used_seconds", "expected"),
    [(15, 100.0), (7.5, 50.0), (30, 100.0), (-1, 0.0)],
    ids=["all", "half", "a burst", "a counter that went back"],
)
def test_in_a_container_it_is_the_share_of_the_quota(used_seconds: float, expected: float) -> None:
    before = Look([], CgroupCpu(100, cores=1.5), at_seconds=0)
    after = Look([], CgroupCpu(100 + used_seconds, cores=1.5), at_seconds=10)
    assert quota_percent(before, after) == pytest.approx(expected)


def test_a_quota_that_has_just_been_set_counts_from_the_next_sample() -> None:
    assert quota_percent(Look([], None, 0), Look([], CgroupCpu(1, cores=1), 10)) is None
