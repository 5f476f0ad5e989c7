"""Celery tasks: they hand work to the threads of the worker that takes them and return at once."""

from __future__ import annotations

from celery import shared_task

from alerts.waking import THREADS


@shared_task
def evaluate(series_ids: list[int]) -> None:
    THREADS.start()
    THREADS.evaluator.touch(series_ids)


@shared_task
def send(channel_ids: list[int]) -> None:
    THREADS.start()
    THREADS.sender.wake(channel_ids)


@shared_task
def sweep() -> None:
    """Evaluates everything, repeats and escalates: the guarantee behind every nudge."""
    THREADS.start()
    THREADS.evaluator.sweep()


@shared_task
def forget_old_alerts() -> None:
    import time

    from alerts.forgetting import forget_old

    forget_old(time.time_ns() // 1_000_000)


@shared_task
def drill() -> None:
    from alerts.drills import start_due

    start_due()
