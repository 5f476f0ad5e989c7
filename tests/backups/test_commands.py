"""backup, backups, verify and restore on the command line."""

from __future__ import annotations

import io
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pyrage import x25519

from backups.models import Backup, Plan
from backups.queueing import queue
from backups.sources.base import Readable
from backups.stages import compress
from tests.backups.plans import IDENTITY, NOW_MS, backed_up, files_in, plan, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def of(tmp_path: Path, kept: Path) -> Plan:
    return plan(shop(tmp_path / "shop.sqlite3"), kept)


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.txt"
    path.write_text(f"# a comment\n{IDENTITY}\n")
    return path


def said(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=out)
    return out.getvalue()


def test_a_plan_that_is_not_there_is_told_with_those_that_are(of: Plan) -> None:
    with pytest.raises(CommandError, match="There are: Shop"):
        said("backup", "Shoop")


def test_a_backup_that_fails_ends_with_an_error(tmp_path: Path, kept: Path) -> None:
    plan(tmp_path / "none.sqlite3", kept)
    with pytest.raises(CommandError, match="Without a good backup: Shop"):
        said("backup")


def test_without_any_plan_it_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="add one in the admin"):
        said("backup")
    assert "manage.py backup makes one" in said("backups")
    with pytest.raises(CommandError, match="no good backup"):
        said("verify")


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "holds no age key"), ("AGE-SECRET-KEY-1XX", "no age key"), (None, "cannot read")],
)
def test_an_identity_file_that_is_none_is_said(
    of: Plan, tmp_path: Path, text: str | None, words: str
) -> None:
    backed_up(of)
    path = tmp_path / "wrong.txt"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CommandError, match=words):
        said("restore", "Shop", "--to", str(tmp_path / "b.sqlite3"), "--identity", str(path))


def test_another_key_opens_nothing_and_leaves_nothing(of: Plan, tmp_path: Path) -> None:
    backed_up(of)
    path = tmp_path / "other.txt"
    path.write_text(str(x25519.Identity.generate()))
    with pytest.raises(CommandError, match="does not open it"):
        said("restore", "Shop", "--to", str(tmp_path / "b.sqlite3"), "--identity", str(path))
    assert not list(tmp_path.glob("b.sqlite3*"))


def test_to_overwrite_somebody_has_to_be_asked(of: Plan, tmp_path: Path, key: Path) -> None:
    backed_up(of)
    target = shop(tmp_path / "b.sqlite3", rows=3)
    with pytest.raises(CommandError, match="needs --noinput"):
        said("restore", "Shop", "--to", str(target), "--identity", str(key), "--overwrite")


def test_without_a_target_nothing_is_restored(of: Plan) -> None:
    backed_up(of)
    with pytest.raises(CommandError, match="Give --to URL"):
        said("restore", "Shop")


def test_nothing_that_is_under_way_is_nothing_to_cancel(of: Plan) -> None:
    with pytest.raises(CommandError, match="Nothing is under way"):
        said("backup", "--cancel")


def test_a_copy_that_is_damaged_is_passed_over(tmp_path: Path, key: Path) -> None:
    of = plan(
        shop(tmp_path / "shop.sqlite3"), tmp_path / "one", tmp_path / "two", tmp_path / "three"
    )
    made = backed_up(of)
    (tmp_path / "one" / made.key).write_bytes(b"damaged")
    (tmp_path / "two" / made.key).unlink()
    to = tmp_path / "b.sqlite3"
    assert "restored 1 table" in said("restore", "Shop", "--to", str(to), "--identity", str(key))


def test_a_damaged_artifact_is_refused_before_anything_is_touched(
    of: Plan, kept: Path, tmp_path: Path, key: Path
) -> None:
    made = backed_up(of)
    artifact = kept / made.key
    damaged = bytearray(artifact.read_bytes())
    damaged[-1] ^= 1
    artifact.write_bytes(damaged)
    target, over = shop(tmp_path / "b.sqlite3", rows=3), ["--overwrite", "--noinput"]
    with pytest.raises(CommandError, match="has been damaged"):
        said("restore", "Shop", "--to", str(target), "--identity", str(key), *over)
    with closing(sqlite3.connect(target)) as database:
        assert database.execute('SELECT count(*) FROM "ordérs ""new"""').fetchone() == (3,)
    with pytest.raises(CommandError, match="has been damaged"):
        said("verify", str(made.pk))
    assert Backup.objects.get().status == "failed"


def test_a_target_that_is_not_empty_is_replaced_only_when_asked(
    of: Plan, tmp_path: Path, key: Path
) -> None:
    backed_up(of)
    target = shop(tmp_path / "b.sqlite3", rows=3)
    words = ["restore", "Shop", "--to", f"sqlite:///{target}", "--identity", str(key)]
    with pytest.raises(CommandError, match="--overwrite replaces it"):
        said(*words)
    assert "restored 1 table, 500 rows" in said(*words, "--overwrite", "--noinput")
    with closing(sqlite3.connect(target)) as database:
        assert database.execute('SELECT count(*) FROM "ordérs ""new"""').fetchone() == (500,)
    assert not list(tmp_path.glob("b.sqlite3?*"))


def test_a_plan_is_backed_up_and_listed(of: Plan, kept: Path) -> None:
    assert "restored and counted in" in said("backup", "Shop")
    listed = said("backups")
    assert "verified" in listed
    assert str(kept) in listed
    assert "kept: younger than a day" in said("backups", "--retention")
    assert len(files_in(kept)) == 2


def test_the_list_tells_when_nothing_would_be_deleted(of: Plan) -> None:
    for made in [backed_up(of) for _ in range(6)][:-1]:
        moment_ms = (made.started_ms or 0) - (30 - made.pk % 7) * 86_400_000
        Backup.objects.filter(pk=made.pk).update(started_ms=moment_ms)
    told = said("backups", "--retention")
    assert told.count("goes: older than 7 days") == 5
    assert "Shop: nothing would be deleted: 5 of 6 backups would go at once" in told
    assert said("backups", "--prune").count("deleted shop/shop-") == 5


def test_without_a_name_restore_lists_what_there_is(of: Plan) -> None:
    made = backed_up(of)
    told = said("restore")
    assert f"{made.pk} " in told
    assert "verified" in told
    assert "manage.py restore NUMBER --to URL" in told


def test_who_restores_is_told_what_it_is(of: Plan, tmp_path: Path, key: Path) -> None:
    backed_up(of)
    told = said("restore", "Shop", "--to", str(tmp_path / "b.sqlite3"), "--identity", str(key))
    assert "of Shop, made " in told
    assert "1 table, 500 rows" in told
    assert "verified, restored and counted" in told


def test_a_run_is_cancelled_from_another_terminal(of: Plan) -> None:
    queued = queue(of, "schedule", NOW_MS)
    assert "Asked to stop, which takes some seconds: Shop" in said("backup", "--cancel", "Shop")
    queued.refresh_from_db()
    assert (queued.status, queued.error) == ("cancelled", "cancelled by command line")


def test_ctrl_c_ends_a_run_in_order(of: Plan, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(stream: Readable, compression: compress.Compression) -> Readable:
        signal.raise_signal(signal.SIGINT)
        return forward(stream, compression)

    forward, before = compress.forward, signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(compress, "forward", pressed)
    with pytest.raises(CommandError, match="Without a good backup: Shop"):
        said("backup")
    made = Backup.objects.get()
    assert (made.status, made.error) == ("cancelled", "cancelled on the command line")
    assert files_in(kept) == []
    assert signal.getsignal(signal.SIGINT) == before


def test_the_recovery_sheet_has_real_names_and_no_secret(of: Plan, kept: Path) -> None:
    made = backed_up(of)
    sheet = said("backups", "--sheet")
    artifact = made.key.rpartition("/")[2]
    assert f"age -d -i KEY {artifact} | zstd -d > restored.sqlite3" in sheet
    assert str(kept) in sheet
    assert str(IDENTITY.to_public()) in sheet
    assert "SECRET" not in sheet


def test_a_later_proof_compares_the_checksum_or_with_the_key_everything(
    of: Plan, key: Path
) -> None:
    Plan.objects.update(verify="never")
    of.refresh_from_db()
    made = backed_up(of)
    assert "the checksum of 1 copy is right" in said("verify")
    made.refresh_from_db()
    assert (made.status, made.proof) == ("stored", "checksum")
    assert "restored and counted" in said("verify", "--identity", str(key))
    made.refresh_from_db()
    assert (made.status, made.proof) == ("verified", "restored")


@pytest.mark.parametrize("command", ["backup", "backups", "verify", "restore"])
def test_help_has_an_example(command: str) -> None:
    from importlib import import_module

    module = import_module(f"backups.management.commands.{command}")
    assert f"manage.py {command}" in module.Command.help
