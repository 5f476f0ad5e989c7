"""A directory as a destination."""

from __future__ import annotations

from pathlib import Path

import pytest

from backups.destinations.local import Local
from backups.errors import DestinationError


def test_a_path_that_is_not_absolute_is_refused() -> None:
    with pytest.raises(ValueError, match="must be absolute"):
        Local(path="backups")


@pytest.mark.parametrize("key", ["../out", "/etc/passwd", "a/../../out"])
def test_nothing_outside_of_it_is_touched(tmp_path: Path, key: str) -> None:
    place = Local(path=str(tmp_path / "kept"))
    for do in (place.upload, place.delete):
        with pytest.raises(DestinationError, match="outside"):
            do(key)


def test_a_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DestinationError, match="cannot write to"):
        Local(path=str(tmp_path / "file")).upload("a/b")


def test_nothing_is_there_before_the_commit_and_all_after(tmp_path: Path) -> None:
    place = Local(path=str(tmp_path))
    upload = place.upload("plan/a")
    upload.write(b"one ")
    assert list(place.listed("")) == []
    upload.write(b"two")
    upload.commit()
    with place.open("plan/a") as file:
        assert file.read() == b"one two"
    assert [each.key for each in place.listed("plan/")] == ["plan/a"]


def test_an_abort_leaves_nothing_and_never_fails(tmp_path: Path) -> None:
    upload = Local(path=str(tmp_path)).upload("plan/a")
    upload.write(b"one")
    upload.abort()
    upload.abort()
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_a_sweep_takes_what_is_half_and_of_its_own_prefix(tmp_path: Path) -> None:
    place = Local(path=str(tmp_path))
    for key in ("app/a.partial", "app-web/b.partial", "app/whole"):
        (tmp_path / key).parent.mkdir(exist_ok=True)
        (tmp_path / key).touch()
    assert place.sweep("app/", 2**53) == 1
    assert sorted(each.name for each in tmp_path.rglob("*") if each.is_file()) == [
        "b.partial",
        "whole",
    ]
    assert place.sweep("app-web/", 0) == 0


def test_what_is_gone_already_is_deleted(tmp_path: Path) -> None:
    Local(path=str(tmp_path)).delete("plan/none")
