"""The server and the browser write numbers alike: a refresh must not change how a value looks."""

from playwright.sync_api import Page

from opsportal.dashboard.formats import text
from tests.browser.test_dashboard import open_dashboard
from tests.browser.web_server import WebServer

VALUES = [None, 0, 0.004, 0.4, 1.26, 9.96, 38.04, 98.24, 100.4, 999.4, 1234.2, 12_345.6, 1e6, 4.2e9]
UNITS = ["%", "ms", "s", "/min", "B/s", "B", ""]


def test_numbers_are_written_alike_on_both_sides(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    pairs = [[value, unit] for value in VALUES for unit in UNITS]
    written = page.evaluate(
        """async (pairs) => {
          // The page has loaded it under the name that its content gives it.
          const loaded = performance.getEntriesByType("resource").map((each) => each.name);
          const path = loaded.find((name) => name.includes("/js/dashboard/format."));
          const { text } = await import(path);
          return pairs.map(([value, unit]) => text(value, unit));
        }""",
        pairs,
    )
    assert written == [text(value, unit) for value in VALUES for unit in UNITS]
