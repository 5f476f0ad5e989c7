"""What a run does not import: each of these would take memory that dumping could use."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = """
import sys
sys.argv = ["manage.py", {command!r}]
import django
django.setup()
import backups.management.commands.{command}
from backups.sources.registry import build
build("django", {{"alias": "default"}})
heavy = {{"rest_framework.serializers", "boto3", "pymysql", "psycopg", "redis"}}
print(*sorted(set(sys.modules) & heavy))
"""


@pytest.mark.parametrize("command", ["backup", "restore", "verify"])
def test_neither_the_web_side_nor_the_libraries_of_other_engines(
    command: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "opsportal.settings",
        "DATABASE_URL": "",
        "OPSPORTAL_DATA_DIR": str(tmp_path),
    }
    code = CODE.format(command=command)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert done.stdout.decode().split() == []
