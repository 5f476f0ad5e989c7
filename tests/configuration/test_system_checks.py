from pathlib import Path

import pytest
from pytest_django import Settings

from opsportal.checks import check_data_directory, check_environment, refuse_misconfiguration
from opsportal.env import Environment


def test_a_wrong_variable_is_a_numbered_error_with_a_hint(settings: Settings) -> None:
    settings.ENVIRONMENT = Environment({"PORT": "x"})
    settings.ENVIRONMENT.integer("PORT", 8000, 1, 65535)
    (error,) = check_environment(None)
    assert error.id == "opsportal.E001"
    assert error.hint


def test_a_file_in_the_place_of_the_data_directory_is_an_error(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "var"
    assert check_data_directory(None) == []
    settings.DATA_DIR.write_text("")
    (error,) = check_data_directory(None)
    assert error.id == "opsportal.E002"


def test_a_server_started_directly_refuses_in_one_line(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.ENVIRONMENT = Environment({"PORT": "x"})
    settings.ENVIRONMENT.integer("PORT", 8000, 1, 65535)
    with pytest.raises(SystemExit) as refused:
        refuse_misconfiguration()
    assert refused.value.code == 78
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("PORT is wrong")


def test_a_sound_environment_is_let_through(settings: Settings) -> None:
    settings.ENVIRONMENT = Environment({})
    refuse_misconfiguration()
