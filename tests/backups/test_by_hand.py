"""The recovery sheet's own commands, in a shell, without the portal: what comes of them is compared
with what was there row by row."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from backups.editing import save_plan
from backups.models import Plan
from backups.recovery_sheet import recovery_sheet
from backups.sources.postgresql_tools import environment_of, tool_for
from tests.backups.plans import IDENTITY, backed_up, shop

pytestmark = pytest.mark.django_db
# Where Debian's own is not installed. It is called as: age -d -i KEY FILE
AGE = f"""#!{sys.executable}
import sys, pyrage
identity = pyrage.x25519.Identity.from_str(open(sys.argv[3]).read().strip())
sys.stdout.buffer.write(pyrage.decrypt(open(sys.argv[4], "rb").read(), [identity]))
"""
COMMANDS = ("cp ", "sha256sum ", "age ", "createdb ", "mariadb ")


def restored_by_hand(directory: Path, plan: Plan, variables: dict[str, str]) -> str:
    """Its output. `directory` is the bare machine's."""
    (directory / "KEY").write_text(f"{IDENTITY}\n")
    if not shutil.which("age"):
        (directory / "age").write_text(AGE)
        (directory / "age").chmod(0o700)
    lines = [line.strip() for line in recovery_sheet(plan).splitlines()]
    commands = [line for line in lines if line.startswith(COMMANDS) and ".globals" not in line]
    assert len(commands) == 3, commands
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", "\n".join(commands)],
        cwd=directory,
        env={**variables, "PATH": f"{variables.get('PATH', os.environ['PATH'])}:{directory}"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def documented(directory: Path, artifact: Path, name: str, variables: dict[str, str]) -> None:
    """The commands of the page of backups, in a directory where `restored_by_hand` has been."""
    page = (Path(__file__).parents[2] / "docs/backups.md").read_text(encoding="utf-8")
    (commands,) = re.findall(r"```\n(sha256sum .*?)```", page, re.DOTALL)
    shutil.copy(artifact, directory / "artifact")
    (directory / "recovery-key.txt").write_text(f"{IDENTITY}\n")
    commands = re.sub(r"shop-\S+\.age", "artifact", commands)
    commands = re.sub(r"\bshop\b(?!\.)", lambda _: shlex.quote(name), commands)
    subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", commands],
        cwd=directory,
        env={**variables, "PATH": f"{variables['PATH']}:{directory}"},
        capture_output=True,
        check=True,
    )


def made(tmp_path: Path, kind: str, settings: dict[str, Any]) -> tuple[Plan, Path]:
    plan = Plan(name="By hand", source_kind=kind, recipients=str(IDENTITY.to_public()))
    save_plan(plan, settings, [{"kind": "local", "path": str(tmp_path / "kept it")}])
    bare = tmp_path / "bare"
    bare.mkdir()
    return plan, bare


def test_sqlite(tmp_path: Path) -> None:
    source = shop(tmp_path / "shop.sqlite3")
    plan, bare = made(tmp_path, "sqlite", {"path": str(source)})
    backup = backed_up(plan)
    assert backup.sha256 in restored_by_hand(bare, plan, {})
    restored = bare / "restored.sqlite3"
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(restored)) as two:
        assert list(one.iterdump()) == list(two.iterdump())


def test_files(tmp_path: Path) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (media / "a b.txt").write_text("ä")
    plan, bare = made(tmp_path, "files", {"paths": [str(media)]})
    backed_up(plan)
    restored_by_hand(bare, plan, {})
    assert (bare / str(media)[1:] / "a b.txt").read_text() == "ä"


def test_postgresql(tmp_path: Path, empty_postgresql: str) -> None:
    def rows() -> list[tuple[Any, ...]]:
        with psycopg.connect(empty_postgresql, autocommit=True) as connection:
            return connection.execute('SELECT * FROM "ro\'ws" ORDER BY n').fetchall()

    with psycopg.connect(empty_postgresql, autocommit=True) as connection:
        version = connection.info.server_version
        connection.execute(
            'CREATE TABLE "ro\'ws" AS SELECT n, md5(n::text) FROM generate_series(1, 999) n'
        )
    before = rows()
    plan, bare = made(tmp_path, "postgresql", {"url": empty_postgresql})
    backup = backed_up(plan)
    assert backup.status == "verified", backup.error
    name = str(conninfo_to_dict(empty_postgresql)["dbname"])
    drop = psycopg.sql.SQL("DROP DATABASE {} WITH (FORCE)").format(psycopg.sql.Identifier(name))
    server = make_conninfo(empty_postgresql, dbname="postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
    programs = Path(tool_for("pg_restore", version)).parent
    variables = {**environment_of(server, "by hand"), "PATH": f"{programs}:{os.environ['PATH']}"}
    restored_by_hand(bare, plan, variables)
    assert rows() == before
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
    (artifact,) = (tmp_path / "kept it").rglob("*.dump.zst.age")
    documented(bare, artifact, name, variables)
    assert rows() == before
