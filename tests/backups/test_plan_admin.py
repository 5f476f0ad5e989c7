"""Plans in the admin: the form, the list, its actions, and the recovery key's way out."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from backups import keys
from backups.editing import masked_source, save_plan, source_of
from backups.models import Backup, Plan
from backups.sources.registry import LABELS, kind_named

pytestmark = pytest.mark.django_db
LIST = "/admin/backups/plan/"
HOUR_MS = 3_600_000
NOW_MS = time.time_ns() // 1_000_000
URL = "postgresql://shop:very-secret@db.example:5432/shop"
OWN = {
    "name": "Shop",
    "enabled": "on",
    "cron": "0 2 * * *",
    "time_zone": "Europe/Berlin",
    "verify": "always",
    "verify_every": "7",
    "compression_level": "1",
    "compression_threads": "0",
    "recipients": "",
    "lock_timeout_seconds": "60",
    "keep_days": "7",
    "keep_daily": "0",
    "keep_weekly": "0",
    "keep_monthly": "0",
    "keep_yearly": "0",
}
FORM = {
    **OWN,
    "kind": "sqlite",
    "setting_path": "/srv/shop.sqlite3",
    "to_local_path": "/srv/backups",
    "to_s3_bucket": "",
    "to_s3_lock_days": "0",
}
BUCKET = {
    "to_s3_bucket": "shop-backups",
    "to_s3_prefix": "nightly",
    "to_s3_endpoint_url": "https://s3.example",
    "to_s3_region": "eu-central-1",
    "to_s3_access_key_id": "AKIA",
    "to_s3_secret_access_key": "very-secret",
}


@pytest.fixture(autouse=True)
def recovery_key(settings: Any, tmp_path: Path) -> Path:
    settings.DATA_DIR = tmp_path
    keys.make_recovery_key()
    return tmp_path / "keys" / keys.PRIVATE


def made(name: str = "Shop", *paths: str, **fields: Any) -> Plan:
    plan = Plan(name=name, source_kind="postgresql", **fields)
    save_plan(plan, {"url": URL}, [{"kind": "local", "path": p} for p in paths or ("/srv/kept",)])
    return plan


def backup_of(plan: Plan, status: str = "verified", hours: float = 1, **fields: Any) -> Backup:
    began = NOW_MS - int(hours * HOUR_MS)
    given = {"plan_name": plan.name, "queued_ms": began, "started_ms": began, "size_bytes": 1000}
    return Backup.objects.create(
        plan=plan, source_kind="sqlite", status=status, **{**given, **fields}
    )


def text(response: Any) -> str:
    return str(response.content.decode())


def errors_beside(response: Any, field: str) -> str:
    """What stands in the row of a field."""
    found = re.search(rf"errorlist(?:(?!errorlist).){{0,400}}?id_{field}\b", text(response), re.S)
    return found[0] if found else ""


def reader() -> User:
    user = User.objects.create_user("eve", is_staff=True)
    user.user_permissions.add(*Permission.objects.filter(codename__in=["view_plan"]))
    return user


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"cron": "daily"}, "cron", "not a cron expression"),
        ({"time_zone": "Mars/North"}, "time_zone", "no such time zone"),
        ({"recipients": "age1nobody"}, "recipients", "no age public key"),
        ({"keep_days": "0"}, "keep_days", "greater than or equal to 1"),
        ({"setting_path": ""}, "setting_path", "required"),
        ({"setting_path": "shop.sqlite3"}, "setting_path", "must be absolute"),
        ({"to_local_path": "backups"}, "to_local_path", "must be absolute"),
        ({**BUCKET, "to_s3_endpoint_url": "ftp://x"}, "to_s3_endpoint_url", "must be written as"),
        ({**BUCKET, "to_s3_secret_access_key": ""}, "to_s3_secret_access_key", "both, or none"),
        ({**BUCKET, "to_s3_bucket": ""}, "to_s3_bucket", "required"),
    ],
)
def test_what_is_wrong_stands_beside_its_field(
    admin_client: Client, changed: dict[str, str], field: str, words: str
) -> None:
    response = admin_client.post(f"{LIST}add/?kind=sqlite", {**FORM, **changed})
    assert response.status_code == 200
    assert words in errors_beside(response, field)
    assert not Plan.objects.exists()


def test_a_plan_without_any_destination_is_refused(admin_client: Client) -> None:
    response = admin_client.post(f"{LIST}add/?kind=sqlite", {**FORM, "to_local_path": ""})
    assert "At least one destination is needed" in text(response)
    assert not Plan.objects.exists()


@pytest.mark.parametrize("kind", ["", "stone"])
def test_without_a_known_kind_nothing_is_added(admin_client: Client, kind: str) -> None:
    page = text(admin_client.post(f"{LIST}add/", {**FORM, "kind": kind}))
    assert "What is backed up?" in page
    assert not Plan.objects.exists()


def test_a_mask_for_which_nothing_is_stored_is_refused(admin_client: Client) -> None:
    wrong = {**OWN, "kind": "postgresql", "setting_url": "********", "to_local_path": "/srv"}
    response = admin_client.post(f"{LIST}add/?kind=postgresql", wrong)
    assert response.status_code == 200
    assert "required" in errors_beside(response, "setting_url")
    assert not Plan.objects.exists()


def test_the_form_opens_when_its_secrets_cannot_be_read(
    admin_client: Client, settings: Any
) -> None:
    plan = made()
    settings.SECRET_KEY = "another"
    admin_client.force_login(User.objects.get())
    page = text(admin_client.get(f"{LIST}{plan.pk}/change/"))
    assert "********" not in page
    assert "enter it again" in text(admin_client.get(LIST))
    asked = {**OWN, "setting_url": "********", "to_local_path": "/srv/kept"}
    response = admin_client.post(f"{LIST}{plan.pk}/change/", asked)
    assert "enter it again" in errors_beside(response, "setting_url")


def test_strangers_get_nowhere(client: Client) -> None:
    for address in (LIST, f"{LIST}add/", f"{LIST}key/download/", f"{LIST}key/remove/"):
        assert client.post(address).status_code == 302


def test_whoever_may_only_look_sees_no_secret_and_changes_nothing(client: Client) -> None:
    plan = made()
    client.force_login(reader())
    page = text(client.get(f"{LIST}{plan.pk}/change/"))
    assert "url: ********" in page
    assert "local: path: /srv/kept" in page
    assert "very-secret" not in page
    client.post(LIST, {"_selected_action": str(plan.pk), "action": "back_up_now"})
    assert not Backup.objects.exists()


def test_a_plan_that_is_being_backed_up_is_not_backed_up_twice(admin_client: Client) -> None:
    plan = made()
    backup_of(plan, "running")
    body = {"_selected_action": [str(plan.pk)], "action": "back_up_now"}
    assert "is under way" in text(admin_client.post(LIST, body, follow=True))
    assert Backup.objects.count() == 1


def test_first_comes_the_kind(admin_client: Client) -> None:
    page = text(admin_client.get(f"{LIST}add/"))
    for name, label in LABELS.items():
        assert f"?kind={name}" in page
        assert label in page
        assert (kind_named(name).name, kind_named(name).label) == (name, label)


@pytest.mark.parametrize("kind", sorted(LABELS))
def test_every_field_of_every_kind_has_a_label(admin_client: Client, kind: str) -> None:
    page = text(admin_client.get(f"{LIST}add/?kind={kind}"))
    form = page[page.index('id="plan_form"') :]
    shown = re.findall(r'<(?:input|select|textarea)(?![^>]*type="(?:hidden|submit))[^>]*', form)
    ids = [match[1] for each in shown if (match := re.search(r'id="([^"]+)"', each))]
    assert len(ids) == len(shown) >= 20
    assert [each for each in ids if f'for="{each}"' not in form] == []


def test_a_plan_is_added_with_both_destinations_and_its_secrets_encrypted(
    admin_client: Client,
) -> None:
    response = admin_client.post(f"{LIST}add/?kind=sqlite", {**FORM, **BUCKET})
    assert response.status_code == 302, text(response)
    plan = Plan.objects.get()
    assert (plan.slug, plan.source_settings) == ("shop", {"path": "/srv/shop.sqlite3"})
    local, bucket = plan.destinations.all()
    assert local.settings == {"path": "/srv/backups"}
    assert bucket.settings["bucket"] == "shop-backups"
    assert "very-secret" not in str(bucket.settings) + bucket.secrets


def test_secrets_are_never_shown_and_stay_when_the_form_is_saved(admin_client: Client) -> None:
    admin_client.post(f"{LIST}add/?kind=postgresql", {**FORM, "setting_url": URL, **BUCKET})
    plan = Plan.objects.get()
    rows = {row.pk: row.secrets for row in plan.destinations.all()}
    address = f"{LIST}{plan.pk}/change/"
    page = text(admin_client.get(address))
    assert "very-secret" not in page
    assert 'value="shop-backups"' in page
    masks = {"setting_url": "********", "to_s3_secret_access_key": "********"}
    saved = {**FORM, **BUCKET, **masks, "name": "Store"}
    response = admin_client.post(address, saved)
    assert response.status_code == 302, text(response)
    plan = Plan.objects.get()
    assert (plan.name, plan.slug) == ("Store", "shop")
    assert source_of(plan).url == URL  # type: ignore[attr-defined]
    assert {row.pk for row in plan.destinations.all()} == set(rows)
    assert all(row.secrets for row in plan.destinations.filter(kind="s3"))


def test_a_destination_goes_when_what_it_needs_is_emptied(admin_client: Client) -> None:
    admin_client.post(f"{LIST}add/?kind=sqlite", {**FORM, **BUCKET})
    plan = Plan.objects.get()
    masked = {**BUCKET, "to_s3_secret_access_key": "********", "to_s3_bucket": ""}
    response = admin_client.post(f"{LIST}{plan.pk}/change/", {**FORM, **masked})
    assert response.status_code == 302, text(response)
    assert [row.kind for row in plan.destinations.all()] == ["local"]


def test_destinations_that_the_form_does_not_show_stay(admin_client: Client) -> None:
    plan = made("Shop", "/srv/one", "/srv/two")
    page = text(admin_client.get(f"{LIST}{plan.pk}/change/"))
    assert "1 more destination " in page
    asked = {**OWN, "setting_url": "********", "to_local_path": "/srv/moved"}
    response = admin_client.post(f"{LIST}{plan.pk}/change/", asked)
    assert response.status_code == 302, text(response)
    paths = {row.settings["path"] for row in plan.destinations.all()}
    assert paths == {"/srv/moved", "/srv/two"}


def test_the_kind_of_a_plan_stays_what_it_is(admin_client: Client) -> None:
    plan = made()
    asked = {**FORM, "setting_url": "********"}
    admin_client.post(f"{LIST}{plan.pk}/change/?kind=sqlite", asked)
    plan.refresh_from_db()
    assert plan.source_kind == "postgresql"
    assert masked_source(plan)["url"] == "********"


def test_the_page_says_when_it_runs_next_and_what_would_go(admin_client: Client) -> None:
    plan = made(cron="30 4 * * *", time_zone="Europe/Berlin")
    backup_of(plan, hours=2, key="shop/new.dump.zst.age")
    backup_of(plan, hours=24 * 30, key="shop/<old>.dump.zst.age")
    backup_of(plan, hours=24 * 60, pinned=True, key="shop/pinned.dump.zst.age")
    Plan.objects.update(retention_stopped="the clock was set back")
    page = text(admin_client.get(f"{LIST}{plan.pk}/change/"))
    assert len(re.findall(r"04:30 CES?T", page)) == 5
    assert "shop/new.dump.zst.age: kept: younger than a day" in page
    assert "shop/&lt;old&gt;.dump.zst.age: goes: older than 7 days" in page
    assert "shop/pinned.dump.zst.age: kept: pinned" in page
    assert "the clock was set back" in page


def test_the_list_shows_how_plans_are_doing_in_few_queries(
    admin_client: Client, django_assert_max_num_queries: Any
) -> None:
    for name in ("never", "well", "badly", "off"):
        plan = made(name, enabled=name != "off")
        if name == "well":
            for hours in range(1, 40):
                backup_of(plan, hours=hours, size_bytes=1000 * (100 - hours))
        if name == "badly":
            backup_of(plan, hours=30)
            backup_of(plan, "failed", error="no <space>", size_bytes=None)
    with django_assert_max_num_queries(12):
        page = text(admin_client.get(LIST))
    assert page.count("<svg role") == 1
    assert "From 70 kB to 99 kB in 30 backups" in page
    assert 'data-status="down" title="no &lt;space&gt;">failed<' in page
    assert 'data-status="up" title="">verified<' in page
    assert '<td class="field-schedule">off<' in page
    assert page.count("none yet") == 4
    assert "db.example" in page
    assert "very-secret" not in page


def test_actions_back_up_and_switch(admin_client: Client) -> None:
    plan = made()
    chosen = {"_selected_action": str(plan.pk)}
    admin_client.post(LIST, {**chosen, "action": "switch_off"})
    assert not Plan.objects.get().enabled
    admin_client.post(LIST, {**chosen, "action": "switch_on"})
    assert Plan.objects.get().enabled
    admin_client.post(LIST, {**chosen, "action": "back_up_now"})
    queued = Backup.objects.get()
    assert (queued.status, queued.started_by) == ("queued", "admin")


def test_deleting_a_plan_keeps_its_backups(admin_client: Client) -> None:
    plan = made()
    backup_of(plan)
    assert admin_client.get(f"{LIST}{plan.pk}/delete/").status_code == 200
    admin_client.post(f"{LIST}{plan.pk}/delete/", {"post": "yes"})
    assert not Plan.objects.exists()
    assert Backup.objects.get().plan_name == "Shop"


def test_the_recovery_key_is_nobodys_but_a_superusers(client: Client, recovery_key: Path) -> None:
    user = reader()
    user.user_permissions.add(Permission.objects.get(codename="change_plan"))
    client.force_login(user)
    page = text(client.get(LIST))
    assert str(recovery_key) in page
    assert "key/download" not in page
    assert client.post(f"{LIST}key/download/").status_code == 403
    assert client.post(f"{LIST}key/remove/", {"sure": "yes"}).status_code == 403
    assert recovery_key.exists()


def test_the_recovery_key_is_only_taken_by_post(admin_client: Client, recovery_key: Path) -> None:
    assert admin_client.get(f"{LIST}key/download/").status_code == 405
    assert admin_client.get(f"{LIST}key/remove/?sure=yes").status_code == 405
    assert recovery_key.exists()


def test_the_recovery_key_is_downloaded_then_removed_and_both_are_recorded(
    admin_client: Client, recovery_key: Path
) -> None:
    assert str(recovery_key) in text(admin_client.get(LIST))
    asked = text(admin_client.post(f"{LIST}key/remove/"))
    assert "Nobody has downloaded it here yet" in asked
    assert recovery_key.exists()
    response = admin_client.post(f"{LIST}key/download/")
    assert "AGE-SECRET-KEY-" in text(response)
    assert "attachment" in response.headers["Content-Disposition"]
    assert "no-store" in response.headers["Cache-Control"]
    assert "Nobody has downloaded" not in text(admin_client.post(f"{LIST}key/remove/"))
    page = text(admin_client.post(f"{LIST}key/remove/", {"sure": "yes"}, follow=True))
    assert "no longer on this machine" in page
    assert not recovery_key.exists()
    assert str(recovery_key) not in page
    told = list(LogEntry.objects.order_by("pk").values_list("change_message", flat=True))
    assert told == ["Recovery key downloaded.", "Recovery key removed from this machine."]
    assert admin_client.post(f"{LIST}key/download/").status_code == 404
    assert admin_client.get("/admin/").status_code == 200
