"""The judgement of each part, failure first; real database, broker, files and servers."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.db.migrations.recorder import MigrationRecorder
from pytest_django import Settings

from alerts.models import Channel
from backups.editing import save_plan
from backups.models import Plan
from backups.summary import PlanInShort
from opsportal.doctor import (
    beat,
    broker,
    channels,
    clock,
    configuration,
    database,
    destinations,
    directories,
    disk,
    keys,
    migrations,
    processes,
    web,
    worker,
)
from opsportal.doctor.base import Finding, State, graded
from opsportal.env import Problem
from opsportal.lib.crypto import encrypt
from opsportal.tasks import answer


def wrongs(findings: Iterable[Finding]) -> list[str]:
    found = [each for each in findings if each.state == State.WRONG]
    assert all(each.mend for each in found), "what is wrong says how to mend it"
    return [each.text for each in found]


def advised(findings: Iterable[Finding]) -> list[str]:
    return [each.text for each in findings if each.state == State.ADVICE]


def test_a_wrong_variable_is_found(settings: Settings) -> None:
    settings.ENVIRONMENT = type(settings.ENVIRONMENT)({}, [Problem("PORT", "PORT is wrong", "…")])
    assert wrongs(configuration.examine()) == ["PORT is wrong (opsportal.E001)"]


def test_a_directory_open_to_others_is_wrong(tmp_path: Path, settings: Settings) -> None:
    settings.DATA_DIR, settings.RUN_DIR = tmp_path, tmp_path / "run"
    settings.RUN_DIR.mkdir(mode=0o755)
    tmp_path.chmod(0o700)
    assert wrongs(directories.examine()) == [f"{tmp_path}/run is open to other users (755)"]
    settings.RUN_DIR.chmod(0o700)
    assert wrongs(directories.examine()) == []
    settings.DATA_DIR = tmp_path / "none"
    assert wrongs(directories.examine()) == [f"{tmp_path}/none is not there"]


def test_a_full_disk_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    for percent, state in ((96.0, State.WRONG), (90.0, State.ADVICE), (20.0, State.OK)):
        monkeypatch.setattr(disk, "used_percent", lambda _, found=percent: found)
        assert next(iter(disk.examine())).state == state


def test_grades_begin_above_their_limits() -> None:
    states = [graded(value, 10, 20, "", "").state for value in (10, 10.1, 20, 20.1)]
    assert states == [State.OK, State.ADVICE, State.ADVICE, State.WRONG]


@pytest.mark.django_db
def test_a_database_that_answers_is_fine_and_a_slow_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert wrongs(database.examine()) == []
    monkeypatch.setattr(database, "database_latency_ms", lambda: 2000.0)
    assert "2000.0 ms" in wrongs(database.examine())[0]


@pytest.mark.django_db
def test_missing_and_unknown_migrations_are_told_apart() -> None:
    assert wrongs(migrations.examine()) == advised(migrations.examine()) == []
    MigrationRecorder.Migration.objects.create(app="backups", name="9999_of_tomorrow")
    assert "backups 9999_of_tomorrow" in advised(migrations.examine())[0]
    MigrationRecorder.Migration.objects.filter(app="alerts").delete()
    assert "are missing (alerts 0001" in wrongs(migrations.examine())[0]


def test_a_broker_that_is_away_is_wrong(settings: Settings) -> None:
    settings.REDIS_URL = "redis://:hunter2@127.0.0.1:1/0"
    found = wrongs(broker.examine())
    assert found[0].startswith("it does not answer")
    assert "hunter2" not in found[0]


@pytest.mark.usefixtures("broker")
def test_a_broker_tells_of_its_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    assert wrongs(broker.examine()) == []
    monkeypatch.setattr(broker, "queue_lengths", lambda _: {"default": 30_000})
    assert wrongs(broker.examine()) == ["30000 messages wait in “default”"]


def test_processes_that_died_are_named(tmp_path: Path, settings: Settings) -> None:
    settings.RUN_DIR = tmp_path
    assert advised(processes.examine()) == ["no supervisor runs on this data directory"]
    (tmp_path / "portal.json").write_text("{")
    assert "cannot be read" in wrongs(processes.examine())[0]
    process = {"pid": 7, "restarts": 5, "started_at": 1000.0, "last_death": "killed by SIGKILL"}
    young, old = (processes.judged("web", process, now, is_alive=True) for now in (1060, 9e9))
    assert (young.state, old.state) == (State.ADVICE, State.OK)
    dead = processes.judged("web", {**process, "pid": None}, 1060, is_alive=False)
    assert wrongs([dead]) == ["web does not run (killed by SIGKILL)"]


def test_another_server_on_the_port_is_no_portal(settings: Settings) -> None:
    with http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler) as other:
        threading.Thread(target=other.serve_forever, daemon=True).start()
        settings.BIND_ADDRESS, settings.PORT = "127.0.0.1", other.server_port
        assert "not as a portal does" in wrongs(web.examine())[0]
        other.shutdown()
    assert "nobody answers" in wrongs(web.examine())[0]


def test_a_worker_that_does_not_answer_is_wrong(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(answer, "apply_async", lambda *_, **__: None)
    assert "while the broker does not answer" in wrongs(worker.examine())[0]
    reply = {"host": "web-2", "pid": "7", "database": "OperationalError"}
    assert "does not reach the database" in wrongs([worker.judged(reply, 3)])[0]


@pytest.mark.usefixtures("broker")
def test_nobody_listening_at_the_queue_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "WAIT_SECONDS", 1)
    monkeypatch.setattr(answer, "apply_async", lambda *_, **__: None)
    assert wrongs(worker.examine()) == ["none took a message within 1 s"]


@pytest.mark.django_db
@pytest.mark.usefixtures("broker")
def test_a_worker_answers_who_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "apply_async", lambda words, **_: answer(*words))
    assert wrongs(worker.examine()) == []


def test_a_canary_that_is_late_or_never_came_is_wrong() -> None:
    assert wrongs([beat.judged(None), beat.judged(26)]) == [
        "no scheduled task has ever come through",
        "no scheduled task has come through for 26 s",
    ]
    assert beat.judged(24).state == State.OK


@pytest.mark.django_db
def test_channels_are_green_by_deliveries_only() -> None:
    Channel.objects.all().delete()
    assert advised(channels.examine()) == ["nobody hears of alerts: there is no channel"]
    now_ms = time.time_ns() // 1_000_000
    channel = Channel(name="Ops", kind="webhook", last_error="404", last_error_ms=now_ms)
    assert wrongs([channels.judged(channel)]) == ["“Ops” does not take messages: 404"]
    assert channels.judged(Channel(name="Ops")).state == State.ADVICE
    channel.last_success_ms = now_ms + 1
    assert channels.judged(channel).state == State.OK


@pytest.mark.django_db
def test_a_destination_that_cannot_be_written_to_is_wrong(tmp_path: Path) -> None:
    Plan.objects.all().delete()
    assert "there is no plan" in advised(destinations.examine())[0]
    (tmp_path / "file").write_text("")
    plan = Plan(name="Shop", source_kind="sqlite")
    places = [{"kind": "local", "path": str(tmp_path / name)} for name in ("file", "fine")]
    save_plan(plan, {"path": "/shop.sqlite3"}, places)
    found = list(destinations.examine())
    assert wrongs(found) == [f"“Shop”: {tmp_path}/file cannot be written to by this user"]
    assert f"“Shop”: {tmp_path}/fine can be reached" in [each.text for each in found]


def test_a_failed_or_missing_backup_is_told() -> None:
    hour_ms, run = 3_600_000, {"started_ms": 1}
    plan = PlanInShort("Shop", "always", "failed", run)
    assert wrongs([destinations.judged(plan, hour_ms)]) == ["“Shop”: its last backup failed"]
    verified = PlanInShort("Shop", "always", "verified", run)
    assert destinations.judged(verified, hour_ms).state == State.OK
    assert destinations.judged(verified, 27 * hour_ms).state == State.ADVICE
    assert destinations.judged(PlanInShort("Shop", "always", "none", None), 0).state != State.OK


@pytest.mark.django_db
def test_keys_others_can_read_or_that_read_nothing_are_wrong(
    tmp_path: Path, settings: Settings
) -> None:
    settings.DATA_DIR, settings.SECRET_KEY_FILE = tmp_path, tmp_path / "secret_key"
    settings.ENVIRONMENT = type(settings.ENVIRONMENT)({})
    Channel.objects.create(name="Lost", kind="slack", secrets=encrypt({"url": "x"}))
    settings.SECRET_KEY = "another"
    settings.SECRET_KEY_FILE.write_text("another")
    settings.SECRET_KEY_FILE.chmod(0o644)
    assert wrongs(keys.examine()) == [
        "others can read the secret key (644)",
        "secrets cannot be read: channel “Lost”",
        "backups cannot be encrypted: there is no recovery key: run manage.py setup",
    ]


@pytest.mark.django_db
def test_the_recovery_key_still_lying_here_is_told_until_it_is_gone(
    tmp_path: Path, settings: Settings
) -> None:
    from backups.keys import PRIVATE, make_recovery_key

    settings.DATA_DIR = tmp_path
    make_recovery_key()
    assert "still lies on this machine" in advised(keys.examine())[0]
    (tmp_path / "keys" / PRIVATE).unlink()
    assert advised(keys.examine()) == []


def test_a_clock_that_is_ahead_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "clock_skews", lambda: {"database's clock": -12.0})
    assert wrongs(clock.examine()) == ["12.0 s behind the database's clock"]
