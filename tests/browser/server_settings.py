"""Of the server under test: the portal's own, but nobody shares a look, which for two seconds would
not show what a test has just changed."""

from opsportal.settings import *  # noqa: F403

DASHBOARD_SHARED_SECONDS = 0
