"""Annotations over REST: what a deployment script tells."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from monitoring.annotations import Kind, annotate, finish, overlapping
from monitoring.models import Annotation
from opsportal.models import Scope
from opsportal.tokens import make_token

pytestmark = pytest.mark.django_db
PATH = "/api/v1/annotations"


def ask(scope: Scope, method: str, path: str = PATH, body: Any = None) -> tuple[int, Any]:
    headers = {"authorization": f"Bearer {make_token('deploy', scope)[1]}"}
    call = getattr(Client(), method)
    response = call(path, data=body, content_type="application/json", headers=headers)
    return response.status_code, response.json() if response.content else None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "x" * 501}, "text"),
        ({"text": "a\0b"}, ""),
        ({"text": "v2", "kind": "party"}, "kind"),
        ({"text": "v2", "time": "yesterday"}, "time"),
        ({"text": "v2", "time": -5}, "time"),
        ({"text": "v2", "time": 1_700_000_000, "end": 1_600_000_000}, "end"),
        ({"text": "v2", "tags": "shop"}, "tags"),
        ({"text": "v2", "tags": ["x" * 51]}, "tags"),
        ({"text": "v2", "tags": [str(n) for n in range(21)]}, "tags"),
        ({"text": "v2", "author": "me"}, "author"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(body: dict[str, Any], field: str) -> None:
    status, answer = ask(Scope.WRITE, "post", body=body)
    assert status == 400
    assert field in str(answer)
    assert not Annotation.objects.exists()


def test_a_token_that_may_only_read_writes_nothing() -> None:
    assert ask(Scope.READ, "post", body={"text": "v2"})[0] == 403
    assert Client().get(PATH).status_code == 401


def test_staff_writes_with_the_permission_alone() -> None:
    client = Client()
    client.force_login(User.objects.create_user("bob", "", "secret", is_staff=True))
    answer = client.post(PATH, {"text": "v2"}, content_type="application/json")
    assert answer.status_code == 403


@pytest.mark.parametrize("query", ["kind=party", "start=soon", "end=9e99", "tag=%00"])
def test_a_wrong_filter_says_which_it_is(query: str) -> None:
    status, answer = ask(Scope.READ, "get", f"{PATH}?{query}")
    assert status == 400
    assert query.split("=")[0] in answer["detail"]


def test_a_deployment_is_told_now_and_ended_later() -> None:
    status, told = ask(Scope.WRITE, "post", body={"text": "Deploy 4f2c1e", "kind": "deployment"})
    assert status == 201
    assert told["end"] is None
    assert told["created_by"].startswith("deploy")
    end = told["time"].replace("20", "21", 1)
    status, changed = ask(Scope.WRITE, "patch", f"{PATH}/{told['id']}", {"end": end})
    assert (status, changed["end"]) == (200, end)
    assert ask(Scope.WRITE, "delete", f"{PATH}/{told['id']}")[0] == 204
    assert ask(Scope.READ, "get", f"{PATH}/{told['id']}")[0] == 404


def test_they_are_listed_page_by_page_the_newest_first_and_filtered() -> None:
    for hour in range(3):
        annotate(Kind.NOTE, f"note {hour}", time_ms=hour * 3_600_000, tags=["shop"])
    annotate(Kind.DEPLOYMENT, "deploy", time_ms=4 * 3_600_000)
    status, page = ask(Scope.READ, "get", f"{PATH}?kind=note&tag=shop&limit=2")
    assert (status, page["count"]) == (200, 3)
    assert [row["text"] for row in page["results"]] == ["note 2", "note 1"]
    _, page = ask(Scope.READ, "get", f"{PATH}/?start=3600&end=7200")
    assert [row["text"] for row in page["results"]] == ["note 1"]


def test_what_lasts_into_a_range_belongs_to_it() -> None:
    annotate(Kind.INCIDENT, "over", time_ms=1, end_ms=50)
    lasting = annotate(Kind.INCIDENT, "lasting", time_ms=1, end_ms=100)
    annotate(Kind.NOTE, "later", time_ms=200)
    assert list(overlapping(90, 200)) == [lasting]


def test_code_that_annotates_is_never_stopped_by_a_long_text() -> None:
    row = annotate(Kind.DEPLOYMENT, "x" * 600, time_ms=10, tags=["y" * 60] * 30)
    row.full_clean()
    assert len(row.tags) == 20
    finish(row, "done", end_ms=5)
    row.refresh_from_db()
    assert (row.text, row.end_ms) == ("done", 10)
