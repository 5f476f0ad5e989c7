"""A dump gives way when others wait for it: an ALTER TABLE that waits stops every later SELECT."""

from __future__ import annotations

import time
from threading import Event, Thread

import psycopg

from backups.sources.base import Surroundings
from backups.sources.postgresql_cutting import cutting
from backups.sources.tools import Tool

EVERY_SECONDS = 2.0
# Behind an ALTER TABLE that waits, everybody waits who only wants to read: so the application
# stands still for no longer than this, however patient the plan is with the locks of others.
MOST_PATIENCE_SECONDS = 10
# Unlike what the sessions of others are doing, the locks of all are shown to every user.
_WAITING = """
SELECT DISTINCT w.pid FROM pg_locks w
WHERE NOT w.granted AND pg_blocking_pids(w.pid) && ARRAY(
    SELECT a.pid FROM pg_stat_activity a WHERE a.application_name = %s)
"""


class GiveWay:
    """Looks every two seconds who waits for the dump or for the census after it, and ends what is
    under way when somebody has done so for too long. `reason` says so then: whoever sees it may
    rely on it that the dump has been told to end."""

    def __init__(
        self,
        connection: psycopg.Connection,
        application: str,
        tool: Tool,
        census: psycopg.Connection,
        around: Surroundings,
    ) -> None:
        self.reason = ""
        self._connection, self._application = connection, application
        self._tool, self._census = tool, census
        self._patience_seconds = min(around.lock_timeout_seconds, MOST_PATIENCE_SECONDS)
        self._over = Event()
        self._stopper = around.stopper
        self._key = self._stopper.add(cutting(connection))
        self._thread = Thread(target=self._watch, name="give way", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        since: dict[int, float] = {}
        try:
            while not self._over.wait(EVERY_SECONDS):
                since, seconds = self._looked(since)
                if seconds > self._patience_seconds:
                    self._give_way(seconds)
        except psycopg.Error:
            pass  # the dump's own connection tells of a server that is gone
        finally:
            self._connection.close()

    def _give_way(self, seconds: float) -> None:
        self._tool.interrupt()
        self.reason = (
            f"others have waited for a lock behind the dump for {seconds:.0f} s; "
            "it has given way so that they can go on"
        )
        # Of no effect between two of its queries, so again at the next look.
        self._census.cancel_safe()

    def _looked(self, since: dict[int, float]) -> tuple[dict[int, float], float]:
        """Since when each session has been seen waiting, and for how long at most."""
        now = time.monotonic()
        rows = self._connection.execute(_WAITING, [self._application]).fetchall()
        waiting = {int(pid): since.get(int(pid), now) for (pid,) in rows}
        return waiting, now - min(waiting.values(), default=now)

    def stop(self) -> None:
        self._over.set()
        self._thread.join()
        self._stopper.remove(self._key)
