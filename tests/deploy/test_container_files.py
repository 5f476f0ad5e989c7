"""The Dockerfile against hadolint, the Compose file against the Compose specification."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from compose_spec.models import ComposeSpecification
from django.core.management import get_commands

from tests.running_portal import ROOT

DOCKER = ROOT / "deploy/docker"


def compose() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))
    return read


def test_hadolint_has_nothing_to_say() -> None:
    program = Path(sys.executable).with_name("hadolint")
    run = subprocess.run(
        [program, DOCKER / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stdout) == (0, "")


def test_the_compose_file_is_of_the_specification() -> None:
    services = ComposeSpecification.model_validate(compose()).services
    assert services is not None
    assert set(services) == {"setup", "web", "worker", "beat", "database", "broker"}


def test_the_portal_s_containers_can_write_to_their_data_only() -> None:
    portal = [each for each in compose()["services"].values() if "opsportal" in each["image"]]
    assert len(portal) == 4
    for service in portal:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["volumes"] == ["data:/data"]


def test_every_container_runs_a_command_that_there_is() -> None:
    portal = [each for each in compose()["services"].values() if "opsportal" in each["image"]]
    assert {each["command"][0] for each in portal} <= set(get_commands())


def test_there_are_two_workers_and_one_scheduler() -> None:
    counted = {
        name: each.get("deploy", {}).get("replicas", 1)
        for name, each in compose()["services"].items()
    }
    assert (counted["worker"], counted["beat"], counted["web"]) == (2, 1, 1)


def test_the_image_is_built_apart_runs_as_nobody_special_and_is_asked_whether_it_lives() -> None:
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8")
    build, image = text.split("\nFROM ")[-2:]
    assert "pip install" in build
    assert "pip install" not in image
    assert "\nUSER 10001" in image
    assert "/api/health/liveness" in image.split("HEALTHCHECK")[1]


def test_no_secret_is_in_the_environment() -> None:
    for service in compose()["services"].values():
        names = service.get("environment", {})
        assert not {"SECRET_KEY", "DATABASE_URL", "POSTGRES_PASSWORD"} & set(names)
