"""Where people hear, and the outbox."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from alerts.channels.registry import LABELS
from alerts.models.limits import ONE_LINE
from opsportal.lib.words import WordField


class Channel(models.Model):
    """Where people hear. Its settings are those of its kind (`alerts.channels`)."""

    name = models.CharField(max_length=100, unique=True, validators=[ONE_LINE])
    kind = models.CharField(max_length=20, choices=list(LABELS.items()))
    settings = models.JSONField(default=dict, blank=True)
    # Of the settings those that are secret, encrypted (opsportal/lib/crypto.py).
    secrets = models.TextField(default="", blank=True, editable=False)
    enabled = models.BooleanField(default=True)
    max_per_minute = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
        help_text="Beyond it messages wait and are told together; empty: what suits the kind",
    )
    drill = models.BooleanField(
        "monthly drill",
        default=False,
        help_text="Once a month a made-up alert goes through it; if it is not taken, that alerts",
    )
    last_success_ms = models.BigIntegerField(null=True, editable=False)
    last_error_ms = models.BigIntegerField(null=True, editable=False)
    last_error = models.CharField(max_length=500, default="", blank=True, editable=False)
    latency_ms = models.FloatField(null=True, editable=False)
    # The receiver has asked for a pause (Retry-After): no message goes there before.
    quiet_until_ms = models.BigIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DeliveryStatus(models.TextChoices):
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"  # and will be tried again
    DEAD = "dead"


class DeliveryKind(models.TextChoices):
    FIRING = "firing"
    RESOLVED = "resolved"
    REPEAT = "repeat"
    ESCALATION = "escalation"
    TEST = "test"
    DRILL = "drill"


class Delivery(models.Model):
    """One message to one channel. Claimed by lease, sent, then marked: at least once."""

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="deliveries")
    kind = models.CharField(max_length=12, choices=DeliveryKind)
    status = WordField(max_length=10, choices=DeliveryStatus, default=DeliveryStatus.QUEUED)
    # Receivers drop the second message with the same key.
    idempotency_key = models.CharField(max_length=40, unique=True)
    # What belongs together; while a message waits, alerts of the same group join it.
    group_key = models.CharField(max_length=200, default="", blank=True)
    created_ms = models.BigIntegerField()
    due_ms = models.BigIntegerField()
    leased_until_ms = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    sent_ms = models.BigIntegerField(null=True)
    latency_ms = models.FloatField(null=True)
    error = models.CharField(max_length=500, default="", blank=True)
    # What the receiver answered: shown after a test, and needed to update a message later.
    receipt = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-created_ms", "-id"]
        indexes = [
            models.Index(
                fields=["channel", "due_ms"],
                name="deliveries_to_send",
                condition=models.Q(status__in=("queued", "failed")),
            ),
            # The few that were given up among any number that were sent.
            models.Index(
                fields=["channel", "due_ms"],
                name="deliveries_given_up",
                condition=models.Q(status="dead"),
            ),
            models.Index(fields=["created_ms"], name="deliveries_by_time"),
            models.Index(fields=["channel", "sent_ms"], name="deliveries_by_rate"),
            # For the list in the admin: the newest of few among any number.
            models.Index(fields=["channel", "created_ms"], name="deliveries_of_channel"),
            models.Index(fields=["kind", "created_ms"], name="deliveries_of_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} to {self.channel}, {self.get_status_display()}"


class DeliveryItem(models.Model):
    """An alert that a message tells of, as it was when the message was queued."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="items")
    alert = models.ForeignKey("alerts.Alert", models.CASCADE, related_name="told_by")
    snapshot = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "alert"], name="told_once_in_a_message")
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.alert_id}"
