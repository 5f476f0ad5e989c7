"""Mail as a Django app of its own."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "opsportal.mail"
    label = "mail"
    verbose_name = "Mail"
