"""What the markup does not show: weight, shifts, width, contrast, themes; the screenshot."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.test_dashboard import open_dashboard
from tests.browser.web_server import WebServer

Axe = Callable[[Page], list[str]]

MOST_BYTES = 250_000
MOST_SHIFT = 0.02


def test_the_whole_page_is_light(page: Page, server: WebServer) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[float] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    open_dashboard(page, server)
    assert len(sizes) > 10
    assert sum(sizes) <= MOST_BYTES


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_shifts_while_the_page_comes_and_refreshes(
    open_context: Callable[..., BrowserContext], server: WebServer, width: int
) -> None:
    page = open_context(viewport={"width": width, "height": 900}).new_page()
    # Healthy before and after: a sentence that says something else may need another line.
    server.seed("now")
    open_dashboard(page, server)
    server.seed("now")
    with page.expect_response("**/dashboard/data*"):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)
    assert page.evaluate("window.layoutShift") < MOST_SHIFT


def test_the_age_of_the_data_takes_no_room_from_the_sentence(page: Page, server: WebServer) -> None:
    open_dashboard(page, server)
    before, after = page.evaluate("""() => {
        const width = () => sentence.getBoundingClientRect().width;
        const before = width();
        freshness.textContent = "updated 59 min ago · every 30 s · newest data 1 h old";
        return [before, width()];
    }""")
    assert before == after


def test_nothing_shifts_while_a_page_of_the_admin_comes(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    """Also where its scripts come after the first picture of it."""

    def late(route: Route) -> None:
        time.sleep(0.3)
        route.continue_()

    page = open_context().new_page()
    page.route("**/nav_sidebar*.js", late)
    page.goto(f"{server.url}/admin/alerts/threshold/")
    expect(page.locator("#main.shifted")).to_be_visible()
    assert page.evaluate("window.layoutShift") < MOST_SHIFT


def test_the_sentence_is_larger_on_the_wall_than_on_the_dashboard(
    page: Page, server: WebServer
) -> None:
    def size(address: str) -> float:
        page.goto(server.url + address)
        found: float = page.evaluate("parseFloat(getComputedStyle(sentence).fontSize)")
        return found

    assert size("/?wall=1") > 1.3 * size("/")


ADDRESSES = [
    "/",
    "/checks/tradier",
    "/changed/",
    "/boards/",
    "/boards/requests/",
    "/admin/boards/board/",
    "/admin/boards/board/1/change/",
    "/admin/",
    "/admin/auth/user/",
    "/admin/audit/auditentry/",
    "/account/",
    "/admin/password_change/",
    "/account/second-factor/set-up/",
    "/admin/monitoring/check/",
    "/admin/monitoring/check/add/",
    "/admin/monitoring/check/add/?kind=http",
    "/alerts/",
    "/alerts/1/",
    "/admin/alerts/alert/",
    "/admin/alerts/threshold/",
    "/admin/alerts/threshold/add/",
    "/admin/alerts/channel/",
    "/admin/alerts/channel/add/",
    "/admin/alerts/channel/add/?kind=webhook",
    "/admin/alerts/route/1/change/",
    "/admin/alerts/silence/add/",
    "/admin/alerts/maintenance/add/",
    "/admin/alerts/delivery/",
    "/admin/backups/plan/",
    "/admin/backups/plan/add/",
    "/admin/backups/plan/add/?kind=postgresql",
    "/admin/backups/plan/1/change/",
    "/admin/backups/backup/",
    "/admin/monitoring/series/",
    "/admin/monitoring/check/add/?kind=heartbeat",
    "/admin/statuspage/page/1/change/",
    "/admin/statuspage/incident/1/change/",
    "/admin/statuspage/work/add/",
    "/admin/mail/mail/",
    "/admin/reports/reportsettings/add/",
    "/reports/weekly",
    "/status/",
    "/api/docs",
    "/nothing",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_phone_scrolls_down_alone_and_axe_finds_nothing_in_light_nor_in_dark(
    look_at: Callable[[str], Page], server: WebServer, axe: Axe, address: str
) -> None:
    """One page for both: with more than forty of them, loading is most of the work."""
    with look_at(server.url + address) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.set_viewport_size({"width": 1440, "height": 1000})
        if address == "/":
            expect(page.locator(".plot.drawn")).to_have_count(11)
            page.click("[data-chart=cpu] summary")
        assert axe(page) == []
        page.emulate_media(color_scheme="dark")
        assert axe(page) == []


def test_axe_finds_nothing_on_the_login_in_light_nor_in_dark(
    open_context: Callable[..., BrowserContext], server: WebServer, axe: Axe
) -> None:
    context = open_context()
    context.clear_cookies()
    page = context.new_page()
    page.goto(f"{server.url}/admin/login/")
    assert axe(page) == []
    page.emulate_media(color_scheme="dark")
    assert axe(page) == []


def test_the_theme_follows_the_system_and_the_switch(page: Page, server: WebServer) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    page.emulate_media(color_scheme="dark")
    open_dashboard(page, server)
    dark = page.evaluate(background)
    page.click(".theme-toggle")
    assert page.evaluate(background) != dark


@pytest.mark.parametrize(
    "address", ["/admin/", "/admin/auth/user/add/", "/admin/auth/user/1/change/"]
)
def test_the_admin_lives_under_the_strict_policy(
    page: Page, server: WebServer, address: str
) -> None:
    page.goto(server.url + address)
    expect(page.locator(".site-nav [aria-current]")).to_have_text("Admin")


@pytest.mark.parametrize("address", ["/", "/admin/monitoring/check/add/?kind=http"])
def test_nothing_moves_for_whoever_asked_for_less_motion(
    open_context: Callable[..., BrowserContext], server: WebServer, address: str
) -> None:
    page = open_context(reduced_motion="reduce").new_page()
    page.goto(server.url + address)
    moving = "getComputedStyle(each).transitionDuration !== '0s'"
    assert (
        page.evaluate(f"[...document.querySelectorAll('*')].filter((each) => {moving}).length") == 0
    )
    assert page.evaluate("document.getAnimations().length") == 0


def test_a_name_of_any_length_leaves_the_states_of_a_list_in_sight(
    page: Page, server: WebServer
) -> None:
    page.goto(f"{server.url}/admin/monitoring/check/")
    page.evaluate("document.querySelector('.field-name a').textContent = 'W'.repeat(100)")
    edges = [page.locator(each).first.bounding_box() for each in (".field-shown_tags", ".results")]
    assert all(edges)
    cell, table = (each["x"] + each["width"] for each in edges if each)
    assert cell <= table + 1


def test_vendored_scripts_name_no_other_host() -> None:
    root = Path(__file__).resolve().parents[2] / "static"
    for script in (path for path in root.rglob("*.js") if path.is_file()):
        assert "sourceMappingURL" not in script.read_text(encoding="utf-8"), script


def test_the_screenshot_of_the_readme(
    open_context: Callable[..., BrowserContext], server: WebServer
) -> None:
    """Writes to the path in OPSPORTAL_SCREENSHOT; without it only proves that it can be taken."""
    page = open_context(viewport={"width": 1280, "height": 900}).new_page()
    server.seed("now")
    open_dashboard(page, server)
    path = os.environ.get("OPSPORTAL_SCREENSHOT")
    picture = page.screenshot(path=path)
    assert picture.startswith(b"\x89PNG")
