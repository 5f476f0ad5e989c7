"""What a redirect asks for next. Pure."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from opsportal.lib.http.request import Request, Response

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}


def redirected(request: Request, response: Response) -> Request | None:
    """None where the answer stands. Secrets are not sent to another host, port or scheme."""
    if response.status not in _REDIRECTS or not request.follow_redirects:
        return None
    location = dict(response.headers).get("location")
    if not location:
        return None
    url = urljoin(request.url, location)
    following = replace(request, url=url)
    if response.status == 303 or (response.status in (301, 302) and request.method == "POST"):
        method = "HEAD" if request.method == "HEAD" else "GET"
        following = replace(following, method=method, body=b"")
    return following if _origin(url) == _origin(request.url) else _without_secrets(following)


def _without_secrets(request: Request) -> Request:
    return replace(
        request,
        secret_headers={},
        username="",
        password="",
        bearer_token="",
        client_certificate="",
    )


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    return parts.scheme, parts.hostname, port or _PORTS.get(parts.scheme)
