"""On paper: nothing to press, nothing cut, black on white, also where the screen is dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.web_server import WebServer

# A4 at 96 pixels an inch, without its margins.
PAPER_WIDTH = 702
CONTROLS = "[...document.querySelectorAll('button, select, input')]"
SHOWN = f"{CONTROLS}.filter((each) => each.checkVisibility())"


@pytest.mark.parametrize(
    "address", ["/", "/reports/weekly", "/status/", "/boards/requests/", "/admin/monitoring/check/"]
)
def test_a_page_fits_the_paper_without_controls(
    look_at: Callable[[str], Page], server: WebServer, address: str
) -> None:
    with look_at(server.url + address) as page:
        page.set_viewport_size({"width": PAPER_WIDTH, "height": 1000})
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate(f"{SHOWN}.map((each) => each.outerHTML)") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PAPER_WIDTH
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)"
        )


def test_charts_are_drawn_for_the_paper_and_for_the_screen_again(
    page: Page, server: WebServer
) -> None:
    page.goto(f"{server.url}/boards/requests/")
    page.wait_for_selector(".plot.drawn canvas", state="attached")
    width = "document.querySelector('.plot canvas').clientWidth"
    on_screen = page.evaluate(width)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(width) == 314
    assert "the last" in page.evaluate("document.getElementById('dashboard').dataset.printed")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(width) == on_screen
