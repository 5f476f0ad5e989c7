"""One run of a plan: what is there afterwards, and what is not."""

from __future__ import annotations

import errno
import os
import sqlite3
import threading
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pyrage
import pytest
from pyrage import x25519

from backups import runner
from backups.destinations.local import LocalUpload
from backups.errors import CancelledError, SourceError
from backups.leasing import Lease
from backups.models import Backup, Plan
from backups.queueing import cancel, queue
from backups.runner import run
from backups.sources.base import Surroundings, Target
from backups.sources.sqlite import Sqlite
from backups.stages import compress
from monitoring import store
from tests.backups.plans import NOW_MS, backed_up, files_in, opened, plan, shop

pytestmark = pytest.mark.django_db


def test_a_source_that_is_not_there_fails_in_words_and_leaves_nothing(tmp_path: Path) -> None:
    made = backed_up(plan(tmp_path / "none.sqlite3", tmp_path / "kept"))
    assert (made.status, made.error) == ("failed", f"there is no file {tmp_path / 'none.sqlite3'}")
    assert files_in(tmp_path / "kept") == []
    assert made.finished_ms is not None


class NearlyFull:
    """A disk that has room for so many bytes."""

    def __init__(self, file: Any, room_bytes: int) -> None:
        self._file, self._room = file, room_bytes

    def write(self, data: bytes) -> int:
        piece = data[: self._room]
        self._room -= self._file.write(piece)
        if len(piece) < len(data):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return len(piece)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_a_disk_that_is_full_at_90_percent_leaves_nothing_and_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = plan(shop(tmp_path / "shop.sqlite3", rows=100_000), tmp_path / "kept")
    first = backed_up(of)
    before, room = files_in(tmp_path / "kept"), (first.size_bytes or 0) * 9 // 10
    assert room > 300_000  # in several pieces
    init = LocalUpload.__init__

    def nearly_full(self: LocalUpload, path: Path) -> None:
        init(self, path)
        self._file = NearlyFull(self._file, room)  # type: ignore[assignment]

    with monkeypatch.context() as patch:
        patch.setattr(LocalUpload, "__init__", nearly_full)
        made = backed_up(of)
    assert made.status == "failed"
    assert "No space left" in made.error
    assert files_in(tmp_path / "kept") == before
    assert backed_up(of).status == "verified"


def test_one_destination_that_fails_does_not_stop_the_others_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "file", tmp_path / "kept"))
    assert made.status == "verified"
    assert "not everywhere" in made.error
    assert [copy.is_there for copy in made.copies.all()] == [False, True]
    assert len(files_in(tmp_path / "kept")) == 2


def test_without_any_destination_that_works_it_failed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "file"))
    assert made.status == "failed"
    assert made.copies.count() == 0


def test_a_second_run_of_the_plan_is_refused_while_one_is_under_way(tmp_path: Path) -> None:
    of = plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept")
    first = queue(of, "test", NOW_MS)
    with pytest.raises(Exception, match="is under way"):
        queue(of, "test", NOW_MS)
    assert cancel(first, "ann")
    first.refresh_from_db()
    assert (first.status, first.error) == ("cancelled", "cancelled by ann")
    assert run(first.pk) is None


def test_a_bug_in_the_portal_is_a_failed_run_and_no_run_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compress, "forward", lambda *_: 1 / 0)
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept"))
    assert made.status == "failed"
    assert "its log says more" in made.error
    assert files_in(tmp_path / "kept") == []


def test_it_is_stored_restored_counted_and_compared(tmp_path: Path) -> None:
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept"))
    assert (made.status, made.proof, made.error) == ("verified", "restored", "")
    assert made.census["rows"] == {'ordérs "new"': 500}
    artifact = tmp_path / "kept" / made.key
    assert artifact.stat().st_size == made.size_bytes
    assert artifact.stat().st_mode & 0o077 == 0
    assert files_in(tmp_path / "kept") == [artifact.name, f"{artifact.name}.json"]


def test_the_recovery_key_opens_it_and_what_it_holds_is_a_database(tmp_path: Path) -> None:
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept"))
    back = tmp_path / "back.sqlite3"
    back.write_bytes(opened(tmp_path / "kept" / made.key))
    with closing(sqlite3.connect(back)) as database:
        assert database.execute('SELECT count(*) FROM "ordérs ""new"""').fetchone() == (500,)


def test_no_other_key_opens_it(tmp_path: Path) -> None:
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept"))
    with pytest.raises(pyrage.DecryptError, match="No matching keys"):
        pyrage.decrypt((tmp_path / "kept" / made.key).read_bytes(), [x25519.Identity.generate()])


def test_an_artifact_that_was_damaged_on_its_way_is_not_listed_as_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(self: LocalUpload) -> None:
        commit(self)
        data = bytearray(self._path.read_bytes())
        data[len(data) // 2] ^= 1
        self._path.write_bytes(data)

    commit = LocalUpload.commit
    monkeypatch.setattr(LocalUpload, "commit", damaged)
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept"))
    assert made.status == "failed"
    assert "restore test failed" in made.error
    (point,) = store.latest(store.Selector("restore_test_ok"))
    assert point.value == 0


def test_its_figures_are_series(tmp_path: Path) -> None:
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept"))
    names = ("backup_size_bytes", "backup_duration_seconds", "restore_test_ok")
    found = {name: store.latest(store.Selector(name, {"plan": "Shop"}))[0].value for name in names}
    assert found["backup_size_bytes"] == made.size_bytes
    assert found["restore_test_ok"] == 1
    assert store.latest(store.Selector("restore_test_duration_seconds"))


def test_what_a_killed_run_has_left_is_gone_after_the_next_one(tmp_path: Path) -> None:
    of, kept = plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept"), tmp_path / "kept"
    killed = queue(of, "test", NOW_MS)
    (kept / of.slug).mkdir(parents=True)
    for name in ("a.sqlite3.zst.age", "b.sqlite3.zst.age.partial"):
        (kept / of.slug / name).write_text("half")
    Backup.objects.filter(pk=killed.pk).update(status="failed", key=f"{of.slug}/a.sqlite3.zst.age")
    made = backed_up(of)
    name = made.key.rpartition("/")[2]
    assert files_in(kept) == [name, f"{name}.json"]


def test_a_writer_goes_on_while_it_is_copied(tmp_path: Path) -> None:
    path, over = shop(tmp_path / "shop.sqlite3"), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=20)) as database:
            while not over.is_set():
                database.execute('INSERT INTO "ordérs ""new""" (text) VALUES (?)', ("more",))
                database.commit()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = backed_up(plan(path, tmp_path / "kept"))
    finally:
        over.set()
        writer.join()
    assert made.status == "verified", made.error
    assert made.census["rows"]['ordérs "new"'] >= 500


@pytest.mark.parametrize(("verify", "proofs"), [("never", 0), ("sometimes", 1)])
def test_proof_is_left_out_where_the_plan_says_so(tmp_path: Path, verify: str, proofs: int) -> None:
    of: Plan = plan(
        shop(tmp_path / "shop.sqlite3"), tmp_path / "kept", verify=verify, verify_every=3
    )
    made = [backed_up(of).status for _ in range(3)]
    assert made.count("verified") == proofs
    assert set(made) <= {"stored", "verified"}


def test_a_cancelled_run_leaves_nothing(tmp_path: Path) -> None:
    of = plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept")
    queued = queue(of, "test", NOW_MS)

    class Asked(Lease):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            self.is_cancelled = True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "Lease", Asked)
        made = run(queued.pk)
    assert made is not None
    assert made.status == "cancelled"
    assert files_in(tmp_path / "kept") == []


def test_where_it_cannot_be_proved_it_is_kept_and_somebody_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Sqlite, around: Surroundings) -> AbstractContextManager[Target]:
        raise SourceError("PostgreSQL says: permission denied to create database")

    monkeypatch.setattr(Sqlite, "scratch", refused)
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept"))
    assert (made.status, made.proof) == ("stored", "none")
    assert "it could not be proved: there is no place to restore it to" in made.error
    assert len(files_in(tmp_path / "kept")) == 2
    assert store.latest(store.Selector("restore_test_ok"))[0].value == 0


def test_a_second_copy_that_was_damaged_on_its_way_is_no_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(self: LocalUpload) -> None:
        commit(self)
        if "two" in str(self._path):
            self._path.write_bytes(b"x" + self._path.read_bytes()[1:])

    commit = LocalUpload.commit
    monkeypatch.setattr(LocalUpload, "commit", damaged)
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "one", tmp_path / "two"))
    assert made.status == "verified"
    assert f"not everywhere: read back from {tmp_path / 'two'}: its checksum" in made.error
    assert [copy.is_there for copy in made.copies.all()] == [True, False]
    assert files_in(tmp_path / "two") == []


def test_without_a_restore_test_the_only_copy_is_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(self: LocalUpload) -> None:
        commit(self)
        self._path.write_bytes(self._path.read_bytes()[:-1])

    commit = LocalUpload.commit
    monkeypatch.setattr(LocalUpload, "commit", damaged)
    made = backed_up(plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept", verify="never"))
    assert made.status == "failed"
    assert "bytes instead of" in made.error
    assert files_in(tmp_path / "kept") == []


def test_a_database_that_is_damaged_is_said(tmp_path: Path) -> None:
    path = shop(tmp_path / "shop.sqlite3", rows=5000)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    data = bytearray(path.read_bytes())
    data[4096:] = os.urandom(len(data) - 4096)
    path.write_bytes(data)
    made = backed_up(plan(path, tmp_path / "kept"))
    assert made.status == "failed"
    assert "SQLite says: database disk image is malformed" in made.error
    assert files_in(tmp_path / "kept") == []


def test_an_empty_database_is_backed_up_too(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    made = backed_up(plan(tmp_path / "empty.sqlite3", tmp_path / "kept"))
    assert (made.status, made.error) == ("verified", "")
    assert made.census["rows"] == {}


def test_what_is_cancelled_in_its_proof_is_a_backup_all_the_same(tmp_path: Path) -> None:
    def watching(stage: str, done_bytes: int, expected_bytes: int | None) -> None:
        if stage == "restoring":
            raise CancelledError("cancelled by ann")

    of = plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "kept")
    made = run(queue(of, "test", NOW_MS).pk, watching)
    assert made is not None
    assert (made.status, made.error) == ("stored", "its restore test was cancelled by ann")
    assert len(files_in(tmp_path / "kept")) == 2
