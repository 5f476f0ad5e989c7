"""Roles beside Django's groups, which hold the permissions."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.db import models


class Role(models.Model):
    """A group that set-up keeps up to date."""

    group = models.OneToOneField(Group, models.CASCADE, related_name="role", editable=False)
    # What set-up has given once, as app.codename: what an administrator took away stays away.
    given = models.JSONField(default=list, editable=False)

    class Meta:
        ordering = ["pk"]
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.group.name
