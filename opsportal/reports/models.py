"""Who gets reports, and what they are held against."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from opsportal.statuspage.addresses import cleaned, validate_sender


def addresses(text: str) -> list[str]:
    """Of a list with commas or line breaks. Raises ValidationError."""
    return list(
        dict.fromkeys(cleaned(each) for each in text.replace("\n", ",").split(",") if each.strip())
    )


def validate_addresses(text: str) -> None:
    if len(addresses(text)) > 50:
        raise ValidationError("At most 50 addresses.")


def validate_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValidationError("No such time zone; use a name such as Europe/Berlin.") from None


class ReportSettings(models.Model):
    """One row at most; without it the defaults hold and nothing is sent."""

    weekly_to = models.TextField(
        "weekly to",
        blank=True,
        default="",
        validators=[validate_addresses],
        help_text="E-mail addresses, with commas; empty: it is not sent",
    )
    monthly_to = models.TextField(
        "monthly to",
        blank=True,
        default="",
        validators=[validate_addresses],
        help_text="The same. When they are sent: Periodic tasks",
    )
    sender = models.CharField(
        max_length=200,
        blank=True,
        default="",
        validators=[validate_sender],
        help_text="Such as Reports <reports@example.com>; empty: the portal's own",
    )
    time_zone = models.CharField(
        max_length=60,
        default="UTC",
        validators=[validate_zone],
        help_text="In which weeks and months begin, such as Europe/Berlin",
    )
    objective_percent = models.FloatField(
        "objective, percent",
        default=99.9,
        validators=[MinValueValidator(50), MaxValueValidator(99.9999)],
        help_text="Of availability: what is missing to 100 is the error budget of each service",
    )

    class Meta:
        verbose_name = verbose_name_plural = "report settings"

    def __str__(self) -> str:
        return "Report settings"


def current_settings() -> ReportSettings:
    return ReportSettings.objects.order_by("pk").first() or ReportSettings()
