"""A health endpoint that answers as a test wants, and a place for a monitor's files."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from opsportal.standalone.channels.base import Channel
from opsportal.standalone.judging import Limits
from opsportal.standalone.monitor import Monitor
from opsportal.standalone.options import Options

HEALTHY: dict[str, Any] = {
    "status": "healthy",
    "application": {"error_rate_percent": 0.4, "response_time_ms": {"avg": 12.1}},
    "system": {"cpu_percent": 12.5, "memory": {"percent": 41.0}, "disk": {"percent": 63.2}},
    "dependencies": [{"name": "Tradier", "status": "up"}],
    "alerts": {"firing": 0, "items": []},
}


@dataclass
class Endpoint:
    body: bytes = json.dumps(HEALTHY).encode()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def say(self, **changes: Any) -> None:
        self.body = json.dumps({**HEALTHY, **changes}).encode()


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    made = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append((self.path, self.headers.get("Authorization", "")))
            if made.hangs:
                made.released.wait(60)
                return
            self.send_response(made.status)
            for name, value in {**made.headers, "Content-Length": str(len(made.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(made.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.port = server.server_address[1]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    made.released.set()
    server.shutdown()
    server.server_close()


def options(url: str, directory: Path, **changes: Any) -> Options:
    given: dict[str, Any] = {
        "url": url,
        "token": "",
        "every_seconds": 0.0,
        "tells": True,
        "repeat_seconds": 14_400.0,
        "again_seconds": 0.0,
        "timeout_seconds": 10.0,
        "limits": Limits(max_response_ms=30_000),
        "directory": directory,
    }
    return Options(**{**given, **changes})


def monitor(endpoint: Endpoint, directory: Path, *channels: Channel, **changes: Any) -> Monitor:
    """A new process knows no more than this: its files."""
    return Monitor(options(f"{endpoint.url}/health", directory, **changes), channels)
