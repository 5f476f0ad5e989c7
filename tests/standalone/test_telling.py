"""Who hears what, and how often: real receivers, and files that outlive kill -9."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from opsportal.env import Environment
from opsportal.lib.mail_server import server_from
from opsportal.standalone import memory
from opsportal.standalone.channels.email import Email
from opsportal.standalone.channels.registry import channels_from
from opsportal.standalone.channels.slack import Slack
from opsportal.standalone.deciding import Reason, Told, reason_to_tell
from opsportal.standalone.hiding import stripped
from opsportal.standalone.verdict import State, Verdict
from tests.channels.mailboxes import PASSWORD, USERNAME, Mailbox, authenticate, receiving_mail
from tests.channels.receivers import Answer, Receiver, receiving
from tests.running_portal import ROOT, until
from tests.standalone.conftest import Endpoint, monitor

HOUR = 3600.0
TOKEN = "op_read_1234567890"


def heard(receiver: Receiver) -> list[str]:
    return [each.json["text"].partition("\n")[0].strip("*") for each in receiver.received]


@pytest.mark.parametrize(
    ("told", "state", "reason"),
    [
        (None, State.OK, None),
        (None, State.UNKNOWN, Reason.BEGAN),
        (Told(State.WARNING, 0, 0), State.CRITICAL, Reason.CHANGED),
        (Told(State.CRITICAL, 0, 0), State.CRITICAL, None),
        (Told(State.CRITICAL, -4 * HOUR, 0), State.CRITICAL, Reason.REPEATED),
        (Told(State.CRITICAL, 60, 0), State.CRITICAL, Reason.REPEATED),  # the clock was set back
        (Told(State.CRITICAL, 0, 0), State.OK, Reason.RECOVERED),
        (Told(State.OK, 0, 0), State.OK, None),
        (Told(State.OK, 0, 0), State.WARNING, Reason.BEGAN),
    ],
)
def test_there_is_a_reason_to_tell_or_none(
    told: Told | None, state: State, reason: Reason | None
) -> None:
    assert reason_to_tell(told, state, 30.0, 4 * HOUR) == reason


def test_a_trouble_is_told_once_by_however_many_processes_and_its_end_too(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    with receiving() as receiver:
        for status in ("unhealthy", "unhealthy", "degraded", "degraded", "healthy", "healthy"):
            endpoint.say(status=status)
            monitor(endpoint, tmp_path, Slack(receiver.url)).cycle()
        where = f"127.0.0.1:{endpoint.port}"
        assert heard(receiver) == [
            f"CRITICAL: {where}",
            f"WARNING: {where}",
            f"RECOVERED: {where} after 0 s",
        ]
        assert "asked http://" in receiver.received[0].json["text"]


def test_what_lasts_is_told_again(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.say(status="unhealthy")
    with receiving() as receiver:
        for _ in range(3):
            monitor(endpoint, tmp_path, Slack(receiver.url), repeat_seconds=0.001).cycle()
        assert [each.partition(":")[0] for each in heard(receiver)] == [
            "CRITICAL",
            "STILL CRITICAL",
            "STILL CRITICAL",
        ]


def test_a_single_lost_answer_is_looked_at_again_before_anybody_hears(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.status = 500
    with receiving() as receiver:
        watching = monitor(endpoint, tmp_path, Slack(receiver.url), again_seconds=0.001)
        look = watching.look

        def look_once_in_vain() -> Verdict:
            found = look()
            endpoint.status = 200
            return found

        monkeypatch.setattr(watching, "look", look_once_in_vain)
        assert watching.cycle().state == State.OK
        assert heard(receiver) == []


def test_a_channel_that_does_not_take_it_is_tried_again_and_the_other_hears_once(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.say(status="unhealthy")
    with receiving(Answer(503), Answer(503), Answer()) as slack, receiving_mail(Mailbox()) as mail:
        email = Email(server_from(f"smtp://127.0.0.1:{mail.port}?tls=never"), ["ops@example.com"])
        for _ in range(4):
            monitor(endpoint, tmp_path, Slack(slack.url), email).cycle()
        assert len(slack.received) == 3
        (letter,) = mail.letters
        assert letter["Subject"] == f"CRITICAL: 127.0.0.1:{endpoint.port}"
        assert letter["To"] == "ops@example.com"
        log = (tmp_path / "monitor.log").read_text()
        assert "Slack: 503" in log
        assert slack.url not in log


def test_a_mail_server_that_asks_for_a_password_gets_it(endpoint: Endpoint, tmp_path: Path) -> None:
    endpoint.say(status="unhealthy")
    options = {"authenticator": authenticate, "auth_require_tls": False}
    with receiving_mail(Mailbox(), **options) as mail:
        for password in ("wrong", PASSWORD):
            url = f"smtp://{USERNAME}:{password}@127.0.0.1:{mail.port}?tls=never"
            monitor(endpoint, tmp_path, Email(server_from(url), ["ops@example.com"])).cycle()
        assert len(mail.letters) == 1
    assert PASSWORD not in (tmp_path / "monitor.log").read_text()


def test_a_state_file_that_is_broken_starts_afresh(endpoint: Endpoint, tmp_path: Path) -> None:
    path = memory.path_for(tmp_path, f"{endpoint.url}/health")
    for broken in ("", "{", "[]", '{"episode": {"state": 9, "since": 0}, "told": {}}'):
        path.write_text(broken)
        assert memory.load(path) == memory.Memory()
    monitor(endpoint, tmp_path).cycle()
    assert memory.load(path).episode is not None


def test_what_is_told_twice_after_a_kill_has_the_same_key(
    endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint.say(status="unhealthy")
    kept: list[str] = []

    class Dying(Slack):
        name = "slack"

        def tell(self, notice: object) -> None:
            kept.append(notice.key)  # type: ignore[attr-defined]
            raise KeyboardInterrupt  # between the telling and the remembering

    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            monitor(endpoint, tmp_path, Dying("http://127.0.0.1")).cycle()
    assert kept[0] == kept[1]


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({"SLACK_WEBHOOK_URL": "hooks.slack.com"}, "SLACK_WEBHOOK_URL must begin"),
        ({"ALERT_EMAIL_TO": "ops", "EMAIL_URL": "smtp://mail"}, "ALERT_EMAIL_TO must be"),
        ({"ALERT_EMAIL_TO": "o@e.org", "EMAIL_URL": "http://mail"}, "EMAIL_URL must be like"),
    ],
)
def test_a_wrong_variable_is_named(variables: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        channels_from(Environment(variables))


def test_a_token_is_taken_off_the_arguments() -> None:
    words = ["python", "-m", "x", "--token", TOKEN, "--every", f"--token={TOKEN}", "--url", "u"]
    assert stripped(words) == ["python", "-m", "x", "--every", "--url", "u"]


def test_a_loop_alone_without_django_survives_kill_9_and_hides_its_token(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    endpoint.say(status="unhealthy")
    # What is not installed cannot be imported: None in sys.modules makes every import of it fail.
    blocked = tmp_path / "sitecustomize.py"
    blocked.write_text(
        "import sys\nfor name in ('django', 'redis', 'celery'):\n    sys.modules[name] = None\n"
    )
    with receiving() as receiver:
        environment = {
            "PYTHONPATH": f"{tmp_path}:{ROOT}",
            "SLACK_WEBHOOK_URL": receiver.url,
            "OPSPORTAL_MONITOR_DIR": str(tmp_path / "state"),
        }
        command = [sys.executable, "-m", "opsportal.standalone", "--url", endpoint.url]
        command += ["--every", "0.2", "--again", "0", "--token", TOKEN]

        def started() -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                command, env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL
            )

        with started() as process:
            until(lambda: len(endpoint.asked) >= 4, 60, "four looks")
            assert TOKEN not in " ".join(psutil.Process(process.pid).cmdline())
            assert endpoint.asked[-1][1] == f"Bearer {TOKEN}"
            process.kill()
        seen = len(endpoint.asked)
        with started() as process:
            until(lambda: len(endpoint.asked) >= seen + 3, 60, "three looks")
            assert len(receiver.received) == 1
            endpoint.say(status="healthy")
            until(lambda: len(receiver.received) == 2, 60, "its end is told")
            began = time.monotonic()
            process.terminate()
            assert process.wait(30) == 0
            assert time.monotonic() - began < 30
        assert heard(receiver)[1].startswith("RECOVERED: ")
