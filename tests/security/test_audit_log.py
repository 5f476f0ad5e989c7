"""Who did what: nothing is left out, nothing secret is in, nothing can be changed unseen."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from monitoring.editing import save_check
from monitoring.models import Check
from opsportal.audit.actors import Actor
from opsportal.audit.chain import seal, verify
from opsportal.audit.models import AppendOnlyError, AuditEntry
from opsportal.audit.writing import note
from opsportal.models import Scope
from opsportal.tokens import make_token

pytestmark = pytest.mark.django_db
ALICE = Actor("alice", "192.0.2.1")


@pytest.fixture
def entries() -> list[AuditEntry]:
    """Three of them, sealed."""
    for number in range(3):
        note("changed", name=f"thing {number}", by=ALICE)
    seal()
    return list(AuditEntry.objects.order_by("position"))


def tamper(statement: str) -> None:
    """As somebody who owns the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS audit_entry_is_final")
        else:
            cursor.execute("DROP TRIGGER IF EXISTS audit_entry_is_final ON audit_auditentry")
        cursor.execute(statement)


# --- The chain ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "at", "reason"),
    [
        ("UPDATE audit_auditentry SET actor = 'bob' WHERE position = 2", 2, "it was changed"),
        ("UPDATE audit_auditentry SET hash = 'x' WHERE position = 1", 1, "it was changed"),
        ("DELETE FROM audit_auditentry WHERE position = 2", 2, "entries are missing"),
        ("DELETE FROM audit_auditentry WHERE position = 3", 3, "the end was cut off"),
        ("DELETE FROM audit_auditentry", 1, "the end was cut off"),
    ],
)
def test_what_was_changed_is_found(
    entries: list[AuditEntry], statement: str, at: int, reason: str
) -> None:
    assert verify().broken_at is None
    tamper(statement)
    found = verify()
    assert (found.broken_at, found.reason) == (at, reason)


def test_a_chain_made_anew_lacks_the_hash_noted_before(entries: list[AuditEntry]) -> None:
    noted = entries[-1].hash
    assert verify(noted).broken_at is None
    assert verify("0" * 64).reason == "the expected hash is not in it"


def test_the_command_ends_with_1_where_the_log_was_changed(
    entries: list[AuditEntry], capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("audit", "verify")
    assert "3 entries, all as they were written" in capsys.readouterr().out
    tamper("UPDATE audit_auditentry SET address = '' WHERE position = 2")
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "verify")
    assert ended.value.code == 1
    assert "at entry 2 it was changed" in capsys.readouterr().err


def test_the_command_knows_no_other_word() -> None:
    with pytest.raises(CommandError):
        call_command("audit", "forget")


def test_the_program_cannot_change_or_delete_entries(entries: list[AuditEntry]) -> None:
    with pytest.raises(AppendOnlyError):
        entries[0].save()
    with pytest.raises(AppendOnlyError):
        entries[0].delete()
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.filter(actor="alice").update(actor="bob")
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.all().delete()


def test_the_database_refuses_to_change_a_sealed_entry(entries: list[AuditEntry]) -> None:
    with (
        pytest.raises(DatabaseError, match="not changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE audit_auditentry SET actor = 'bob'")


def test_what_a_crash_left_unsealed_is_sealed_with_the_next(entries: list[AuditEntry]) -> None:
    note("changed", name="before the crash", by=ALICE)
    note("changed", name="after it", by=ALICE)
    assert seal() == 2
    assert seal() == 0
    assert verify().length == 5


@pytest.mark.django_db(transaction=True)
def test_an_entry_of_its_own_is_sealed_as_it_is_written_after_whatever_waited() -> None:
    note("looked at", name="GET /first", by=ALICE)
    AuditEntry.objects.bulk_create(
        [AuditEntry(time=datetime.now(UTC), actor="bob", action="changed", object_name="waited")]
    )
    note("looked at", name="GET /second", by=ALICE)
    assert (verify().length, verify().broken_at) == (3, None)
    sealed = AuditEntry.objects.order_by("position").values_list("object_name", flat=True)
    assert list(sealed) == ["GET /first", "waited", "GET /second"]


def test_the_head_is_told_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    note("changed", name="thing", by=ALICE)
    with caplog.at_level(logging.INFO, "opsportal.audit.chain"):
        seal()
    assert verify().head in caplog.text


# --- What is recorded -----------------------------------------------------------------------------


def last() -> AuditEntry:
    return AuditEntry.objects.latest("id")


@pytest.fixture
def check() -> Check:
    check = Check(name="shop", kind="http")
    save_check(check, {"url": "https://shop.example/", "headers": {"Authorization": "Bearer s3"}})
    return check


def api(client: Client, method: str, path: str, body: Any = None) -> Any:
    _, secret = make_token("robot", Scope.WRITE)
    return client.generic(
        method,
        path,
        "" if body is None else body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret}"},
        REMOTE_ADDR="192.0.2.9",
    )


def test_a_change_over_the_api_says_who_from_where_and_what(client: Client, check: Check) -> None:
    body = '{"interval_seconds": 300, "settings": {"url": "https://u:pw5@shop.example/"}}'
    answer = api(client, "PATCH", f"/api/v1/checks/{check.pk}", body)
    assert answer.status_code in {200, 400}, answer.content
    api(client, "PATCH", f"/api/v1/checks/{check.pk}", '{"interval_seconds": 400}')
    entry = last()
    assert entry.actor.startswith("token robot")
    assert (entry.address, entry.action) == ("192.0.2.9", "changed")
    assert (entry.object_type, entry.object_name) == ("monitoring.check", "shop")
    assert entry.changes["interval_seconds"][1] == 400
    said = " ".join(str(each.changes) for each in AuditEntry.objects.all())
    assert "pw5" not in said
    assert "Bearer" not in said


def test_a_deletion_keeps_what_was_there(client: Client, check: Check) -> None:
    assert api(client, "DELETE", f"/api/v1/checks/{check.pk}").status_code == 204
    assert last().action == "deleted"
    assert last().changes["kind"] == ["http", None]


def test_an_action_without_a_model_of_its_own_is_recorded(
    admin_client: Client, check: Check
) -> None:
    admin_client.post("/checks/shop/pause")
    assert "checks/shop/pause" in last().object_name or last().object_type == "monitoring.check"
    assert last().actor == "admin"


def test_a_password_is_changed_but_not_told(admin_client: Client) -> None:
    user = User.objects.create_user("bob", password="the first of them")
    answer = admin_client.post(
        f"/admin/auth/user/{user.pk}/password/",
        {"password1": "the second one, long", "password2": "the second one, long"},
    )
    assert answer.status_code == 302
    (entry,) = AuditEntry.objects.filter(object_name="bob", action="changed")
    assert entry.changes == {"password": ["(hidden)", "(hidden)"]}


def test_a_role_given_is_recorded(admin_client: Client) -> None:
    user = User.objects.create_user("bob", password="x")
    group = Group.objects.create(name="watchers")
    form = {
        "username": "bob",
        "is_active": "on",
        "groups": [group.pk],
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
    }
    assert admin_client.post(f"/admin/auth/user/{user.pk}/change/", form).status_code == 302
    changes = [entry.changes for entry in AuditEntry.objects.filter(object_name="bob")]
    assert {"groups added": ["watchers"]} in changes


SENSITIVE = (
    *("/admin/auth/user/", "/admin/auth/group/", "/admin/opsportal/apitoken/"),
    *("/admin/axes/accessattempt/", "/admin/audit/auditentry/"),
)


@pytest.mark.parametrize("path", SENSITIVE)
def test_a_sensitive_page_is_recorded_when_looked_at(admin_client: Client, path: str) -> None:
    assert admin_client.get(path).status_code == 200
    assert (last().actor, last().action) == ("admin", "looked at")
    assert (last().object_name, last().address) == (f"GET {path}", "127.0.0.1")


def test_a_look_at_the_recovery_key_or_a_backup_is_recorded_even_where_there_is_none(
    admin_client: Client,
) -> None:
    for path in ("/admin/backups/plan/key/download/", "/admin/backups/backup/1/download/"):
        admin_client.get(path)
        assert (last().action, last().object_name) == ("looked at", f"GET {path}")


def test_what_is_not_sensitive_is_looked_at_unrecorded(admin_client: Client) -> None:
    before = AuditEntry.objects.count()
    admin_client.get("/")
    admin_client.get("/admin/monitoring/check/")
    assert AuditEntry.objects.count() == before


def test_logins_are_recorded_without_passwords(client: Client) -> None:
    User.objects.create_user("alice", password="a long enough password", is_staff=True)
    for password in ("a wrong guess", "a long enough password"):
        client.post("/admin/login/", {"username": "alice", "password": password})
    failed, came = AuditEntry.objects.order_by("id")
    assert (failed.actor, failed.action) == ("alice", "failed to log in")
    assert (came.actor, came.action, came.address) == ("alice", "logged in", "127.0.0.1")
    assert "guess" not in str(failed.__dict__)


def test_what_a_role_may_not_do_is_recorded_as_refused(client: Client, check: Check) -> None:
    client.force_login(User.objects.create_user("carol", is_staff=True))
    assert client.post("/checks/shop/pause").status_code == 403
    assert (last().actor, last().action) == ("carol", "was refused")


def test_nobody_changes_entries_in_the_admin(
    admin_client: Client, entries: list[AuditEntry]
) -> None:
    address = f"/admin/audit/auditentry/{entries[0].pk}"
    assert "thing 0" in admin_client.get(f"{address}/change/").content.decode()
    assert admin_client.post(f"{address}/change/", {"actor": "x"}).status_code == 403
    assert admin_client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    assert admin_client.get("/admin/audit/auditentry/add/").status_code == 403


def test_what_workers_do_is_not_recorded(check: Check) -> None:
    check.enabled = False
    check.save()
    assert not AuditEntry.objects.exists()
