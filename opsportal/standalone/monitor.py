"""One look, or one after the other: the one place that reads, tells, remembers and waits."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Sequence

from opsportal.env import Environment
from opsportal.standalone import memory, wording
from opsportal.standalone.channels.base import Channel, NotTakenError
from opsportal.standalone.channels.registry import channels_from
from opsportal.standalone.deciding import Episode, Reason, Told, next_episode, reason_to_tell
from opsportal.standalone.hiding import without_token_on_argv
from opsportal.standalone.http import NoAnswerError, get
from opsportal.standalone.judging import judge, judge_failure
from opsportal.standalone.log import Log
from opsportal.standalone.options import BadOptionsError, Defaults, Options, parsed
from opsportal.standalone.verdict import State, Verdict


def main(words: Sequence[str], defaults: Defaults | None = None) -> int:
    """A plugin's exit status. Whatever happens, one line says why."""
    try:
        options = parsed(words, Environment(os.environ), defaults or Defaults())
        if options.every_seconds:
            without_token_on_argv(options.token)
        return run(options, channels_from(Environment(os.environ)) if options.tells else [])
    except (BadOptionsError, ValueError) as error:
        return _print(Verdict(State.UNKNOWN, str(error)))
    except Exception as error:
        # Whoever reads a plugin reads one line, not a traceback.
        return _print(Verdict(State.UNKNOWN, f"{type(error).__name__}: {error}"))


def run(options: Options, channels: Sequence[Channel]) -> int:
    monitor = Monitor(options, channels)
    if options.every_seconds:
        return monitor.loop()
    return _print(monitor.cycle())


def _print(verdict: Verdict) -> int:
    print(verdict.line, flush=True)  # noqa: T201  (a plugin's answer is its output)
    return int(verdict.state)


class Monitor:
    def __init__(self, options: Options, channels: Sequence[Channel]) -> None:
        self._options, self._channels = options, channels
        self._log = Log(options.directory)
        self._file = memory.path_for(options.directory, options.url)
        self._memory = memory.Memory()
        self._stop = threading.Event()

    def loop(self) -> int:
        """Until SIGTERM or Ctrl-C. A look that takes long does not move the next one."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        if not self._channels:
            self._log.write("warning", text="nobody is told: no SLACK_WEBHOOK_URL, ALERT_EMAIL_TO")
        due = time.monotonic()
        while not self._stop.is_set():
            _print(self.cycle())
            due = max(due + self._options.every_seconds, time.monotonic())
            self._stop.wait(max(0.0, due - time.monotonic()))
        return 0

    def cycle(self) -> Verdict:
        verdict = self.look()
        if not self._options.tells:
            return verdict
        try:
            with memory.alone_with(self._file):
                self._memory = memory.load(self._file)
                verdict = self._looked_again(verdict)
                self._tell(verdict, keeping=True)
        except OSError as error:
            # A full disk: what this process remembers has to do.
            self._log.write("error", text=f"the state cannot be kept: {error.strerror}")
            self._tell(verdict, keeping=False)
        return verdict

    def look(self) -> Verdict:
        options = self._options
        headers = [f"Authorization: Bearer {options.token}"] if options.token else []
        accept = "Accept: application/health+json, application/json;q=0.9, */*;q=0.1"
        began = time.monotonic()
        try:
            answer = get(options.url, [accept, *headers], options.timeout_seconds)
            verdict = judge(answer, options.limits, has_token=bool(options.token))
        except NoAnswerError as error:
            verdict = judge_failure(error, options.limits)
        self._log.write(
            "look",
            url=options.url,
            state=verdict.state.name,
            text=verdict.text,
            took_ms=round((time.monotonic() - began) * 1000, 1),
            measures={each.label: each.value for each in verdict.measures},
        )
        return verdict

    def _looked_again(self, verdict: Verdict) -> Verdict:
        """One lost packet is nobody's trouble."""
        before = self._memory.episode or Episode()
        if verdict.state in (State.OK, before.state) or not self._options.again_seconds:
            return verdict
        self._stop.wait(self._options.again_seconds)
        return self.look()

    def _tell(self, verdict: Verdict, *, keeping: bool) -> None:
        """Raises OSError where it cannot keep what it told."""
        now, remembered = time.time(), self._memory
        remembered.episode = next_episode(remembered.episode, verdict.state, now)
        if keeping:
            # First: one that is killed while it tells then tells with the same key again.
            memory.save(self._file, remembered)
        for channel in self._channels:
            told = remembered.told.get(channel.name)
            reason = reason_to_tell(told, verdict.state, now, self._options.repeat_seconds)
            if reason is None:
                continue
            since = remembered.episode.since if reason == Reason.BEGAN or not told else told.since
            notice = wording.notice(reason, verdict, self._options.url, since, told, now)
            try:
                channel.tell(notice)
            except NotTakenError as error:
                # Not remembered as told: the next look tries again.
                self._log.write("not told", channel=channel.name, reason=reason, text=str(error))
                continue
            self._log.write("told", channel=channel.name, reason=reason, text=notice.subject)
            remembered.told[channel.name] = Told(verdict.state, now, since)
            if keeping:
                memory.save(self._file, remembered)
