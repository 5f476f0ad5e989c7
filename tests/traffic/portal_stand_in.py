"""A local HTTP server in the portal's place, which can refuse, hang up and recover."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from monitoring.traffic import METRIC


class StandIn:
    """`status` and `answer` are what it answers, once `may_answer`; `bodies` what it accepted."""

    def __init__(self) -> None:
        self.status = 200
        self.answer: object = {"accepted": 0, "rejected": []}
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.bodies: list[dict[str, Any]] = []
        self.authorizations: set[str] = set()
        self.attempts = 0
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                stand_in.attempts += 1
                stand_in.may_answer.wait(30)
                stand_in.authorizations.add(self.headers["Authorization"])
                if stand_in.status == 200:
                    stand_in.bodies.append(body)
                answer = json.dumps(stand_in.answer).encode()
                self.send_response(stand_in.status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *words: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # Looks often whether it shall close.
        serve = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        serve.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def requests(self) -> int:
        """How many requests the accepted histograms count."""
        points = [point for body in self.bodies for point in body["points"]]
        of_routes = [point for point in points if point["metric"] == METRIC]
        return sum(point["histogram"]["count"] for point in of_routes)

    def close(self) -> None:
        self.may_answer.set()
        self._server.shutdown()
        self._server.server_close()
