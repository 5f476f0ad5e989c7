"""Beat on a thread of the worker, for a portal with one worker: as a process of its own it would
load the whole portal once more, 58 MB, to send a message a second.
"""

from __future__ import annotations

import logging
import os
import signal
import threading

from celery import Celery
from celery.beat import Service

logger = logging.getLogger(__name__)


class BeatThread:
    """A worker whose beat has ended ends, too: whoever supervises it starts both again."""

    def __init__(self, app: Celery) -> None:
        # Service by itself keeps its schedule in a file; this is what `celery beat` does.
        self._service = Service(app, scheduler_cls=app.conf.beat_scheduler)
        self._stopping = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="beat", daemon=True).start()

    def stop(self) -> None:
        """Not waited for: the thread may sleep for seconds until the next task is due."""
        self._stopping.set()
        self._service.stop()

    def _run(self) -> None:
        try:
            self._service.start()
        except Exception:
            logger.exception("beat has ended")
        if not self._stopping.is_set():
            os.kill(os.getpid(), signal.SIGTERM)
