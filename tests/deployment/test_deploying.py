"""Deployments on a portal that runs, under load from clients with old and with new connections."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deployment.conftest import ClonedPortal
from tests.load import CLIENTS, Load, wrk
from tests.running_portal import until


def version_of(portal: ClonedPortal) -> str:
    return str(portal.get("/api/health").json()["version"])


def releases(portal: ClonedPortal) -> tuple[Path, list[Path]]:
    """The one that runs, and all that are there; the tests come in any order."""
    there = sorted((portal.data_dir / "releases").glob("*/manage.py"))
    return (portal.data_dir / "current").resolve(), there


def marks(portal: ClonedPortal) -> list[dict[str, object]]:
    token = portal.token("marks")
    answer = portal.get("/api/v1/annotations", headers={"Authorization": f"Bearer {token}"})
    listed: list[dict[str, object]] = answer.json()["results"]
    return listed


def tables(portal: ClonedPortal) -> str:
    code = "from django.db import connection as c; print(c.introspection.table_names())"
    return portal.manage("shell", "--no-imports", "-c", code).stdout


def test_what_is_no_release_changes_nothing(deployed_portal: ClonedPortal) -> None:
    before = releases(deployed_portal)
    said = deployed_portal.manage("deploy", "--no-backup", "nowhere")
    assert said.returncode == 1
    assert "there is no tag, branch or commit “nowhere”" in said.stderr
    assert "Traceback" not in said.stderr
    assert releases(deployed_portal) == before


@pytest.mark.any_database
def test_a_dry_run_says_what_would_be_done(deployed_portal: ClonedPortal) -> None:
    before = releases(deployed_portal)
    said = deployed_portal.manage("deploy", "better", "--dry-run")
    assert said.returncode == 0, said.stderr
    assert "Portal database" in said.stdout
    assert said.stdout.endswith("Nothing was changed.\n")
    assert releases(deployed_portal) == before


@pytest.mark.any_database
def test_a_command_with_other_data_than_the_portal_is_refused(
    deployed_portal: ClonedPortal,
) -> None:
    before = dict(deployed_portal.variables)
    deployed_portal.variables["SECRET_KEY"] = "another than the portal has"
    try:
        said = deployed_portal.manage("deploy", "better")
    finally:
        deployed_portal.variables = before
    assert said.returncode == 1
    assert "SECRET_KEY" in said.stderr


def test_a_release_comes_into_service_without_a_failed_request(
    deployed_portal: ClonedPortal, require: Callable[[bool, str], None]
) -> None:
    require(shutil.which("wrk") is not None, "wrk is not installed (Debian: wrk)")
    old = version_of(deployed_portal)
    url = f"{deployed_portal.url}/api/health/liveness"
    with Load(url).going() as load, wrk(url) as asked:
        said = deployed_portal.manage("deploy", "better")
    assert said.returncode == 0, said.stdout + said.stderr
    assert load.failed == []
    assert load.answered > CLIENTS
    assert asked.errors == {}
    assert asked.requests > CLIENTS
    assert old != version_of(deployed_portal) == "99.0.0"
    assert "restored and counted" in said.stdout  # the backup before it
    assert (deployed_portal.data_dir / "current").resolve().name in said.stdout
    text = marks(deployed_portal)[0]["text"]
    assert str(text).startswith("Deployment of better")


@pytest.mark.any_database
def test_a_release_that_cannot_start_never_takes_the_place_of_the_one_that_runs(
    deployed_portal: ClonedPortal,
) -> None:
    before = (deployed_portal.data_dir / "current").resolve()
    server, reloads = deployed_portal.pid("web"), deployed_portal.state["reload"]["number"]
    said = deployed_portal.manage("deploy", "broken", "--no-backup")
    assert said.returncode == 1
    assert "it is broken" in said.stderr
    assert "Rolled back" in said.stderr
    assert deployed_portal.pid("web") == server
    assert deployed_portal.state["reload"]["number"] == reloads
    assert (deployed_portal.data_dir / "current").resolve() == before


@pytest.mark.any_database
def test_a_release_that_fails_only_in_service_is_rolled_back_by_itself_under_load(
    deployed_portal: ClonedPortal, require: Callable[[bool, str], None]
) -> None:
    """It is ready on a port of its own, is switched to, and is not ready there. Its migration was
    applied whole, and stays: what was written since is worth more."""
    require(shutil.which("wrk") is not None, "wrk is not installed (Debian: wrk)")
    before = (deployed_portal.data_dir / "current").resolve()
    version = version_of(deployed_portal)
    reloads = deployed_portal.state["reload"]["number"]
    url = f"{deployed_portal.url}/api/health/liveness"
    with Load(url).going() as load, wrk(url) as asked:
        said = deployed_portal.manage("deploy", "unready", "--no-backup", "--ready-within", "1")
    assert said.returncode == 1
    assert "web server, worker and scheduler are of the new release" in said.stdout
    assert "wait for readiness: it is not ready after 1 s: 503" in said.stderr
    assert "Rolled back: the database keeps its migrations" in said.stderr
    assert load.failed == []
    assert load.answered > CLIENTS
    assert asked.errors == {}
    assert asked.requests > CLIENTS
    assert deployed_portal.state["reload"]["number"] == reloads + 2
    assert version_of(deployed_portal) == version
    assert deployed_portal.is_ready()
    assert (deployed_portal.data_dir / "current").resolve() == before
    assert "added_first" in tables(deployed_portal)
    assert "rolled back" in str(marks(deployed_portal)[0]["text"])


def test_a_database_that_was_migrated_half_way_is_restored_while_the_portal_runs(
    deployed_portal: ClonedPortal,
) -> None:
    said = deployed_portal.manage("deploy", "halfway", "--no-backup")
    assert said.returncode == 1
    assert "The database was restored as it was before" in said.stderr
    assert "Traceback" not in said.stderr
    until(deployed_portal.is_ready, 60, "ready after the restore")
    assert "monitoring_series" in tables(deployed_portal)
    assert "half_way" not in tables(deployed_portal)
    assert "rolled back" in str(marks(deployed_portal)[0]["text"])
    assert not (deployed_portal.data_dir / "releases/before").exists()
