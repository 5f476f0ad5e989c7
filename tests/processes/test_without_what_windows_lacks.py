"""Python on Windows has neither `fcntl`, `pwd`, `grp` and `resource` nor forks, users and most
signals: all but supervisor and deployments does without."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.running_portal import ROOT, RunningPortal

LACKING = """
import os, signal, socket, sys
# Others' libraries, and Python's, know Windows by other ways than by what is missing.
import asyncio, billiard.compat, celery.platforms, concurrent.futures.process, crontab, kombu
import logging.handlers, multiprocessing.popen_spawn_posix, psutil, redis, shutil, socketserver
import subprocess, tempfile
shutil._use_fd_functions = False
for name in ("fcntl", "pwd", "grp", "resource", "termios"):
    sys.modules[name] = None
for module, names in {
    os: "chown fchmod fchown fork forkpty geteuid getegid getgid getloadavg getpgid getuid killpg "
        "lchown mkfifo nice O_DIRECTORY O_NOFOLLOW posix_fadvise pread pwrite register_at_fork "
        "sched_getaffinity setsid setuid sysconf uname wait3 wait4 WNOHANG",
    signal: "SIGALRM SIGCHLD SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1 SIGUSR2 alarm "
        "pthread_sigmask setitimer sigwait",
    socket: "AF_UNIX",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
"""
LOADED = """
import opsportal.web_server, opsportal.beat.leading_scheduler
from opsportal.wsgi import application
from django.core.management import load_command_class
for name in ("web", "beat", "doctor", "monitor", "export", "apply", "token", "portal", "deploy"):
    load_command_class("opsportal", name)
for name in ("backup", "backups", "verify", "restore"):
    load_command_class("backups", name)
from django.test import Client
for path in ("/api/health/liveness", "/admin/login/", "/admin/"):
    print(Client(headers={"host": "127.0.0.1"}).get(path).status_code)
"""


@pytest.fixture
def lacking(new_portal: RunningPortal, tmp_path: Path) -> RunningPortal:
    """Set up without what is missing."""
    (tmp_path / "sitecustomize.py").write_text(LACKING, encoding="utf-8")
    # There, a broker of one's own has to be named. Nobody is at this one.
    broker = "redis://127.0.0.1:9/0"
    new_portal.variables |= {"PYTHONPATH": str(tmp_path), "USERNAME": "x", "REDIS_URL": broker}
    new_portal.set_up()
    return new_portal


@pytest.mark.takes_long
def test_set_up_runs_pages_are_answered_and_the_database_is_backed_up(
    lacking: RunningPortal,
) -> None:
    said = lacking.manage("shell", "--no-imports", "-c", LOADED)
    assert said.stdout.split() == ["200", "200", "302"], said.stderr
    refused = lacking.manage("portal")
    assert refused.returncode == 1
    assert "no supervisor on Windows" in refused.stderr
    assert "Traceback" not in refused.stderr
    made = lacking.manage("backup", "Portal database")
    assert made.returncode == 0, made.stderr
    assert "restored and counted" in made.stdout


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
