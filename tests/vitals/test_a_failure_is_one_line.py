"""What is away is one line of the log, with the reason: it may come every ten seconds."""

import logging

import pytest

from opsportal.celery import in_one_line


def _record(
    message: str, *arguments: object, raised: type[Exception] = OSError
) -> logging.LogRecord:
    try:
        raise raised("away")
    except Exception as error:
        caught = (type(error), error, error.__traceback__)
    return logging.LogRecord("celery", logging.ERROR, "", 0, message, arguments, caught)


@pytest.mark.parametrize(
    "record",
    [
        _record("Task %s raised unexpected: %s", "sing", "OSError('away')"),
        _record("Message Error: %s\n%s", "cannot send sing: OSError('away')", ["a", "stack"]),
    ],
    ids=["worker", "beat"],
)
def test_the_reason_stays_and_the_traceback_goes(record: logging.LogRecord) -> None:
    assert in_one_line(record)
    (line,) = logging.Formatter("%(message)s").format(record).splitlines()
    assert "sing" in line
    assert "OSError('away')" in line


def test_a_bug_keeps_its_traceback() -> None:
    record = _record("Task %s raised unexpected", "sing", raised=KeyError)
    assert in_one_line(record)
    assert "Traceback" in logging.Formatter("%(message)s").format(record)


@pytest.mark.parametrize("name", ["celery.app.trace", "celery.beat"])
def test_celery_logs_through_it(name: str) -> None:
    assert in_one_line in logging.getLogger(name).filters
