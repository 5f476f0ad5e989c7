"""Numbered system checks: a wrong set-up is refused at the start, with what to do about it."""

import ipaddress
import os
import sys
from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from opsportal.env import Problem

# What a command looks at before it runs. Django's own checks are of the code, which CI looks at,
# and load every page: most of a second.
TAG = "environment"


@checks.register(TAG)
def check_environment(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    problems: list[Problem] = settings.ENVIRONMENT.problems
    return [checks.Error(each.message, hint=each.hint, id="opsportal.E001") for each in problems]


@checks.register(TAG)
def check_data_directory(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    """Only judges a directory that is there: set-up makes one that is not."""
    directory = settings.DATA_DIR
    if not directory.exists():
        return []
    if not directory.is_dir():
        message, hint = f"{directory} is not a directory", "choose another OPSPORTAL_DATA_DIR"
    elif not os.access(directory, os.W_OK | os.X_OK):
        message = f"The data directory {directory} cannot be written to"
        hint = "give this user the right to write there, or choose another OPSPORTAL_DATA_DIR"
    else:
        return []
    return [checks.Error(message, hint=hint, id="opsportal.E002")]


@checks.register(TAG)
def check_networks(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[checks.CheckMessage]:
    hint = "give networks such as 10.0.0.0/8 or 127.0.0.1, separated by commas"
    given = {
        "METRICS_ALLOWED_NETWORKS": settings.METRICS_ALLOWED_NETWORKS,
        "OPSPORTAL_ALLOWED_ADDRESSES": settings.ALLOWED_ADDRESSES,
        "OPSPORTAL_TRUSTED_PROXIES": settings.TRUSTED_PROXIES,
    }
    return [
        checks.Error(f"{name}: {each!r} is not a network", hint=hint, id="opsportal.E003")
        for name, networks in given.items()
        for each in networks
        if not _is_network(each)
    ]


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def refuse_misconfiguration() -> None:
    """For processes that are not management commands: Django does not check those by itself."""
    errors = [message for message in checks.run_checks(tags=[TAG]) if message.is_serious()]
    if errors:
        # One line each, on standard error; 78 is sysexits' EX_CONFIG.
        lines = [f"{error.msg}. {error.hint} ({error.id})" for error in errors]
        print("\n".join(lines), file=sys.stderr)  # noqa: T201
        raise SystemExit(78)
