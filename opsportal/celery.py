"""The Celery application: `celery -A opsportal worker` and `celery -A opsportal beat`."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsportal.settings")

app = Celery("opsportal")
app.config_from_object("opsportal.celery_settings")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def refuse_misconfiguration(**_: Any) -> None:
    from opsportal import checks

    checks.refuse_misconfiguration()
