"""Listens to Django's signals for what people configure; what workers note all day is not
watched."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_save

from opsportal.audit.actors import actor
from opsportal.audit.differences import differences, state_of
from opsportal.audit.writing import note

WATCHED = (
    *("auth.User", "auth.Group", "access.Role", "opsportal.ApiToken"),
    *("monitoring.Check", "monitoring.Annotation", "monitoring.Retention"),
    *("alerts.Threshold", "alerts.Channel", "alerts.Route", "alerts.Escalation"),
    *("alerts.Inhibition", "alerts.Silence", "alerts.Maintenance"),
    *("backups.Plan", "backups.PlanDestination"),
    *("django_celery_beat.PeriodicTask", "django_celery_beat.CrontabSchedule"),
    *("django_celery_beat.IntervalSchedule", "reports.ReportSettings"),
)
_BEFORE = "_audit_before"
_LINKS = {"post_add": "added", "pre_remove": "removed", "pre_clear": "removed"}


def connect() -> None:
    for label in WATCHED:
        model = apps.get_model(label)
        pre_save.connect(_remember, sender=model, dispatch_uid=f"audit {label}")
        post_save.connect(_saved, sender=model, dispatch_uid=f"audit {label}")
        post_delete.connect(_deleted, sender=model, dispatch_uid=f"audit {label}")
        for field in model._meta.many_to_many:
            through = field.remote_field.through
            m2m_changed.connect(_linked, sender=through, dispatch_uid=f"audit {label}.{field.name}")


def _remember(sender: type[models.Model], instance: models.Model, **options: Any) -> None:
    before: dict[str, Any] = {}
    if instance.pk is not None and not options.get("raw") and _is_of_interest(instance, options):
        row = sender._default_manager.filter(pk=instance.pk).first()
        before = state_of(row) if row is not None else {}
    setattr(instance, _BEFORE, before)


def _saved(
    sender: type[models.Model], instance: models.Model, created: bool, **options: Any
) -> None:
    before = instance.__dict__.pop(_BEFORE, {})
    if options.get("raw") or not _is_of_interest(instance, options) or not (created or before):
        return
    changes = differences(before, state_of(instance))
    if created or changes:
        note("created" if created else "changed", about=instance, changes=changes)


def _is_of_interest(instance: models.Model, options: dict[str, Any]) -> bool:
    """A save of fields that only the portal writes costs no look at the row before."""
    fields = options.get("update_fields")
    state = state_of(instance)
    named = {name.removesuffix("_id") for name in state} | set(state)
    return (fields is None or not named.isdisjoint(fields)) and actor() is not None


def _deleted(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    note("deleted", about=instance, changes=differences(state_of(instance), {}))


def _linked(
    sender: Any, instance: Any, action: str, model: Any, pk_set: set[Any] | None, **_: Any
) -> None:
    verb = _LINKS.get(action)
    if verb is None or actor() is None or not isinstance(instance, models.Model):
        return
    rows = (
        model._default_manager.filter(pk__in=pk_set)
        if pk_set is not None
        else _all(sender, instance, model)
    )
    names = sorted(str(row) for row in rows)
    if names:
        note(
            "changed", about=instance, changes={f"{model._meta.verbose_name_plural} {verb}": names}
        )


def _all(through: Any, instance: models.Model, model: Any) -> Any:
    for field in instance._meta.many_to_many:
        if field.remote_field.through is through:
            return getattr(instance, field.name).all()
    return model._default_manager.none()
