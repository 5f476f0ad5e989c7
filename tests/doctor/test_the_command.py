"""manage.py doctor, on portals that run and that do not."""

from __future__ import annotations

import io
import json
import threading

import pytest
from django.core.management import CommandError, call_command

from opsportal.doctor.base import ok, wrong
from opsportal.doctor.examination import examine, is_well
from tests.running_portal import RunningPortal, until


def test_a_part_that_hangs_or_breaks_does_not_hide_the_others() -> None:
    released = threading.Event()

    def hang() -> list[object]:
        released.wait(30)
        return []

    def break_down() -> list[object]:
        raise RuntimeError("no such thing")

    parts = {"first": hang, "second": break_down, "third": lambda: [ok("fine")]}
    examined = examine(parts, timeout_seconds=0.2)  # type: ignore[arg-type]
    released.set()
    assert [(each.part, each.finding.state) for each in examined] == [
        ("first", "wrong"),
        ("second", "wrong"),
        ("third", "ok"),
    ]
    assert not is_well(examined)


def test_what_is_wrong_ends_with_one_and_is_mended_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = {"broker": lambda: [wrong("it is away", "Start it.")], "disk": lambda: [ok("room")]}
    monkeypatch.setattr("opsportal.management.commands.doctor.PARTS", found)
    out = io.StringIO()
    with pytest.raises(SystemExit, match="1"):
        call_command("doctor", stdout=out)
    assert out.getvalue().splitlines() == [
        " wrong  broker  it is away",
        "                → Start it.",
        "    ok  disk    room",
        "1 wrong, 0 to improve.",
    ]
    call_command("doctor", "disk", stdout=out)  # only what is asked for


def test_an_unknown_part_is_refused() -> None:
    with pytest.raises(CommandError, match="invalid choice: 'heart'"):
        call_command("doctor", "heart")


def test_a_running_portal_is_well(running_portal: RunningPortal) -> None:
    moving = ("configuration", "database", "migrations", "broker", "processes", "worker", "beat")

    def is_well() -> bool:
        done = running_portal.manage("doctor", "--json")
        told = json.loads(done.stdout)
        assert told["healthy"] is (done.returncode == 0)
        states = {each["part"]: each["state"] for each in told["findings"]}
        return {states[name] for name in moving} == {"ok"}

    # Of a portal that has just started no scheduled task has come through yet.
    until(is_well, 60, "all that moves to be well")


def test_a_wrong_variable_is_a_finding_and_not_the_end(running_portal: RunningPortal) -> None:
    running_portal.variables["DEBUG"] = "perhaps"
    try:
        done = running_portal.manage("doctor", "configuration")
    finally:
        del running_portal.variables["DEBUG"]
    assert done.returncode == 1
    assert "DEBUG is wrong" in done.stdout
