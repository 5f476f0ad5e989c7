"""Commands and snippets of the documents work, links lead somewhere, every variable is there."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command, get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandError

from monitoring.schedules import ensure_schedules
from tests.documentation.reading import Block, blocks, commands, words_of
from tests.running_portal import ROOT

# They only look, or make something that nobody minds in a database of tests. The others start
# servers, ask other machines or change this one: of those, that they exist as they are written.
HARMLESS = frozenset({"export", "apply", "backups", "token", "audit", "rotate-keys"})


def _is_harmless(called: str) -> bool:
    name, *words = words_of(called)
    # With --new it replaces the key of the tests, which are not done with it.
    return name in HARMLESS and not {"--new", "--prune"} & set(words)


def command_named(name: str) -> BaseCommand:
    name = name.replace("-", "_")
    app = get_commands()[name]
    return app if isinstance(app, BaseCommand) else load_command_class(app, name)


@pytest.mark.parametrize("called", commands())
def test_a_command_that_is_named_exists_with_its_options(called: str) -> None:
    name, *words = words_of(called)
    parser = command_named(name).create_parser("manage.py", name)
    words = ["1" if word in {"URL", "SECONDS"} else word for word in words]
    wrong = ""
    try:
        parser.parse_args(words)
    except (CommandError, SystemExit) as error:
        wrong = str(error)
    # A sentence may name a command without what it needs; never an option that is none.
    assert not wrong or "required" in wrong, f"{called}: {wrong}"


@pytest.mark.django_db
@pytest.mark.parametrize("called", [each for each in commands() if _is_harmless(each)])
def test_a_harmless_command_does_what_is_written(
    called: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ensure_schedules()
    name, *words = words_of(called)
    if name == "apply":
        said = StringIO()
        call_command("export", stdout=said)
        Path(words[0]).write_text(said.getvalue(), encoding="utf-8")
    call_command(name.replace("-", "_"), *words, stdout=StringIO())


@pytest.mark.parametrize("block", blocks("sh"), ids=lambda each: each.title)
def test_a_shell_block_is_shell(block: Block) -> None:
    if "crontab" in block.text:
        block = Block(block.document, "sh", re.sub(r"^0 2 \* \* \*", "", block.text, flags=re.M))
    done = subprocess.run(
        ["/bin/sh", "-n"], input=block.text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("block", blocks("python"), ids=lambda each: each.title)
def test_a_python_block_compiles_and_what_it_imports_from_here_is_there(block: Block) -> None:
    tree = ast.parse(block.text)
    ours = ("monitoring", "alerts", "backups", "opsportal")
    for each in ast.walk(tree):
        if isinstance(each, ast.ImportFrom) and each.module and each.module.startswith(ours):
            module = __import__(each.module, fromlist=["_"])
            missing = [name.name for name in each.names if not hasattr(module, name.name)]
            assert missing == [], each.module


def shown(block: Block) -> list[Any]:
    """The kinds that it defines."""
    made: dict[str, Any] = {"__name__": __name__}
    exec(compile(block.text, block.document.name, "exec", dont_inherit=True), made)  # noqa: S102
    return [each for each in made.values() if getattr(each, "__module__", "") == __name__]


KINDS = [each for each in blocks("python") if "@kind" in each.text]


@pytest.mark.parametrize("block", KINDS, ids=lambda each: each.title)
def test_a_kind_that_is_shown_can_be_made(block: Block) -> None:
    assert [hasattr(each, "from_settings") for each in shown(block)] == [True]


def test_the_check_that_is_shown_checks(tmp_path: Path) -> None:
    (block,) = [each for each in KINDS if "class DiskImage" in each.text]
    image = tmp_path / "image"
    image.write_bytes(b"12345")
    result = shown(block)[0](path=str(image)).probe(5.0)
    assert (result.status, result.message) == ("up", "5 bytes")


@pytest.mark.parametrize("block", blocks("json", "yaml"), ids=lambda each: each.title)
def test_data_that_is_shown_can_be_read(block: Block) -> None:
    loaded = json.loads(block.text) if block.language == "json" else yaml.safe_load(block.text)
    assert loaded


def test_every_variable_is_on_the_page_of_variables_and_no_other() -> None:
    page = (ROOT / "docs/configuration.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    written = {name for row in rows for name in re.findall(r"`([A-Z][A-Z0-9_]+)`", row)}
    asked = set(settings.ENVIRONMENT.asked) | DIRECTLY_READ
    assert asked - written == set()
    assert written - asked - set(re.findall(r"[A-Z]+_FILE\b", page)) == set()


# Where Django's settings are not there yet, or not any more.
DIRECTLY_READ = {f"DJANGO_SUPERUSER_{name}" for name in ("USERNAME", "PASSWORD", "EMAIL")}


def test_the_documents_build_and_every_link_in_them_leads_somewhere(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
    ]  # with --quiet warnings do not count
    done = subprocess.run(
        [*command, "--site-dir", str(tmp_path / "site")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "site/index.html").is_file()


def test_links_of_the_readme_lead_somewhere() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    linked = re.findall(r"\]\(((?!https?:)[^)#]+)", text)
    assert [each for each in linked if not (ROOT / each).exists()] == []
