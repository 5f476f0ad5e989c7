"""Journeys on the dashboard."""

import re
import time
from collections.abc import Callable

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.web_server import PASSWORD, USER, WebServer

DATA = re.compile(r"/dashboard/data")


def open_dashboard(page: Page, server: WebServer, query: str = "") -> None:
    page.goto(f"{server.url}/{query}")
    expect(page.locator(".plot.drawn")).to_have_count(11)


def test_a_stranger_logs_in_and_comes_back_to_where_he_wanted(
    browser: Browser, server: WebServer
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/?range=6h")
    page.fill("#id_username", USER)
    page.fill("#id_password", PASSWORD)
    page.click("input[type=submit]")
    expect(page).to_have_url(f"{server.url}/?range=6h")
    expect(page.locator("[data-tile=host] [data-field=unit]")).to_contain_text("CPU")
    context.close()


def test_a_range_is_kept_in_the_address_without_loading_the_page_anew(
    page: Page, server: WebServer
) -> None:
    open_dashboard(page, server)
    page.evaluate("window.same = true")
    with page.expect_response(DATA):
        page.click("[data-range='24h']")
    expect(page).to_have_url(f"{server.url}/?range=24h")
    expect(page.locator("[data-range='24h']")).to_have_attribute("aria-current", "true")
    with page.expect_response(DATA):
        page.go_back()
    expect(page.locator("[data-range='1h']")).to_have_attribute("aria-current", "true")
    assert page.evaluate("window.same") is True


def test_a_custom_range_is_asked_in_the_readers_zone(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context(timezone_id="America/New_York").new_page()
    open_dashboard(page, server)
    page.click("summary[data-range=custom]")
    expect(page.locator(".zone")).to_contain_text("America/New_York")
    page.fill("[name=from]", "2026-01-10T09:00")
    page.fill("[name=to]", "2026-01-10T11:00")
    with page.expect_response(DATA):
        page.click("#custom-range button")
    assert "from=2026-01-10T14%3A00%3A00.000Z" in page.url
    expect(page.locator("[data-chart=cpu] .empty")).to_contain_text("Nothing was recorded")


def test_a_refresh_changes_values_in_place(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    page.click("[data-chart=cpu] summary")
    page.evaluate("window.tile = document.querySelector('[data-tile=host]')")
    page.focus("[data-chart=memory] .plot")
    place = "document.activeElement.getBoundingClientRect().top"
    before = page.evaluate(place)
    server.seed("now")
    with page.expect_response(DATA):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(page.locator("[data-tile=host] .state")).to_have_text("Normal")
    assert page.evaluate("window.tile === document.querySelector('[data-tile=host]')")
    # What is being read stays where it is, even when a route joins the table above it.
    assert abs(page.evaluate(place) - before) < 1
    assert page.evaluate("document.activeElement.closest('article').dataset.chart") == "memory"
    assert page.locator("[data-chart=cpu] details").get_attribute("open") is not None


def test_a_pause_is_remembered(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    page.click("#pause")
    expect(page.locator("#freshness")).to_contain_text("paused")
    page.reload()
    expect(page.locator("#pause")).to_have_text("Resume")
    with page.expect_response(DATA):
        page.click("#pause")
    expect(page.locator("#freshness")).to_contain_text("every")


HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def test_a_hidden_tab_asks_for_nothing_until_it_is_seen_again(
    page: Page, server: WebServer
) -> None:
    page.clock.install()
    open_dashboard(page, server)
    page.evaluate(HIDE, True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(120_000)
    assert [url for url in asked if "/dashboard/" in url] == []
    with page.expect_response(DATA):
        page.evaluate(HIDE, False)


def test_an_ended_session_is_told_with_a_way_back(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context().new_page()
    open_dashboard(page, server, "?range=6h")
    page.context.clear_cookies()
    page.evaluate("window.dispatchEvent(new Event('online'))")
    link = page.locator("#connection a")
    expect(link).to_have_text("Log in again")
    assert (link.get_attribute("href") or "").endswith("?next=%2F%3Frange%3D6h")


def test_one_crosshair_reads_every_chart(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    latest = page.locator("[data-chart=network] .legend b").first.inner_text()
    page.locator("[data-chart=cpu] .plot").hover(position={"x": 300, "y": 60})
    expect(page.locator(".crosshair:visible")).to_have_count(11)
    expect(page.locator("[data-chart=network] .legend b").first).not_to_have_text(latest)
    page.mouse.move(2, 2)
    expect(page.locator("[data-chart=network] .legend b").first).to_have_text(latest)


def test_arrow_keys_move_the_crosshair_and_say_what_it_reads(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    page.focus("[data-chart=memory] .plot")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("PageUp")
    expect(page.locator("#readout")).to_contain_text("memory")
    page.keyboard.press("Escape")
    expect(page.locator(".crosshair:visible")).to_have_count(0)


def test_the_page_is_driven_by_keyboard_alone(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.outerHTML.slice(0, 60)"))
        if reached[-1].startswith("<body"):
            break
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", reached[-1]
    assert any('id="pause"' in element for element in reached)
    assert any('data-range="6h"' in element for element in reached)
    assert any('class="plot' in element for element in reached)


def test_the_table_of_a_chart_opens(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    page.click("[data-chart=cpu] summary")
    rows = page.locator("[data-chart=cpu] tbody tr")
    expect(rows.first).to_be_visible()
    assert rows.count() > 12


def test_the_page_is_useful_without_a_script(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context(java_script_enabled=False).new_page()
    page.goto(f"{server.url}/?range=1h")
    assert page.locator(".plot > svg path.line-1").count() == 10
    page.click("[data-range='6h']")
    expect(page.locator("[data-range='6h']")).to_have_attribute("aria-current", "true")
    expect(page.locator("h1")).not_to_be_empty()


def open_with_a_stream(page: Page, server: WebServer) -> None:
    """There is room for one. The page of another test may still be in it: that it is gone is found
    out by a write some seconds later, and who is refused tries again after a minute."""
    deadline = time.monotonic() + 60
    while True:
        # Its answer begins with the state as it is now.
        with page.expect_response("**/dashboard/stream") as answer:
            open_dashboard(page, server)
        if answer.value.status == 200:
            return
        assert time.monotonic() < deadline, "no room for a stream"
        page.wait_for_timeout(1000)


def test_a_change_shows_long_before_the_next_refresh(page: Page, server: WebServer) -> None:
    """By the stream alone: nobody asks."""
    page.route("**/dashboard/pulse", lambda route: route.fulfill(status=204))
    open_with_a_stream(page, server)
    server.seed("note")
    expect(page.locator("#events")).to_contain_text("Something was done")


def test_a_page_without_a_stream_hears_of_a_change_all_the_same(
    page: Page, server: WebServer
) -> None:
    page.route("**/dashboard/stream", lambda route: route.fulfill(status=204))
    with page.expect_response(re.compile(r"/dashboard/pulse")):
        open_dashboard(page, server)
    with page.expect_response(DATA):
        server.seed("note")


def test_how_often_is_chosen_and_remembered(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    with page.expect_response(re.compile(r"/dashboard/refresh")) as saved:
        page.select_option("#every", "60")
    assert saved.value.status == 200
    page.reload()
    expect(page.locator("#every")).to_have_value("60")
    with page.expect_response(re.compile(r"/dashboard/refresh")):
        page.select_option("#every", "30")


def test_on_a_wall_there_is_nothing_to_click(page: Page, server: WebServer) -> None:
    open_dashboard(page, server, "?wall=1")
    expect(page.locator("#sentence")).to_be_visible()
    expect(page.locator("#dashboard :is(button, select):visible")).to_have_count(0)
