"""The web server answers on its port."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from opsportal.doctor.base import Finding, graded, wrong
from opsportal.lib.http import HttpError, Request, fetch

ADVISED_MS, ALLOWED_MS = 250.0, 1000.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  (what it listens on)


def examine() -> Iterator[Finding]:
    bound = settings.BIND_ADDRESS
    address = f"{_EVERYWHERE.get(bound, bound)}:{settings.PORT}"
    request = Request(url=f"http://{address}/api/health/liveness", timeout_seconds=5)
    try:
        # The first one also wakes what has not been used for long.
        response = min((fetch(request) for _ in range(2)), key=lambda each: each.total_ms)
    except HttpError as error:
        mend = "Start the portal: make run. If it runs on another port, set PORT as it has it."
        yield wrong(f"nobody answers on {address}: {error}", mend)
        return
    if response.status == 400:
        mend = "Add 127.0.0.1 to ALLOWED_HOSTS, so that local probes are answered."
        yield wrong(f"{address} refuses its own address (400)", mend)
    elif response.status != 200 or b"alive" not in response.body:
        mend = "Something else has the port: choose another PORT, or stop that."
        yield wrong(f"{address} answers with {response.status}, not as a portal does", mend)
    else:
        text = f"answers on {address} in {response.total_ms:.0f} ms"
        mend = "Raise OPSPORTAL_WEB_WORKERS or OPSPORTAL_WEB_THREADS."
        yield graded(response.total_ms, ADVISED_MS, ALLOWED_MS, text, mend)
