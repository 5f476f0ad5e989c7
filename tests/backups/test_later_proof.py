"""What a proof that is asked for later says about a backup, and what it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyrage import x25519

from backups.errors import BackupError, GoneError, ProofError, WrongKeyError
from backups.later_proof import verify
from backups.models import Backup, Plan
from backups.runner import surroundings
from monitoring import store
from tests.backups.plans import IDENTITY, backed_up, plan, shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def of(tmp_path: Path) -> Plan:
    return plan(shop(tmp_path / "shop.sqlite3"), tmp_path / "one", tmp_path / "two")


@pytest.fixture
def made(of: Plan) -> Backup:
    return backed_up(of)


def damage(artifact: Path) -> None:
    data = bytearray(artifact.read_bytes())
    data[len(data) // 2] ^= 1
    artifact.write_bytes(data)


def test_a_key_that_does_not_fit_says_nothing_against_it(made: Backup) -> None:
    with pytest.raises(WrongKeyError, match="does not open it"):
        verify(made, [x25519.Identity.generate()])
    made.refresh_from_db()
    assert (made.status, made.proof, made.error) == ("verified", "restored", "")


def test_a_place_that_does_not_answer_says_nothing_against_it(made: Backup, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).rename(tmp_path / f"{name}-unmounted")
    with pytest.raises(BackupError, match="cannot read"):
        verify(made, [])
    made.refresh_from_db()
    assert made.status == "verified"
    assert made.copies.filter(is_there=True).count() == 2


def test_a_place_that_is_away_is_no_reason_to_give_up_on_a_damaged_one(
    made: Backup, tmp_path: Path
) -> None:
    damage(tmp_path / "one" / made.key)
    (tmp_path / "two").rename(tmp_path / "unmounted")
    with pytest.raises(BackupError, match="cannot read"):
        verify(made, [])
    made.refresh_from_db()
    assert made.status == "verified"


def test_an_artifact_that_is_damaged_everywhere_is_no_backup(made: Backup, tmp_path: Path) -> None:
    for name in ("one", "two"):
        damage(tmp_path / name / made.key)
    with pytest.raises(ProofError, match="has been damaged"):
        verify(made, [])
    made.refresh_from_db()
    assert (made.status, made.proof) == ("failed", "none")
    assert store.latest(store.Selector("restore_test_ok"))[0].value == 0


def test_an_artifact_that_is_gone_everywhere_is_no_backup(made: Backup, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / made.key).unlink()
    with pytest.raises(GoneError, match="not there any more"):
        verify(made, [])
    made.refresh_from_db()
    assert made.status == "failed"
    assert made.copies.filter(is_there=True).count() == 0


def test_one_copy_that_is_damaged_is_named_and_the_other_restored(
    made: Backup, tmp_path: Path
) -> None:
    damage(tmp_path / "one" / made.key)
    words = verify(made, [IDENTITY])
    assert f"1 of 2 copies are whole ({tmp_path / 'one'}: " in words
    assert "restored and counted" in words
    made.refresh_from_db()
    assert made.status == "verified"
    assert ["damaged" in copy.error for copy in made.copies.all()] == [True, False]


def test_a_run_that_is_under_way_keeps_its_files(of: Plan, made: Backup) -> None:
    with surroundings(of) as around:
        (around.work_dir / "copy.sqlite3").write_text("of the run")
        verify(made, [IDENTITY])
        assert (around.work_dir / "copy.sqlite3").exists()
