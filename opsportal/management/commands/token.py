"""`manage.py token NAME`: makes an API token and prints it once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from opsportal.checks import TAG
from opsportal.models import ApiToken, Scope
from opsportal.tokens import make_token


class Command(BaseCommand):
    help = (
        "Makes an API token and prints it: the only time that it can be seen. "
        "Examples: python manage.py token grafana; "
        "python manage.py token web-shop --scope write --expires-days 365"
    )
    requires_system_checks = [TAG]

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="who or what will use it")
        parser.add_argument("--scope", choices=Scope.values, default=Scope.READ)
        parser.add_argument(
            "--expires-days", type=int, metavar="N", help="refuse it after N days (default: never)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name, days = options["name"].strip(), options["expires_days"]
        longest = ApiToken._meta.get_field("name").max_length or 0
        if not 0 < len(name) <= longest:
            raise CommandError(f"The name needs 1 to {longest} characters.")
        if days is not None and not 0 < days <= 36_500:
            raise CommandError("--expires-days takes a number from 1 to 36500.")
        expires_at = datetime.now(UTC) + timedelta(days=days) if days else None
        token, secret = make_token(name, Scope(options["scope"]), expires_at)
        # Alone on standard output, so that TOKEN=$(manage.py token …) works.
        self.stdout.write(secret)
        self.stderr.write(f"Made the token “{token.name}” ({token.get_scope_display()}).")
