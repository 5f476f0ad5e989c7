"""Environments are shared by releases with the same lock, and go with the last of them."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from opsportal.deployment.commands import Commands
from opsportal.deployment.environments import install, remove_unused
from opsportal.deployment.errors import DeploymentError
from opsportal.deployment.places import Places, Release


def release(places: Places, name: str, lock: str) -> Release:
    made = places.release(name)
    made.directory.mkdir(parents=True)
    (made.directory / "requirements.txt").write_text(lock, encoding="utf-8")
    return made


def wheel(directory: Path, version: str) -> str:
    """A package of one module, as a file; what a lock calls it."""
    path = directory / f"tiny-{version}-py3-none-any.whl"
    info = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("tiny.py", f"VERSION = '{version}'\n")
        file.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n"
        )
        file.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{info}/RECORD", "")
    return f"--no-index\n./{path.name}\n"


def test_a_lock_that_cannot_be_installed_leaves_no_environment(tmp_path: Path) -> None:
    places, commands = Places(tmp_path), Commands(tmp_path / "log")
    made = release(places, "a" * 12, "--no-index\n./missing-1.0-py3-none-any.whl\n")
    with pytest.raises(DeploymentError, match="installing the dependencies failed"):
        install(commands, places, made, release(places, "b" * 12, "before\n"))
    assert not (places.environments / made.lock_key).exists()
    assert not (made.directory / ".venv").exists()


def test_a_changed_lock_is_installed_into_an_environment_of_its_own(tmp_path: Path) -> None:
    places, commands = Places(tmp_path), Commands(tmp_path / "log")
    before = release(places, "a" * 12, "before\n")
    made = release(places, "b" * 12, "")
    (made.directory / "requirements.txt").write_text(wheel(made.directory, "2.0"), encoding="utf-8")
    assert install(commands, places, made, before) == "dependencies installed"
    code = "import sys, tiny; print(tiny.VERSION, sys.prefix)"
    said = subprocess.run(
        [str(made.python), "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert said[0] == "2.0"
    assert Path(said[1]).resolve() == (places.environments / made.lock_key).resolve()


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
