"""Boards as a Django app of its own."""

from django.apps import AppConfig


class BoardsConfig(AppConfig):
    name = "opsportal.boards"
    label = "boards"
    verbose_name = "Boards"
