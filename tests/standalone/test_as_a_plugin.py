"""One line and an exit status, whatever the other side does."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from opsportal.standalone.log import Log
from opsportal.standalone.monitor import main
from tests.running_portal import ROOT, free_port
from tests.standalone.conftest import Endpoint
from tests.standalone.test_judging import LINE

Ask = Callable[..., tuple[int, str]]
SECRET = "op_read_1234567890"


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_WEBHOOK_URL", "ALERT_EMAIL_TO", "EMAIL_URL", "OPSPORTAL_MONITOR_TOKEN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def answered(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Ask:
    def ask(*words: str) -> tuple[int, str]:
        status = main([*words, "--directory", str(tmp_path / "monitor")])
        line = capsys.readouterr().out.removesuffix("\n")
        assert LINE.fullmatch(line), line
        return status, line

    return ask


def test_nobody_at_the_port_is_critical(answered: Ask) -> None:
    status, line = answered("--url", f"http://127.0.0.1:{free_port()}")
    assert (status, line) == (2, "OPSPORTAL CRITICAL: connection refused")


def test_an_answer_that_never_comes_is_critical_in_time_or_what_is_asked_for(
    answered: Ask, endpoint: Endpoint
) -> None:
    endpoint.hangs = True
    began = time.monotonic()
    status, line = answered("--url", endpoint.url, "-t", "0.3")
    assert (status, line) == (2, "OPSPORTAL CRITICAL: no answer within 0.3 s")
    status, _ = answered("--url", endpoint.url, "--timeout", "0.3:UNKNOWN")
    assert status == 3
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--url", "ftp://host"],
        ["--url", "http://host:port"],
        ["--url", "http://host", "--max-error-rate", "lots"],
        ["--url", "http://host", "--every", "-1"],
        ["--url", "http://host", "--timeout", "5:SLEEPY"],
        ["--url", "http://host", "--tokn", "x"],
        ["--url", "http://host", "stray"],
    ],
)
def test_arguments_that_cannot_be_used_are_unknown(answered: Ask, words: list[str]) -> None:
    status, line = answered(*words)
    assert (status, line[:18]) == (3, "OPSPORTAL UNKNOWN:")


def test_a_healthy_portal_is_ok_and_measured(answered: Ask, endpoint: Endpoint) -> None:
    status, line = answered("--url", endpoint.url, "--max-response-ms", "30000")
    assert status == 0
    assert line.startswith("OPSPORTAL OK: healthy, error rate 0.4 %, mean response 12 ms | ")
    assert "'error_rate'=0.4%;;5;0;100" in line
    assert "'disk'=63.2%;;;0;100" in line
    assert endpoint.asked == [("/api/health", "")]


def test_the_token_comes_from_a_file_and_asks_for_the_details(
    answered: Ask, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\n")
    monkeypatch.setenv("OPSPORTAL_MONITOR_TOKEN_FILE", str(tmp_path / "token"))
    answered("--url", endpoint.url)
    assert endpoint.asked == [("/api/health/detailed", f"Bearer {SECRET}")]
    assert SECRET not in (tmp_path / "monitor" / "monitor.log").read_text()
    (tmp_path / "token").unlink()
    status, line = answered("--url", endpoint.url)
    assert status == 3
    assert "OPSPORTAL_MONITOR_TOKEN_FILE cannot be read" in line


def test_a_redirect_is_told_and_the_token_does_not_travel(
    answered: Ask, endpoint: Endpoint
) -> None:
    endpoint.status, endpoint.headers = 302, {"Location": f"{endpoint.url}/elsewhere"}
    status, line = answered("--url", endpoint.url, "--token", SECRET)
    assert (status, f"{endpoint.url}/elsewhere" in line) == (3, True)
    assert [path for path, _ in endpoint.asked] == ["/api/health/detailed"]


def test_an_endless_body_is_cut_off(answered: Ask, endpoint: Endpoint) -> None:
    endpoint.body = b"x" * 1_000_001
    status, line = answered("--url", endpoint.url)
    assert (status, "longer than a megabyte" in line) == (2, True)


def test_each_look_is_logged_as_an_object_and_the_log_turns(
    answered: Ask, endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered("--url", endpoint.url)
    path = tmp_path / "monitor" / "monitor.log"
    logged = json.loads(path.read_text())
    assert (logged["event"], logged["state"], logged["measures"]["cpu"]) == ("look", "OK", 12.5)
    monkeypatch.setattr("opsportal.standalone.log.MAX_BYTES", 2_000)
    log = Log(path.parent)
    for _ in range(200):
        log.write("look", text="x" * 100)
    log.close()
    kept = sorted(each.name for each in path.parent.glob("monitor.log*"))
    assert kept == ["monitor.log", *(f"monitor.log.{n}" for n in range(1, 6))]
    assert all(each.stat().st_size <= 2_000 for each in path.parent.glob("monitor.log*"))


def test_files_that_cannot_be_written_change_no_verdict(
    endpoint: Endpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    words = ["--url", endpoint.url, "--tell", "--again", "0", "--max-response-ms", "30000"]
    assert main([*words, "--directory", str(tmp_path / "file" / "below")]) == 0
    assert capsys.readouterr().err == ""


def test_the_management_command_asks_this_portal_or_another(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    common = ("--directory", str(tmp_path), "--max-response-ms", "30000")
    call_command("monitor", "--url", endpoint.url, *common)
    endpoint.say(status="unhealthy")
    with pytest.raises(SystemExit, match="2"):
        call_command("monitor", "--url", endpoint.url, *common)
    with pytest.raises(CommandError, match="must begin with http"):
        call_command("monitor", "--url", "portal", *common, stderr=io.StringIO())


def test_on_the_command_line_a_bad_argument_is_a_plugins_unknown() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "monitor", "--evry", "300"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "opsportal.settings"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout == "OPSPORTAL UNKNOWN: unrecognized arguments: --evry 300\n"
