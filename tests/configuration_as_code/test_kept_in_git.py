"""The configuration in Git: each change made in the admin is a commit with its author."""

import subprocess
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks
from pytest_django import Settings as SettingsWrapper

from alerts.models import Threshold
from opsportal.configuration import repository
from opsportal.setup.configuration import keep_configuration
from opsportal.setup.step import Outcome, SetupError
from opsportal.tasks import keep_configuration as keep_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def where(tmp_path: Path, settings: SettingsWrapper) -> Path:
    settings.DATA_DIR = tmp_path
    return tmp_path / "configuration"


def log(where: Path, *options: str) -> str:
    command = ["git", "log", "--format=%an <%ae> %s", *options]
    return subprocess.run(command, cwd=where, check=True, capture_output=True, text=True).stdout


def test_a_missing_git_is_named(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(where))
    with pytest.raises(SetupError, match="apt install git"):
        keep_configuration()


def test_set_up_begins_it_once(where: Path) -> None:
    assert keep_configuration().outcome == Outcome.DONE
    assert keep_configuration().outcome == Outcome.ALREADY
    assert log(where) == "OpsPortal <opsportal@localhost> Begin to keep the configuration\n"


def test_what_has_not_changed_is_no_commit(where: Path) -> None:
    keep_configuration()
    assert not repository.keep(repository.PORTAL, "Nothing")


def test_a_name_cannot_forge_an_author() -> None:
    forger = User(username="x", first_name="root <root@localhost>\n", email="a@b\nc")
    assert repository.author_of(forger) == "root root@localhost <a@bc>"


def test_a_change_in_the_admin_is_committed_with_its_author(
    where: Path,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    keep_configuration()
    monkeypatch.setattr(keep_task, "apply_async", lambda arguments, **_: keep_task(*arguments))
    user = User.objects.create_superuser("ada", "ada@example.org")
    threshold = Threshold.objects.create(name="hot", metric="cpu_percent", value=80)
    client = Client()
    client.force_login(user)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("admin:alerts_threshold_delete", args=[threshold.pk]), {"post": "yes"})
        Threshold.objects.create(name="warm", metric="cpu_percent", value=70)
    assert log(where, "-1").startswith("ada <ada@example.org> hot: ")
