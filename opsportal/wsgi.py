"""The WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsportal.settings")

_portal = get_wsgi_application()

# After the apps are loaded.
from monitoring import judge  # noqa: E402
from opsportal.checks import refuse_misconfiguration  # noqa: E402
from opsportal.chunked import measured  # noqa: E402
from opsportal.collecting import spare_what_is_loaded  # noqa: E402
from opsportal.draining import ready_to_be_replaced  # noqa: E402

refuse_misconfiguration()
# Servers load this module in each process that serves, and only there.
judge.start()
application = ready_to_be_replaced(measured(_portal))
spare_what_is_loaded()
