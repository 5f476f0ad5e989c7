"""DATABASE_URL to Django's DATABASES entry: SQLite by default, PostgreSQL when outgrown."""

from pathlib import Path
from typing import Any

import dj_database_url

# One writer at a time is SQLite's rule: BEGIN IMMEDIATE takes the lock at the start, where the
# busy timeout applies, instead of failing at the first write with "database is locked".
# synchronous=NORMAL in WAL mode cannot corrupt the file; a power cut loses the last commits only.
# The log is taken into the file every 16 MB: with SQLite's 4 MB a batch of checks did so each time.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
        "PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=67108864; PRAGMA cache_size=-8192; "
        "PRAGMA wal_autocheckpoint=4000;"
    ),
}
# A thread keeps one connection; the pool bounds them, so that two hundred callers at once wait
# for a connection instead of exhausting the server's.
POSTGRESQL_OPTIONS: dict[str, Any] = {
    "pool": {"min_size": 1, "max_size": 20, "timeout": 10},
    "connect_timeout": 5,
}


def sqlite_database(path: Path) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": dict(SQLITE_OPTIONS),
        # Opening one and setting it up costs more than most queries.
        "CONN_MAX_AGE": 60,
        # A real file: the tests' threads and processes share it, which memory cannot do.
        "TEST": {"NAME": str(path.with_suffix(".test.sqlite3"))},
    }


def parse_database_url(url: str) -> dict[str, Any]:
    """Raises ValueError, without repeating the URL's password, for what the portal cannot use."""
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url))
    except (ValueError, dj_database_url.UnknownSchemeError):
        raise ValueError("it is not a database URL") from None
    engine = str(config["ENGINE"])
    if engine.endswith("sqlite3"):
        if config["NAME"] in {"", ":memory:"}:
            raise ValueError(
                "the portal has several processes, which cannot share a memory database"
            )
        return sqlite_database(Path(config["NAME"]).absolute())
    if not engine.endswith("postgresql"):
        raise ValueError("only sqlite and postgresql are supported")
    if not config["NAME"] and "service" not in config.get("OPTIONS", {}):
        raise ValueError("it names no database")
    config["OPTIONS"] = {**POSTGRESQL_OPTIONS, **config.get("OPTIONS", {})}
    return config
