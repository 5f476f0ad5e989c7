"""A portal that has just been set up."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.web_server import PASSWORD, USER, WebServer


@pytest.fixture
def new_server(tmp_path_factory: pytest.TempPathFactory, server: WebServer) -> Iterator[WebServer]:
    """As `server`, with an empty store."""
    directory = tmp_path_factory.mktemp("new")
    started = WebServer(directory, server.broker_socket)
    started.prepare_like(server)
    started.start()
    yield started
    started.close()


def test_no_chart_is_empty_without_a_word_and_data_shows_by_itself(
    browser: Browser, new_server: WebServer
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.goto(new_server.url)
    page.fill("#id_username", USER)
    page.fill("#id_password", PASSWORD)
    page.click("input[type=submit]")
    expect(page.locator(".plot.drawn")).to_have_count(11)
    # On a slow machine the requests of this very page are recorded by now, and drawn.
    empty = page.locator(".plot .empty:visible").all_inner_texts()
    assert len(empty) > 5
    for words in empty:
        assert words.startswith(("No data yet. ", "The first values are being gathered"))
    assert page.locator(".tile[data-state=normal]").count() == 0
    expect(page.locator("#freshness")).to_contain_text("every 5")

    new_server.seed("now")

    expect(page.locator("[data-tile=host] .state")).to_have_text("Normal")
    expect(page.locator("[data-chart=cpu] .empty")).to_be_hidden()
    context.close()
