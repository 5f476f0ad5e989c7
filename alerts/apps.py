"""Alerts as a Django app: what wakes them is connected here."""

from django.apps import AppConfig


class AlertsConfig(AppConfig):
    name = "alerts"

    def ready(self) -> None:
        from celery.signals import worker_ready, worker_shutdown

        from alerts import rules, waking
        from alerts.signals import deliveries_queued
        from monitoring.signals import planned_work_asked, points_recorded

        points_recorded.connect(waking.points_came, dispatch_uid="alerts.evaluate")
        planned_work_asked.connect(rules.planned_work, dispatch_uid="alerts.planned_work")
        deliveries_queued.connect(waking.deliveries_came, dispatch_uid="alerts.send")
        worker_ready.connect(lambda **_: waking.THREADS.start(), weak=False)
        worker_shutdown.connect(lambda **_: waking.THREADS.stop(), weak=False)
