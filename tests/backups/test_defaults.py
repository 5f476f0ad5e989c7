"""What set-up makes of backups: a plan of the portal's own database, and the recovery key."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pytest

from backups import keys
from backups.defaults import make_defaults
from backups.models import Plan

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _data_dir(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path


def test_what_somebody_has_deleted_or_changed_is_not_made_again(tmp_path: Path) -> None:
    make_defaults(tmp_path / "backups", {})
    public = keys.recovery_recipients()
    path = keys.private_key_path()
    assert path is not None
    path.unlink()
    Plan.objects.update(name="Ours")
    assert make_defaults(tmp_path / "backups", {}) == []
    assert [str(each) for each in keys.recovery_recipients()] == [str(each) for each in public]
    assert keys.private_key_path() is None
    assert Plan.objects.get().name == "Ours"


def test_the_portals_database_daily_at_two_for_seven_days_proved_each_time(tmp_path: Path) -> None:
    make_defaults(tmp_path / "backups", {})
    plan = Plan.objects.get()
    assert (plan.name, plan.enabled, plan.cron) == ("Portal database", True, "0 2 * * *")
    assert (plan.keep_days, plan.verify) == (7, "always")
    assert [row.kind for row in plan.destinations.all()] == ["local"]


def test_the_private_half_is_its_owners_alone_and_not_in_the_database(tmp_path: Path) -> None:
    make_defaults(tmp_path / "backups", {})
    path = keys.private_key_path()
    assert path is not None
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    (identity,) = keys.identities_in(path)
    assert [str(each) for each in keys.recovery_recipients()] == [str(identity.to_public())]
    assert str(identity) not in str(Plan.objects.values())
