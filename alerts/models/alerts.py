"""What happened."""

from __future__ import annotations

from django.db import models

from alerts.models.thresholds import Severity, Threshold
from monitoring.amounts import amount
from monitoring.catalogue import METRICS, has_words, in_words
from opsportal.lib.words import WordField


class AlertState(models.TextChoices):
    PENDING = "pending"
    FIRING = "firing"
    RESOLVED = "resolved"


OPEN = (AlertState.PENDING, AlertState.FIRING)


class Alert(models.Model):
    """One episode of one threshold on one series. Times are in ms since the epoch."""

    # An alert outlives its threshold: history is not rewritten.
    threshold = models.ForeignKey(Threshold, models.SET_NULL, null=True, related_name="alerts")
    name = models.CharField(max_length=100)
    metric = models.CharField(max_length=80)
    # The series' labels with the threshold's own; and the series by number, for charts.
    labels = models.JSONField(default=dict)
    series_id = models.BigIntegerField(null=True)
    # Which series it is about: equal for the same metric and labels.
    fingerprint = models.CharField(max_length=32)
    state = WordField(max_length=10, choices=AlertState)
    severity = models.CharField(max_length=10, choices=Severity)
    # At the last change; and the limit that it was held against.
    value = models.FloatField(null=True)
    limit = models.FloatField(null=True)
    # Of both; null: the metric's own, as in alerts from before there was this field.
    unit = models.CharField(max_length=20, null=True)  # noqa: DJ001 (empty means that it has none)
    message = models.CharField(max_length=500, default="", blank=True)
    started_ms = models.BigIntegerField()
    fired_ms = models.BigIntegerField(null=True)
    # Since when it has been good again while it is kept firing.
    good_since_ms = models.BigIntegerField(null=True)
    resolved_ms = models.BigIntegerField(null=True)
    resolved_why = models.CharField(max_length=40, default="", blank=True)
    acknowledged_ms = models.BigIntegerField(null=True)
    acknowledged_by = models.CharField(max_length=150, default="", blank=True)
    # Why nobody is told at the moment (a silence, maintenance, inhibition); empty: somebody is.
    muted_by = models.CharField(max_length=200, default="", blank=True)
    told_ms = models.BigIntegerField(null=True)
    # How many steps of escalation were taken.
    escalated = models.PositiveSmallIntegerField(default=0)
    # When the next repetition or escalation is to be looked at.
    next_look_ms = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-started_ms", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["threshold", "fingerprint"],
                condition=models.Q(state__in=("pending", "firing")),
                name="one_open_alert_per_series",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_look_ms"],
                name="alerts_to_look_at",
                condition=models.Q(state="firing"),
            ),
            models.Index(fields=["started_ms"], name="alerts_by_time"),
            # For how noisy each threshold was, and for reports: all that is counted, so that a
            # month's alerts need not be read.
            models.Index(
                fields=["threshold", "fired_ms", "acknowledged_ms", "resolved_ms", "resolved_why"],
                name="courses_of_a_threshold",
            ),
            models.Index(fields=["fired_ms"], name="alerts_by_firing"),
            # For the list in the admin: the newest of few among any number.
            models.Index(fields=["severity", "started_ms"], name="alerts_of_severity"),
            models.Index(fields=["threshold", "started_ms"], name="alerts_of_threshold"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_unit(self) -> str:
        if self.unit is not None:
            return self.unit
        return METRICS[self.metric].unit if self.metric in METRICS else ""

    def shown(self, value: float) -> str:
        """A value such as its own, for people: "97 %", "down"."""
        return in_words(self.metric, value, self.shown_unit)

    @property
    def shown_limit(self) -> str:
        """Empty where there is none, and between two states."""
        if self.limit is None or (not self.shown_unit and has_words(self.metric)):
            return ""
        return amount(self.limit, self.shown_unit)


class EventKind(models.TextChoices):
    STARTED = "started"
    FIRED = "fired"
    SEVERITY = "severity"
    RESOLVED = "resolved"
    ACKNOWLEDGED = "acknowledged"
    NOTE = "note"
    TOLD = "told"
    NOT_TOLD = "not told"


class AlertEvent(models.Model):
    """The history of an alert. Of what was told and was not, with the reason and the channel."""

    alert = models.ForeignKey(Alert, models.CASCADE, related_name="events")
    time_ms = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=EventKind)
    reason = models.CharField(max_length=500, default="", blank=True)
    by = models.CharField(max_length=150, default="", blank=True)
    channel = models.ForeignKey("alerts.Channel", models.SET_NULL, null=True, blank=True)

    class Meta:
        ordering = ["time_ms", "id"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}" if self.reason else self.kind
