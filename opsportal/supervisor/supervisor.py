"""Starts every program, starts again what dies, stops all of them in time."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from opsportal.supervisor.child import Child
from opsportal.supervisor.listening import listener_of, started_file
from opsportal.supervisor.notify import Notifier
from opsportal.supervisor.program import Program
from opsportal.supervisor.reload import Reload

READY_SECONDS = 10.0
# Together under the ten seconds within which a stop is promised.
STOP_SECONDS = 7.0
LAST_STOP_SECONDS = 1.5
LOOK_SECONDS = 1.0
RELOAD_LOOK_SECONDS = 0.05


class Supervisor:
    """`state_file` tells other processes who runs, and is gone after a clean stop."""

    def __init__(self, programs: Sequence[Program], state_file: Path) -> None:
        self.children = [
            Child(each, listener_of(each), started_file(state_file, each)) for each in programs
        ]
        self.state_file = state_file
        self.reload: Reload | None = None
        self.reloads = 0
        self.stopping = False
        self._reload_asked = False
        self._wakeup, self._bell = socket.socketpair()
        self._notifier = Notifier()

    def run(self) -> None:
        self._listen()
        try:
            self._start_due()
            self._notifier.tell("READY=1")
            while not self.stopping:
                self._start_due()
                self._notifier.tell("WATCHDOG=1")
                self._sleep()
                self._collect_dead()
                self._continue_reload()
        finally:
            self._notifier.tell("STOPPING=1")
            self._stop()
            self.state_file.unlink(missing_ok=True)

    # --- Signals --------------------------------------------------------------------------------

    def _listen(self) -> None:
        """Signals only ring a bell, so that everything happens in one place: the loop."""
        for end in (self._wakeup, self._bell):
            end.setblocking(False)
        signal.set_wakeup_fd(self._bell.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGTERM, self._on_stop)
        signal.signal(signal.SIGINT, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)

    def _on_stop(self, *_: object) -> None:
        self.stopping = True

    def _on_reload(self, *_: object) -> None:
        self._reload_asked = True

    def _sleep(self) -> None:
        now = time.monotonic()
        waits = [child.next_start - now for child in self.children if child.process is None]
        look = RELOAD_LOOK_SECONDS if self.reload and not self.reload.is_over else LOOK_SECONDS
        readable, _, _ = select.select([self._wakeup], [], [], max(0.0, min([*waits, look])))
        if readable:
            self._wakeup.recv(4096)

    # --- Life and death -------------------------------------------------------------------------

    def _start_due(self) -> None:
        for child in self.children:
            if self.stopping or child.process or child.next_start > time.monotonic():
                continue
            try:
                child.start()
            except OSError as error:
                child.postpone()
                say(f"cannot start {child.program.name}: {error.strerror}")
                continue
            self._write_state()
            if child.program.ready_socket:
                self._wait_ready(child)

    def _wait_ready(self, child: Child) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline and not self.stopping:
            if _answers(child.program.ready_socket):
                return
            if child.process is None or child.process.poll() is not None:
                return
            time.sleep(0.02)

    def _collect_dead(self) -> None:
        for child in self.children:
            is_leaving = child.killed_at is not None
            how = child.collect()
            if how is None or self.stopping or is_leaving:
                continue
            delay = round(child.next_start - time.monotonic())
            when = f"in {delay} s" if delay >= 1 else "now"
            times = f"restart {child.restarts}"
            say(f"{child.program.name} died ({how}), restarting {when} ({times})")
            self._write_state()

    def _continue_reload(self) -> None:
        if self._reload_asked and (self.reload is None or self.reload.is_over):
            self._reload_asked, self.reloads = False, self.reloads + 1
            self.reload = Reload(self.state_file.with_name("programs.json"), self.children)
            say("reloading …")
        elif self.reload is None or self.reload.is_over:
            return
        self.reload.go_on(time.monotonic())
        if self.reload.is_over:
            say(self.reload.outcome)
        self._write_state()

    def _stop(self) -> None:
        say("stopping …")
        if self.reload:
            self.reload.abandon()
        # The broker goes last: the others still say goodbye to it.
        *first, last = sorted(self.children, key=lambda child: bool(child.program.ready_socket))
        _stop_together(first, STOP_SECONDS)
        _stop_together([last], LAST_STOP_SECONDS)
        say("stopped")

    def _write_state(self) -> None:
        state = {
            "supervisor": {"pid": os.getpid()},
            "reload": {
                "number": self.reloads,
                "is_over": self.reload is None or self.reload.is_over,
                "outcome": self.reload.outcome if self.reload else "",
            },
            "processes": {
                child.program.name: {
                    "pid": child.pid,
                    "restarts": child.restarts,
                    "started_at": child.started_at,
                    "last_death": child.last_death,
                }
                for child in self.children
            },
        }
        temporary = self.state_file.with_suffix(".new")
        try:
            temporary.write_text(json.dumps(state), encoding="utf-8")
            temporary.replace(self.state_file)
        except OSError as error:
            # A full disk must not bring down what still works.
            say(f"cannot write {self.state_file.name}: {error.strerror}")


def _stop_together(children: Sequence[Child], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    for child in children:
        child.signal_all(signal.SIGTERM)
    for child in children:
        if not child.stopped_by(deadline):
            say(f"{child.program.name} did not stop in {seconds:.0f} s and is killed")
    for child in children:
        child.signal_all(signal.SIGKILL)
        child.stopped_by(time.monotonic() + 1)


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError:
            return False
    return True


def say(text: str) -> None:
    print(f"portal: {text}", flush=True)  # noqa: T201  (the supervisor's log is its output)
