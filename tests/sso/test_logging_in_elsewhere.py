"""Logging in at a provider: who comes in, as what, and who does not."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.running_portal import ROOT, RunningPortal, until
from tests.sso.provider import CLIENT_ID, CLIENT_SECRET, Provider, provider_running

ANNA = {"sub": "1", "preferred_username": "anna", "email": "anna@example.com", "groups": ["ops"]}


class Sso:
    """A portal's web server that sends people to the provider."""

    def __init__(self, portal: RunningPortal, provider: Provider) -> None:
        self.portal, self.provider = portal, provider

    def log_in(self, person: dict[str, Any] | None, then: str = "/") -> requests.Response:
        self.provider.person = person
        session = requests.Session()
        page = session.get(f"{self.portal.url}/admin/login/", timeout=60).text
        assert "Log in with Example" in page
        return session.get(f"{self.portal.url}/sso/oidc/sso/login/?next={then}", timeout=60)

    def user(self, name: str) -> dict[str, Any]:
        found = self.sql(
            "SELECT id, is_staff, password LIKE '!%' FROM auth_user WHERE username = ?", name
        )
        key, is_staff, is_unusable = found[0]
        groups = self.sql(
            "SELECT g.name FROM auth_group g JOIN auth_user_groups u ON u.group_id = g.id"
            " WHERE u.user_id = ?",
            key,
        )
        names = [name for (name,) in groups]
        return {"groups": names, "staff": bool(is_staff), "usable": not is_unusable}

    def sql(self, statement: str, *values: Any) -> list[Any]:
        """A shell of Django's would take seconds each time."""
        with closing(sqlite3.connect(self.portal.data_dir / "opsportal.sqlite3")) as database:
            found = database.execute(statement, values).fetchall()
            database.commit()
        return found


@pytest.fixture(scope="module")
def sso(tmp_path_factory: pytest.TempPathFactory, set_up_once: Path) -> Iterator[Sso]:
    data = tmp_path_factory.mktemp("sso") / "var"
    with provider_running() as provider:
        portal = RunningPortal(
            data,
            {
                "OPSPORTAL_OIDC_ISSUER": provider.url,
                "OPSPORTAL_OIDC_CLIENT_ID": CLIENT_ID,
                "OPSPORTAL_OIDC_CLIENT_SECRET": CLIENT_SECRET,
                "OPSPORTAL_OIDC_NAME": "Example",
                "OPSPORTAL_OIDC_ROLES": "ops=operator, bosses=administrator",
                "OPSPORTAL_RATE_LIMITS": "off",
            },
        )
        portal.set_up_like(set_up_once)
        process = subprocess.Popen(
            [sys.executable, "manage.py", "web"], cwd=ROOT, env=portal.environment
        )
        try:
            until(lambda: portal.answers("/api/health/liveness") == 200, 120, "the web server")
            yield Sso(portal, provider)
        finally:
            process.terminate()
            process.wait(30)


def test_a_person_comes_in_with_the_role_of_their_group(sso: Sso) -> None:
    answer = sso.log_in(ANNA, then="/alerts/")
    assert answer.status_code == 200, answer.text
    assert urlsplit(answer.url).path == "/alerts/"
    assert sso.user("anna") == {"groups": ["operator"], "staff": True, "usable": False}
    asked, token = sso.provider.asked[-1], sso.provider.tokens[-1]
    assert asked["client_id"] == CLIENT_ID
    assert asked["code_challenge_method"] == "S256"
    assert token["client_secret"] == CLIENT_SECRET


def test_what_the_provider_says_today_counts(sso: Sso) -> None:
    person = {**ANNA, "sub": "2", "preferred_username": "bert"}
    sso.log_in(person)
    sso.log_in({**person, "groups": ["bosses"]})
    assert sso.user("bert")["groups"] == ["administrator"]
    refused = sso.log_in({**person, "groups": []})
    assert refused.status_code == 403
    assert "None of your groups" in refused.text
    assert sso.user("bert") == {"groups": [], "staff": False, "usable": False}


def test_who_has_no_role_gets_no_account(sso: Sso) -> None:
    refused = sso.log_in({**ANNA, "sub": "3", "preferred_username": "carl", "groups": ["others"]})
    assert refused.status_code == 403
    assert sso.sql("SELECT * FROM auth_user WHERE username = 'carl'") == []


def test_a_namesake_of_a_local_account_does_not_become_it(sso: Sso) -> None:
    answer = sso.log_in({**ANNA, "sub": "4", "preferred_username": "admin"})
    assert answer.status_code == 200
    assert sso.user("admin")["usable"]
    assert sso.user("admin")["groups"] != ["operator"]


def test_an_account_that_is_switched_off_stays_out(sso: Sso) -> None:
    person = {**ANNA, "sub": "5", "preferred_username": "dora"}
    sso.log_in(person)
    sso.sql("UPDATE auth_user SET is_active = 0 WHERE username = 'dora'")
    answer = sso.log_in(person)
    assert "switched off" in answer.text
    assert answer.status_code == 403


def test_a_role_that_requires_a_second_factor_requires_it_here_too(sso: Sso) -> None:
    sso.sql(
        "UPDATE access_role SET requires_second_factor = 1"
        " WHERE group_id = (SELECT id FROM auth_group WHERE name = 'administrator')"
    )
    person = {**ANNA, "sub": "6", "preferred_username": "emil", "groups": ["bosses"]}
    assert urlsplit(sso.log_in(person).url).path.startswith("/account/second-factor")


def test_who_changes_their_mind_is_told_how_to_go_on(sso: Sso) -> None:
    answer = sso.log_in(None)
    assert answer.status_code == 403
    assert "did not succeed" in answer.text


def test_an_answer_that_nobody_asked_for_is_refused(sso: Sso) -> None:
    sso.provider.person = ANNA
    url = f"{sso.portal.url}/sso/oidc/sso/login/callback/?code=a-code&state=invented"
    answer = requests.get(url, timeout=60)
    assert answer.status_code == 403
    assert "sessionid" not in answer.cookies


def test_the_other_pages_of_the_library_are_not_there(sso: Sso) -> None:
    for path in ("/sso/login/", "/sso/signup/", "/sso/password/reset/", "/sso/oidc/other/login/"):
        assert sso.portal.answers(path) == 404, path
