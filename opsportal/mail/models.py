"""A row for each mail: queued with what it tells of, in one transaction."""

from __future__ import annotations

from django.db import models

from opsportal.lib.words import WordField


class MailStatus(models.TextChoices):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed", "failed, to be tried again"
    DEAD = "dead"


WAITING = (MailStatus.QUEUED, MailStatus.FAILED)


class Mail(models.Model):
    """To one recipient. Times are in ms since the epoch."""

    # The same news for the same recipient has the same key: it is queued once.
    key = models.CharField(max_length=100, unique=True)
    topic = models.CharField(max_length=30)
    sender = models.CharField(max_length=200, blank=True, default="")
    recipient = models.EmailField()
    subject = models.CharField(max_length=250)
    text = models.TextField()
    html = models.TextField(blank=True, default="")
    headers = models.JSONField(default=dict)
    status = WordField(max_length=10, choices=MailStatus, default=MailStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_ms = models.BigIntegerField()
    due_ms = models.BigIntegerField()
    leased_until_ms = models.BigIntegerField(default=0)
    sent_ms = models.BigIntegerField(null=True)
    error = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        verbose_name_plural = "mail"
        ordering = ["-created_ms", "-id"]
        indexes = [
            models.Index(
                fields=["due_ms"], name="mail_to_be_sent", condition=models.Q(status__in=WAITING)
            ),
            models.Index(fields=["-created_ms", "-id"], name="mail_by_age"),
            models.Index(
                fields=["created_ms"], name="dead_mail", condition=models.Q(status="dead")
            ),
            models.Index(fields=["topic", "created_ms"], name="mail_of_topic"),
        ]

    def __str__(self) -> str:
        return self.subject
