"""The first page of the admin says what an installation still lacks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from backups.defaults import make_defaults
from backups.keys import private_key_path

pytestmark = pytest.mark.django_db
BUCKET = {"bucket": "shop-backups"}


def page(client: Client) -> str:
    return str(client.get("/admin/").content.decode())


@pytest.fixture(autouse=True)
def _data_dir(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def test_the_recovery_key_nags_until_it_is_gone(admin_client: Client, tmp_path: Path) -> None:
    make_defaults(tmp_path / "backups", BUCKET)
    assert "recovery key of the backups still lies on this machine" in page(admin_client)
    path = private_key_path()
    assert path is not None
    path.unlink()
    assert "recovery key" not in page(admin_client)


def test_backups_that_are_on_this_machine_alone_are_told(
    admin_client: Client, tmp_path: Path
) -> None:
    make_defaults(tmp_path / "backups", {})
    assert "kept on this machine, or on a disk of it, alone" in page(admin_client)


def test_whoever_may_not_see_plans_is_not_told(client: Client, tmp_path: Path) -> None:
    make_defaults(tmp_path / "backups", {})
    client.force_login(User.objects.create_user("eve", is_staff=True))
    assert "First steps" not in page(client)
