"""A screen on the wall, which nobody touches for weeks."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.test_dashboard import DATA, open_dashboard
from tests.browser.web_server import WebServer

HOUR_MS = 3_600_000
WALL = "?wall=1"


def refreshed(page: Page, after_ms: int) -> None:
    with page.expect_response(DATA) as answered:
        page.clock.fast_forward(after_ms)
    answered.value.finished()


def test_it_comes_back_after_its_portal_was_restarted(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context().new_page()
    open_dashboard(page, server, WALL)
    server.kill()
    try:
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("#connection")).to_contain_text("Connection lost")
    finally:
        server.start()
    expect(page.locator("#connection")).to_be_hidden()
    expect(page.locator("#sentence")).to_be_visible()


def test_a_pause_of_the_dashboard_beside_it_is_not_its_own(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context().new_page()
    page.clock.install()
    open_dashboard(page, server)
    page.evaluate("localStorage.setItem('dashboard-paused', 'yes')")
    open_dashboard(page, server, WALL)
    refreshed(page, 40_000)


def test_after_its_session_has_ended_it_goes_on_when_somebody_logs_in_there(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    context = open_context()
    page = context.new_page()
    page.clock.install()
    open_dashboard(page, server, WALL)
    cookies: Any = context.cookies()
    context.clear_cookies(name="sessionid")
    page.clock.fast_forward(40_000)
    expect(page.locator("#connection")).to_contain_text("Your session has ended.")
    context.add_cookies(cookies)
    refreshed(page, 61_000)
    expect(page.locator("#connection")).to_be_hidden()


def test_it_loads_itself_anew_only_when_the_page_is_there(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context().new_page()
    page.clock.install()
    open_dashboard(page, server, WALL)
    page.evaluate("window.same = true")
    answers = []

    def away(route: Route) -> None:
        answers.append(route.request.url)
        route.fulfill(status=502, body="Bad Gateway")

    page.route(lambda url: url.endswith(f"/{WALL}"), away)
    with page.expect_request(lambda request: request.url.endswith(f"/{WALL}")):
        page.clock.fast_forward(25 * HOUR_MS)
    expect(page.locator("#sentence")).to_be_visible()
    assert page.evaluate("window.same") is True
    assert len(answers) == 1
    page.unroute_all()
    with page.expect_event("load"):
        page.clock.fast_forward(40_000)
    assert page.evaluate("window.same") is None


def test_it_loads_itself_anew_after_an_upgrade(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context().new_page()
    page.clock.install()
    open_dashboard(page, server, WALL)

    def upgraded(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "version": "another"})

    page.route(DATA, upgraded, times=1)
    with page.expect_event("load"):
        page.clock.fast_forward(40_000)
    expect(page.locator(".plot.drawn")).to_have_count(11)


def test_more_than_two_weeks_pass_with_a_change_of_the_clocks(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    """It refreshes, loads itself anew once a day, and never asks for anything."""
    page = open_context(timezone_id="Europe/Paris").new_page()
    page.clock.install(time="2026-10-12T06:00:00Z")
    open_dashboard(page, server, WALL)
    for _ in range(15):
        refreshed(page, 9 * HOUR_MS)
        refreshed(page, 9 * HOUR_MS)
        with page.expect_event("load"):
            page.clock.fast_forward(9 * HOUR_MS)
        expect(page.locator(".plot.drawn")).to_have_count(11)
        assert page.url == f"{server.url}/{WALL}"
    expect(page.locator("#connection")).to_be_hidden()
