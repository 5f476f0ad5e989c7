"""Files and directories, as a tar that holds what was there."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from backups import keys
from backups.census import Census, differences
from backups.errors import SourceError
from backups.sources.base import Surroundings
from backups.sources.files import Files


@pytest.fixture
def media(tmp_path: Path) -> Path:
    directory = tmp_path / "media"
    (directory / "sub dir").mkdir(parents=True)
    (directory / "ä \n b.txt").write_text("one")
    (directory / "sub dir" / "big.bin").write_bytes(os.urandom(500_000))
    (directory / "sub dir" / "empty").touch()
    (directory / "link").symlink_to("/etc/passwd")
    return directory


def archived(source: Files, around: Surroundings, into: Path) -> Census:
    with source.dump(around) as dump, into.open("wb") as file:
        while data := dump.stream.read(65536):
            file.write(data)
        dump.finish()
        return dump.census(checksums=True)


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(SourceError, match="there is no"),
        Files(paths=[str(tmp_path / "none")]).dump(Surroundings(tmp_path)),
    ):
        pass


@pytest.mark.parametrize("paths", [[], ["media"]])
def test_paths_have_to_be_absolute_and_some(paths: list[str]) -> None:
    with pytest.raises(ValueError, match="paths"):
        Files(paths=paths)


def test_a_directory_that_is_not_empty_is_not_replaced_unasked(tmp_path: Path, media: Path) -> None:
    with (
        pytest.raises(SourceError, match="is not empty"),
        Files.restoring(str(media), False, Surroundings(tmp_path)),
    ):
        pass


def test_a_dump_that_is_left_early_leaves_no_thread(tmp_path: Path, media: Path) -> None:
    with Files(paths=[str(media)]).dump(Surroundings(tmp_path)) as dump:
        assert dump.stream.read(10)


def test_what_was_archived_is_what_is_restored_without_links(tmp_path: Path, media: Path) -> None:
    source, around = Files(paths=[str(media)]), Surroundings(tmp_path)
    census = archived(source, around, tmp_path / "a.tar")
    with source.scratch(around) as target, (tmp_path / "a.tar").open("rb") as file:
        target.load(file)
        found = target.census(checksums=True)
    assert found.rows == {"files": 3}
    assert differences(census, found) == []
    assert not (tmp_path / "scratch").exists()


def test_a_truncated_archive_is_refused(tmp_path: Path, media: Path) -> None:
    source, around = Files(paths=[str(media)]), Surroundings(tmp_path)
    archived(source, around, tmp_path / "a.tar")
    os.truncate(tmp_path / "a.tar", 100_000)
    with (
        source.scratch(around) as target,
        (tmp_path / "a.tar").open("rb") as file,
        pytest.raises(SourceError, match="tar says"),
    ):
        target.load(file)


def test_a_restored_directory_takes_its_name_at_the_end(tmp_path: Path, media: Path) -> None:
    source, around = Files(paths=[str(media)]), Surroundings(tmp_path)
    archived(source, around, tmp_path / "a.tar")
    with (
        Files.restoring(str(tmp_path / "back"), False, around) as target,
        (tmp_path / "a.tar").open("rb") as file,
    ):
        target.load(file)
        assert not (tmp_path / "back").exists()
    inside = tmp_path / "back" / str(media).lstrip("/")
    assert (inside / "sub dir" / "big.bin").stat().st_size == 500_000


def test_a_file_of_two_names_is_two_files(tmp_path: Path, media: Path) -> None:
    (media / "first").write_text("one and the same")
    (media / "second").hardlink_to(media / "first")
    source, around = Files(paths=[str(media)]), Surroundings(tmp_path)
    census = archived(source, around, tmp_path / "a.tar")
    with source.scratch(around) as target, (tmp_path / "a.tar").open("rb") as file:
        target.load(file)
        assert differences(census, target.census(checksums=True)) == []


def test_the_key_that_opens_the_backups_is_in_none_of_them(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path / "var"
    keys.make_recovery_key()
    source = Files(paths=[str(tmp_path / "var")])
    census = archived(source, Surroundings(tmp_path), tmp_path / "a.tar")
    assert b"AGE-SECRET-KEY" not in (tmp_path / "a.tar").read_bytes()
    assert census.rows == {"files": 1}
