"""Zoom by dragging and by keyboard; moments kept in the address; clocks that differ."""

import re
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import BrowserContext, Page, Response, expect

from tests.browser.test_dashboard import DATA, open_dashboard
from tests.browser.web_server import WebServer

SPRING_FORWARD_MS = 1_774_746_000_000  # 29 March 2026, 01:00 UTC: Paris goes from 2 to 3 o'clock
HOUR_MS = 3_600_000
TICKS = """async ([start, end, most]) => {
  const main = document.querySelector("script[src*='dashboard/main']").src;
  const source = await (await fetch(main)).text();
  const chart = await (await fetch(new URL(source.match(/[^"]+chart[^"]*\\.js/)[0], main))).text();
  const canvas = await (await fetch(new URL(chart.match(/[^"]+canvas[^"]*\\.js/)[0], main))).text();
  const { ticks } = await import(new URL(canvas.match(/[^"]+timeaxis[^"]*\\.js/)[0], main));
  return ticks(start, end, most, false);
}"""


def shown_seconds(page: Page) -> float:
    """How long the range of the address is."""
    return seconds_of(page.url)


def seconds_of(address: str) -> float:
    asked = parse_qs(urlsplit(address).query)
    start, end = (datetime.fromisoformat(asked[name][0]) for name in ("from", "to"))
    return (end - start).total_seconds()


def press_for(page: Page, key: str, seconds: float) -> None:
    """Until data of that range are drawn: those of a refresh that was on its way are others."""

    def is_of_range(response: Response) -> bool:
        address = response.url
        is_data = "/dashboard/data" in address and "from=" in address
        return is_data and abs(seconds_of(address) - seconds) < 1

    # Of values that vary, or another range may be said to have the same.
    label = page.locator("[data-chart=cpu] .plot")
    before = label.get_attribute("aria-label") or ""
    with page.expect_response(is_of_range):
        page.keyboard.press(key)
    expect(label).not_to_have_attribute("aria-label", before)


def drag(page: Page, key: str, start: float, end: float) -> None:
    """Over the chart `key`, from one share of its width to another."""
    box = page.locator(f"[data-chart={key}] .plot").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + start * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + (start + end) / 2 * box["width"], y)
    page.mouse.move(box["x"] + end * box["width"], y)


def test_dragging_over_one_chart_shows_that_stretch_in_all(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    page.locator("[data-chart=cpu]").scroll_into_view_if_needed()
    drag(page, "cpu", 0.3, 0.6)
    expect(page.locator(".selection:visible").first).to_be_visible()
    with page.expect_response(DATA):
        page.mouse.up()
    assert 900 < shown_seconds(page) < 1500
    expect(page.locator("summary[data-range=custom]")).to_have_attribute("aria-current", "true")
    expect(page.locator(".selection:visible")).to_have_count(0)
    with page.expect_response(DATA):
        page.go_back()
    expect(page.locator("[data-range='1h']")).to_have_attribute("aria-current", "true")


def test_a_click_and_a_drag_that_is_given_up_zoom_nowhere(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    page.locator("[data-chart=cpu] .plot").click(position={"x": 300, "y": 60})
    drag(page, "cpu", 0.3, 0.6)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert "from=" not in page.url


def test_the_keyboard_zooms_as_well(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    page.focus("[data-chart=cpu] .plot")
    page.keyboard.press("ArrowLeft")
    for _ in range(5):
        page.keyboard.press("Shift+PageUp")
    expect(page.locator("#readout")).to_contain_text(" to ")
    press_for(page, "Enter", 500)
    press_for(page, "-", 1000)
    press_for(page, "+", 500)


def test_a_link_holds_the_moment_for_a_colleague(
    page: Page, open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    open_dashboard(page, server, "?range=6h&host=web-1")
    with page.expect_response(DATA):
        page.click("[data-move=hold]")
    assert "host=web-1" in page.url
    assert abs(shown_seconds(page) - 6 * 3600) < 1
    colleague = open_context(java_script_enabled=False).new_page()
    colleague.goto(page.url)
    current = colleague.locator("[data-range=custom]")
    expect(current).to_have_attribute("aria-current", "true")
    # Without a script, too, one walks on from there.
    colleague.click("[data-move=earlier]")
    assert abs(shown_seconds(colleague) - 6 * 3600) < 1


def test_ticks_stand_at_whole_hours_on_both_sides_of_a_change_of_the_clock(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context(timezone_id="Europe/Paris").new_page()
    open_dashboard(page, server)
    around = [SPRING_FORWARD_MS - 12 * HOUR_MS, SPRING_FORWARD_MS + 12 * HOUR_MS, 10]
    labels = [tick["label"] for tick in page.evaluate(TICKS, around)]
    assert labels == [
        *("15:00", "18:00", "21:00", "29 Mar"),
        *("03:00", "06:00", "09:00", "12:00", "15:00"),
    ]
    days = [SPRING_FORWARD_MS - 72 * HOUR_MS, SPRING_FORWARD_MS + 72 * HOUR_MS, 10]
    labels = [tick["label"] for tick in page.evaluate(TICKS, days)]
    assert labels == ["27 Mar", "28 Mar", "29 Mar", "30 Mar", "31 Mar", "1 Apr"]


def test_a_clock_that_is_five_minutes_off_changes_no_age(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    context = open_context()
    context.add_init_script("{const now = Date.now; Date.now = () => now() + 300_000;}")
    page = context.new_page()
    server.seed("now")
    open_dashboard(page, server)
    expect(page.locator("#freshness")).to_have_text(re.compile(r"^updated \d+.s ago · every 30.s$"))
    page.click("summary[data-range=custom]")
    proposed = page.evaluate("new Date(document.querySelector('[name=from]').value).getTime()")
    real = page.evaluate("performance.timeOrigin") - HOUR_MS
    assert abs(proposed - real) < 90_000


def test_a_double_click_asks_what_changed_at_that_time(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    page.locator("[data-chart=cpu] .plot").dblclick(position={"x": 300, "y": 80})
    page.wait_for_url("**/changed?at=*")
    expect(page.locator("h1")).to_contain_text("What changed around")
