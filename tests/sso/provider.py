"""A provider of OpenID Connect on the loopback that lets in whom a test says."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt

CLIENT_ID, CLIENT_SECRET = "portal", "sesame-open"


@dataclass
class Provider:
    """`person`: the claims of who logs in there; None: they change their mind."""

    url: str = ""
    person: dict[str, Any] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    tokens: list[dict[str, str]] = field(default_factory=list)

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def back(self, asked: dict[str, str]) -> str:
        """Where the browser is sent to."""
        said = {"error": "access_denied"} if self.person is None else {"code": "a-code"}
        return f"{asked['redirect_uri']}?{urlencode({**said, 'state': asked['state']})}"

    def token(self) -> dict[str, Any]:
        claims = {"iss": self.url, "aud": CLIENT_ID, "sub": (self.person or {})["sub"]}
        signed = jwt.encode(claims, "0123456789abcdef0123456789abcdef", algorithm="HS256")
        return {"access_token": "an-access-token", "token_type": "Bearer", "id_token": signed}


@contextmanager
def provider_running() -> Iterator[Provider]:
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                provider.asked.append(asked)
                self.send_response(302)
                self.send_header("Location", provider.back(asked))
                self.end_headers()
            elif parts.path == "/userinfo":
                self._json(provider.person or {})
            else:
                self._json(provider.configuration())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            provider.tokens.append({name: each[0] for name, each in parse_qs(body).items()})
            self._json(provider.token())

        def _json(self, value: dict[str, Any]) -> None:
            data = json.dumps(value).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield provider
    server.shutdown()
    server.server_close()
