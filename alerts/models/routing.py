"""Who hears, and when nobody does."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models

from alerts.models.channels import Channel
from alerts.models.limits import AT_MOST_A_MONTH, AT_MOST_A_YEAR

_MATCHERS_HELP = "One a line, such as host=db-1, check=~trad.*, severity!=info; empty: every alert"


class Route(models.Model):
    """Routes are asked in their order; one without `goes_on` ends the search when it matches."""

    name = models.CharField(max_length=100, unique=True)
    position = models.PositiveIntegerField(default=100, help_text="Low ones are asked first")
    matchers = models.TextField(blank=True, default="", help_text=_MATCHERS_HELP)
    active_hours = models.CharField(
        max_length=200, blank=True, default="", help_text="Such as Mon-Fri 08:00-18:00 UTC"
    )
    channels = models.ManyToManyField(Channel, blank=True)
    group_by = models.CharField(
        max_length=200,
        blank=True,
        default="threshold",
        help_text="Labels with commas: alerts that agree in them are told together",
    )
    group_wait_seconds = models.PositiveIntegerField(
        default=5,
        validators=[AT_MOST_A_MONTH],
        help_text="So long the first one waits for others",
    )
    repeat_seconds = models.PositiveIntegerField(
        default=4 * 3600,
        validators=[AT_MOST_A_MONTH],
        help_text="Told again after so long without acknowledgement; 0: never",
    )
    goes_on = models.BooleanField(default=False, help_text="Later routes are asked as well")
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name


class Escalation(models.Model):
    """A step: while nobody has acknowledged after so long, these hear as well."""

    route = models.ForeignKey(Route, models.CASCADE, related_name="escalations")
    after_seconds = models.PositiveIntegerField(
        default=900, validators=[MinValueValidator(1), AT_MOST_A_MONTH]
    )
    channels = models.ManyToManyField(Channel)

    class Meta:
        ordering = ["after_seconds", "pk"]

    def __str__(self) -> str:
        return f"after {self.after_seconds} s"


class Inhibition(models.Model):
    """While an alert that matches `source` fires, those that match `target` are not told."""

    name = models.CharField(max_length=100, unique=True)
    source = models.TextField(help_text=_MATCHERS_HELP)
    target = models.TextField(help_text=_MATCHERS_HELP)
    equal = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="Labels with commas in which both have to agree; series: the same series",
    )
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Silence(models.Model):
    """For a time, alerts that match are recorded and nobody is told."""

    matchers = models.TextField(help_text=_MATCHERS_HELP)
    starts_ms = models.BigIntegerField()
    ends_ms = models.BigIntegerField()
    author = models.CharField(max_length=150)
    comment = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        ordering = ["-ends_ms"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_ms__gt=models.F("starts_ms")),
                name="a_silence_ends_after_it_begins",
            )
        ]

    def __str__(self) -> str:
        return self.comment or self.matchers.replace("\n", ", ")


class Maintenance(models.Model):
    """Planned work, once or again and again: a silence, and time that availability leaves out."""

    name = models.CharField(max_length=100)
    matchers = models.TextField(blank=True, default="", help_text=_MATCHERS_HELP)
    starts_at = models.DateTimeField(help_text="Of one that recurs: not before this")
    duration_seconds = models.PositiveIntegerField(
        default=3600, validators=[MinValueValidator(60), AT_MOST_A_YEAR]
    )
    cron = models.CharField(
        max_length=100, blank=True, default="", help_text="When it begins each time; empty: once"
    )
    time_zone = models.CharField(max_length=64, blank=True, default="UTC")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="No recurrence after this")
    enabled = models.BooleanField(default=True)

    class Meta:
        verbose_name = "maintenance window"
        ordering = ["starts_at"]

    def __str__(self) -> str:
        return self.name
