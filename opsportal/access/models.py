"""Roles beside Django's groups, which hold the permissions; second factors."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.db import models


class Role(models.Model):
    """A group that set-up keeps up to date."""

    group = models.OneToOneField(Group, models.CASCADE, related_name="role", editable=False)
    # What set-up has given once, as app.codename: what an administrator took away stays away.
    given = models.JSONField(default=list, editable=False)
    requires_second_factor = models.BooleanField(
        default=False, help_text="Who has this role sets one up at the next login"
    )

    class Meta:
        ordering = ["pk"]
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.group.name


class SecondFactor(models.Model):
    """What somebody proves beside the password: codes of an app (TOTP), or a recovery code."""

    user = models.OneToOneField(User, models.CASCADE, related_name="second_factor")
    # The shared secret, encrypted (opsportal/lib/crypto.py).
    secrets = models.TextField(editable=False)
    # SHA-256 of the recovery codes that are left.
    recovery_digests = models.JSONField(default=list, editable=False)
    # Steps of 30 s since the epoch: a code counts once.
    last_step = models.BigIntegerField(default=0, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    failed_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(editable=False)

    class Meta:
        default_permissions = ("view", "delete")

    def __str__(self) -> str:
        return f"second factor of {self.user.get_username()}"
