"""`manage.py second_factor USER --remove`: for who has lost both the app and the recovery codes."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.access.models import SecondFactor
from opsportal.access.sessions import end_all
from opsportal.audit.writing import note
from opsportal.checks import TAG


class Command(BaseCommand):
    help = (
        "Removes a user's second factor and ends all sessions of that user. "
        "Example: python manage.py second_factor alice --remove"
    )
    requires_system_checks = [TAG]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user")
        parser.add_argument("--remove", action="store_true", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"]).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']}.")
        if not SecondFactor.objects.filter(user=user).delete()[0]:
            raise CommandError(f"{user} has no second factor.")
        ended = end_all(user)
        note("removed", name=f"second factor of {user.get_username()}")
        self.stdout.write(f"{user} has no second factor any more; {ended} sessions ended.")
