"""Logging in: who may not is told why, and what an administrator has to do."""

from __future__ import annotations

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError

_NOT_STAFF = (
    "This account may not use the portal yet: an administrator has to give it a role, and tick "
    "“Staff status”, under Users in the admin."
)


class LoginForm(AdminAuthenticationForm):
    def confirm_login_allowed(self, user: User) -> None:
        """Asked only once the password was right: who guesses learns nothing from it."""
        if user.is_active and not user.is_staff:
            raise ValidationError(_NOT_STAFF, code="not_staff")
        super().confirm_login_allowed(user)
