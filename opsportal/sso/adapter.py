"""What allauth asks the portal: who may come in, and what they are then."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from opsportal.audit.actors import Actor
from opsportal.audit.writing import note
from opsportal.lib.client_address import client_address
from opsportal.sso.roles import give, groups_of, roles_of

logger = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """With a password nobody makes an account for themselves."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_address(request.META)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        return _refused(request, user.get_username(), "This account is switched off.")

    def add_message(self, *_: Any, **__: Any) -> None:
        """Whoever is in sees so."""


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Who has none of the roles has been refused before."""
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """At each login: what somebody may do is what the provider says today."""
        roles = _roles(sociallogin)
        if sociallogin.is_existing:
            give(sociallogin.user, roles)
        if not roles and not sociallogin.user.is_superuser:
            name = sociallogin.user.get_username() or str(sociallogin.account.uid)
            words = "None of your groups has a role in this portal."
            raise ImmediateHttpResponse(_refused(request, name, words))

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Any:
        user = super().save_user(request, sociallogin, form)
        give(user, _roles(sociallogin))
        return user

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, **more: Any
    ) -> None:
        """Such as a person who has changed their mind, or a provider that does not answer."""
        cause = type(more.get("exception")).__name__
        logger.warning("single sign-on failed: %s (%s)", error, cause)
        words = "Logging in there did not succeed. Try again, or log in with a password."
        raise ImmediateHttpResponse(_refused(request, "", words))


def _roles(sociallogin: Any) -> set[str]:
    said: dict[str, Any] = sociallogin.account.extra_data
    # Both are the provider's words; the token may say more than userinfo, or less.
    claims = {**(said.get("id_token") or {}), **(said.get("userinfo") or {})}
    oidc = settings.OIDC
    return roles_of(groups_of(claims, oidc.groups_claim), oidc.roles) if oidc else set()


def _refused(request: HttpRequest, name: str, words: str) -> HttpResponse:
    if name:
        note("failed to log in", by=Actor(name[:30], client_address(request.META)))
    return render(request, "403.html", {"exception": words}, status=403)


def back_to_login(request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
    return redirect("admin:login")
