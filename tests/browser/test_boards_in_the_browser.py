"""A board is read, shared and taken away by somebody in a browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.web_server import WebServer


def open_board(page: Page, server: WebServer, query: str = "") -> None:
    page.goto(f"{server.url}/boards/hosts/{query}")
    expect(page.locator("[data-chart=chart-1] .plot")).to_have_class("plot drawn")


def test_a_chart_is_saved_as_picture_and_as_values(page: Page, server: WebServer) -> None:
    open_board(page, server, "?range=1h")
    with page.expect_download() as saved:
        page.click("[data-chart=chart-1] [data-export=png]")
    picture = Path(saved.value.path()).read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert saved.value.suggested_filename == "cpu.png"
    with page.expect_download() as saved:
        page.click("[data-chart=chart-1] [data-export=csv]")
    rows = Path(saved.value.path()).read_text().splitlines()
    assert rows[0].startswith("time,all cores web-1 (%)")
    assert len(rows) > 30


def test_a_link_shows_a_colleague_the_same_moment(page: Page, server: WebServer) -> None:
    open_board(page, server)
    page.click(".ranges [data-move=hold]")
    expect(page.locator(".ranges summary[aria-current]")).to_be_visible()
    address = page.url
    assert "from=" in address
    page.goto(address)
    expect(page.locator("[data-chart=chart-1] .plot")).to_have_class("plot drawn")
    assert page.url == address


def test_its_charts_share_one_crosshair(page: Page, server: WebServer) -> None:
    open_board(page, server, "?range=1h")
    page.hover("[data-chart=chart-1] .plot", position={"x": 300, "y": 80})
    for key in ("chart-1", "chart-2"):
        expect(page.locator(f"[data-chart={key}] .crosshair")).to_be_visible()
