"""Probers beside this process, while there are more HTTP checks than one interpreter can ask.

Of the threads of a process only one runs Python at a time: a thread that probes and one that writes
wait for each other, and part of that is then measured as the server's time. So a crowd is asked by
processes of their own. They are started for it and ended after it: most portals never need one, and
an idle one does not pay for them.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Sequence

from monitoring.runner.job import Job
from monitoring.runner.lane import now_ms
from monitoring.runner.prober_process import Hear, Lose, ProberProcess

logger = logging.getLogger(__name__)

# Leased at once, mostly by a tick every five seconds: three hundred a second are no trouble for the
# lanes.
CROWD = 1500
_KEEP_SECONDS = 60
# By how many jobs more than its share a prober may have.
_UNEVEN = 50
# Handshakes of TLS are what can keep all of them busy; this process, which writes, takes its share.
_PROCESSES = min(4, os.cpu_count() or 1)


class Crowd:
    """Of the thread that leases, but for `look`. `hear` and `lose` as ProberProcess has them."""

    def __init__(self, hear: Hear, lose: Lose) -> None:
        self._hear, self._lose = hear, lose
        self._probers: list[ProberProcess] = []
        self._needed_at = 0.0

    def take(self, jobs: Sequence[Job]) -> bool:
        """Whether they are probed there: not while the first prober is still starting, nor when
        none is needed any more. Some of what is leased is due later, so that a prober which went
        on being given it would never be done."""
        if len(jobs) >= CROWD:
            self._needed_at = time.monotonic()
            self._start()
        elif time.monotonic() > self._needed_at + _KEEP_SECONDS:
            if not any(each.is_busy for each in self._probers):
                self.stop()
            return False
        ready = [each for each in self._probers if each.is_ready]
        shares = shared_out(jobs, [each.asked for each in ready])
        for prober, mine in zip(ready, shares, strict=True):
            if mine:
                prober.ask(mine)
        return bool(ready)

    def look(self) -> None:
        for prober in self._probers:
            if prober.is_stuck(now_ms()):
                logger.warning("a prober holds checks for longer than their lease; it is ended")
                prober.kill()

    def stop(self) -> None:
        probers, self._probers = self._probers, []
        for prober in probers:
            prober.stop()

    def _start(self) -> None:
        alive = [each for each in self._probers if not each.has_ended]
        missing = _PROCESSES - len(alive)
        self._probers = [*alive, *(ProberProcess(self._hear, self._lose) for _ in range(missing))]


def shared_out(jobs: Sequence[Job], loads: Sequence[int]) -> list[list[Job]]:
    """By prober, of which each has so many to answer already. Mostly the same one for a check: what
    is asked is told once. But with a core that others use too one is slower, and would be waited
    for in the end."""
    counts = list(loads)
    shares: list[list[Job]] = [[] for _ in counts]
    if not counts:
        return shares
    most = (sum(counts) + len(jobs)) / len(counts) + _UNEVEN
    for job in jobs:
        place = job.check.check_id % len(counts)
        if counts[place] >= most:
            place = counts.index(min(counts))
        counts[place] += 1
        shares[place].append(job)
    return shares
