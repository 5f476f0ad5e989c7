"""Celery tasks of the portal as a whole."""

from __future__ import annotations

import json
import os

from celery import shared_task
from django.conf import settings


@shared_task
def answer(key: str) -> None:
    """To whoever waits at `key`: which worker it was, and whether it reaches the database."""
    from opsportal.health.own import broker, database_verdict

    reply = {"host": settings.HOST_NAME, "pid": str(os.getpid()), "database": database_verdict()}
    with broker() as client:
        client.rpush(key, json.dumps(reply))
        client.expire(key, 60)


@shared_task
def keep_configuration(user_id: int, message: str) -> None:
    """Commits a change that somebody has made in the admin."""
    from django.contrib.auth import get_user_model

    from opsportal.configuration import repository

    user = get_user_model().objects.filter(pk=user_id).first()
    repository.keep(repository.author_of(user) if user else repository.PORTAL, message)
