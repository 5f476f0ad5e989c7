"""One reload: new programs take the places of those that run, and no request is dropped.

A server is started beside the one that runs, on the same listening socket. When it can answer, the
old one asks its clients to leave, and stops some seconds later; a server that cannot answer is
taken away again, and nothing has changed. The others are told to end and are then started anew. The
broker stays: what waits in it would be gone.
"""

from __future__ import annotations

import signal
from enum import Enum, auto
from pathlib import Path

from opsportal.supervisor.child import Child
from opsportal.supervisor.program import Program, read_programs

START_SECONDS = 60.0
# Between two requests of a client that keeps its connection there is usually less.
DRAIN_SECONDS = 2.0
LEAVE_SECONDS = 10.0
# For a task that is under way.
WORK_SECONDS = 30.0


class Stage(Enum):
    BEGIN = auto()
    STARTING = auto()
    DRAINING = auto()
    OVER = auto()


class Reload:
    """Moved on by `go_on`, which never waits. `children` is changed in place."""

    def __init__(self, programs_file: Path, children: list[Child]) -> None:
        self._file, self._children = programs_file, children
        self.stage, self.outcome = Stage.BEGIN, ""
        self._programs: dict[str, Program] = {}
        self._new: Child | None = None
        self._leaving: list[Child] = []
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        return self.stage is Stage.OVER and not self._leaving

    def go_on(self, now: float) -> None:
        """`now` is on the monotonic clock."""
        self._leaving = [each for each in self._leaving if each.process and not each.collect()]
        if self.stage is Stage.BEGIN:
            self._begin(now)
        elif self.stage is Stage.STARTING:
            self._wait_for_new(now)
        elif self.stage is Stage.DRAINING and now >= self._until:
            self._finish()

    def abandon(self) -> None:
        """The supervisor stops: whoever is not among the children goes at once."""
        for child in [*self._leaving, *([self._new] if self._new else [])]:
            child.signal_all(signal.SIGTERM)
            child.leave(0.0)
            child.collect()

    def _begin(self, now: float) -> None:
        try:
            self._programs = {each.name: each for each in read_programs(self._file)}
            server = self._server()
            if server is None or server.process is None:
                self._finish()
                return
            program = self._programs.get(server.program.name, server.program)
            self._new = Child(program, server.listener, server.started_file)
            self._new.start()
        except (OSError, ValueError) as error:
            self._new = None
            self._fail(str(error))
            return
        self.stage, self._until = Stage.STARTING, now + START_SECONDS

    def _wait_for_new(self, now: float) -> None:
        new, server = self._new, self._server()
        if new is None or new.started_file is None or server is None:
            self._fail("there is no web server")
        elif new.started_file.exists():
            self._children[self._children.index(server)] = new
            server.signal_all(signal.SIGUSR1)
            self._new, self._leaving = None, [server]
            self.stage, self._until = Stage.DRAINING, now + DRAIN_SECONDS
        elif how := new.collect():
            self._new = None
            self._fail(f"the new web server ended before it could answer ({how})")
        elif now >= self._until:
            self._fail(f"the new web server did not answer in {START_SECONDS:.0f} s")

    def _finish(self) -> None:
        for each in self._leaving:
            each.leave(LEAVE_SECONDS)
        for child in list(self._children):
            if child.program.ready_socket:
                continue
            program = self._programs.get(child.program.name)
            if program is None:
                self._children.remove(child)
                self._leaving.append(child)
            if program is None or child.listener is None:
                child.leave(WORK_SECONDS)
            child.program = program or child.program
            child.next_start = 0.0
        self._add_new()
        self.stage, self.outcome = Stage.OVER, "reloaded"

    def _add_new(self) -> None:
        """Another release may have other parts."""
        known = {child.program.name for child in self._children}
        new = [each for each in self._programs.values() if each.name not in known]
        # What listens was handed its socket above; another address is for the next start.
        self._children.extend(Child(each) for each in new if each.listen is None)

    def _fail(self, reason: str) -> None:
        if self._new:
            self._new.leave(LEAVE_SECONDS)
            self._leaving.append(self._new)
            self._new = None
        self.stage, self.outcome = Stage.OVER, f"not reloaded: {reason}"

    def _server(self) -> Child | None:
        return next((each for each in self._children if each.listener is not None), None)
