"""Environments are shared by releases with the same lock, and go with the last of them."""

import os
import sys
from pathlib import Path

from opsportal.deployment.commands import Commands
from opsportal.deployment.environments import install, remove_unused
from opsportal.deployment.places import Places, Release


def release(places: Places, name: str, lock: str) -> Release:
    made = places.release(name)
    made.directory.mkdir(parents=True)
    (made.directory / "requirements.txt").write_text(lock, encoding="utf-8")
    return made


def test_the_same_lock_shares_an_environment_and_an_unused_one_is_removed(tmp_path: Path) -> None:
    places, commands = Places(tmp_path), Commands(tmp_path / "log")
    first, second = release(places, "a" * 12, "one\n"), release(places, "b" * 12, "one\n")
    third = release(places, "c" * 12, "another\n")
    for each in (first, third):
        (places.environments / each.lock_key / "bin").mkdir(parents=True)
        (places.environments / each.lock_key / "bin" / "python").symlink_to(sys.executable)
    running = Release(tmp_path, Path(sys.executable))
    for each in (first, second, third):
        said = install(commands, places, each, running)
        assert said == "the same dependencies as before"
        assert each.python.exists()
    assert remove_unused(places) == []
    (third.directory / ".venv").unlink()
    assert remove_unused(places) == [third.lock_key]
    assert os.listdir(places.environments) == [first.lock_key]  # noqa: PTH208


def test_an_environment_of_the_same_lock_as_the_running_one_is_made_of_links(
    tmp_path: Path, monkeypatch: object
) -> None:
    """Without the network, and without room: the files are the same."""
    ours = tmp_path / "ours"
    (ours / "bin").mkdir(parents=True)
    (ours / "bin" / "tool").write_text("tool", encoding="utf-8")
    places, commands = Places(tmp_path / "data"), Commands(tmp_path / "log")
    made = release(places, "a" * 12, "one\n")
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "requirements.txt").write_text("one\n", encoding="utf-8")
    monkeypatch.setattr(sys, "prefix", str(ours))  # type: ignore[attr-defined]
    install(commands, places, made, Release(checkout))
    copy = made.directory / ".venv/bin/tool"
    assert copy.samefile(ours / "bin" / "tool")
    # An upgrade of the other puts a new file there.
    (ours / "bin" / "tool").unlink()
    (ours / "bin" / "tool").write_text("newer", encoding="utf-8")
    assert copy.read_text(encoding="utf-8") == "tool"
