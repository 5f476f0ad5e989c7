"""Set-up makes roles, adds what a release brings, and never undoes what people did."""

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client

from opsportal.access.models import Role
from opsportal.access.roles import RoleName, ensure_roles, wanted
from opsportal.setup.roles import make_roles
from opsportal.setup.step import Outcome
from tests.access.conftest import ClientAs

pytestmark = pytest.mark.django_db
KNOWN = ("monitoring.view_check", "monitoring.change_check", "backups.change_plan", "auth.add_user")


def test_nobody_is_given_more_than_the_role_says() -> None:
    assert wanted(RoleName.VIEWER, KNOWN) == {"monitoring.view_check"}
    assert wanted(RoleName.OPERATOR, KNOWN) == {"monitoring.view_check", "monitoring.change_check"}
    assert wanted(RoleName.ADMINISTRATOR, KNOWN) == set(KNOWN)


def test_the_second_run_does_nothing() -> None:
    assert make_roles().outcome == Outcome.DONE
    assert make_roles().outcome == Outcome.ALREADY
    assert set(Group.objects.values_list("name", flat=True)) == set(RoleName)


def test_what_an_administrator_took_away_stays_away_and_what_is_new_comes() -> None:
    ensure_roles()
    viewers = Group.objects.get(name="viewer")
    taken, brought = (
        Permission.objects.get(codename=each) for each in ("view_plan", "view_silence")
    )
    viewers.permissions.remove(taken, brought)
    # As if the second had come with this release.
    role = Role.objects.get(group=viewers)
    Role.objects.update(given=[each for each in role.given if each != "alerts.view_silence"])
    ensure_roles()
    has = set(viewers.permissions.values_list("codename", flat=True))
    assert ("view_plan" in has, "view_silence" in has) == (False, True)


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_only_administrators_see_users_and_tokens(client_as: ClientAs, role: str) -> None:
    client = client_as(role)
    for address in ("/admin/auth/user/", "/admin/opsportal/apitoken/", "/admin/auth/group/"):
        assert client.get(address).status_code == 403, address


def test_an_administrator_cannot_become_a_superuser(client_as: ClientAs) -> None:
    client = client_as("administrator")
    me = User.objects.get(username="administrator")
    page = client.get(f"/admin/auth/user/{me.pk}/change/")
    assert page.status_code == 200
    assert 'name="is_superuser"' not in page.content.decode()
    form = {
        "username": "administrator",
        "is_active": "on",
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [str(group.pk) for group in me.groups.all()],
        "date_joined_0": "2026-01-01",
        "date_joined_1": "00:00:00",
    }
    client.post(f"/admin/auth/user/{me.pk}/change/", form)
    me.refresh_from_db()
    assert not me.is_superuser


def test_an_administrator_cannot_touch_a_superuser(client_as: ClientAs) -> None:
    root = User.objects.create_superuser("root", password="x")
    client = client_as("administrator")
    address = f"/admin/auth/user/{root.pk}"
    assert client.post(f"{address}/change/", {"username": "mine"}).status_code == 403
    assert client.post(f"{address}/delete/", {"post": "yes"}).status_code == 403
    passwords = client.post(f"{address}/password/", {"password1": "x", "password2": "x"})
    assert passwords.status_code == 403
    root.refresh_from_db()
    assert root.check_password("x")


def test_a_superuser_still_edits_everything(admin_client: Client) -> None:
    root = User.objects.get(username="admin")
    page = admin_client.get(f"/admin/auth/user/{root.pk}/change/")
    assert 'name="is_superuser"' in page.content.decode()


def test_somebody_without_staff_status_is_told_what_is_missing(client: Client, db: None) -> None:
    User.objects.create_user("viola", password="a long enough password")
    form = {"username": "viola", "password": "a long enough password"}
    told = client.post("/admin/login/", form).content.decode()
    assert "an administrator has to give it a role" in told
    wrong = client.post("/admin/login/", {**form, "password": "wrong"}).content.decode()
    assert "an administrator has to give it a role" not in wrong


def test_who_is_added_may_log_in_and_needs_no_more_than_a_role(admin_client: Client) -> None:
    password = "Quite-a-long-one-77"
    form = {"username": "viola", "password1": password, "password2": password}
    form["usable_password"] = "true"
    told = admin_client.post("/admin/auth/user/add/", form, follow=True).content.decode()
    assert "Give viola a role below" in told
    assert User.objects.get(username="viola").is_staff
