"""HTTP probes per second with their results recorded, beside peers that record nothing:
prometheus-blackbox-exporter, and `requests` in threads. And ten thousand checks a minute, held.

All ask one local nginx in turn, each probe over a connection of its own. Ours run in a process of
their own on a new database; what PostgreSQL itself costs is not in their CPU time. A full run holds
the ten thousand for 120 s; `OPSPORTAL_BENCH_SUSTAINED_SECONDS` asks for another time, 0 for none.
"""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from benchmarks.store import postgresql, sqlite
from benchmarks.table import Row

if TYPE_CHECKING:
    from monitoring.runner.engine import Job
    from monitoring.runner.running import Runner

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
THREADS = 32
# As often as the schedule ticks.
TICK_SECONDS = 2.0
SUSTAINED_CHECKS, SUSTAINED_INTERVAL_SECONDS = 10_000, 60
# How many times the rate of prometheus-blackbox-exporter.
LEAST_TIMES = {"plain": 4, "TLS": 1}
MOST_CPU_SECONDS = {"plain": 0.3}

NGINX = """
daemon off; worker_processes 2; worker_rlimit_nofile 8192; pid {directory}/nginx.pid;
error_log stderr crit; events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {directory}/body; proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi; uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  server {{
    listen {host}:{plain} backlog=4096; listen {host}:{tls} ssl backlog=4096;
    ssl_certificate {authority}; ssl_certificate_key {directory}/key.pem;
    location / {{ default_type text/plain; return 200 "ok\\n"; }}
  }}
}}
"""
BLACKBOX = """
modules:
  http_2xx:
    prober: http
    http: {{preferred_ip_protocol: ip4, tls_config: {{ca_file: "{authority}"}}}}
"""


@dataclass(frozen=True, slots=True)
class Target:
    """`urls` by the names of LEAST_TIMES; `authority` is a PEM file."""

    urls: dict[str, str]
    authority: Path


@dataclass(frozen=True, slots=True)
class Pace:
    """`cpu_seconds` are those of 1000 probes."""

    per_second: float
    cpu_seconds: float

    @classmethod
    def of(cls, count: int, seconds: float, cpu_seconds: float) -> Pace:
        return cls(count / seconds, cpu_seconds * 1000 / count)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the process of its own is to do; `sustained_seconds` may be 0."""

    url: str
    ca_certificate: str
    checks: int
    rounds: int
    sustained_seconds: float


# --- The target -----------------------------------------------------------------------------------


@contextmanager
def target(directory: Path) -> Iterator[Target]:
    authority = directory / "certificate.pem"
    _write_certificate(authority, directory / "key.pem")
    plain, tls = _free_ports(2)
    ports = {"plain": plain, "tls": tls}
    configuration = directory / "nginx.conf"
    text = NGINX.format(directory=directory, host=HOST, authority=authority, **ports)
    configuration.write_text(text, encoding="utf-8")
    command = ["nginx", "-e", "stderr", "-p", str(directory), "-c", str(configuration)]
    with _running(command):
        urls = {"plain": f"http://{HOST}:{plain}/", "TLS": f"https://{HOST}:{tls}/"}
        for url in urls.values():
            _wait_for(url, authority, "ok")
        yield Target(urls, authority)


def _write_certificate(certificate_path: Path, key_path: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )


def _free_ports(count: int) -> list[int]:
    taken = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in taken]
    for each in taken:
        each.close()
    return ports


@contextmanager
def _running(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait_for(url: str, authority: Path, text: str) -> None:
    import requests

    deadline = time.monotonic() + 10
    answer = "nothing"
    while time.monotonic() < deadline:
        try:
            answer = requests.get(url, timeout=5, verify=str(authority)).text
        except requests.RequestException:
            time.sleep(0.05)
            continue
        if text in answer:
            return
    raise RuntimeError(f"{url} answers {answer[-500:]}")


# --- The peers ------------------------------------------------------------------------------------


@contextmanager
def blackbox(directory: Path, target: Target) -> Iterator[Callable[[str, float], Pace]]:
    """Probes a URL for some seconds, asked by wrk or, where it is not installed, by threads."""
    import psutil

    (port,) = _free_ports(1)
    configuration = directory / "blackbox.yml"
    configuration.write_text(BLACKBOX.format(authority=target.authority), encoding="utf-8")
    command = ["prometheus-blackbox-exporter", f"--config.file={configuration}"]
    command += [f"--web.listen-address={HOST}:{port}", "--log.level=error"]
    with _running(command) as process:
        own = psutil.Process(process.pid)

        def probe(url: str, seconds: float) -> Pace:
            asking = f"http://{HOST}:{port}/probe?module=http_2xx&target={url}"
            _wait_for(asking, target.authority, "probe_success 1")
            before, started = sum(own.cpu_times()[:2]), time.perf_counter()
            count = _asked(asking, seconds)
            spent = time.perf_counter() - started
            return Pace.of(count, spent, sum(own.cpu_times()[:2]) - before)

        yield probe


def _asked(url: str, seconds: float) -> int:
    """How often within about so many seconds."""
    if shutil.which("wrk") is None:
        return _in_threads(lambda session: session.get(url, timeout=10), seconds)
    command = ["wrk", "-t1", f"-c{THREADS}", f"-d{seconds:.0f}s", url]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    assert "Non-2xx" not in done.stdout, done.stdout
    return int(done.stdout.partition(" requests in ")[0].split()[-1])


def _in_threads(ask: Callable[[Any], Any], seconds: float) -> int:
    import requests

    until = time.perf_counter() + seconds

    def ask_on(_: int) -> int:
        count = 0
        with requests.Session() as session:
            while time.perf_counter() < until:
                ask(session).raise_for_status()
                count += 1
        return count

    with ThreadPoolExecutor(THREADS) as pool:
        return sum(pool.map(ask_on, range(THREADS)))


def requests_in_threads(url: str, authority: Path, seconds: float) -> Pace:
    """`requests.get` makes a session, and so a connection, for each."""
    import requests

    before, started = time.process_time(), time.perf_counter()
    get = lambda _: requests.get(url, timeout=10, verify=str(authority))  # noqa: E731
    count = _in_threads(get, seconds)
    return Pace.of(count, time.perf_counter() - started, time.process_time() - before)


# --- Ours, in a process of its own ----------------------------------------------------------------


def _ours(database: Callable[[Path], Any], plan: Plan) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="opsportal-bench-") as directory:
        (Path(directory) / "run").mkdir()
        with database(Path(directory)) as url:
            environment = {
                **os.environ,
                "DATABASE_URL": url,
                "OPSPORTAL_DATA_DIR": directory,
                "DJANGO_SETTINGS_MODULE": "opsportal.settings",
                "OPSPORTAL_PRIVATE_ADDRESSES": "true",
            }
            order = json.dumps(dataclasses.asdict(plan))
            command = [sys.executable, "-m", "benchmarks.probing", order]
            options: dict[str, Any] = {"env": environment, "cwd": ROOT, "check": True}
            done = subprocess.run(command, stdout=subprocess.PIPE, **options)
            found: dict[str, Any] = json.loads(done.stdout)
            return found


def main() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    from monitoring.runner.running import Runner

    plan = Plan(**json.loads(sys.argv[1]))
    _create_checks(plan)
    runner = Runner()
    runner.start()
    try:
        _pass(runner, plan.checks)  # from new to up, and everything is prepared
        rounds = [_pass(runner, plan.checks) for _ in range(plan.rounds)]
        found: dict[str, Any] = {
            "per_second": statistics.median(each.per_second for each in rounds),
            "cpu_seconds": statistics.median(each.cpu_seconds for each in rounds),
        }
        if plan.sustained_seconds:
            found["sustained"] = _sustain(runner, plan.sustained_seconds)
    finally:
        runner.stop()
    json.dump(found, sys.stdout)


def _create_checks(plan: Plan) -> None:
    """The first one is saved as people save it, the others are copies of it."""
    from monitoring.editing import save_check
    from monitoring.models import Check, CheckState

    first = Check(name="check 0", kind="http", interval_seconds=3600)
    save_check(first, {"url": plan.url, "ca_certificate": plan.ca_certificate})
    names = [(f"check {number}", f"check-{number}") for number in range(1, plan.checks)]
    copied = ("kind", "settings", "secrets", "interval_seconds", "is_local")
    fields = {name: getattr(first, name) for name in copied}
    checks = Check.objects.bulk_create(
        [Check(name=name, slug=slug, **fields) for name, slug in names], batch_size=1000
    )
    state = CheckState.objects.get(owner=first)
    times = {"since_ms": state.since_ms, "due_ms": state.due_ms, "version": state.version}
    CheckState.objects.bulk_create(
        [CheckState(owner=check, **times) for check in checks], batch_size=1000
    )


def _pass(runner: Runner, count: int) -> Pace:
    """Every check once, from the tick until the last result is in the database."""
    from django.db.models import Q

    from monitoring.models import CheckState

    started_ms = _now_ms()
    CheckState.objects.update(due_ms=started_ms)
    pending = CheckState.objects.filter(Q(probed_ms=None) | Q(probed_ms__lt=started_ms))
    before, started = time.process_time(), time.perf_counter()
    runner.tick()
    while pending.exists():
        time.sleep(0.02)
        if time.perf_counter() - started > 300:
            raise RuntimeError(f"{pending.count()} of {count} checks were not probed within 300 s")
    pace = Pace.of(count, time.perf_counter() - started, time.process_time() - before)
    others = CheckState.objects.exclude(status="up").values_list("status", "message")
    assert not others.exists(), others[:3]
    return pace


def _sustain(runner: Runner, seconds: float) -> dict[str, float]:
    """The lag is that of each probe's start behind when it was due."""
    from monitoring.runner.engine import Engine

    lags_ms: list[int] = []
    begin = Engine._begin

    def noting(engine: Engine, job: Job) -> None:
        lags_ms.append(_now_ms() - job.due_ms)
        begin(engine, job)

    _spread_over_the_interval()
    before, started = time.process_time(), time.perf_counter()
    with mock.patch.object(Engine, "_begin", noting):
        for number in range(int(seconds / TICK_SECONDS)):
            time.sleep(max(0.0, started + number * TICK_SECONDS - time.perf_counter()))
            runner.tick()
        time.sleep(max(0.0, started + seconds - time.perf_counter()))
    spent, cpu_seconds = time.perf_counter() - started, time.process_time() - before
    p50_ms, p99_ms = (statistics.quantiles(lags_ms, n=100)[index] for index in (49, 98))
    return {
        "p50_ms": p50_ms,
        "p99_ms": p99_ms,
        "per_second": len(lags_ms) / spent,
        "cpu_percent": 100 * cpu_seconds / spent,
    }


def _spread_over_the_interval() -> None:
    """As an edit of the interval would, once everybody has been probed."""
    from django.db.models import F

    from monitoring.models import Check, CheckState
    from monitoring.scheduling import next_due_ms

    Check.objects.update(interval_seconds=SUSTAINED_INTERVAL_SECONDS)
    CheckState.objects.update(version=F("version") + 1)
    states, now_ms = list(CheckState.objects.only("pk")), _now_ms()
    for state in states:
        state.due_ms = next_due_ms(state.pk, SUSTAINED_INTERVAL_SECONDS * 1000, now_ms)
    CheckState.objects.bulk_update(states, ["due_ms"], batch_size=500)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


# --- The table ------------------------------------------------------------------------------------


def run(quick: bool) -> list[Row]:
    if shutil.which("nginx") is None:
        print("probing is left out: nginx is not installed (nginx-light)", file=sys.stderr)
        return []
    databases = (sqlite,) if quick else (sqlite, postgresql)
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="opsportal-bench-") as name:
        directory = Path(name)
        # nginx' workers are another user where its master is root.
        directory.chmod(0o755)
        with target(directory) as asked:
            for scheme, url in asked.urls.items():
                peers = _peers(directory, asked, url, 2 if quick else 8)
                for database in databases:
                    plan = _plan(asked, scheme, quick)
                    found = _ours(database, plan)
                    rows += _rows(scheme, database.__name__, found, peers, quick)
    return rows


def _plan(asked: Target, scheme: str, quick: bool) -> Plan:
    seconds = os.environ.get("OPSPORTAL_BENCH_SUSTAINED_SECONDS", "0" if quick else "120")
    return Plan(
        url=asked.urls[scheme],
        ca_certificate=asked.authority.read_text("ascii") if scheme == "TLS" else "",
        checks=2000 if quick else SUSTAINED_CHECKS,
        rounds=2 if quick else 5,
        sustained_seconds=0 if scheme == "TLS" else float(seconds),
    )


def _peers(directory: Path, asked: Target, url: str, seconds: float) -> dict[str, Pace]:
    peers = {"requests": requests_in_threads(url, asked.authority, seconds)}
    if shutil.which("prometheus-blackbox-exporter") is None:
        print("prometheus-blackbox-exporter is not installed; without it", file=sys.stderr)
        return peers
    with blackbox(directory, asked) as probe:
        return {"blackbox": probe(url, seconds), **peers}


def _rows(
    scheme: str, database: str, found: dict[str, Any], peers: dict[str, Pace], quick: bool
) -> list[Row]:
    subject = f"probing, {scheme}, {database}"
    rate, cpu_seconds = found["per_second"], found["cpu_seconds"]
    cpu_most = MOST_CPU_SECONDS.get(scheme)
    rows = []
    for name, peer in peers.items():
        times = LEAST_TIMES[scheme] if name == "blackbox" else None
        # A short round is no measurement.
        passed = None if quick or times is None else rate >= times * peer.per_second
        bar = f">= {times} x" if times else ""
        rows.append(Row(subject, "probes", rate, "/s", name, peer.per_second, bar, passed))
    for name, peer in peers.items():
        bar = f"<= {cpu_most}" if cpu_most else ""
        passed = None if quick or cpu_most is None else cpu_seconds <= cpu_most
        what = "CPU of 1000 probes"
        rows.append(Row(subject, what, cpu_seconds, "s", name, peer.cpu_seconds, bar, passed))
    return rows + _sustained_rows(database, found.get("sustained"))


def _sustained_rows(database: str, found: dict[str, float] | None) -> list[Row]:
    if found is None:
        return []
    subject = f"{SUSTAINED_CHECKS} checks at {SUSTAINED_INTERVAL_SECONDS} s, {database}"
    p99_ms, cpu_percent = found["p99_ms"], found["cpu_percent"]
    return [
        Row(subject, "probes", found["per_second"], "/s"),
        Row(subject, "lag p50", found["p50_ms"], "ms"),
        Row(subject, "lag p99", p99_ms, "ms", bar="< 1000 ms", passed=p99_ms < 1000),
        Row(subject, "CPU", cpu_percent, "% of a core", bar="< 100 %", passed=cpu_percent < 100),
    ]


if __name__ == "__main__":
    main()
