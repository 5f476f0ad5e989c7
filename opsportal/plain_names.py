"""What libraries call their apps and models, in words that somebody new understands."""

from __future__ import annotations

from django.apps import apps

APPS = {
    "auth": "Users and groups",
    "axes": "Failed logins",
    "django_celery_beat": "Background work",
}
# One, and many.
MODELS = {
    "axes.accessattempt": ("failed login", "failed logins"),
    "django_celery_beat.clockedschedule": ("single moment", "single moments"),
    "django_celery_beat.crontabschedule": ("cron schedule", "cron schedules"),
    "django_celery_beat.solarschedule": ("sunrise or sunset", "sunrises and sunsets"),
}


def give_names() -> None:
    """Once all models are there. Migrations go by what the libraries say, and notice nothing."""
    for label, name in APPS.items():
        apps.get_app_config(label).verbose_name = name
    for label, (one, many) in MODELS.items():
        options = apps.get_model(label)._meta
        options.verbose_name, options.verbose_name_plural = one, many
