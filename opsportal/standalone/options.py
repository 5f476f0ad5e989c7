"""What the monitor is asked to do: arguments first, then variables."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

from opsportal.env import Environment
from opsportal.standalone.judging import Limits
from opsportal.standalone.verdict import State
from opsportal.version import VERSION

EVERY_SECONDS = 300.0
TOKEN_VARIABLE = "OPSPORTAL_MONITOR_TOKEN"  # noqa: S105  (its name)


class BadOptionsError(ValueError):
    """Says which argument or variable, and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Options:
    """`every_seconds` 0: one look."""

    url: str
    token: str
    every_seconds: float
    tells: bool
    repeat_seconds: float
    again_seconds: float
    timeout_seconds: float
    limits: Limits
    directory: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--url", help="a portal (https://HOST) or any health endpoint; OPSPORTAL_MONITOR_URL")
    add(
        "--token",
        help=f"better given as {TOKEN_VARIABLE} or {TOKEN_VARIABLE}_FILE: others see "
        "arguments in the list of processes",
    )
    add(
        "--every",
        nargs="?",
        const=EVERY_SECONDS,
        type=_positive,
        metavar="SECONDS",
        help="look again and again, and tell people (without a number: every 300 s)",
    )
    add("--tell", action="store_true", help="tell people after a single look too (for cron)")
    add(
        "--repeat",
        type=_positive,
        default=14_400.0,
        metavar="SECONDS",
        help="tell again of what lasts (default: every 4 hours)",
    )
    add(
        "--again",
        type=_not_negative,
        default=5.0,
        metavar="SECONDS",
        help="before telling of a new trouble, look again after so long (default 5; 0: do not)",
    )
    add(
        "--max-error-rate",
        type=_not_negative,
        default=5.0,
        metavar="PERCENT",
        help="more is critical (default 5)",
    )
    add(
        "--max-response-ms",
        type=_positive,
        default=1000.0,
        metavar="MS",
        help="a slower mean, or a slower answer, is a warning (default 1000)",
    )
    add(
        "-t",
        "--timeout",
        type=_timeout,
        default=(10.0, State.CRITICAL),
        metavar="SECONDS[:STATE]",
        help="for a look as a whole (default 10:CRITICAL)",
    )
    add(
        "--directory",
        type=Path,
        metavar="DIR",
        help="of log and state; OPSPORTAL_MONITOR_DIR (default opsportal-monitor)",
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise BadOptionsError(message)


def parser() -> argparse.ArgumentParser:
    made = _Parser(prog="monitor", description=__doc__, allow_abbrev=False)
    made.add_argument("-V", "--version", action="version", version=f"monitor {VERSION}")
    add_arguments(made)
    return made


@dataclass(frozen=True, slots=True)
class Defaults:
    """Of whoever starts it."""

    url: str = ""
    directory: Path = Path("opsportal-monitor")


def parsed(words: Sequence[str], environment: Environment, defaults: Defaults) -> Options:
    """Raises BadOptionsError."""
    return options_from(parser().parse_args(words), environment, defaults)


def options_from(
    given: argparse.Namespace, environment: Environment, defaults: Defaults
) -> Options:
    token = given.token or environment.text(TOKEN_VARIABLE)
    url = given.url or environment.text("OPSPORTAL_MONITOR_URL") or defaults.url
    directory = given.directory or environment.text("OPSPORTAL_MONITOR_DIR")
    timeout_seconds, late_state = given.timeout
    if environment.problems:
        raise BadOptionsError(environment.problems[0].message)
    if not token.isprintable() or not token.isascii():
        raise BadOptionsError("the token holds characters that no token has")
    return Options(
        url=address(url, has_token=bool(token)),
        token=token,
        every_seconds=given.every or 0.0,
        tells=given.tell or bool(given.every),
        repeat_seconds=given.repeat,
        again_seconds=given.again,
        timeout_seconds=timeout_seconds,
        limits=Limits(given.max_error_rate, given.max_response_ms, late_state),
        directory=Path(directory or defaults.directory),
    )


def address(url: str, *, has_token: bool) -> str:
    """Pure: of a portal that is given by its host alone, the most that may be asked of it."""
    if not url:
        raise BadOptionsError("no URL: give --url or OPSPORTAL_MONITOR_URL")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadOptionsError(f"--url: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.isprintable():
        raise BadOptionsError("--url must begin with http:// or https:// and name a host")
    if parts.path.strip("/") or parts.query:
        return url
    path = "/api/health/detailed" if has_token else "/api/health"
    return f"{parts.scheme}://{parts.netloc}{path}"


def _positive(text: str) -> float:
    number = _not_negative(text)
    if not number:
        raise argparse.ArgumentTypeError("must be more than 0")
    return number


def _not_negative(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None
    if not 0 <= number < 1e9:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


def _timeout(text: str) -> tuple[float, State]:
    seconds, _, state = text.partition(":")
    try:
        return _positive(seconds), State[state.upper() or "CRITICAL"]
    except KeyError:
        raise argparse.ArgumentTypeError("the state is OK, WARNING, CRITICAL or UNKNOWN") from None
