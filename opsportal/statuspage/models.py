"""What is published. Every text that the public reads is written here by somebody: no name, message
or address of a check ever leaves."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone

from monitoring.models import Check
from opsportal.statuspage.addresses import validate_sender


class Page(models.Model):
    """One row at most."""

    published = models.BooleanField(default=False, help_text="Off: nobody sees anything of it")
    title = models.CharField(max_length=100, default="Status", help_text="Such as Example status")
    introduction = models.TextField(blank=True, default="", help_text="A sentence or two below it")
    colour = models.CharField(
        max_length=7,
        blank=True,
        default="",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Such as #1d55b5.")],
        help_text="Of the bar at the top, such as #1d55b5",
    )
    mail_sender = models.CharField(
        "sender of mail",
        max_length=200,
        blank=True,
        default="",
        validators=[validate_sender],
        help_text="Such as Example status <status@example.com>: people may then subscribe by "
        "e-mail. Empty: they may not. Mail goes through the server of EMAIL_URL, and its links "
        "begin with OPSPORTAL_PUBLIC_URL",
    )
    logo = models.BinaryField(null=True, blank=True, editable=False)
    logo_type = models.CharField(max_length=20, blank=True, default="", editable=False)

    class Meta:
        verbose_name = verbose_name_plural = "status page"

    def __str__(self) -> str:
        return self.title


class Component(models.Model):
    """Something that the public knows by this name; its state is the worst of its checks'."""

    name = models.CharField(max_length=100, unique=True, help_text="As the public knows it")
    slug = models.SlugField(max_length=100, unique=True, help_text="In the address of its badge")
    group = models.CharField(max_length=100, blank=True, default="", help_text="A heading above it")
    description = models.CharField(max_length=200, blank=True, default="")
    position = models.PositiveSmallIntegerField(default=0)
    checks = models.ManyToManyField(
        Check, blank=True, related_name="+", help_text="Not shown: only how they are"
    )

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class Impact(models.TextChoices):
    MINOR = "minor", "Minor"
    MAJOR = "major", "Major"
    CRITICAL = "critical", "Critical"


class Stage(models.TextChoices):
    INVESTIGATING = "investigating", "Investigating"
    IDENTIFIED = "identified", "Identified"
    MONITORING = "monitoring", "Monitoring"
    RESOLVED = "resolved", "Resolved"


class Incident(models.Model):
    """Told in updates; over once one of them says so."""

    title = models.CharField(max_length=200, help_text="As the public is to read it")
    impact = models.CharField(max_length=10, choices=Impact, default=Impact.MINOR)
    components = models.ManyToManyField(Component, blank=True, related_name="incidents")
    started_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-started_at", "-id"]

    def __str__(self) -> str:
        return self.title


class IncidentUpdate(models.Model):
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="updates")
    stage = models.CharField(max_length=15, choices=Stage, default=Stage.INVESTIGATING)
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    by_mail = models.BooleanField(
        "by e-mail", default=True, help_text="Also to those who have subscribed"
    )
    # When it was queued for them; None: not yet.
    told_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["id"], name="updates_to_tell", condition=models.Q(told_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}: {self.text[:60]}"


class Subscriber(models.Model):
    """Who wants updates by e-mail. Until the address is confirmed nothing else is sent to it; who
    unsubscribes leaves no row behind."""

    email = models.EmailField(unique=True)
    # Of the latest mail that asked for confirmation.
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["email"]

    def __str__(self) -> str:
        return self.email


class Work(models.Model):
    """Scheduled maintenance, in public words."""

    title = models.CharField(max_length=200)
    text = models.TextField(blank=True, default="")
    components = models.ManyToManyField(Component, blank=True, related_name="work")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "scheduled maintenance"
        ordering = ["starts_at", "id"]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": "It has to end after it starts."})
