"""Users and roles in the admin."""

from opsportal.access import user_admin  # noqa: F401  registers itself
