"""New programs take the places of those that run; what cannot answer is taken away again."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from opsportal.supervisor.child import Child
from opsportal.supervisor.listening import listener_of, started_file
from opsportal.supervisor.program import Program, read_programs, write_programs
from opsportal.supervisor.reload import DRAIN_SECONDS, START_SECONDS, Reload
from tests.running_portal import RunningPortal, free_port, until

STARTS = (
    "import os, pathlib, time\n"
    "pathlib.Path(os.environ['OPSPORTAL_STARTED_FILE']).touch()\n"
    "os.fstat(int(os.environ['OPSPORTAL_LISTEN_DESCRIPTOR']))\n"
    "time.sleep(600)"
)
ENDS, HANGS = "import sys; sys.exit(3)", "import time; time.sleep(600)"


def server(code: str, port: int) -> Program:
    return Program("web", (sys.executable, "-c", code), listen=("127.0.0.1", port))


def worker(code: str = HANGS) -> Program:
    return Program("worker", (sys.executable, "-c", code))


class Children:
    """A web server and a worker that run, without a supervisor's loop."""

    def __init__(self, directory: Path) -> None:
        self.port, self.file = free_port(), directory / "programs.json"
        web = server(STARTS, self.port)
        state = directory / "portal.json"
        self.all = [Child(web, listener_of(web), started_file(state, web)), Child(worker())]
        for each in self.all:
            each.start()
        until(lambda: (directory / "web.started").exists(), 60, "the first server")

    def reload(self, *programs: Program) -> Reload:
        write_programs(self.file, programs)
        return Reload(self.file, self.all)

    def pids(self) -> list[int | None]:
        return [each.pid for each in self.all]

    def end(self) -> None:
        for each in self.all:
            each.signal_all(signal.SIGKILL)
            each.stopped_by(time.monotonic() + 10)
            if each.listener:
                each.listener.close()


def goes_on(reload: Reload, now: float) -> bool:
    reload.go_on(now)
    return reload.is_over


@pytest.fixture
def children(tmp_path: Path) -> Iterator[Children]:
    made = Children(tmp_path)
    yield made
    made.end()


def test_a_server_that_ends_is_not_taken_and_nothing_changes(children: Children) -> None:
    before = children.pids()
    reload = children.reload(server(ENDS, children.port), worker("pass"))
    until(lambda: goes_on(reload, 0.0), 60, "the end of the reload")
    assert reload.outcome == (
        "not reloaded: the new web server ended before it could answer (exit status 3)"
    )
    assert children.pids() == before
    assert children.all[1].program == worker()


def test_a_server_that_never_answers_is_taken_away(children: Children) -> None:
    before = children.pids()
    reload = children.reload(server(HANGS, children.port))
    reload.go_on(0.0)
    reload.go_on(START_SECONDS - 1)
    assert not reload.is_over
    until(lambda: goes_on(reload, START_SECONDS), 60, "the end of the new one")
    assert "did not answer in 60 s" in reload.outcome
    assert children.pids() == before


def test_programs_that_cannot_be_read_change_nothing(children: Children) -> None:
    before = children.pids()
    children.file.write_text('[{"name": "web"}]', encoding="utf-8")
    reload = Reload(children.file, children.all)
    reload.go_on(0.0)
    assert reload.is_over
    assert reload.outcome.startswith("not reloaded: it describes no program")
    assert children.pids() == before


def test_the_old_server_stays_until_its_clients_had_time_to_leave(children: Children) -> None:
    old, old_worker = children.all
    reload = children.reload(server(STARTS + "\n", children.port), worker("pass"))
    reload.go_on(0.0)
    until(lambda: goes_on(reload, 1.0) or children.all[0] is not old, 60, "the new server")
    reload.go_on(DRAIN_SECONDS)
    assert old.killed_at is None
    until(lambda: goes_on(reload, 1.0 + DRAIN_SECONDS), 60, "the old one gone")
    assert reload.outcome == "reloaded"
    assert old.process is None
    # The worker is told to end, and what starts in its place is the new program.
    assert old_worker.program == worker("pass")
    until(old_worker.collect, 60, "the end of the old worker")
    assert old_worker.restarts == 0


def test_parts_that_another_release_does_not_have_end_and_its_own_are_added(
    children: Children,
) -> None:
    web, old_worker = children.all
    added = Program("scheduler", (sys.executable, "-c", HANGS))
    reload = children.reload(server(STARTS + "\n", children.port), added)
    reload.go_on(0.0)
    until(lambda: goes_on(reload, 1.0) or children.all[0] is not web, 60, "the new server")
    until(lambda: goes_on(reload, 1.0 + DRAIN_SECONDS), 60, "the old ones gone")
    assert [each.program.name for each in children.all] == ["web", "scheduler"]
    assert old_worker.process is None


def test_programs_come_back_as_they_were_written(tmp_path: Path) -> None:
    programs = [server(STARTS, 1), worker(), Program("x", ("y",), "socket", None, "/")]
    write_programs(tmp_path / "programs.json", programs)
    assert read_programs(tmp_path / "programs.json") == programs


def test_a_reload_replaces_web_server_and_worker_but_not_the_broker(
    doomed_portal: RunningPortal,
) -> None:
    before = {name: doomed_portal.pid(name) for name in ("broker", "web", "worker")}
    reloads = doomed_portal.state["reload"]["number"]
    told = doomed_portal.manage("portal", "--reload")
    assert told.returncode == 0, told.stderr

    def is_over() -> bool:
        reload = doomed_portal.state["reload"]
        pids = [doomed_portal.state["processes"][name]["pid"] for name in before]
        return reload["number"] > reloads and reload["is_over"] and all(pids)

    until(is_over, 120, f"the reload\n{doomed_portal.log}")
    assert doomed_portal.state["reload"]["outcome"] == "reloaded"
    after = {name: doomed_portal.pid(name) for name in before}
    assert after["broker"] == before["broker"]
    until(doomed_portal.is_ready, 60, "ready after the reload")
    changed = [name for name in before if doomed_portal.pid(name) != before[name]]
    until(lambda: not _lives(before["worker"]), 60, "the old worker gone")
    assert "web" in changed


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_without_a_portal_there_is_nothing_to_reload(prepared_portal: RunningPortal) -> None:
    said = prepared_portal.manage("portal", "--reload")
    assert said.returncode == 1
    assert "No portal runs on" in said.stderr
