"""What is no backup any more goes, and nothing else."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from backups import pruning
from backups.destinations.local import Local
from backups.errors import DestinationError
from backups.models import Backup, Copy, Plan
from backups.pruning import prune
from backups.sweeping import forget, sweep
from tests.backups.plans import backed_up, files_in, plan, shop

pytestmark = pytest.mark.django_db
DAY_MS = 86_400_000


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def of(tmp_path: Path, kept: Path) -> Plan:
    return plan(shop(tmp_path / "shop.sqlite3"), kept, tmp_path / "too")


def aged(made: Backup, days: int, now_ms: int) -> None:
    moment_ms = now_ms - days * DAY_MS
    Backup.objects.filter(pk=made.pk).update(started_ms=moment_ms, queued_ms=moment_ms)


def now_ms_of(made: Backup) -> int:
    return (made.finished_ms or 0) + 1000


class KilledError(BaseException):
    pass


def killed(*_: object, **__: object) -> None:
    raise KilledError


def test_one_that_is_being_deleted_is_not_listed_as_good_and_its_rest_goes_later(
    of: Plan, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = backed_up(of), backed_up(of)
    now_ms = now_ms_of(new)
    aged(old, 30, now_ms)
    with monkeypatch.context() as patch:
        patch.setattr(Local, "delete", killed)
        with pytest.raises(KilledError):
            prune(of, now_ms)
    old.refresh_from_db()
    assert old.status == "deleted"
    assert len(files_in(kept)) == 4
    assert sweep(of, now_ms) == 1
    assert files_in(kept) == sorted(new.key.rpartition("/")[2] + end for end in ("", ".json"))


def test_one_that_cannot_be_deleted_is_tried_again(
    of: Plan, kept: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refused(self: Local, key: str) -> None:
        raise DestinationError("access denied")

    old, new = backed_up(of), backed_up(of)
    now_ms = now_ms_of(new)
    aged(old, 30, now_ms)
    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(Local, "delete", refused)
        assert prune(of, now_ms) == [old]
    assert "cannot be deleted: access denied" in caplog.text
    assert {copy.error for copy in old.copies.all()} == {"cannot be deleted: access denied"}
    assert forget(now_ms + 900 * DAY_MS) == 0
    sweep(of, now_ms)
    assert len(files_in(kept)) == 2
    assert not old.copies.filter(is_there=True).exists()


def test_one_that_is_pinned_at_the_last_moment_stays(
    of: Plan, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = backed_up(of), backed_up(of)
    now_ms = now_ms_of(new)
    aged(old, 30, now_ms)
    decided = pruning.dry_run(of, now_ms)
    Backup.objects.filter(pk=old.pk).update(pinned=True)
    monkeypatch.setattr(pruning, "dry_run", lambda *_: decided)
    assert prune(of, now_ms) == []
    assert len(files_in(kept)) == 4


def test_a_run_that_is_killed_before_its_row_leaves_nothing_in_any_destination(
    of: Plan, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Copy.objects, "create", killed)
        with pytest.raises(KilledError):
            backed_up(of)
    assert len(files_in(kept)) == len(files_in(tmp_path / "too")) == 2
    made = backed_up(of)
    assert made.status == "verified"
    for place in (kept, tmp_path / "too"):
        assert files_in(place) == [made.key.rpartition("/")[2] + end for end in ("", ".json")]


def test_what_is_of_no_row_is_not_ours(of: Plan, kept: Path) -> None:
    """The portal's own database may have been restored from yesterday's backup."""
    made = backed_up(of)
    (kept / of.slug / "shop-20300101T000000Z-9.sqlite3.zst.age").write_text("made after that")
    (kept / "other").mkdir()
    (kept / "other" / "other-20200101T000000Z-9.tar.zst.age").write_text("of another portal")
    sweep(of, now_ms_of(made))
    assert len(files_in(kept)) == 4


def test_what_failed_its_proof_may_be_looked_at_for_a_day(of: Plan, kept: Path) -> None:
    made = backed_up(of)
    now_ms = now_ms_of(made)
    Backup.objects.filter(pk=made.pk).update(status="failed", proved_ms=now_ms)
    aged(made, 3, now_ms)
    sweep(of, now_ms + DAY_MS // 2)
    assert len(files_in(kept)) == 2
    Backup.objects.filter(pk=made.pk).update(pinned=True)
    sweep(of, now_ms + 2 * DAY_MS)
    assert len(files_in(kept)) == 2
    Backup.objects.filter(pk=made.pk).update(pinned=False)
    sweep(of, now_ms + 2 * DAY_MS)
    assert files_in(kept) == []


def test_a_destination_that_is_away_does_not_hinder_the_others(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    of = plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "one", tmp_path / "two")
    made = backed_up(of)
    Backup.objects.filter(pk=made.pk).update(status="deleted")
    made.copies.update(is_there=False)
    (tmp_path / "one").rename(tmp_path / "away")
    sweep(of, now_ms_of(made))
    assert files_in(tmp_path / "two") == []
