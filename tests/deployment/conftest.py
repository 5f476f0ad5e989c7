"""A clone of this repository with releases to deploy, and a portal that runs from it."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_portal import ROOT, OwnDatabase, RunningPortal

MIGRATION = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("monitoring", "{before}")]
    operations = [migrations.RunSQL("{sql}")]
"""


# Alone on its port it is ready; in the place of the portal it is not.
NOT_READY_IN_SERVICE = """

_whole = application


def application(environ, start_response):
    if "OPSPORTAL_LISTEN_DESCRIPTOR" in os.environ and "readiness" in environ["PATH_INFO"]:
        start_response("503 Service Unavailable", [("Content-Length", "0")])
        return [b""]
    return _whole(environ, start_response)
"""


class Clone:
    """A repository of what is tested; `git` has a name to commit under."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        # What stands here now, committed or not, and whoever owns the checkout: git refuses to
        # clone what belongs to others.
        leave = shutil.ignore_patterns(".git", ".venv", "var", ".*_cache", "__pycache__")
        shutil.copytree(ROOT, directory, ignore=leave)
        self.git("init", "-q")
        self.commit("what is tested")

    def git(self, *words: str) -> str:
        identity = ("-c", "user.name=Tester", "-c", "user.email=tester@example.com")
        return self._run("git", *identity, *words)

    def commit(self, name: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", name)

    def release(self, name: str, files: dict[str, str]) -> None:
        """A branch of what is tested, with these files changed; the checkout stays where it is."""
        before = self.git("rev-parse", "HEAD").strip()
        self.git("checkout", "-q", "-b", name)
        for path, text in files.items():
            (self.directory / path).write_text(text, encoding="utf-8")
        self.commit(name)
        self.git("checkout", "-q", before)

    def _run(self, *words: str) -> str:
        return subprocess.run(
            words, cwd=self.directory, capture_output=True, text=True, check=True
        ).stdout


class ClonedPortal(RunningPortal):
    """Its commands and processes are those of the clone."""

    clone: Clone

    @property
    def root(self) -> Path:
        return self.clone.directory


@pytest.fixture(scope="module")
def deployed_portal(
    tmp_path_factory: pytest.TempPathFactory, own_database: OwnDatabase, set_up_once: Path
) -> Iterator[ClonedPortal]:
    directory = tmp_path_factory.mktemp("deployed")
    clone = Clone(directory / "checkout")
    version = (clone.directory / "opsportal/version.py").read_text(encoding="utf-8")
    old = version.split('"')[-2]
    clone.release("better", {"opsportal/version.py": version.replace(old, "99.0.0")})
    clone.release("broken", {"opsportal/wsgi.py": 'raise RuntimeError("it is broken")\n'})
    migrations = sorted((clone.directory / "monitoring/migrations").glob("0*.py"))
    server = (clone.directory / "opsportal/wsgi.py").read_text(encoding="utf-8")
    added = MIGRATION.format(
        before=migrations[-1].stem, sql="CREATE TABLE added_first (id integer)"
    )
    clone.release(
        "unready",
        {
            "opsportal/wsgi.py": server + NOT_READY_IN_SERVICE,
            "monitoring/migrations/9000_added.py": added,
        },
    )
    clone.release(
        "halfway",
        {
            "monitoring/migrations/9001_first.py": MIGRATION.format(
                before=migrations[-1].stem, sql="CREATE TABLE half_way (id integer)"
            ),
            "monitoring/migrations/9002_second.py": MIGRATION.format(
                before="9001_first", sql="SELECT missing FROM nowhere"
            ),
        },
    )
    with own_database("deployed") as variables:
        portal = ClonedPortal(directory / "var", variables)
        portal.clone = clone
        portal.set_up_like(set_up_once)
        _share_environment(clone.directory, portal.data_dir)
        portal.start()
        yield portal
        portal.close()


def _share_environment(checkout: Path, data_dir: Path) -> None:
    """As a deployment before would have left it: installing takes a minute, and the network."""
    lock = (checkout / "requirements.txt").read_bytes()
    environments = data_dir / "environments"
    environments.mkdir()
    (environments / hashlib.sha256(lock).hexdigest()[:16]).symlink_to(sys.prefix)
