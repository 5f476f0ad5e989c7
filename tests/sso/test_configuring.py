"""The variables of single sign-on, and what the portal imports without them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from opsportal.env import Environment
from opsportal.sso.configuration import parse_roles, read
from opsportal.sso.roles import groups_of, roles_of
from tests.running_portal import ROOT

WHOLE = {
    "OPSPORTAL_OIDC_ISSUER": "https://login.example.com/",
    "OPSPORTAL_OIDC_CLIENT_ID": "portal",
    "OPSPORTAL_OIDC_CLIENT_SECRET": "secret",
    "OPSPORTAL_OIDC_ROLES": "ops-admins=administrator, cn=a=b=viewer",
}


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"OPSPORTAL_OIDC_CLIENT_ID": ""}, "OPSPORTAL_OIDC_CLIENT_ID is missing"),
        ({"OPSPORTAL_OIDC_CLIENT_SECRET": ""}, "OPSPORTAL_OIDC_CLIENT_SECRET is missing"),
        ({"OPSPORTAL_OIDC_ROLES": ""}, "OPSPORTAL_OIDC_ROLES is missing"),
        ({"OPSPORTAL_OIDC_ROLES": "ops=king"}, "'king' is none of the roles"),
        ({"OPSPORTAL_OIDC_ROLES": "viewer"}, "is none of the roles"),
        ({"OPSPORTAL_OIDC_ISSUER": "http://login.example.com"}, "not an https:// address"),
        ({"OPSPORTAL_OIDC_ISSUER": "login.example.com"}, "not an https:// address"),
    ],
)
def test_what_is_wrong_or_missing_is_named(changed: dict[str, str], complaint: str) -> None:
    environment = Environment({**WHOLE, **changed})
    assert read(environment) is None
    assert [complaint in each.message for each in environment.problems] == [True]


def test_a_whole_configuration_is_read() -> None:
    environment = Environment(WHOLE)
    oidc = read(environment)
    assert environment.problems == []
    assert oidc is not None
    assert oidc.issuer == "https://login.example.com"
    assert oidc.roles == {"ops-admins": "administrator", "cn=a=b": "viewer"}
    assert oidc.groups_claim == "groups"


def test_without_an_issuer_it_is_off_and_nothing_of_it_is_imported() -> None:
    assert read(Environment({})) is None
    code = (
        "import os, sys; os.environ['DJANGO_SETTINGS_MODULE'] = 'tests.settings'\n"
        "import django; django.setup(); import opsportal.urls\n"
        "print([each for each in sys.modules if each.startswith(('allauth', 'jwt', 'oauthlib'))])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("claims", "name", "groups"),
    [
        ({"groups": ["a", "b"]}, "groups", ["a", "b"]),
        ({"groups": "a"}, "groups", ["a"]),
        ({"realm_access": {"roles": ["a"]}}, "realm_access.roles", ["a"]),
        ({"https://example.com/groups": ["a"]}, "https://example.com/groups", ["a"]),
        ({"groups": {"a": 1}}, "groups", []),
        ({"groups": [1, None, "a"]}, "groups", ["a"]),
        ({}, "groups", []),
    ],
)
def test_groups_are_read_wherever_a_provider_puts_them(
    claims: dict[str, object], name: str, groups: list[str]
) -> None:
    assert groups_of(claims, name) == groups


def test_only_named_groups_give_roles() -> None:
    mapping = parse_roles("ops=operator")
    assert roles_of(["ops", "administrator", "others"], mapping) == {"operator"}
