"""The Celery application: `celery -A opsportal worker` and `celery -A opsportal beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsportal.settings")

app = Celery("opsportal")
app.config_from_object("opsportal.celery_settings")
app.autodiscover_tasks()
