"""Journeys on the page of a check, and on its form."""

import re
from collections.abc import Callable

from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.web_server import WebServer

ADDRESS = "/checks/tradier"
PAGE = re.compile(r"/checks/tradier\?")


def open_check(page: Page, server: WebServer, query: str = "") -> None:
    page.goto(f"{server.url}{ADDRESS}{query}")
    expect(page.locator(".plot.drawn")).to_have_count(2)


def test_phases_are_told_apart_and_read_by_the_crosshair(page: Page, server: WebServer) -> None:
    open_check(page, server)
    chart = page.locator("[data-chart=phases]")
    assert chart.locator(".legend .label").all_inner_texts() == ["dns", "connect", "tls"]
    latest = chart.locator(".legend b").first.inner_text()
    chart.locator(".plot").hover(position={"x": 400, "y": 60})
    expect(chart.locator(".crosshair")).to_be_visible()
    expect(chart.locator(".legend b").first).not_to_have_text(latest)


def test_a_range_is_chosen_without_loading_the_page_anew(page: Page, server: WebServer) -> None:
    open_check(page, server)
    page.evaluate("window.same = true")
    with page.expect_response(PAGE):
        page.click("[data-range='6h']")
    expect(page.locator("[data-range='6h']")).to_have_attribute("aria-current", "true")
    assert page.evaluate("window.same") is True


def test_a_refresh_leaves_alone_what_is_being_read(page: Page, server: WebServer) -> None:
    open_check(page, server)
    page.evaluate("window.changes = document.querySelector('[data-live=changes] table')")
    page.locator(".values summary").first.click()
    with page.expect_response(PAGE):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("#freshness")).to_contain_text("updated 0")
    assert page.evaluate("document.contains(window.changes)")
    assert page.locator(".values").first.get_attribute("open") is not None
    assert page.evaluate("window.layoutShift") < 0.02


def test_an_ended_session_is_told_with_a_way_back(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context().new_page()
    open_check(page, server)
    page.context.clear_cookies()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    link = page.locator("#connection a")
    expect(link).to_have_text("Log in again")
    assert (link.get_attribute("href") or "").endswith("?next=%2Fchecks%2Ftradier")


def test_the_page_is_useful_without_a_script(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{server.url}{ADDRESS}")
    assert page.locator("[data-chart=phases] .plot > svg path[class^=line]").count() == 3
    page.click("[data-range='7d']")
    expect(page.locator("[data-range='7d']")).to_have_attribute("aria-current", "true")


def test_a_trial_opens_beside_the_form_which_keeps_what_was_typed(
    page: Page, server: WebServer
) -> None:
    page.goto(f"{server.url}/admin/monitoring/check/add/?kind=http")
    page.fill("#id_setting_url", f"{server.url}/api/health/liveness")
    page.click("summary:has-text('Credentials')")
    page.fill("#id_setting_bearer_token", "typed")
    with page.expect_popup() as opened:
        page.click("text=Try it now")
    expect(opened.value.locator(".chip")).to_have_text("up")
    expect(opened.value.locator(".facts")).to_contain_text("first_byte")
    expect(page.locator("#id_setting_bearer_token")).to_have_value("typed")
