"""A real browser (Debian's Chromium, driven by Playwright) in front of a real web server."""

import asyncio
import json
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from tests.browser.web_server import PASSWORD, USER, WebServer

# What is waited for comes; on a machine that others use, too, not within Playwright's 5 seconds.
expect.set_options(timeout=30_000)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Set before any script of the page runs: what it finds is read at the end of the test.
LISTENERS = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}`));
  window.layoutShift = 0;
  new PerformanceObserver((list) => {
    const shifts = list.getEntries().filter((entry) => !entry.hadRecentInput);
    shifts.forEach((entry) => { window.layoutShift += entry.value; });
  }).observe({ type: "layout-shift", buffered: true });
"""
# A colour that is on its way from light to dark is neither.
AT_REST = """
  for (const each of document.getAnimations()) if (each instanceof CSSTransition) each.finish()
"""


class DriverLoop:
    """Playwright's event loop counts as running in this thread for as long as the browser is
    open, and Django refuses its database to a thread whose loop runs. So between the tests that
    drive the browser it counts as paused."""

    def __init__(self) -> None:
        self._paused: asyncio.AbstractEventLoop | None = None

    def pause(self) -> None:
        self._paused = asyncio._get_running_loop() or self._paused
        asyncio._set_running_loop(None)

    def resume(self) -> None:
        if self._paused:
            asyncio._set_running_loop(self._paused)


driver_loop = DriverLoop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    if "browser" in getattr(item, "fixturenames", ()):
        driver_loop.resume()
    try:
        return (yield)
    finally:
        driver_loop.pause()


@pytest.fixture(scope="session")
def browser(require: Callable[[bool, str], None]) -> Iterator[Browser]:
    # Without windows to draw, a page costs a third to a half of what the whole Chromium takes.
    executable = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    missing = "Chromium is not installed (Debian: apt install chromium-headless-shell)"
    require(executable is not None, missing)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield opened
        driver_loop.resume()
        opened.close()


@pytest.fixture(scope="session")
def server(
    tmp_path_factory: pytest.TempPathFactory, browser: Browser, broker_socket: Path
) -> Iterator[WebServer]:
    """With an hour of history. Its worker and scheduler do not run."""
    started = WebServer(tmp_path_factory.mktemp("portal"), broker_socket)
    started.prepare()
    started.seed("history")
    started.start()
    yield started
    started.close()


@pytest.fixture(scope="session")
def login_cookies(server: WebServer, browser: Browser) -> list[Any]:
    """Logged in once: hashing a password properly takes its time."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{server.url}/admin/login/?next=/admin/")
    page.fill("#id_username", USER)
    page.fill("#id_password", PASSWORD)
    page.click("input[type=submit]")
    page.wait_for_url(f"{server.url}/admin/")
    cookies = context.cookies()
    context.close()
    return cookies


@pytest.fixture
def open_context(
    browser: Browser, login_cookies: list[Any]
) -> Iterator[Callable[..., BrowserContext]]:
    """`open_context(**options)`: a browser of its own that is logged in, with listeners set."""
    opened: list[BrowserContext] = []

    def open_one(**options: Any) -> BrowserContext:
        context = browser.new_context(**{"viewport": {"width": 1440, "height": 1000}, **options})
        context.add_cookies(login_cookies)
        context.add_init_script(LISTENERS)
        context.set_default_timeout(30_000)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def look_at(browser: Browser, login_cookies: list[Any]) -> Callable[[str], Page]:
    """`look_at(address)`: a page on a phone that is only looked at, which the test closes. All
    share a browser, which fetches what they have in common once, and goes with the last."""
    phone = browser.new_context(viewport={"width": 390, "height": 1000}, has_touch=True)
    phone.add_cookies(login_cookies)
    phone.set_default_timeout(30_000)

    def open_one(address: str) -> Page:
        page = phone.new_page()
        page.goto(address)
        return page

    return open_one


@pytest.fixture
def page(open_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """Fails the test that leaves an error on the console or a violation of the security policy."""
    opened = open_context().new_page()
    problems: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            problems.append(message.text)

    opened.on("console", note)
    opened.on("pageerror", lambda error: problems.append(str(error)))
    yield opened
    assert opened.evaluate("window.violations") == []
    assert problems == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """`axe(page)`: what axe-core finds wrong with the page as it stands."""
    source = (Path(__file__).parent / "vendor/axe-core/axe.min.js").read_text(encoding="utf-8")

    def run(page: Page) -> list[str]:
        # Evaluated by the driver, which the page's security policy does not concern.
        page.evaluate(AT_REST)
        if not page.evaluate("'axe' in window"):
            page.evaluate(source)
        found = page.evaluate("axe.run().then((result) => result.violations)")
        return [
            f"{rule['id']}: {json.dumps([node['target'] for node in rule['nodes']])}"
            for rule in found
        ]

    return run
