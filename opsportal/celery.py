"""The Celery application: `celery -A opsportal worker` and `celery -A opsportal beat`."""

import logging
import os
import sys
from typing import Any

import django.db
import kombu.exceptions
from celery import Celery
from celery.beat import SchedulingError
from celery.signals import beat_init, celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsportal.settings")
# Django's checks load every URL and so the whole web side: 47 MB that a worker never uses. Those
# that matter here run below.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("opsportal", task_cls="opsportal.beat.fencing:FencedTask")
app.config_from_object("opsportal.celery_settings")
app.autodiscover_tasks()


# What fails again every few seconds while a database or broker is away.
AWAY = (
    OSError,
    SchedulingError,
    django.db.Error,
    kombu.exceptions.OperationalError,
)


def _is_away(error: BaseException | None) -> bool:
    """Who has not imported redis, which takes 6 MB that a backup needs, has no error of it."""
    redis = sys.modules.get("redis")
    return isinstance(error, AWAY) or (redis is not None and isinstance(error, redis.RedisError))


def in_one_line(record: logging.LogRecord) -> bool:
    """Celery's first line has the task and the reason. While a database or broker is away, the
    traceback behind it would fill the log with thousands of lines an hour; a bug keeps its own."""
    if record.exc_info and _is_away(record.exc_info[1]):
        record.msg, record.args = record.getMessage().partition("\n")[0], ()
        record.exc_info = record.exc_text = None
    return True


for name in ("celery.app.trace", "celery.beat"):
    logging.getLogger(name).addFilter(in_one_line)


@celeryd_init.connect
@beat_init.connect
def refuse_misconfiguration(**_: Any) -> None:
    from opsportal import checks

    checks.refuse_misconfiguration()
