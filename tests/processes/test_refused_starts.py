"""What cannot work is refused before anything is started, in words, without a traceback."""

import socket
import subprocess
from pathlib import Path

from tests.running_portal import RunningPortal


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_a_second_portal_on_the_same_data_is_told_who_runs(doomed_portal: RunningPortal) -> None:
    assert doomed_portal.process
    refused = doomed_portal.manage("portal")
    assert_refused(refused, "already runs", str(doomed_portal.process.pid), doomed_portal.url)
    assert doomed_portal.is_ready()


def test_a_second_start_on_another_port_leaves_the_check_of_the_first_alone(
    doomed_portal: RunningPortal,
) -> None:
    other = RunningPortal(doomed_portal.data_dir, doomed_portal.variables)
    again = other.manage("setup", "--noinput", "--quiet")
    assert (again.returncode, again.stdout) == (0, "")
    assert_refused(other.manage("portal"), "already runs", doomed_portal.url)
    checks = {"Authorization": f"Bearer {doomed_portal.token('second start')}"}
    (own,) = doomed_portal.get("/api/v1/checks?name=OpsPortal", headers=checks).json()["results"]
    assert own["settings"]["url"] == f"{doomed_portal.url}/api/health"


def test_a_taken_port_is_named_before_anything_is_started(
    prepared_portal: RunningPortal,
) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", prepared_portal.port))
        holder.listen()
        assert_refused(prepared_portal.manage("portal"), f"Port {prepared_portal.port}", "PORT=")
    assert not (prepared_portal.data_dir / "run" / "portal.json").exists()
    assert not (prepared_portal.data_dir / "run" / "broker.sock").exists()


def test_a_portal_that_is_not_set_up_says_what_to_run(new_portal: RunningPortal) -> None:
    assert_refused(new_portal.manage("portal"), "manage.py setup")


def test_a_wrong_variable_is_named(new_portal: RunningPortal) -> None:
    new_portal.variables["OPSPORTAL_WEB_THREADS"] = "many"
    for command in ("setup", "portal"):
        assert_refused(new_portal.manage(command), "OPSPORTAL_WEB_THREADS", "opsportal.E001")


def test_a_file_in_the_place_of_the_data_directory_is_named(new_portal: RunningPortal) -> None:
    new_portal.data_dir.write_text("not a directory")
    assert_refused(new_portal.manage("setup"), str(new_portal.data_dir), "opsportal.E002")


def test_a_data_directory_that_cannot_be_made_is_named(new_portal: RunningPortal) -> None:
    new_portal.data_dir.write_text("not a directory")
    new_portal.data_dir /= "below"
    assert_refused(new_portal.manage("setup"), str(new_portal.data_dir), "cannot be written to")


def test_a_broken_database_file_is_named_and_left_as_it_is(new_portal: RunningPortal) -> None:
    new_portal.data_dir.mkdir()
    database = new_portal.data_dir / "opsportal.sqlite3"
    broken = b"this was a database once" * 400
    database.write_bytes(broken)
    assert_refused(new_portal.manage("setup", "--noinput"), str(database), "left as it is")
    assert database.read_bytes() == broken


def test_a_socket_path_that_the_system_refuses_is_explained(tmp_path: Path) -> None:
    portal = RunningPortal(tmp_path / ("long" * 25))
    (portal.data_dir / "run").mkdir(parents=True)
    assert_refused(portal.manage("portal"), "107", "OPSPORTAL_DATA_DIR", "REDIS_URL")
