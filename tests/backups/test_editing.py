"""Saving plans: what goes where stays true."""

from __future__ import annotations

from pathlib import Path

import pytest

from backups.editing import MASK, save_plan, source_of
from backups.models import Plan
from opsportal.lib.kinds import SettingsError
from tests.backups.plans import plan

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"cron": "at night"}, "cron"),
        ({"cron": "0 0 30 2 *"}, "cron"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"recipients": "age1nonsense"}, "recipients"),
        ({"keep_days": 0}, "keep_days"),
    ],
)
def test_what_cannot_work_is_refused(tmp_path: Path, fields: dict[str, object], field: str) -> None:
    with pytest.raises(SettingsError) as raised:
        plan(tmp_path / "a.sqlite3", tmp_path, **fields)
    assert field in raised.value.errors


def test_a_plan_without_any_destination_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="at least one"):
        plan(tmp_path / "a.sqlite3")


def test_another_place_is_another_row_whatever_the_order(tmp_path: Path) -> None:
    made = plan(tmp_path / "a.sqlite3", tmp_path / "here")
    row = made.destinations.get()
    places = [{"kind": "local", "path": str(tmp_path / each)} for each in ("far", "here")]
    save_plan(made, None, places)
    row.refresh_from_db()
    assert row.settings == {"path": str(tmp_path / "here")}
    save_plan(made, None, places[:1])
    assert [each.settings["path"] for each in made.destinations.all()] == [str(tmp_path / "far")]


def test_a_mask_keeps_the_secret_that_is_stored() -> None:
    url = "postgresql://app:s3cret@db-1/shop"
    made = Plan(name="Shop", source_kind="postgresql")
    save_plan(made, {"url": url}, [{"kind": "local", "path": "/srv/backups"}])
    assert "s3cret" not in f"{made.source_settings}{made.source_secrets}"
    save_plan(made, {"url": MASK})
    assert source_of(made).place == "shop on db-1"
