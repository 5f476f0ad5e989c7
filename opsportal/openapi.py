"""What the OpenAPI schema is told beyond what the views say; named in SPECTACULAR_SETTINGS."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

Endpoint = tuple[str, str, str, Any]


def without_trailing_slash(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Every address answers in both forms; the schema tells of the one in the contract."""
    return [(path.rstrip("/"), *rest) for path, *rest in endpoints]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "opsportal.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "Made by manage.py token NAME"}
