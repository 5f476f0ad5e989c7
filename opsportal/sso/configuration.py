"""The variables of OpenID Connect, and what Django's settings become with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from opsportal.env import Environment

PROVIDER_ID = "sso"
ROLES = ("viewer", "operator", "administrator")
APPS = (
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
)
MIDDLEWARE = "allauth.account.middleware.AccountMiddleware"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_ROLES_HINT = "use such as ops-admins=administrator, ops=viewer"
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class Oidc:
    """`roles`: the portal's role by the group that the provider names in `groups_claim`."""

    issuer: str
    client_id: str
    client_secret: str
    name: str
    groups_claim: str
    roles: Mapping[str, str]


def read(environment: Environment) -> Oidc | None:
    """None without an issuer. What is wrong or missing becomes a problem of the environment."""
    issuer = environment.parsed("OPSPORTAL_OIDC_ISSUER", "", _issuer, "use https://…")
    given = Oidc(
        issuer=issuer,
        client_id=environment.text("OPSPORTAL_OIDC_CLIENT_ID"),
        client_secret=environment.text("OPSPORTAL_OIDC_CLIENT_SECRET"),
        name=environment.text("OPSPORTAL_OIDC_NAME", "single sign-on"),
        groups_claim=environment.text("OPSPORTAL_OIDC_GROUPS_CLAIM", "groups"),
        roles=environment.parsed("OPSPORTAL_OIDC_ROLES", {}, parse_roles, _ROLES_HINT),
    )
    if not issuer:
        return None
    needed = {
        "OPSPORTAL_OIDC_CLIENT_ID": given.client_id,
        "OPSPORTAL_OIDC_CLIENT_SECRET": given.client_secret,
        "OPSPORTAL_OIDC_ROLES": given.roles,
    }
    missing = [name for name, value in needed.items() if not value]
    for name in missing:
        environment.require(name, "it is needed with OPSPORTAL_OIDC_ISSUER")
    return None if missing else given


def parse_roles(text: str) -> dict[str, str]:
    """Raises ValueError. A group's name may hold whatever its provider likes, but no comma."""
    pairs = [each.rpartition("=") for each in text.split(",") if each.strip()]
    roles = {group.strip(): role.strip() for group, _, role in pairs}
    wrong = sorted(role for role in roles.values() if role not in ROLES)
    if wrong or "" in roles:
        raise ValueError(f"{(wrong or [''])[0]!r} is none of the roles {', '.join(ROLES)}")
    return roles


def _issuer(value: str) -> str:
    """Its answers are believed: on the way from another machine nobody may change them."""
    parts = urlsplit(value)
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    if not is_safe or not parts.hostname:
        raise ValueError("it is not an https:// address")
    return value.rstrip("/")


def allauth_settings(oidc: Oidc) -> dict[str, Any]:
    """Passwords stay the portal's own business: allauth has its accounts only."""
    return {
        "SOCIALACCOUNT_ONLY": True,
        "ACCOUNT_EMAIL_VERIFICATION": "none",
        "ACCOUNT_UNIQUE_EMAIL": False,
        "ACCOUNT_ADAPTER": "opsportal.sso.adapter.AccountAdapter",
        "SOCIALACCOUNT_ADAPTER": "opsportal.sso.adapter.ProviderAdapter",
        # A link and no form: the policy of our pages lets forms go nowhere else. What the provider
        # sends back is bound to this browser's session by `state`.
        "SOCIALACCOUNT_LOGIN_ON_GET": True,
        "SOCIALACCOUNT_AUTO_SIGNUP": True,
        # Who they are is all that is asked: their tokens are good for more than that.
        "SOCIALACCOUNT_STORE_TOKENS": False,
        "SOCIALACCOUNT_PROVIDERS": {
            "openid_connect": {
                "OAUTH_PKCE_ENABLED": True,
                "APPS": [
                    {
                        "provider_id": PROVIDER_ID,
                        "name": oidc.name,
                        "client_id": oidc.client_id,
                        "secret": oidc.client_secret,
                        "settings": {"server_url": oidc.issuer},
                    }
                ],
            }
        },
    }
