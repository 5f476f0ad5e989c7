"""Alerts on charts, and thresholds tried while they are edited."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.web_server import WebServer


def test_the_crosshair_names_the_alert_that_fired_there(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{server.url}/?range=1h")
    plot = page.locator("[data-chart=cpu] .plot.drawn")
    shown = page.evaluate("JSON.parse(document.getElementById('dashboard-data').textContent)")
    mark = next(each for each in shown["marks"] if each["kind"] == "alert")
    box = plot.bounding_box()
    assert box is not None
    start_ms, end_ms = shown["range"]["start_ms"], shown["range"]["end_ms"]
    share = (mark["time_ms"] - start_ms) / (end_ms - start_ms)
    plot.hover(position={"x": 56 + share * (box["width"] - 57), "y": 60})
    words = page.locator("[data-chart=cpu] .crosshair span")
    expect(words).to_contain_text("CPU 93.4 % on web-1, above 90 %")
    plot.hover(position={"x": 56 + (share + 0.2) * (box["width"] - 57), "y": 60})
    expect(words).not_to_contain_text("CPU")


def test_a_threshold_is_tried_below_its_form_and_again_after_each_change(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context().new_page()
    page.goto(f"{server.url}/admin/alerts/threshold/add/")
    page.fill("#id_name", "Tried")
    page.select_option("#id_metric", "disk_percent")
    page.fill("#id_value", "99")
    page.click("text=Backtest 7 days")
    shown = page.locator("#backtest")
    expect(shown).to_contain_text("It would not have fired.")
    expect(shown.locator("path").first).not_to_have_css("stroke", "none")
    page.fill("#id_value", "50")
    expect(shown).to_contain_text("It would have fired once")
    use = shown.locator(".use-value")
    offered = use.get_attribute("data-value") or ""
    use.click()
    expect(page.locator("#id_value")).to_have_value(offered)
    expect(use).to_have_text(f"Use {offered}")
    page.fill("#id_window_seconds", "0")
    expect(shown).to_contain_text("something wrong in it")


def test_only_the_settings_of_the_kind_that_is_chosen_are_shown(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context().new_page()
    page.goto(f"{server.url}/admin/alerts/threshold/add/")
    objective, hours = (
        page.locator("#id_setting_burn_rate_days"),
        page.locator("#id_setting_forecast_within_hours"),
    )
    expect(objective).to_be_hidden()
    page.select_option("#id_kind", "burn_rate")
    expect(objective).to_be_visible()
    expect(hours).to_be_hidden()
