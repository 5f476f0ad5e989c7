"""The Celery application: `celery -A opsportal worker` and `celery -A opsportal beat`."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsportal.settings")
# Django's checks load every URL and so the whole web side: 47 MB that a worker never uses. Those
# that matter here run below.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("opsportal")
app.config_from_object("opsportal.celery_settings")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def refuse_misconfiguration(**_: Any) -> None:
    from opsportal import checks

    checks.refuse_misconfiguration()
