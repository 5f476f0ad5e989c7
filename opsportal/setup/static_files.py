"""Static files with hashed names, collected again only when one of them changed."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

from opsportal.setup.step import Outcome, Report
from opsportal.version import VERSION


def collect_static_files() -> Report:
    marker, wanted = settings.STATIC_ROOT / ".collected", _fingerprint()
    if marker.is_file() and marker.read_text(encoding="ascii") == wanted:
        return Report(Outcome.ALREADY, "static files")
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    marker.write_text(wanted, encoding="ascii")
    return Report(Outcome.DONE, "static files")


def _fingerprint() -> str:
    """Of names, sizes and times: reading every file would take longer than collecting them."""
    digest = hashlib.sha256(VERSION.encode())
    for finder in get_finders():
        for path, storage in finder.list([]):
            status = (storage.path(path), storage.size(path), storage.get_modified_time(path))
            digest.update(repr(status).encode())
    return digest.hexdigest()
