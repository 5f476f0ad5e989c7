"""Users and roles in the admin, and what Axes shows of logins there."""

from axes import admin as axes_admin
from axes.models import AccessFailureLog, AccessLog
from django.contrib import admin

from opsportal.access import user_admin  # noqa: F401  registers itself
from opsportal.access.login_form import LoginForm

admin.site.login_form = LoginForm
# As of every history here: not the dates of all rows.
axes_admin.AccessAttemptAdmin.date_hierarchy = None
# What the settings leave empty for ever: the audit log says who came, and who did not.
admin.site.unregister([AccessLog, AccessFailureLog])
