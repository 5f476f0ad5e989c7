"""`Authorization: Bearer …` for machines. People come with their session."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from opsportal.models import ApiToken
from opsportal.tokens import Refusal, find_token, note_use


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiToken] | None:
        scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = datetime.now(UTC)
        found = find_token(secret.strip(), now)
        if isinstance(found, Refusal):
            raise AuthenticationFailed(str(found))
        note_use(found, now)
        return AnonymousUser(), found

    def authenticate_header(self, request: Request) -> str:
        """Its presence makes the answer to a stranger 401 and not 403."""
        return "Bearer"
