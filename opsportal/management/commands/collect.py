"""`manage.py collect`: static files into OPSPORTAL_STATIC_DIR."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from opsportal.setup.static_files import collect_static_files


class Command(BaseCommand):
    help = (
        "Collects the static files as set-up does, and does nothing else: for building an image, "
        "which has no database yet. Example: python manage.py collect"
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        report = collect_static_files()
        self.stdout.write(f"{report.text}: {report.outcome.value} in {settings.STATIC_ROOT}")
