from pathlib import Path

import pytest

from opsportal.env import HOST, Environment
from tests.running_portal import RunningPortal


@pytest.mark.parametrize("value", ["perhaps", "2", "tru"])
def test_a_word_that_is_neither_on_nor_off_is_refused(value: str) -> None:
    environment = Environment({"DEBUG": value})
    assert environment.boolean("DEBUG", default=False) is False
    assert [problem.name for problem in environment.problems] == ["DEBUG"]


@pytest.mark.parametrize("value", ["0", "65536", "-1", "80.5", "http", "8 000"])
def test_a_port_that_is_none_is_refused_and_the_default_stands_in(value: str) -> None:
    environment = Environment({"PORT": value})
    assert environment.integer("PORT", 8000, 1, 65535) == 8000
    assert "PORT" in environment.problems[0].message


def test_a_variable_given_twice_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file")
    environment = Environment({"SECRET_KEY": "plain", "SECRET_KEY_FILE": str(secret)})
    environment.text("SECRET_KEY")
    assert "Both SECRET_KEY and SECRET_KEY_FILE" in environment.problems[0].message


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    environment = Environment({"SECRET_KEY_FILE": str(tmp_path / "none")})
    assert environment.text("SECRET_KEY", "default") == "default"
    assert environment.problems[0].name == "SECRET_KEY_FILE"


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00")
    environment = Environment({"SECRET_KEY_FILE": str(tmp_path / "secret")})
    environment.text("SECRET_KEY")
    assert "not text" in environment.problems[0].message


@pytest.mark.parametrize("value", ["x", "ftp://host", "http://", "https://host:port/secret"])
def test_what_is_no_web_address_is_refused_without_repeating_it(value: str) -> None:
    environment = Environment({"SLACK_WEBHOOK_URL": value})
    assert environment.web_address("SLACK_WEBHOOK_URL") == ""
    (problem,) = environment.problems
    assert problem.name == "SLACK_WEBHOOK_URL"
    assert "secret" not in problem.message


def test_values_that_are_none_stop_every_command_and_each_is_named(tmp_path: Path) -> None:
    names = [
        *("OPSPORTAL_BIND", "EMAIL_URL", "OPSPORTAL_PUBLIC_URL", "ALLOWED_HOSTS"),
        *("ALERT_EMAIL_TO", "DJANGO_SUPERUSER_EMAIL"),
    ]
    wrong = dict.fromkeys(names, "999.1.1.1 !")
    refused = RunningPortal(tmp_path / "var", {**wrong, "ALPACA_KEY_ID": "x"}).manage("check")
    assert refused.returncode == 1
    for name in names:
        assert f"{name} is wrong" in refused.stderr
    assert "ALPACA_KEY_ID is set, but ALPACA_SECRET_KEY is not" in refused.stderr


@pytest.mark.parametrize("value", ["a b", "http://ops.example.com", "ops.example.com:80", "/"])
def test_what_is_no_name_of_a_host_is_refused(value: str) -> None:
    environment = Environment({"ALLOWED_HOSTS": f"localhost, {value}"})
    assert environment.words_like("ALLOWED_HOSTS", ["x"], HOST, "hint") == ["x"]
    assert repr(value) in environment.problems[0].message


@pytest.mark.parametrize("value", ["*", ".example.com", "ops.example.com", "[::1]", "10.0.0.1"])
def test_every_form_of_a_host_that_django_takes_is_taken(value: str) -> None:
    environment = Environment({"ALLOWED_HOSTS": value})
    assert environment.words_like("ALLOWED_HOSTS", [], HOST, "hint") == [value]
    assert not environment.problems


def test_a_value_comes_out_of_a_file_without_its_last_newline(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from the file\n")
    environment = Environment({"SECRET_KEY_FILE": str(tmp_path / "secret")})
    assert environment.text("SECRET_KEY") == "from the file"
    assert not environment.problems


def test_an_empty_variable_is_as_good_as_none() -> None:
    environment = Environment({"PORT": "", "DEBUG": "", "ALLOWED_HOSTS": ""})
    assert environment.integer("PORT", 8000, 1, 65535) == 8000
    assert environment.boolean("DEBUG", default=True) is True
    assert environment.words("ALLOWED_HOSTS", ["localhost"]) == ["localhost"]
    assert not environment.problems


def test_a_problem_that_is_met_twice_is_told_once() -> None:
    environment = Environment({"PORT": "x"})
    for _ in range(2):
        environment.integer("PORT", 8000, 1, 65535)
    assert len(environment.problems) == 1


def test_words_are_separated_by_commas() -> None:
    assert Environment({"HOSTS": " a, b ,,c"}).words("HOSTS", []) == ["a", "b", "c"]
