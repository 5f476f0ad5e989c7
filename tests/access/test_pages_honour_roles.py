"""Who lacks a permission sees neither the data nor the button, and is told why."""

import pytest
from django.contrib.auth.models import Permission, User

from monitoring.editing import save_check
from monitoring.models import Check
from opsportal.access.needs import reason
from tests.access.conftest import ClientAs

pytestmark = pytest.mark.django_db
PAGES = ("/", "/alerts/", "/checks/shop/", "/boards/", "/changed/")
LISTS = (
    "/admin/monitoring/check/",
    "/admin/monitoring/series/",
    "/admin/alerts/threshold/",
    "/admin/alerts/channel/",
    "/admin/backups/plan/",
    "/admin/backups/backup/",
)
READS = (
    *("/api/v1/series", "/api/v1/checks", "/api/v1/alerts", "/api/v1/silences", "/api/v1/channels"),
    *("/api/v1/thresholds", "/api/v1/plans", "/api/v1/backups", "/api/health/detailed", "/metrics"),
)


@pytest.fixture
def check() -> Check:
    check = Check(name="shop", kind="http")
    save_check(check, {"url": "https://shop.example/health"})
    return check


@pytest.mark.parametrize("address", [*PAGES, *LISTS])
def test_who_has_no_role_sees_nothing_and_is_told_why(
    client_as: ClientAs, check: Check, address: str
) -> None:
    response = client_as().get(address)
    text = response.content.decode()
    assert response.status_code == 403
    assert "shop.example" not in text
    if address in PAGES:
        assert "You lack the permission" in text
        assert "An administrator can give you a role" in text


def test_who_may_not_see_the_dashboard_is_not_led_back_to_it(client_as: ClientAs) -> None:
    client = client_as()
    refused = client.get("/").content.decode()
    assert "To the dashboard" not in refused
    assert '<a href="/account/">To your account</a>' in refused
    assert client.get("/account/").status_code == 200
    assert "To the dashboard" in client.get("/alerts/").content.decode()


def test_the_reason_is_a_sentence() -> None:
    assert reason(["a"]).startswith("You lack the permission “a”. ")
    assert reason(["a", "b", "c"]).startswith("You lack the permissions “a”, “b” and “c”. ")
    assert reason(["a"]).endswith(" a role that has it.")
    assert reason(["a", "b"]).endswith(" a role that has them.")


def test_the_first_page_of_the_admin_does_not_say_that_all_is_done_to_who_sees_nothing(
    client_as: ClientAs,
) -> None:
    html = client_as().get("/admin/").content.decode()
    assert "What needs doing" not in html
    assert "permission to view or edit anything" in html


def test_the_refresh_of_the_dashboard_is_refused_in_json(client_as: ClientAs) -> None:
    response = client_as().get("/dashboard/data")
    assert response.status_code == 403
    assert "view_series" in response.json()["detail"]


@pytest.mark.parametrize("address", READS)
def test_the_api_refuses_who_has_no_role_with_the_reason(client_as: ClientAs, address: str) -> None:
    response = client_as().get(address)
    assert response.status_code == 403
    assert "You lack the permission" in response.json()["detail"]


@pytest.mark.parametrize("address", [*PAGES, *LISTS, *READS])
def test_a_viewer_looks_at_everything(client_as: ClientAs, check: Check, address: str) -> None:
    # Health says 503 where nothing runs.
    assert client_as("viewer").get(address).status_code in {200, 503}


def test_a_viewer_sees_no_buttons(client_as: ClientAs, check: Check) -> None:
    client = client_as("viewer")
    page = client.get("/checks/shop/").content.decode()
    assert "Run now" not in page
    assert "Edit" not in page
    listed = client.get("/admin/monitoring/check/").content.decode()
    assert "addlink" not in listed
    assert 'value="pause"' not in listed
    form = client.get(f"/admin/monitoring/check/{check.pk}/change/").content.decode()
    assert 'name="_save"' not in form
    assert "Try it now" not in form


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("/checks/shop/pause", "monitoring.change_check"),
        ("/alerts/1/acknowledge", "alerts.change_alert"),
    ],
)
def test_a_viewer_who_posts_all_the_same_is_told_why_not(
    client_as: ClientAs, check: Check, address: str, why: str
) -> None:
    response = client_as("viewer").post(address)
    assert response.status_code == 403
    assert why in response.content.decode()
    assert Check.objects.get().enabled


@pytest.mark.parametrize(
    "address", ["/api/v1/checks", "/api/v1/channels", "/api/v1/plans", "/api/v1/points"]
)
def test_a_viewer_writes_nothing_over_the_api(client_as: ClientAs, address: str) -> None:
    response = client_as("viewer").post(address, {}, content_type="application/json")
    assert response.status_code == 403
    assert "You lack the permission" in response.json()["detail"]


def test_an_operator_acts_on_checks_but_not_on_where_data_goes(
    client_as: ClientAs, check: Check
) -> None:
    client = client_as("operator")
    assert "Run now" in client.get("/checks/shop/").content.decode()
    assert client.post("/checks/shop/pause").status_code == 302
    assert not Check.objects.get().enabled
    for address in ("/admin/alerts/channel/add/", "/admin/backups/plan/add/"):
        assert client.get(address).status_code == 403, address


def test_one_permission_shows_one_page(client_as: ClientAs) -> None:
    client = client_as()
    user = User.objects.get(username="nobody")
    user.user_permissions.add(Permission.objects.get(codename="view_alert"))
    assert client.get("/alerts/").status_code == 200
    assert client.get("/").status_code == 403
