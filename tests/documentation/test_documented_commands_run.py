"""Every command that the documents name is run by a test: here, on a portal that runs, or where it
is told below."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.documentation.reading import commands, words_of
from tests.documentation.test_what_is_written_is_so import _is_harmless
from tests.running_portal import ROOT, OwnDatabase, RunningPortal

# In this order, by one process; what is written in capitals or is an example is replaced.
HERE = (
    "doctor",
    "doctor database broker",
    "doctor worker beat broker",
    "check --deploy",
    "backup --cancel",
    'backup "Portal database"',
    "verify 12 --identity FILE",
    "restore 12 --to URL --identity FILE --overwrite",
    "restore 12 --to postgresql://app@localhost/app --identity recovery-key.txt",
    "restore 12 --to sqlite:////opt/opsportal/var/opsportal.sqlite3 --identity recovery-key.txt "
    "--overwrite",
    "monitor --url https://ops.example.com",
)
# They may find something wrong, and say so by their exit status.
JUDGES = {"doctor", "monitor"}
# The test, and words of it that stand for the run.
ELSEWHERE = {
    "portal": ("tests/running_portal.py", '"manage.py", "portal"'),
    "portal --reload": ("tests/processes/test_reloading.py", '"portal", "--reload"'),
    "setup": ("tests/running_portal.py", '"setup", "--noinput"'),
    "setup --noinput": ("tests/running_portal.py", '"setup", "--noinput"'),
    "setup --interactive": ("tests/processes/test_setup_asks.py", '"setup", "--interactive"'),
    "setup --git": ("tests/configuration_as_code/test_kept_in_git.py", "keep_configuration("),
    "setup --systemd": ("tests/processes/test_as_a_service.py", "install_service("),
    "setup --cron": ("tests/processes/test_in_the_crontab.py", "install_entries("),
    "setup --uninstall": ("tests/processes/test_in_the_crontab.py", "remove_entries("),
    "web": ("tests/processes/test_single_programs.py", '"manage.py", "web"'),
    "worker": ("tests/vitals/conftest.py", '_start("worker"'),
    "beat": ("tests/vitals/conftest.py", '_start("beat"'),
    "worker --beat": ("tests/processes/test_a_killed_child_is_replaced.py", "worker"),
    "collect": ("tests/processes/test_single_programs.py", '"manage.py", "collect"'),
    "deploy": ("tests/deployment/test_deploying.py", 'manage("deploy", "better")'),
    "deploy v1.2.0": ("tests/deployment/test_deploying.py", 'manage("deploy", "better")'),
    "monitor --every 300": ("tests/standalone/test_telling.py", '"--every", "0.2"'),
    "second_factor alice --remove": (
        "tests/security/test_second_factor.py",
        '"second_factor", "alice", "--remove"',
    ),
    "second_factor NAME --remove": (
        "tests/security/test_second_factor.py",
        '"second_factor", "alice", "--remove"',
    ),
    "rotate-keys --new": ("tests/security/test_rotating_keys.py", '(COMMAND, "--new")'),
    "backup": ("tests/backups/test_commands.py", 'said("backup")'),
    "backups --prune": ("tests/backups/test_commands.py", 'said("backups", "--prune")'),
    # Django's own, which asks at a terminal.
    "createsuperuser": ("docs/troubleshooting.md", "createsuperuser"),
}
RUN_ALL = """
import contextlib, io, json
from django.core.management import CommandError, call_command
said = {{}}
for called, words in json.loads({calls!r}):
    out = io.StringIO()
    status = 0
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            call_command(*words)
    except SystemExit as error:
        status = error.code
    except CommandError as error:
        status = str(error)
    said[called] = [status, out.getvalue()]
print(json.dumps(said))
"""


def test_every_command_that_is_named_is_run_somewhere() -> None:
    run = {*HERE, *ELSEWHERE, *(each for each in commands() if _is_harmless(each))}
    assert set(commands()) - run == set()


@pytest.mark.parametrize("called", ELSEWHERE)
def test_where_it_is_said_to_be_run_it_is(called: str) -> None:
    name, words = ELSEWHERE[called]
    assert words in (ROOT / name).read_text(encoding="utf-8")


@contextmanager
def _target(own_database: OwnDatabase, directory: Path) -> Iterator[str]:
    """Where to restore to: what is backed up is the portal's own database."""
    with own_database("documented") as variables:
        yield variables.get("DATABASE_URL", f"sqlite:///{directory / 'restored.sqlite3'}")


def _words(called: str) -> list[str]:
    """Nobody is at the terminal to be asked."""
    return words_of(called) + ["--noinput"] * ("--overwrite" in called)


@pytest.fixture(scope="module")
def ran(
    running_portal: RunningPortal,
    own_database: OwnDatabase,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[str, Any]]:
    """Exit status or refusal, and output, of each."""
    made = running_portal.manage("backup", "Portal database")
    assert made.returncode == 0, made.stderr
    newest = running_portal.manage("backups").stdout.splitlines()[1].split()[0]
    key = str(running_portal.data_dir / "keys" / "recovery-key.txt")
    with _target(own_database, tmp_path_factory.mktemp("documented")) as target:
        instead = {
            "12": newest,
            "FILE": key,
            "recovery-key.txt": key,
            "URL": target,
            "postgresql://app@localhost/app": target,
            "sqlite:////opt/opsportal/var/opsportal.sqlite3": target,
            "https://ops.example.com": running_portal.url,
        }
        calls = [[each, [instead.get(word, word) for word in _words(each)]] for each in HERE]
        program = RUN_ALL.format(calls=json.dumps(calls))
        said = running_portal.manage("shell", "--no-imports", "-c", program)
        assert said.returncode == 0, said.stderr
        yield json.loads(said.stdout.splitlines()[-1])


@pytest.mark.parametrize("called", HERE)
def test_a_command_does_on_a_portal_that_runs_what_is_written(
    ran: dict[str, Any], called: str
) -> None:
    status, said = ran[called]
    name = words_of(called)[0]
    assert "Traceback" not in said
    if name in JUDGES:
        assert status in range(3), said
    elif called == "backup --cancel":
        assert "under way" in str(status)
    elif called.startswith("restore") and "--overwrite" not in called:
        # The one before it has filled the target.
        assert "--overwrite" in str(status)
    else:
        assert status == 0, said
