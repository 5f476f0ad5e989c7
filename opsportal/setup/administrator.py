"""The first administrator."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib.auth import get_user_model

from opsportal.setup.step import Outcome, Report


def make_administrator() -> Report:
    """Only where nobody can log in yet: a changed or removed `admin` stays changed or removed."""
    users = get_user_model()._default_manager
    if users.filter(is_superuser=True).exists():
        return Report(Outcome.ALREADY, "administrator")
    environment = settings.ENVIRONMENT
    name = environment.text("DJANGO_SUPERUSER_USERNAME", "admin")
    given = environment.text("DJANGO_SUPERUSER_PASSWORD")
    password = given or secrets.token_urlsafe(12)
    users.create_superuser(name, settings.ADMINISTRATOR_EMAIL, password)
    shown = "the password you gave" if given else f"password {password} (shown only now)"
    return Report(Outcome.DONE, f"administrator {name}, {shown}")
