"""Python on Windows has no `fcntl`, `pwd`, `grp` and `resource`: all but supervisor and deployments
does without."""

import subprocess
import sys
from pathlib import Path

from tests.running_portal import ROOT, RunningPortal

LACKING = """
import sys
# Others' libraries know Windows by other ways than by what is missing.
import billiard.compat, celery.platforms, crontab, kombu, psutil, redis, shutil, subprocess
for name in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules[name] = None
"""
LOADED = """
import opsportal.wsgi, opsportal.beat.leading_scheduler
from django.core.management import load_command_class
for name in ("web", "beat", "doctor", "monitor", "export", "apply", "token", "portal", "deploy"):
    load_command_class("opsportal", name)
print("loaded")
"""


def test_set_up_runs_and_the_rest_loads(new_portal: RunningPortal, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(LACKING, encoding="utf-8")
    new_portal.variables |= {"PYTHONPATH": str(tmp_path), "USERNAME": "somebody"}
    new_portal.set_up()
    said = new_portal.manage("shell", "--no-imports", "-c", LOADED)
    assert said.stdout.strip() == "loaded", said.stderr
    refused = new_portal.manage("portal")
    assert refused.returncode == 1
    assert "no supervisor on Windows" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_stand_alone_monitor_runs(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(LACKING, encoding="utf-8")
    said = subprocess.run(
        [sys.executable, "-m", "opsportal.standalone", "--url", "http://127.0.0.1:9/"],
        cwd=tmp_path,  # where it keeps its state and its log
        env={"PYTHONPATH": f"{tmp_path}:{ROOT}", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2, said.stderr
    assert "CRITICAL" in said.stdout
