"""Plans and backups over REST."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.test import Client

from backups import keys
from backups.editing import source_of
from backups.models import Backup, Plan
from backups.sources.postgresql import Postgresql
from opsportal.models import Scope
from opsportal.tokens import make_token
from tests.backups.plans import NOW_MS

pytestmark = pytest.mark.django_db

URL = "postgresql://shop:very-secret@db.example:5432/shop"
PLAN = {
    "name": "Shop",
    "source": {"kind": "postgresql", "url": URL},
    "destinations": [{"kind": "local", "path": "/srv/backups"}],
    "cron": "0 2 * * *",
    "time_zone": "UTC",
    "keep_days": 7,
    "verify": "always",
    "enabled": True,
}


class Api:
    """A client with a token of a scope; answers with status and JSON."""

    def __init__(self, scope: Scope) -> None:
        self._client = Client()
        self._headers = {"authorization": f"Bearer {make_token('robot', scope)[1]}"}

    def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        call = getattr(self._client, method)
        response = call(
            f"/api/v1/{path}", data=body, content_type="application/json", headers=self._headers
        )
        return response.status_code, response.json() if response.content else None


@pytest.fixture
def api() -> Api:
    return Api(Scope.WRITE)


def backup_of(plan_id: int, status: str = "verified", **fields: Any) -> Backup:
    given = {"plan_name": "Shop", "source_kind": "postgresql", "queued_ms": NOW_MS}
    return Backup.objects.create(plan_id=plan_id, status=status, **{**given, **fields})


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"cron": "hourly"}, "cron"),
        ({"cron": None}, "cron"),
        ({"time_zone": "Europe/Atlantis"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"keep_days": 0}, "keep_days"),
        ({"keep_days": "many"}, "keep_days"),
        ({"keep_yearly": 10**30}, "keep_yearly"),
        ({"verify": "perhaps"}, "verify"),
        ({"recipients": "age1nobody"}, "recipients"),
        ({"compression_level": 20}, "compression_level"),
        ({"compression_threads": 17}, "compression_threads"),
        ({"lock_timeout": 5}, "lock_timeout"),
        ({"source": None}, "source"),
        ({"source": []}, "source"),
        ({"source": "postgresql"}, "source"),
        ({"source": {"url": URL}}, "source"),
        ({"source": {"kind": ["postgresql"], "url": URL}}, "source"),
        ({"source": {"kind": "stone", "url": URL}}, "source"),
        ({"source": {"kind": "x" * 500}}, "source"),
        ({"source": {"kind": "postgresql"}}, "source"),
        ({"source": {"kind": "postgresql", "url": 5}}, "source"),
        ({"source": {"kind": "postgresql", "url": "a\0b"}}, "source"),
        ({"source": {"kind": "postgresql", "url": "********"}}, "source"),
        ({"source": {"kind": "postgresql", "url": URL, "path": "/"}}, "source"),
        ({"source": {"kind": "files", "paths": [None]}}, "source"),
        ({"source": {"kind": "files", "paths": {}}}, "source"),
        ({"source": {"kind": "files", "paths": ["relative"]}}, "source"),
        ({"source": {"kind": "django", "alias": "nowhere"}}, "source"),
        ({"destinations": None}, "destinations"),
        ({"destinations": []}, "destinations"),
        ({"destinations": {}}, "destinations"),
        ({"destinations": [None]}, "destinations"),
        ({"destinations": [[]]}, "destinations"),
        ({"destinations": [{"path": "/srv"}]}, "destinations"),
        ({"destinations": [{"kind": {}, "path": "/srv"}]}, "destinations"),
        ({"destinations": [{"kind": "cloud"}]}, "destinations"),
        ({"destinations": [{"kind": "local", "path": "relative"}]}, "destinations"),
        ({"destinations": [{"kind": "local", "path": ["/srv"]}]}, "destinations"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_by_its_field(
    api: Api, changed: dict[str, Any], field: str
) -> None:
    status, answer = api("post", "plans", {**PLAN, **changed})
    assert status == 400, answer
    assert list(answer["errors"]) == [field]
    assert "very-secret" not in str(answer)
    assert not Plan.objects.exists()


@pytest.mark.parametrize("body", [None, [], "plan", 5, {}])
def test_a_body_that_is_no_plan_is_refused(api: Api, body: Any) -> None:
    assert api("post", "plans", body)[0] == 400


def test_the_error_says_which_setting_of_which_destination(api: Api) -> None:
    places = [*PLAN["destinations"], {"kind": "local", "path": "here"}]  # type: ignore[misc]
    _, answer = api("post", "plans", {**PLAN, "destinations": places})
    assert answer["errors"] == {
        "destinations": [{}, {"path": ["must be absolute, such as /srv/backups"]}]
    }
    _, answer = api("post", "plans", {**PLAN, "source": {"kind": "sqlite", "path": "here"}})
    assert list(answer["errors"]["source"]) == ["path"]


def test_a_refused_change_changes_nothing(api: Api) -> None:
    number = api("post", "plans", PLAN)[1]["id"]
    changes = {"name": "Other", "keep_days": 30, "destinations": [{"kind": "local", "path": "x"}]}
    assert api("patch", f"plans/{number}", changes)[0] == 400
    moved = {"name": "Other", "source": {"kind": "sqlite", "path": "/srv/shop.sqlite3"}}
    assert api("patch", f"plans/{number}", moved)[0] == 400
    kept = Plan.objects.get()
    assert (kept.name, kept.keep_days, kept.source_kind) == ("Shop", 7, "postgresql")


def test_two_plans_of_one_name_are_refused(api: Api) -> None:
    assert api("post", "plans", PLAN)[0] == 201
    assert list(api("post", "plans", PLAN)[1]["errors"]) == ["name"]


def test_a_second_run_is_refused_while_one_is_under_way(api: Api) -> None:
    number = api("post", "plans", PLAN)[1]["id"]
    status, first = api("post", f"plans/{number}/run")
    assert (status, first["status"], first["plan"]) == (202, "queued", "Shop")
    assert "robot" in first["started_by"]
    status, answer = api("post", f"plans/{number}/run")
    assert (status, "under way" in answer["detail"]) == (409, True)


def test_what_is_over_is_neither_cancelled_nor_verified(api: Api) -> None:
    number = api("post", "plans", PLAN)[1]["id"]
    failed = backup_of(number, "failed")
    for action in ("cancel", "verify"):
        status, answer = api("post", f"backups/{failed.pk}/{action}")
        assert (status, "it is failed" in answer["detail"]) == (409, True)


@pytest.mark.parametrize("number", ["999", "9" * 19])
def test_what_is_not_there_is_not_found(api: Api, number: str) -> None:
    for method, path in (
        ("get", f"plans/{number}"),
        ("delete", f"plans/{number}"),
        ("post", f"plans/{number}/run"),
        ("get", f"backups/{number}"),
        ("post", f"backups/{number}/pin"),
    ):
        assert api(method, path)[0] == 404


def test_a_filter_that_makes_no_sense_is_refused(api: Api) -> None:
    assert api("get", "backups?status=lost")[0] == 400
    assert api("get", "backups?plan=%00")[0] == 400


def test_reading_needs_no_more_than_reading(api: Api) -> None:
    number = api("post", "plans", PLAN)[1]["id"]
    made = backup_of(number)
    reader = Api(Scope.READ)
    for path in ("plans", f"plans/{number}", "backups", f"backups/{made.pk}"):
        assert reader("get", path)[0] == 200
    for path in ("plans", f"plans/{number}/run", f"backups/{made.pk}/pin"):
        assert reader("post", path, {})[0] == 403
    assert reader("delete", f"plans/{number}")[0] == 403
    assert Client().get("/api/v1/plans").status_code == 401


def test_people_need_the_permission_for_what_they_change(client: Client) -> None:
    user = User.objects.create_user("eve", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="change_backup"))
    client.force_login(user)
    plan = Plan.objects.create(name="Shop", slug="shop", source_kind="sqlite")
    made = backup_of(plan.pk)
    assert client.post(f"/api/v1/plans/{plan.pk}/run").status_code == 403
    assert client.delete(f"/api/v1/plans/{plan.pk}").status_code == 403
    assert client.post(f"/api/v1/backups/{made.pk}/pin").json()["pinned"] is True


def test_a_plan_is_made_changed_and_deleted(api: Api) -> None:
    status, made = api("post", "plans", PLAN)
    assert status == 201, made
    masked = {**PLAN, "source": {"kind": "postgresql", "url": "********"}}
    assert {name: made[name] for name in PLAN} == masked
    status, changed = api("patch", f"plans/{made['id']}", {"keep_days": 30})
    assert (status, changed["keep_days"], changed["cron"]) == (200, 30, "0 2 * * *")
    backup_of(made["id"])
    assert api("delete", f"plans/{made['id']}")[0] == 204
    (left,) = api("get", "backups")[1]["results"]
    assert (left["plan"], left["plan_id"]) == ("Shop", None)


@pytest.mark.django_db(transaction=True)
def test_a_plan_of_what_the_contract_names_and_no_more_is_run_by_its_name(
    api: Api, empty_postgresql: str, tmp_path: Path, settings: Any
) -> None:
    settings.DATA_DIR = tmp_path
    keys.make_recovery_key()
    body = {
        "name": "nightly shop",
        "source": {"kind": "postgresql", "url": empty_postgresql},
        "destinations": [{"kind": "local", "path": str(tmp_path / "kept")}],
        "cron": "0 2 * * *",
        "keep_days": 7,
        "verify": "always",
    }
    status, made = api("post", "plans", body)
    assert status == 201, made
    call_command("backup", "nightly shop", quiet=True)
    (backup,) = api("get", "backups")[1]["results"]
    assert (backup["plan"], backup["status"]) == ("nightly shop", "verified")


def test_a_secret_is_never_shown_and_stays_when_its_mask_comes_back(api: Api) -> None:
    made = api("post", "plans", PLAN)[1]
    shown = api("get", f"plans/{made['id']}")[1]
    assert "very-secret" not in str([made, shown, api("get", "plans")[1]])
    status, changed = api("put", f"plans/{made['id']}", {**shown, "name": "Store"})
    assert (status, changed["name"]) == (200, "Store")
    source = source_of(Plan.objects.get())
    assert isinstance(source, Postgresql)
    assert source.url == URL
    assert "very-secret" not in str(Plan.objects.values())


def test_a_destination_that_stays_keeps_its_row(api: Api) -> None:
    made = api("post", "plans", PLAN)[1]
    (row,) = Plan.objects.get().destinations.all()
    more = [*made["destinations"], {"kind": "local", "path": "/mnt/far"}]
    _, changed = api("patch", f"plans/{made['id']}", {"destinations": more})
    assert {place["path"] for place in changed["destinations"]} == {"/mnt/far", "/srv/backups"}
    assert Plan.objects.get().destinations.get(pk=row.pk).settings == {"path": "/srv/backups"}


def test_plans_are_listed_in_few_queries(api: Api, django_assert_max_num_queries: Any) -> None:
    for name in ("a", "b", "c"):
        assert api("post", "plans", {**PLAN, "name": name})[0] == 201
    with django_assert_max_num_queries(6):
        assert api("get", "plans")[1]["count"] == 3


def test_a_backup_says_how_it_went_and_where_it_is(api: Api) -> None:
    number = api("post", "plans", PLAN)[1]["id"]
    made = backup_of(
        number,
        started_ms=NOW_MS,
        finished_ms=NOW_MS + 12_500,
        proof="restored",
        proved_ms=NOW_MS + 12_000,
        size_bytes=1234,
    )
    made.copies.create(place="/srv/backups")
    _, shown = api("get", f"backups/{made.pk}")
    assert shown["queued_at"].startswith("2026-11-23T12:00:00")
    assert shown["finished_at"].startswith("2026-11-23T12:00:12")
    assert shown["copies"] == [{"place": "/srv/backups", "is_there": True, "error": ""}]
    assert (shown["plan"], shown["plan_id"], shown["size_bytes"]) == ("Shop", number, 1234)
    assert backup_fields(shown) == []


def test_one_that_runs_says_how_fast_it_goes_and_what_is_left(api: Api) -> None:
    number = api("post", "plans", PLAN)[1]["id"]
    fields = {"done_bytes": 10, "expected_bytes": 50, "bytes_per_second": 4.0}
    made = backup_of(number, "running", **fields)
    _, shown = api("get", f"backups/{made.pk}")
    assert (shown["bytes_per_second"], shown["seconds_left"]) == (4.0, 10.0)


def backup_fields(shown: dict[str, Any]) -> list[str]:
    """Those of the contract that are missing."""
    wanted = (
        "id plan plan_id status proof started_by attempt queued_at started_at finished_at stage "
        "done_bytes expected_bytes bytes_per_second seconds_left key size_bytes "
        "source_bytes sha256 duration_seconds restore_seconds proved_at pinned error copies"
    )
    return sorted(set(wanted.split()) ^ set(shown))


def test_backups_are_filtered_by_plan_and_status(api: Api) -> None:
    number = api("post", "plans", PLAN)[1]["id"]
    backup_of(number, "failed")
    backup_of(number, plan_name="Before it was renamed")
    assert api("get", "backups?plan=Shop")[1]["count"] == 1
    assert api("get", "backups?status=verified")[1]["count"] == 1
    assert api("get", "backups?plan=Shop&status=verified")[1]["count"] == 0


def test_a_backup_is_pinned_unpinned_and_cancelled(api: Api) -> None:
    number = api("post", "plans", PLAN)[1]["id"]
    queued = api("post", f"plans/{number}/run")[1]["id"]
    for action, pinned in (("pin", True), ("pin", True), ("unpin", False)):
        status, shown = api("post", f"backups/{queued}/{action}")
        assert (status, shown["pinned"]) == (200, pinned)
    status, shown = api("post", f"backups/{queued}/cancel/")
    assert (status, shown["status"]) == (200, "cancelled")
    assert api("post", f"plans/{number}/run")[0] == 202
