"""Users and roles in the admin, and what Axes shows of logins there."""

from axes import admin as axes_admin

from opsportal.access import user_admin  # noqa: F401  registers itself

# As of every history here: not the dates of all rows.
for each in (
    axes_admin.AccessAttemptAdmin,
    axes_admin.AccessLogAdmin,
    axes_admin.AccessFailureLogAdmin,
):
    each.date_hierarchy = None
