"""A dump gives way when others wait for it: an ALTER TABLE that waits stops every later SELECT."""

from __future__ import annotations

from threading import Event, Thread

import psycopg

from backups.sources.base import Surroundings
from backups.sources.tools import Tool

EVERY_SECONDS = 2.0
_WAITING = """
SELECT max(extract(epoch FROM clock_timestamp() - w.query_start))
FROM pg_stat_activity w
WHERE w.wait_event_type = 'Lock' AND w.datname = current_database()
  AND pg_blocking_pids(w.pid) && ARRAY(
    SELECT pid FROM pg_stat_activity WHERE application_name = %s)
"""


class GiveWay:
    """Looks every two seconds who waits for the dump or for the census after it, and ends what is
    under way when somebody has done so for longer than the dump itself would wait. `reason` says so
    then."""

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
        self._patience_seconds = around.lock_timeout_seconds
        self._over = Event()
        self._thread = Thread(target=self._watch, name="give way", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        try:
            while not self._over.wait(EVERY_SECONDS):
                row = self._connection.execute(_WAITING, [self._application]).fetchone()
                if row and row[0] and row[0] > self._patience_seconds:
                    self.reason = (
                        f"others have waited for a lock behind the dump for {row[0]:.0f} s; it has "
                        "given way so that they can go on"
                    )
                    self._tool.interrupt()
                    # Of no effect between two of its queries, so again at the next look.
                    self._census.cancel_safe()
        except psycopg.Error:
            pass  # the dump's own connection tells of a server that is gone
        finally:
            self._connection.close()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()
