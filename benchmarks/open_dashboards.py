"""Two hundred dashboards open at once; the page in a browser with a year of data; its memory.

One granian process on SQLite, filled as for the benchmark `dashboard`, and not busy with anything
else: worker and scheduler do not run. Each dashboard asks for the pulse every second and for the
data every 30 seconds, spread as people open pages. The clients are threads of this process and take
their share of the same machine.
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil

from benchmarks.health import served
from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
DASHBOARDS, PULSE_SECONDS, REFRESH_SECONDS = 200, 1.0, 30.0
REFRESHES, WARM = 500, 20
SUBJECT = "open dashboards"
MOST_PAINT_MS, MOST_SHIFT, MOST_GROWTH = 1000.0, 0.02, 1.1
BROWSER_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"]


def application() -> Any:
    """The portal; granian calls it in its worker."""
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def run(quick: bool) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="opsportal-bench-") as directory:
        url = f"sqlite:///{Path(directory) / 'bench.sqlite3'}"
        live = ["/api/health/liveness"]
        with served(Path(directory), "benchmarks.open_dashboards:application", live, url) as port:
            login = _filled(Path(directory), url, quick)
            rows = [*_load(port, login, 10 if quick else 60)]
            if shutil.which("chromium"):
                rows += _browser(port, login["session"], 30 if quick else REFRESHES)
            return rows


def _filled(directory: Path, url: str, quick: bool) -> dict[str, str]:
    """Fills the store in a process of its own; gives a session and the key of the pulse."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "OPSPORTAL_DATA_DIR": str(directory / "var"),
        "SECRET_KEY": "only-for-benchmarks",
        "DJANGO_SETTINGS_MODULE": "opsportal.settings",
    }
    command = [sys.executable, "-m", "benchmarks.open_dashboards", *(["--quick"] if quick else [])]
    done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: dict[str, str] = json.loads(done.stdout)
    return found


@dataclass
class Times:
    """In ms."""

    pulse: list[float] = field(default_factory=list)
    data: list[float] = field(default_factory=list)


def _load(port: int, login: dict[str, str], seconds: float) -> Iterator[Row]:
    times = [Times() for _ in range(DASHBOARDS)]
    server = _server()
    before, started = _cpu_seconds(server), time.perf_counter()
    until = started + seconds
    threads = [
        threading.Thread(target=_dashboard, args=(port, login, each, place, until))
        for place, each in enumerate(times)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    used = _cpu_seconds(server) - before
    passed = time.perf_counter() - started
    for what in ("data", "pulse"):
        measured = [ms for each in times for ms in getattr(each, what)]
        yield Row(SUBJECT, f"{DASHBOARDS}: {what}, median", _percentile(measured, 50), "ms")
        yield Row(SUBJECT, f"{DASHBOARDS}: {what}, p99", _percentile(measured, 99), "ms")
        yield Row(SUBJECT, f"{DASHBOARDS}: {what}, answered", len(measured) / passed, "/s")
    yield Row(SUBJECT, f"{DASHBOARDS}: server", 100 * used / passed, "% of a core")


def _dashboard(port: int, login: dict[str, str], times: Times, place: int, until: float) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {
        "Cookie": f"sessionid={login['session']}",
        "X-Dashboard-Key": login["key"],
        "Accept-Encoding": "gzip",
    }
    offset = place / DASHBOARDS
    begin = time.perf_counter()
    next_pulse = begin + offset * PULSE_SECONDS
    next_data = begin + offset * REFRESH_SECONDS
    while min(next_pulse, next_data) < until:
        time.sleep(max(0, min(next_pulse, next_data) - time.perf_counter()))
        if next_data <= next_pulse:
            times.data.append(_ask(connection, "/dashboard/data?range=24h", headers))
            next_data += REFRESH_SECONDS
        else:
            times.pulse.append(_ask(connection, "/dashboard/pulse", headers))
            next_pulse += PULSE_SECONDS
    connection.close()


def _ask(connection: HTTPConnection, path: str, headers: dict[str, str]) -> float:
    started = time.perf_counter()
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    assert response.status == 200, f"{path}: {response.status}"
    return (time.perf_counter() - started) * 1000


def _server() -> list[psutil.Process]:
    children = psutil.Process().children(recursive=True)
    return [each for each in children if "granian" in " ".join(each.cmdline())]


def _cpu_seconds(processes: list[psutil.Process]) -> float:
    return sum(each.cpu_times().user + each.cpu_times().system for each in processes)


def _percentile(measured: list[float], percent: int) -> float:
    ordered = sorted(measured)
    return ordered[math.ceil(percent / 100 * len(ordered)) - 1]


# --- In a browser ---------------------------------------------------------------------------------

OBSERVERS = """
  window.paint = 0; window.layoutShift = 0;
  new PerformanceObserver((list) => { window.paint = list.getEntries().at(-1).startTime; })
    .observe({ type: "largest-contentful-paint", buffered: true });
  new PerformanceObserver((list) => list.getEntries().filter((entry) => !entry.hadRecentInput)
    .forEach((entry) => { window.layoutShift += entry.value; }))
    .observe({ type: "layout-shift", buffered: true });
"""


def _browser(port: int, session: str, refreshes: int) -> Iterator[Row]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=BROWSER_ARGUMENTS
        )
        context = browser.new_context(viewport={"width": 1440, "height": 1000})
        cookie = {"name": "sessionid", "value": session, "url": f"http://127.0.0.1:{port}"}
        context.add_cookies([cookie])  # type: ignore[list-item]
        context.add_init_script(OBSERVERS)
        page = context.new_page()
        year = f"/?from={_year_ago()}"
        for name, address in (("24 h", "/?range=24h"), ("a year", year)):
            yield from _painted(page, name, f"http://127.0.0.1:{port}{address}")
        yield _grown(page, f"http://127.0.0.1:{port}/?range=24h", refreshes)
        browser.close()


def _year_ago() -> str:
    return time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() - 365 * 86_400))


def _painted(page: Any, name: str, address: str) -> Iterator[Row]:
    """The second time, when scripts and styles are in the browser's cache, as for who comes back;
    of three the median."""
    page.goto(address)
    paints, shift = [], 0.0
    for _ in range(3):
        page.goto(address)
        page.wait_for_selector(".plot.drawn")
        page.wait_for_timeout(500)
        paints.append(page.evaluate("window.paint"))
        shift = max(shift, page.evaluate("window.layoutShift"))
    paint = sorted(paints)[1]
    bar = f"<= {MOST_PAINT_MS:g} ms"
    yield Row(SUBJECT, f"{name}: largest paint", paint, "ms", "", None, bar, paint <= MOST_PAINT_MS)
    yield Row(
        SUBJECT, f"{name}: layout shift", shift, "", "", None, f"< {MOST_SHIFT}", shift < MOST_SHIFT
    )


def _grown(page: Any, address: str, refreshes: int) -> Row:
    """The heap after all refreshes beside that after a tenth of them (WARM at least), garbage
    collected."""
    page.goto(address)
    page.wait_for_selector(".plot.drawn")
    session = page.context.new_cdp_session(page)
    early = 0.0
    for number in range(1, refreshes + 1):
        with page.expect_response("**/dashboard/data*"):
            page.evaluate("window.dispatchEvent(new Event('online'))")
        if number == max(WARM, refreshes // 10):
            early = _heap_bytes(session)
    late = _heap_bytes(session)
    what = f"heap after {refreshes} refreshes"
    return Row(
        SUBJECT,
        what,
        late / 1e6,
        "MB",
        "after a tenth",
        early / 1e6,
        f"<= {MOST_GROWTH}",
        late <= MOST_GROWTH * early,
    )


def _heap_bytes(session: Any) -> float:
    session.send("HeapProfiler.collectGarbage")
    return float(session.send("Runtime.getHeapUsage")["usedSize"])


def main() -> None:
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.test import Client

    from benchmarks.year import fill
    from opsportal.dashboard.pulse import new_key

    fill(time.time_ns() // 1_000_000, 8 if "--quick" in sys.argv else 365)
    client = Client()
    client.force_login(User.objects.filter(is_superuser=True).first() or _administrator())
    json.dump({"session": client.cookies["sessionid"].value, "key": new_key()}, sys.stdout)


def _administrator() -> Any:
    from django.contrib.auth.models import User

    return User.objects.create_superuser("bench", "", "bench")


if __name__ == "__main__":
    main()
