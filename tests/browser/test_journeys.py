"""What people come for, from the first page to the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.web_server import WebServer
from tests.running_portal import RunningPortal

PHONE = {"viewport": {"width": 390, "height": 800}, "has_touch": True, "is_mobile": True}
Open = Callable[..., BrowserContext]


@pytest.fixture
def firing(server: WebServer) -> Iterator[None]:
    """Tradier is down; afterwards it is well again, for the tests that follow."""
    server.seed("alert")
    yield
    server.seed("calm")


def measure(portal: RunningPortal, percent: float) -> None:
    """As an agent on a host would send it."""
    labels = {"host": "journey", "path": "/"}
    now = datetime.now(UTC).timestamp()
    point = {"metric": "disk_percent", "labels": labels, "time": now, "value": percent}
    token = portal.token("journey", scope="write")
    sent = requests.post(
        f"{portal.url}/api/v1/points",
        json={"points": [point]},
        headers={"Authorization": f"Bearer {token}"},
        timeout=20,
    )
    assert sent.status_code < 300, sent.text


def test_from_the_first_login_to_the_first_alert(
    running_portal: RunningPortal, browser: Browser
) -> None:
    page = browser.new_context().new_page()
    page.goto(f"{running_portal.url}/admin/")
    page.fill("#id_username", running_portal.username)
    page.fill("#id_password", running_portal.password)
    page.click("input[type=submit]")
    expect(page.locator("#first-steps")).to_have_text("First steps")
    page.goto(f"{running_portal.url}/admin/alerts/threshold/add/")
    page.fill("#id_name", "First of all")
    page.select_option("#id_metric", "disk_percent")
    page.fill("#id_labels", "host=journey")
    page.fill("#id_value", "90")
    page.click("[name=_save]")
    expect(page.locator(".messagelist")).to_contain_text("First of all")
    measure(running_portal, 99)
    page.goto(f"{running_portal.url}/alerts/")
    alert = page.get_by_role("link", name=re.compile("journey")).first
    for _ in range(60):
        if alert.is_visible():
            break
        page.wait_for_timeout(500)
        page.reload()
    alert.click()
    expect(page.locator("h1")).to_contain_text("journey")
    # Well again, for the tests that follow.
    measure(running_portal, 10)
    page.context.close()


def test_why_latency_rose_yesterday_at_ten_past_two(open_context: Open, server: WebServer) -> None:
    yesterday = datetime.now(UTC).replace(hour=14, minute=10, second=0) - timedelta(days=1)
    server.seed("yesterday")
    page = open_context().new_page()
    around = (yesterday - timedelta(minutes=30), yesterday + timedelta(minutes=30))
    start, end = (f"{each:%Y-%m-%dT%H:%M:%SZ}" for each in around)
    page.goto(f"{server.url}/?range=custom&from={start}&to={end}")
    expect(
        page.locator("[data-chart=response-time] .plot, [data-chart] .plot").first
    ).to_be_visible()
    expect(page.locator("body")).to_contain_text("Deployed 4f2c1e")
    expect(page.locator("#routes tr").first).to_contain_text("/api/orders")
    expect(page.locator("#routes")).to_contain_text(re.compile(r"\d{3} ms|\d\.\d+ s|\d{3}"))


def test_acknowledging_from_a_phone(open_context: Open, server: WebServer, firing: None) -> None:
    page = open_context(**PHONE).new_page()
    page.goto(f"{server.url}/alerts/")
    page.get_by_role("link", name=re.compile("Tradier is down")).first.tap()
    button = page.get_by_role("button", name="Acknowledge")
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 24  # WCAG 2.5.8
    button.tap()
    expect(page.locator(".about")).to_contain_text("Acknowledged by admin")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_silencing_for_maintenance(page: Page, server: WebServer) -> None:
    page.goto(f"{server.url}/admin/alerts/maintenance/add/")
    page.fill("#id_name", "Move of the database")
    page.fill("#id_matchers", "check=postgresql-on-db-1")
    begins = datetime.now(UTC) + timedelta(days=1)
    page.fill("#id_starts_at_0", f"{begins:%Y-%m-%d}")
    page.fill("#id_starts_at_1", "02:00:00")
    page.fill("#id_duration_seconds", "3600")
    page.click("[name=_save]")
    expect(page.locator(".messagelist")).to_contain_text("Move of the database")
    expect(page.locator("#result_list")).to_contain_text("Move of the database")


def test_proving_last_nights_backup(page: Page, server: WebServer) -> None:
    page.goto(server.url)
    expect(page.locator("[data-tile=backups] .state")).to_have_text(re.compile("roved|erified"))
    page.click(".site-nav >> text=Backups")
    expect(page.locator("#result_list")).to_contain_text("restored")
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator("#content")).to_contain_text("verified")
    expect(page.locator("#content")).to_contain_text(re.compile("61"))


def test_publishing_an_incident(
    open_context: Open, browser: Browser, server: WebServer, firing: None
) -> None:
    page = open_context().new_page()
    page.goto(f"{server.url}/alerts/")
    page.get_by_role("link", name=re.compile("Tradier is down")).first.click()
    page.click("text=Publish an incident")
    expect(page.get_by_label("Trading")).to_be_checked()
    page.fill("#id_title", "Orders are delayed")
    page.fill("#id_updates-0-text", "We are looking into it.")
    page.click("[name=_save]")
    public = browser.new_context().new_page()
    public.goto(f"{server.url}/status/")
    expect(public.locator("h1")).to_have_text("Partial outage")
    incident = public.locator(".incident", has_text="Orders are delayed")
    expect(incident).to_contain_text("We are looking into it.")
    expect(public.locator("body")).not_to_contain_text("Tradier")
    page.click("text=Orders are delayed")
    page.select_option("#id_updates-1-stage", "resolved")
    page.fill("#id_updates-1-text", "All is well.")
    page.click("[name=_save]")
    public.reload()
    expect(public.locator("h1")).to_have_text("All systems operational")
    public.context.close()
