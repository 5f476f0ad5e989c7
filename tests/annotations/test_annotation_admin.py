"""Annotations in the admin."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from monitoring.models import Annotation

pytestmark = pytest.mark.django_db
ADD = "/admin/monitoring/annotation/add/"
GIVEN = {
    "kind": "note",
    "text": "<b>Moved</b> the database",
    "time_0": "2026-03-01",
    "time_1": "10:00",
    "end_0": "",
    "end_1": "",
    "tags": "db-1,  shop ,",
}


@pytest.fixture
def ada(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("ada", "", "secret"))
    return client


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"time_0": ""}, "required"),
        ({"time_0": "9999-01-01"}, "this era"),
        ({"end_0": "2026-02-01", "end_1": "10:00"}, "ends before it begins"),
        ({"tags": "x" * 51}, "At most 20 tags"),
        ({"text": ""}, "required"),
    ],
)
def test_a_mistake_is_told_beside_its_field(
    ada: Client, changed: dict[str, str], told: str
) -> None:
    response = ada.post(ADD, {**GIVEN, **changed})
    assert response.status_code == 200
    assert told in response.content.decode()
    assert not Annotation.objects.exists()


def test_a_note_is_written_by_hand_and_changed(ada: Client) -> None:
    assert ada.post(ADD, GIVEN).status_code == 302
    row = Annotation.objects.get()
    assert (row.created_by, row.tags, row.end_ms) == ("ada", ["db-1", "shop"], None)
    assert row.time_ms == 1_772_359_200_000
    change = f"/admin/monitoring/annotation/{row.pk}/change/"
    assert "2026-03-01" in ada.get(change).content.decode()
    ada.post(change, {**GIVEN, "end_0": "2026-03-01", "end_1": "11:00"})
    row.refresh_from_db()
    assert row.end_ms == row.time_ms + 3_600_000
    page = ada.get("/admin/monitoring/annotation/").content.decode()
    assert "&lt;b&gt;Moved" in page
