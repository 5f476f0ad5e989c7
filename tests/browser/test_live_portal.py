"""The dashboard of a whole portal, with its worker and scheduler: real data, by itself."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.running_portal import RunningPortal

KNOWN = re.compile("Normal|High|Critical")


@pytest.fixture(scope="module")
def live_context(running_portal: RunningPortal, browser: Browser) -> Iterator[BrowserContext]:
    """Logged in once: hashing a password properly takes its time."""
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.goto(f"{running_portal.url}/admin/login/?next=/admin/")
    page.fill("#id_username", running_portal.username)
    page.fill("#id_password", running_portal.password)
    page.click("input[type=submit]")
    page.wait_for_url(f"{running_portal.url}/admin/")
    page.close()
    yield context
    context.close()


@pytest.fixture
def live_page(running_portal: RunningPortal, live_context: BrowserContext) -> Iterator[Page]:
    page = live_context.new_page()
    page.goto(running_portal.url)
    yield page
    page.close()


def test_this_machines_vitals_show_without_a_reload(live_page: Page) -> None:
    expect(live_page.locator("[data-tile=host] .state")).to_have_text(KNOWN)
    expect(live_page.locator("[data-tile=memory] .state")).to_have_text(KNOWN)
    expect(live_page.locator("[data-chart=cpu] .legend b").first).to_contain_text("%")


def test_the_portal_finds_itself_well(live_page: Page) -> None:
    tile = live_page.locator("[data-tile=portal]")
    expect(tile.locator(".state")).to_have_text("Normal", timeout=30_000)
    expect(tile.locator(".detail")).to_contain_text(re.compile(r"\d processes · \d restart"))


def test_the_requests_just_made_show(live_page: Page) -> None:
    row = live_page.locator("#routes tr", has_text="/admin/login/").first
    expect(row).to_be_visible(timeout=40_000)
