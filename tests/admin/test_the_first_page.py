"""The admin's first page: how everything is, what needs doing, what is not set up yet."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client

from alerts.defaults import make_defaults
from alerts.models import Alert, Channel, Route
from backups.models import Backup, Plan
from monitoring.editing import save_check
from monitoring.models import Check, CheckState
from opsportal.dashboard.sentence import Sentence
from opsportal.dashboard.states import State
from opsportal.first_steps import Step
from opsportal.statuspage.models import Incident
from opsportal.todo import MOST_COUNTED, tasks

pytestmark = pytest.mark.django_db


def page(client: Client) -> str:
    return client.get("/admin/").content.decode()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def firing(count: int = 1) -> None:
    Alert.objects.bulk_create(
        Alert(
            name="Disk",
            metric="disk_percent",
            fingerprint=str(number),
            state="firing",
            severity="critical",
            message="Disk 97 % on web-1",
            started_ms=now_ms(),
            fired_ms=now_ms(),
        )
        for number in range(count)
    )


def broken_check() -> None:
    check = Check(name="Orders <b>", kind="tcp")
    save_check(check, {"host": "orders.example", "port": 443})
    CheckState.objects.update(status="down")


def failed_plan() -> None:
    plan = Plan.objects.create(name="shop", slug="shop", source_kind="files")
    Backup.objects.create(plan=plan, plan_name="shop", status="failed", queued_ms=now_ms())


def failing_channel() -> None:
    Channel.objects.create(name="Ops", kind="webhook", last_success_ms=1, last_error_ms=2)


def open_incident() -> None:
    Incident.objects.create(title="Slow").updates.create(text="We look into it.")


@pytest.mark.parametrize(
    ("state", "is_set_up", "words"),
    [
        ("normal", True, "<p>Nothing.</p>"),
        ("normal", False, "Nothing is broken. The first steps below are still to be done."),
        ("critical", True, "What is said above"),
        ("warning", False, "What is said above"),
    ],
)
def test_where_nothing_is_to_be_done_it_says_so_and_hides_nothing(
    admin_client: Client,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    is_set_up: bool,
    words: str,
) -> None:
    said = Sentence(State(state), "", "As it is.")
    monkeypatch.setattr("opsportal.admin_site._sentence", lambda _request: said)
    steps = [] if is_set_up else [Step("There is no channel.", "Add a channel", "/")]
    monkeypatch.setattr("opsportal.first_steps.first_steps", lambda _request: steps)
    assert words in page(admin_client)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (firing, "alert fires that nobody has acknowledged"),
        (broken_check, "check is down or degraded"),
        (failed_plan, "plan whose last backup failed"),
        (failing_channel, "channel does not take messages"),
        (open_incident, "incident is open on the status page"),
    ],
)
def test_what_needs_doing_has_a_link_that_shows_just_that(
    admin_client: Client, rf: object, make: Callable[[], None], words: str
) -> None:
    make()
    text = page(admin_client)
    assert words in text
    request = rf.get("/admin/")  # type: ignore[attr-defined]
    request.user = User.objects.get(is_superuser=True)
    (task,) = tasks(request)
    assert task.count == "1"
    assert admin_client.get(task.url).status_code == 200


def test_the_sentence_is_the_dashboards(admin_client: Client) -> None:
    firing()
    assert '<h1 id="sentence" data-state="critical">' in page(admin_client)


def test_of_very_many_it_says_at_least_how_many(admin_client: Client) -> None:
    firing(MOST_COUNTED + 5)
    assert f">{MOST_COUNTED}+</span>" in page(admin_client)


def test_who_lacks_a_permission_is_told_nothing_of_it(client: Client) -> None:
    firing()
    broken_check()
    client.force_login(User.objects.create_user("eve", is_staff=True))
    text = page(client)
    assert "acknowledged" not in text
    assert "Disk 97" not in text
    assert "Administration" in text


def test_a_portal_without_channel_is_told_that_nobody_hears(admin_client: Client) -> None:
    make_defaults("", "", "")
    assert "Nobody is told of alerts" in page(admin_client)
    channel = Channel.objects.create(name="Ops", kind="webhook")
    assert "no route leads to a channel" in page(admin_client)
    Route.objects.get().channels.add(channel)
    assert "Nobody is told of alerts" not in page(admin_client)


def test_what_is_opened_every_day_comes_first(admin_client: Client) -> None:
    shown = admin_client.get("/admin/").context["app_list"]
    assert [app["name"] for app in shown][:4] == ["Monitoring", "Alerts", "Backups", "Status page"]
