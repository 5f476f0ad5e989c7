"""The house keeps its shape: imports run downward, modules stay small, names say what is inside."""

import re
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("opsportal", "monitoring", "alerts", "backups")
MAXIMUM_LINES = 400
MEDIAN_LINES = 100


def _tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    paths = [Path(name) for name in listed.stdout.split("\0") if name]
    return [
        path
        for path in paths
        if path.suffix in suffixes and "vendor" not in path.parts and (ROOT / path).exists()
    ]


def _line_count(path: Path) -> int:
    return len((ROOT / path).read_text(encoding="utf-8").splitlines())


def test_imports_run_downward_only() -> None:
    # In a process of its own: it switches off the loggers that other tests listen to.
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, f"an import runs upward:\n{result.stdout}"


def test_no_module_is_longer_than_the_limit() -> None:
    long = {
        str(path): lines
        for path in _tracked(".py", ".js", ".css")
        # Django writes migrations, people do not read them from top to bottom.
        if "migrations" not in path.parts and (lines := _line_count(path)) > MAXIMUM_LINES
    }
    assert long == {}


def test_the_median_module_is_short() -> None:
    lines = [_line_count(path) for path in _tracked(".py") if path.parts[0] in PACKAGES]
    assert statistics.median(lines) <= MEDIAN_LINES


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty_words = re.compile(r"(^|/)(utils?|helpers?|common|misc|services?)(\.py$|/)")
    assert [str(path) for path in _tracked(".py") if empty_words.search(path.as_posix())] == []


def test_every_management_command_is_named_in_a_test() -> None:
    tests = "\n".join(
        (ROOT / path).read_text(encoding="utf-8")
        for path in _tracked(".py")
        if path.parts[0] == "tests"
    )
    commands = [
        path.stem
        for path in _tracked(".py")
        if path.parent.name == "commands" and path.stem != "__init__"
    ]
    assert [name for name in commands if f'"{name}"' not in tests] == []


def test_every_app_names_its_modules_alike() -> None:
    # A reader who knows one app finds the same job under the same name in the others.
    odd = {
        "view.py": "views.py",
        "model.py": "models.py",
        "serializer.py": "serializers.py",
        "task.py": "tasks.py",
        "signal.py": "signals.py",
    }
    assert [str(path) for path in _tracked(".py") if path.name in odd] == []
