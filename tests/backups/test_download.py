"""Downloading an artifact in the admin: who may, and that it is recorded."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from backups.models import Backup
from tests.backups.plans import backed_up, plan, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def made(tmp_path: Path) -> Backup:
    return backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept"))


def address(backup: Backup) -> str:
    return f"/admin/backups/backup/{backup.pk}/download/"


def test_who_may_see_backups_may_not_download_them(client: Client, made: Backup) -> None:
    user = User.objects.create_user("eve", password="x", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_backup"))
    client.force_login(user)
    assert client.post(address(made)).status_code == 403
    page = client.get(f"/admin/backups/backup/{made.pk}/change/").content.decode()
    assert "Download the artifact" not in page
    assert not LogEntry.objects.exists()


def test_a_link_downloads_nothing(admin_client: Client, made: Backup) -> None:
    assert admin_client.get(address(made)).status_code == 405


def test_a_copy_that_is_gone_is_said(admin_client: Client, made: Backup, tmp_path: Path) -> None:
    (tmp_path / "kept" / made.key).unlink()
    page = admin_client.post(address(made), follow=True).content.decode()
    assert "is not there any more" in page


def test_the_artifact_comes_as_it_is_and_it_is_recorded(
    admin_client: Client, made: Backup, tmp_path: Path
) -> None:
    page = admin_client.get(f"/admin/backups/backup/{made.pk}/change/").content.decode()
    assert "Download the artifact" in page
    answer = admin_client.post(address(made))
    assert b"".join(answer) == (tmp_path / "kept" / made.key).read_bytes()
    assert made.key.rpartition("/")[2] in answer["Content-Disposition"]
    assert LogEntry.objects.get().change_message == "Downloaded."
