"""The public status page: what is told, and what never is."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from alerts.models import Alert
from monitoring.editing import save_check
from monitoring.models import Check, CheckState, Transition
from opsportal.statuspage import views
from opsportal.statuspage.logo import checked_logo
from opsportal.statuspage.models import Component, Incident, Page, Work

pytestmark = pytest.mark.django_db
ADDRESSES = ("/status/", "/status", "/status/data.json", "/status/feed.atom", "/status/badge.svg")
SECRET = "db-7.internal.example"
DAY_MS = 86_400_000


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    views.forget()


def publish(status: str = "down") -> Component:
    """A page with one component, whose check has been in `status` for an hour."""
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    check = Check(name=f"Orders on {SECRET}", kind="tcp")
    save_check(check, {"host": SECRET, "port": 5432}, now_ms=now_ms)
    Transition.objects.filter(owner=check).delete()
    for start, end, was in (
        (now_ms - 95 * DAY_MS, now_ms - 3_600_000, "up"),
        (now_ms - 3_600_000, None, status),
    ):
        Transition.objects.create(
            owner=check,
            time_ms=start,
            ended_ms=end,
            status=was,
            before="new",
            why="changed",
            message=f"refused by {SECRET}",
        )
    CheckState.objects.filter(owner=check).update(status=status, message=f"refused by {SECRET}")
    component = Component.objects.create(name="Orders", slug="orders")
    component.checks.add(check)
    Page.objects.create(published=True, title="Example <status>", colour="#1d55b5")
    return component


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


@pytest.mark.parametrize("address", ADDRESSES)
def test_nothing_is_there_until_it_is_published(client: Client, address: str) -> None:
    publish()
    Page.objects.update(published=False)
    views.forget()
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("address", [*ADDRESSES, "/status/badge/orders.svg"])
def test_no_name_address_or_message_of_a_check_leaks(client: Client, address: str) -> None:
    publish()
    text = text_of(client, address)
    assert SECRET not in text
    assert "refused" not in text
    assert "<status>" not in text.replace("</status>", "") or address.endswith("json")


def test_it_answers_while_the_database_does_not(
    client: Client, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: object
) -> None:
    publish()
    text_of(client, "/status/")
    with django_assert_num_queries(0):  # type: ignore[operator]
        for address in ADDRESSES:
            text_of(client, address)


def test_a_component_is_as_its_worst_check_and_names_no_reason(client: Client) -> None:
    publish("down")
    page = text_of(client, "/status/")
    assert "Major outage" in page
    data = json.loads(text_of(client, "/status/data.json"))
    assert data["status"] == "down"
    (component,) = data["components"]
    assert component["status"] == "down"
    assert len(component["days"]) == 90
    assert component["days"][-1] == "down"
    assert component["days"][0] == "operational"
    assert 99.9 < component["availability_percent"] < 100


def test_planned_work_explains_an_outage(client: Client) -> None:
    component = publish("down")
    now = datetime.now(UTC)
    work = Work.objects.create(
        title="Move", starts_at=now - timedelta(hours=2), ends_at=now + timedelta(hours=1)
    )
    work.components.add(component)
    views.forget()
    assert "Maintenance under way" in text_of(client, "/status/")


def test_an_incident_is_told_in_updates_and_over_when_one_says_so(client: Client) -> None:
    component = publish("up")
    incident = Incident.objects.create(title="Slow <orders>", impact="major")
    incident.components.add(component)
    incident.updates.create(stage="investigating", text="We are looking into it.")
    assert "Degraded performance" in text_of(client, "/status/")
    incident.updates.create(stage="resolved", text="All is well again.")
    page = text_of(client, "/status/")
    assert "All systems operational" in page
    assert "Slow &lt;orders&gt;" in page
    feed = ElementTree.fromstring(text_of(client, "/status/feed.atom"))  # noqa: S314
    titles = [each.text for each in feed.iter("{http://www.w3.org/2005/Atom}title")]
    assert titles[1:] == ["Resolved: Slow <orders>", "Investigating: Slow <orders>"]
    for identifier in feed.iter("{http://www.w3.org/2005/Atom}id"):
        assert (identifier.text or "").startswith("urn:")


def test_an_alert_opens_an_incident_with_all_but_the_words(admin_client: Client) -> None:
    component = publish()
    alert = Alert.objects.create(
        name=SECRET,
        metric="check_up",
        labels={"check": Check.objects.get().slug},
        fingerprint="a",
        state="firing",
        severity="critical",
        message=f"refused by {SECRET}",
        started_ms=1_764_000_000_000,
    )
    page = text_of(admin_client, f"/admin/statuspage/incident/add/?alert={alert.pk}")
    (box,) = [line for line in page.splitlines() if 'id="id_components_0"' in line]
    assert f'value="{component.pk}"' in box
    assert "checked" in box
    assert '<option value="critical" selected>' in page
    assert "24/11/2025" in page
    assert SECRET not in page
    for other in ("999", "x", "9" * 30):
        assert admin_client.get(f"/admin/statuspage/incident/add/?alert={other}").status_code == 200


def test_the_list_of_incidents_says_which_are_open(admin_client: Client) -> None:
    for title, stage in (("Slow", "identified"), ("Away", "resolved")):
        Incident.objects.create(title=title).updates.create(stage=stage, text="Told.")
    page = text_of(admin_client, "/admin/statuspage/incident/")
    assert 'data-status="degraded">identified<' in page
    assert 'data-status="unknown">resolved<' in page


def test_a_new_incident_begins_with_one_update(admin_client: Client) -> None:
    page = text_of(admin_client, "/admin/statuspage/incident/add/")
    assert 'name="updates-TOTAL_FORMS" value="1"' in page
    incident = Incident.objects.create(title="Slow")
    incident.updates.create(text="Told.")
    page = text_of(admin_client, f"/admin/statuspage/incident/{incident.pk}/change/")
    assert 'name="updates-TOTAL_FORMS" value="2"' in page


def test_badges_of_the_whole_and_of_a_component(client: Client) -> None:
    publish("up")
    assert "Operational" in text_of(client, "/status/badge.svg")
    assert "Orders: Operational" in text_of(client, "/status/badge/orders.svg")
    assert client.get("/status/badge/other.svg").status_code == 404


def test_the_colour_is_a_style_sheet_and_no_session_is_begun(client: Client) -> None:
    publish()
    assert text_of(client, "/status/style.css") == ":root { --brand: #1d55b5; }\n"
    response = client.get("/status/")
    assert not response.cookies
    assert "style=" not in response.content.decode()


def test_a_logo_is_put_on_the_page(admin_client: Client) -> None:
    publish()
    drawn = BytesIO()
    Image.new("RGB", (40, 40)).save(drawn, "PNG")
    page = Page.objects.get()
    picture = SimpleUploadedFile("logo.png", drawn.getvalue())
    fields = {"published": "on", "title": "Example", "new_logo": picture}
    saved = admin_client.post(f"/admin/statuspage/page/{page.pk}/change/", fields)
    assert saved.status_code == 302
    assert 'src="/status/logo"' in text_of(admin_client, "/status/")
    served = admin_client.get("/status/logo")
    assert (served.content, served["Content-Type"]) == (drawn.getvalue(), "image/png")


@pytest.mark.parametrize("given", [b"<svg onload='alert(1)'/>", b"", b"\x89PNG\r\n broken"])
def test_a_logo_that_is_no_picture_of_pixels_is_refused(given: bytes) -> None:
    with pytest.raises(ValidationError):
        checked_logo(SimpleUploadedFile("logo.png", given))
