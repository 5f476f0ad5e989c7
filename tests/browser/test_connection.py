"""A server that goes away, and comes back."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.browser.test_dashboard import open_dashboard
from tests.browser.web_server import WebServer


def test_a_lost_server_is_told_and_the_page_recovers_by_itself(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    page = open_context().new_page()
    open_dashboard(page, server)
    value = page.locator("[data-tile=memory] [data-field=value]")
    shown = value.inner_text()
    server.kill()
    try:
        page.evaluate("window.dispatchEvent(new Event('online'))")
        expect(page.locator("#connection")).to_contain_text("Connection lost")
        expect(page.locator("#freshness")).to_contain_text("connection lost")
        assert value.inner_text() == shown
    finally:
        server.start()
    expect(page.locator("#connection")).to_be_hidden(timeout=20_000)
    expect(page.locator("#freshness")).to_contain_text("updated")
