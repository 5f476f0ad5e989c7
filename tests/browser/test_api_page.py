"""The API's page in a browser: complete under the strict content security policy."""

from playwright.sync_api import Page, expect

from tests.browser.web_server import WebServer


def test_the_page_lists_the_operations_from_this_server_alone(
    page: Page, server: WebServer
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/api/docs")
    expect(page.get_by_text("/api/v1/points").first).to_be_visible()
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []
