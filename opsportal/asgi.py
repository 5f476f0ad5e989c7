"""The ASGI application, for those who serve the portal with an async server."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsportal.settings")

application = get_asgi_application()

# After the apps are loaded.
from monitoring import judge  # noqa: E402
from opsportal.checks import refuse_misconfiguration  # noqa: E402
from opsportal.collecting import spare_what_is_loaded  # noqa: E402

refuse_misconfiguration()
# Servers load this module in each process that serves, and only there.
judge.start()
spare_what_is_loaded()
