"""What is watched for."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from alerts.models.limits import AT_MOST_A_MONTH, ONE_LINE


class Severity(models.TextChoices):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class ConditionKind(models.TextChoices):
    LIMIT = "limit", "Limit"
    NO_DATA = "no_data", "No data"
    BURN_RATE = "burn_rate", "Burn rate of an objective"
    FORECAST = "forecast", "Forecast"


class Aggregation(models.TextChoices):
    LAST = "last"
    MEAN = "mean"
    MAX = "max"
    MIN = "min"
    P50 = "p50"
    P90 = "p90"
    P95 = "p95"
    P99 = "p99"
    RATE = "rate", "rate (change a second)"
    ABSENT = "absent", "absent (1 without data, else 0)"


class Comparison(models.TextChoices):
    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="


class NoData(models.TextChoices):
    ALERT = "alert", "Alert"
    KEEP = "keep", "Keep the state"
    OK = "ok", "Counts as good"


class Threshold(models.Model):
    """A metric's series and what about them is wrong. `alerts.conditions` gives the meaning."""

    name = models.CharField(max_length=100, unique=True, validators=[ONE_LINE])
    kind = models.CharField(
        max_length=20, choices=ConditionKind, default=ConditionKind.LIMIT, help_text="What it asks"
    )
    metric = models.CharField(max_length=80)
    # Every one of them has to be there; other labels are free.
    labels = models.JSONField("label selector", default=dict, blank=True)
    # A service is slow, not each of its routes by itself.
    combine_by = models.CharField(
        "combine by",
        max_length=200,
        blank=True,
        default="",
        help_text="Labels such as service: series that agree in them are one; empty: each alone",
    )
    aggregation = models.CharField(max_length=10, choices=Aggregation, default=Aggregation.LAST)
    window_seconds = models.PositiveIntegerField(
        default=60, validators=[MinValueValidator(1), MaxValueValidator(31 * 86_400)]
    )
    comparison = models.CharField(max_length=2, choices=Comparison, default=Comparison.ABOVE)
    value = models.FloatField(default=0, help_text="Beyond it the alert has the severity below")
    warning_value = models.FloatField(
        null=True, blank=True, help_text="Beyond it, but not beyond the value, it is a warning"
    )
    recovery_value = models.FloatField(
        null=True, blank=True, help_text="Back within it the alert ends; empty: within the value"
    )
    for_seconds = models.PositiveIntegerField(
        "for, seconds",
        default=0,
        validators=[AT_MOST_A_MONTH],
        help_text="So long it has to be true before anybody is told",
    )
    keep_firing_seconds = models.PositiveIntegerField(
        "keep firing for, seconds",
        default=0,
        validators=[AT_MOST_A_MONTH],
        help_text="So long it has to be good again",
    )
    no_data = models.CharField(max_length=10, choices=NoData, default=NoData.KEEP)
    # Of a kind that needs more than a limit (objective, forecast).
    settings = models.JSONField(default=dict, blank=True)
    severity = models.CharField(max_length=10, choices=Severity, default=Severity.WARNING)
    runbook_url = models.URLField(blank=True, default="", max_length=500)
    # Added to an alert's labels, for routes and silences.
    extra_labels = models.JSONField("labels of the alert", default=dict, blank=True)
    active_hours = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="Such as Mon-Fri 08:00-18:00 Europe/Berlin; empty: always",
    )
    channels = models.ManyToManyField(
        "alerts.Channel", blank=True, help_text="Told at once, beside what routes say"
    )
    enabled = models.BooleanField(default=True)
    # Counts edits: evaluators keep what they have built until it changes.
    version = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Evaluation(models.Model):
    """One row: until when thresholds were evaluated, in ms since the epoch."""

    until_ms = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.until_ms)
