"""Celery tasks: thin shells."""

from __future__ import annotations

from datetime import UTC, datetime

from celery import shared_task


@shared_task
def send_weekly() -> None:
    _send("weekly")


@shared_task
def send_monthly() -> None:
    _send("monthly")


def _send(kind: str) -> None:
    from opsportal.reports.sending import send

    send(kind, datetime.now(UTC))
