"""What the portal itself keeps: the tokens by which machines call it."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Scope(models.TextChoices):
    READ = "read", "Read"
    WRITE = "write", "Read and write"
    PING = "ping", "Ping heartbeats only"


class ApiToken(models.Model):
    """A bearer token. Only its SHA-256 is kept: 256 random bits need no slow hash."""

    name = models.CharField(max_length=100, help_text="Who or what uses it")
    scope = models.CharField(max_length=10, choices=Scope, default=Scope.READ)
    prefix = models.CharField(max_length=12, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, editable=False, on_delete=models.SET_NULL
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: never")
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "API token"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class ManagedObject(models.Model):
    """Something that a configuration file sets: a change in the admin lasts until it is applied."""

    section = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    file = models.CharField(max_length=200)
    applied_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["section", "name"], name="managed_by_one_file")
        ]

    def __str__(self) -> str:
        return f"{self.section}.{self.name} ({self.file})"


class Preference(models.Model):
    """How a user likes the dashboard."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    refresh_seconds = models.PositiveSmallIntegerField(default=30)

    def __str__(self) -> str:
        return f"every {self.refresh_seconds} s"


class Lease(models.Model):
    """Who leads (opsportal.beat.leading): `token` grows with each who takes over, `count` while
    somebody leads. An empty holder has given it up."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=200, default="", blank=True)
    token = models.BigIntegerField(default=0)
    count = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name}: {self.holder or 'nobody'}"
