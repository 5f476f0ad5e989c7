"""What containers run in place of `portal`: the same programs, one by one."""

import os
import subprocess
import sys
from pathlib import Path

import requests

from tests.running_portal import ROOT, RunningPortal, until


def test_collect_needs_no_database_and_finds_its_own_work_again(tmp_path: Path) -> None:
    variables = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "opsportal.settings",
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        "SECRET_KEY": "for-this-step-only",
        "OPSPORTAL_DATA_DIR": str(tmp_path / "data"),
        "OPSPORTAL_STATIC_DIR": str(tmp_path / "collected"),
    }
    said = [
        subprocess.run(
            [sys.executable, "manage.py", "collect"],
            cwd=ROOT,
            env=variables,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for _ in range(2)
    ]
    assert "done" in said[0]
    assert "already so" in said[1]
    assert (tmp_path / "collected/staticfiles.json").is_file()
    assert not (tmp_path / "data").exists()


def test_the_web_server_alone_answers_and_goes_when_told(prepared_portal: RunningPortal) -> None:
    process = subprocess.Popen(
        [sys.executable, "manage.py", "web"], cwd=ROOT, env=prepared_portal.environment
    )
    try:
        until(lambda: _alive(prepared_portal), 60, "the web server's answer")
    finally:
        process.terminate()
    assert process.wait(timeout=20) == 0


def _alive(portal: RunningPortal) -> bool:
    try:
        answer = requests.get(f"{portal.url}/api/health/liveness", timeout=5)
    except requests.RequestException:
        return False
    return bool(answer.json() == {"status": "alive"})
