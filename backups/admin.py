"""Registers the admin's pages of backups."""

from backups import backup_admin, plan_admin  # noqa: F401
