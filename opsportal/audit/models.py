"""Entries of the audit log, and the head of their chain."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete an entry."""


class Entries(models.QuerySet["AuditEntry"]):
    def update(self, **fields: Any) -> NoReturn:
        raise AppendOnlyError("the audit log is not changed")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("nothing is deleted from the audit log")


class AuditEntry(models.Model):
    """What somebody did. `changes` are field → [before, after], without secrets."""

    time = models.DateTimeField()
    actor = models.CharField(max_length=200)
    address = models.CharField(max_length=45, blank=True)
    action = models.CharField(max_length=20)
    object_type = models.CharField(max_length=100, blank=True)
    object_id = models.CharField(max_length=64, blank=True)
    object_name = models.CharField(max_length=200, blank=True)
    changes = models.JSONField(default=dict)
    # Given by sealing, right after the commit of what the entry tells of: 1, 2, 3, …
    position = models.BigIntegerField(null=True, unique=True)
    hash = models.CharField(max_length=64, blank=True)

    objects = Entries.as_manager()

    class Meta:
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [
            # The few that are to be sealed, among any number that are.
            models.Index(
                fields=["id"], condition=models.Q(position=None), name="audit_entries_to_seal"
            ),
            models.Index(fields=["object_type", "object_id"], name="audit_entries_of_object"),
            models.Index(fields=["time"], name="audit_entries_by_time"),
            models.Index(fields=["action", "time"], name="audit_entries_of_action"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.object_name}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError("the audit log is not changed")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("nothing is deleted from the audit log")


class AuditHead(models.Model):
    """One row: the last link. Whoever seals holds its lock."""

    position = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.position} {self.hash}"
