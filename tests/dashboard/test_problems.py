"""What is wrong, in words."""

from collections.abc import Callable

from backups.models import Verify
from backups.summary import PlanInShort
from opsportal.dashboard.alerts import Firing, FiringAlerts
from opsportal.dashboard.backups import BackupsInShort
from opsportal.dashboard.dependencies import Dependencies, Dependency
from opsportal.dashboard.formats import NARROW_SPACE
from opsportal.dashboard.problems import problems
from opsportal.dashboard.reading import Reading
from opsportal.dashboard.states import State
from opsportal.health.state import PortalState, Trouble
from tests.dashboard.readings import NOW_MS, latest_point, traffic_window

MakeReading = Callable[..., Reading]


def texts(reading: Reading) -> list[str]:
    return [problem.text.replace(NARROW_SPACE, " ") for problem in problems(reading)]


def test_the_portals_own_trouble_comes_first(make_reading: MakeReading) -> None:
    portal = PortalState("degraded", [Trouble("critical", "background work has stopped")])
    full = latest_point("disk_percent", 97, host="db-1", path="/")
    assert texts(make_reading([full], portal=portal)) == [
        "background work has stopped",
        "disk / of db-1 is at 97 %",
    ]


def test_a_host_that_is_not_shown_is_judged_too(make_reading: MakeReading) -> None:
    busy = latest_point("cpu_percent", 99, host="web-7")
    assert texts(make_reading([busy], host="web-1")) == ["CPU of web-7 is at 99 %"]


def test_a_silent_host_is_late_and_its_old_values_are_not_judged(
    make_reading: MakeReading,
) -> None:
    busy = latest_point("cpu_percent", 99, age_seconds=180, host="web-7")
    assert texts(make_reading([busy])) == ["no vitals from web-7 for 3 min"]


def test_failing_and_slow_services_are_told_apart(make_reading: MakeReading) -> None:
    minute = NOW_MS - 60_000
    recent = [
        traffic_window({minute: [5.0] * 9}, service="shop"),
        traffic_window({minute: [5.0]}, service="shop", status_class="5xx"),
        traffic_window({minute: [1500.0]}, service="desk"),
    ]
    found = problems(make_reading(recent=recent))
    assert [problem.state for problem in found] == [State.CRITICAL, State.WARNING]
    assert found[0].text.startswith("10")
    assert found[1].text.startswith("desk answers in 1")


def dependency(name: str, status: str, state: State, message: str = "") -> Dependency:
    return Dependency(name, name, "/", "HTTP", status, state, message, "", "", {})


def test_checks_that_are_down_or_degraded_are_named(make_reading: MakeReading) -> None:
    rows = [
        dependency("Tradier", "down", State.CRITICAL, "connection refused"),
        dependency("Alpaca", "degraded", State.WARNING, "credentials rejected (401)"),
        dependency("mail", "unknown", State.UNKNOWN),
    ]
    watched = Dependencies({"down": 1, "degraded": 1, "unknown": 1}, rows)
    assert texts(make_reading(dependencies=watched)) == [
        "Tradier is down",
        "Alpaca is degraded (credentials rejected (401))",
    ]


def test_hundreds_of_checks_that_are_down_are_one_problem(make_reading: MakeReading) -> None:
    rows = [dependency(f"check {number}", "down", State.CRITICAL) for number in range(50)]
    watched = Dependencies({"down": 700}, rows)
    assert texts(make_reading(dependencies=watched)) == [
        "700 checks are down, among them check 0 and check 1"
    ]


def in_short(name: str, status: str, newest: str = "", hours: float = 1) -> PlanInShort:
    row = {"status": newest, "started_ms": NOW_MS - round(hours * 3_600_000), "queued_ms": 0}
    return PlanInShort(name, Verify.ALWAYS, status, row if newest else None)


def test_backups_that_are_overdue_failed_or_not_verified_are_named(
    make_reading: MakeReading,
) -> None:
    plans = [
        in_short("shop", "failed", "verified"),
        in_short("<b>", "stored", "stored"),
        in_short("desk", "verified", "verified", hours=30),
        in_short("fine", "verified", "verified"),
        in_short("new", ""),
    ]
    found = problems(make_reading(backups=BackupsInShort(NOW_MS, plans)))
    assert [(each.state, each.text) for each in found] == [
        (State.CRITICAL, "the backup of desk is overdue"),
        (State.WARNING, "the last backup of shop failed"),
        (State.WARNING, "the newest backup of <b> is not verified"),
    ]


def test_an_alert_that_says_it_says_it_alone(make_reading: MakeReading) -> None:
    backups = BackupsInShort(NOW_MS, [in_short("desk", "verified", "verified", hours=30)])
    words = "backup age of desk is 30 h"
    row = Firing("critical", "backup_age_seconds", words)
    assert texts(make_reading(backups=backups, alerts=FiringAlerts([row]))) == [words]


def test_many_plans_that_failed_at_once_are_one_problem(make_reading: MakeReading) -> None:
    plans = [in_short(f"plan {n}", "failed", "verified") for n in range(9)]
    assert texts(make_reading(backups=BackupsInShort(NOW_MS, plans))) == [
        "the last backup of 9 plans, among them plan 0 and plan 1, failed"
    ]


def test_a_healthy_portal_has_none(make_reading: MakeReading) -> None:
    fine = latest_point("cpu_percent", 12, host="web-1")
    recent = [traffic_window({NOW_MS - 60_000: [5.0]})]
    assert texts(make_reading([fine], recent=recent)) == []
