"""Lines of the log: none holds a secret, each says to which request it belongs."""

import json
import logging
import sys

import pytest
from django.test import Client

from opsportal.logs.formats import JsonFormatter, TextFormatter
from opsportal.logs.redaction import redacted

SECRETS = {
    "postgresql://portal:pw-of-db@db.example/x": "pw-of-db",
    "Authorization: Bearer abcdef0123456789": "abcdef0123456789",
    "token ops_abcdefghijklmnopqrstuvwxyz012345 is unknown": "ops_abcdefghij",
    "POST https://hooks.slack.com/services/T0/B0/xyz failed": "T0/B0",
    "AWS AKIAABCDEFGHIJKLMNOP refused": "AKIAABCDEFGHIJKLMNOP",
    'sent {"password": "open-sesame"}': "open-sesame",
    "api_key=abcd1234&x=1": "abcd1234",
    "AGE-SECRET-KEY-1QQQQQQQQ": "1QQQQ",
    "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----": "MIIabc",
    "session eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl": "eyJzdWIi",
}


def line(message: str, *, failed: str = "") -> logging.LogRecord:
    try:
        raise ValueError(failed)
    except ValueError:
        information = sys.exc_info() if failed else None
    return logging.LogRecord("shop", logging.ERROR, __file__, 1, message, (), information)


@pytest.mark.parametrize(("text", "secret"), SECRETS.items())
def test_no_secret_gets_into_a_line(text: str, secret: str) -> None:
    for formatter in (TextFormatter(), JsonFormatter()):
        written = formatter.format(line(text, failed=text))
        assert secret not in written
        assert "[" in written


@pytest.mark.parametrize(
    "text",
    [
        "checked https://shop.example:8443/a?b=c in 12 ms",
        "the token expired",
        "secret: (hidden)",
        "password: none",
        "3 tokens revoked",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert redacted(text) == text


def test_json_is_one_object_a_line() -> None:
    written = JsonFormatter().format(line("first\nsecond", failed="broken"))
    assert "\n" not in written
    told = json.loads(written)
    assert told["level"] == "ERROR"
    assert told["message"] == "first\nsecond"
    assert "broken" in told["exception"]


@pytest.mark.django_db
def test_an_answer_says_the_id_that_its_lines_have(client: Client) -> None:
    written: list[str] = []

    class Memory(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Memory()
    handler.setFormatter(TextFormatter())
    logger = logging.getLogger("django.request")
    logger.addHandler(handler)
    try:
        answer = client.get("/api/nothing", headers={"X-Request-ID": "proxy-0123456789"})
    finally:
        logger.removeHandler(handler)
    assert answer.headers["X-Request-ID"] == "proxy-0123456789"
    assert written[0].endswith("[proxy-0123456789]")


@pytest.mark.django_db
@pytest.mark.parametrize("given", ["", "short", "x" * 65, "a b c d e f g", "12345678\n"])
def test_an_unsound_id_is_replaced(client: Client, given: str) -> None:
    answer = client.get("/api/health/liveness", headers={"X-Request-ID": given})
    assert len(answer.headers["X-Request-ID"]) == 16
    assert answer.headers["X-Request-ID"] != given
