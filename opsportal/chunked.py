"""Bodies that come in chunks, without a length: Django would take them for empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

from monitoring.parsers import MAX_BODY_BYTES
from opsportal.draining import Application


def measured(application: Application) -> Application:
    """Reads such a body, up to one byte above what is allowed: it is then refused as too large."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
            body = environ["wsgi.input"].read(MAX_BODY_BYTES + 1)
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body))
        return application(environ, start_response)

    return answer
