"""The manifests against Kubernetes' own schemas, and rendered by kubectl's kustomize."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from django.core.management import get_commands

from tests.running_portal import ROOT

KUBERNETES = ROOT / "deploy/kubernetes"
# Kustomize's own kind, which the API server never sees.
MANIFESTS = sorted(path for path in KUBERNETES.rglob("*.yaml") if path.name != "kustomization.yaml")


def objects() -> list[dict[str, Any]]:
    texts = [path.read_text(encoding="utf-8") for path in MANIFESTS]
    return [each for text in texts for each in yaml.safe_load_all(text)]


def pods() -> list[dict[str, Any]]:
    specs = [each["spec"] for each in objects() if "spec" in each]
    return [spec["template"]["spec"] for spec in specs if "template" in spec]


@pytest.mark.parametrize("path", MANIFESTS, ids=lambda path: path.stem)
def test_a_manifest_is_of_the_schema(path: Path) -> None:
    for each in yaml.safe_load_all(path.read_text(encoding="utf-8")):
        kubernetes_validate.validate(each, kubernetes_validate.latest_version(), strict=True)


def test_every_pod_is_without_privileges_on_a_root_that_is_read_only() -> None:
    assert len(pods()) == 4
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["automountServiceAccountToken"] is False
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}


def kinds(kind: str) -> dict[str, dict[str, Any]]:
    """Those of the base, by their names."""
    return {each["metadata"]["name"]: each["spec"] for each in objects() if each["kind"] == kind}


def test_a_pod_is_asked_whether_it_lives_and_whether_it_is_ready() -> None:
    (web,) = kinds("Deployment")["web"]["template"]["spec"]["containers"]
    assert web["livenessProbe"]["httpGet"]["path"] == "/api/health/liveness"
    assert web["readinessProbe"]["httpGet"]["path"] == "/api/health/readiness"


def test_two_of_everything_that_serves_stay_and_workers_follow_the_queue() -> None:
    assert {"web", "worker"} <= set(kinds("PodDisruptionBudget"))
    (scaler,) = kinds("HorizontalPodAutoscaler").values()
    assert scaler["scaleTargetRef"]["name"] == "worker"
    (metric,) = scaler["metrics"]
    assert metric["external"]["metric"]["name"] == "portal_queue_lag_seconds"


def test_what_no_policy_names_is_not_let_in() -> None:
    everything = [each for each in kinds("NetworkPolicy").values() if each["podSelector"] == {}]
    assert any("Ingress" in each["policyTypes"] and not each.get("ingress") for each in everything)


def test_every_pod_runs_a_command_that_there_is() -> None:
    commands = {container["args"][0] for pod in pods() for container in pod["containers"]}
    assert commands == {"setup", "web", "worker", "beat"}
    assert commands <= set(get_commands())


def test_the_kustomization_lists_every_manifest() -> None:
    for directory in ("base", "example"):
        text = (KUBERNETES / directory / "kustomization.yaml").read_text(encoding="utf-8")
        listed = {name for name in yaml.safe_load(text)["resources"] if name.endswith(".yaml")}
        assert listed == {path.name for path in MANIFESTS if path.parent.name == directory}


def test_kustomize_renders_the_example(tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if not kubectl:
        # No package of the registries that CI reaches has one that is new enough.
        pytest.skip("kubectl is not installed")
    shutil.copytree(KUBERNETES, tmp_path / "kubernetes")
    for name in ("secret-key", "database-url", "redis-url"):
        (tmp_path / "kubernetes/example" / name).write_text("example", encoding="ascii")
    run = subprocess.run(
        [kubectl, "kustomize", tmp_path / "kubernetes/example"],
        capture_output=True,
        text=True,
        check=False,
    )
    if "unknown field" in run.stderr:
        pytest.skip("this kubectl is older than the kustomization's `labels`")
    assert run.returncode == 0, run.stderr
    rendered = list(yaml.safe_load_all(run.stdout))
    assert {each["metadata"].get("namespace", "opsportal") for each in rendered} == {"opsportal"}
    data = next(each["data"] for each in rendered if each["kind"] == "ConfigMap")
    assert data["ALLOWED_HOSTS"] == "ops.example.com,localhost"
