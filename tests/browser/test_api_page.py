"""The API's page in a browser: complete under the strict content security policy."""

from playwright.sync_api import Page, expect

from tests.browser.web_server import WebServer


def test_an_operation_opens_and_shows_the_command_from_this_server_alone(
    page: Page, server: WebServer
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.url}/api/docs")
    page.locator("#points_create summary").click()
    expect(page.locator("#points_create pre")).to_contain_text(f"{server.url}/api/v1/points")
    assert [url for url in asked if not url.startswith((server.url, "data:"))] == []


def test_a_link_to_an_object_leads_to_its_fields(page: Page, server: WebServer) -> None:
    page.goto(f"{server.url}/api/docs#checks_update")
    page.locator("#checks_update summary").click()
    page.locator("#checks_update").get_by_role("link", name="WholeCheck").first.click()
    expect(page.get_by_role("heading", name="WholeCheck")).to_be_in_viewport()
