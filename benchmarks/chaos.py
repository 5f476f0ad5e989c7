"""Kills processes of a running portal with -9 while thresholds cross, and counts what arrives.

Every alert that fires has to be told, by webhook, to what looks like Slack and by SMTP: none lost;
what comes twice has the same idempotency key and is less than one in a hundred, by channel and over
all. A full run kills 200 times and takes a quarter of an hour; `OPSPORTAL_BENCH_KILLS` asks for
another number.
"""

from __future__ import annotations

import json
import os
import random
import re
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from benchmarks.alerting import ROOT, SET_UP, _in_portal
from benchmarks.table import Row
from tests.alerts.receiver import receiving
from tests.channels.mailboxes import Mailbox, receiving_mail
from tests.running_portal import RunningPortal

# Beat is a thread of the worker.
PROCESSES = ("worker", "broker", "web")
MOST_DOUBLES = 0.01
# Longer than a lease, and than the retries of what failed meanwhile.
SETTLE_SECONDS = 90.0
PATIENCE_SECONDS = 15.0
# One message for each alert, so that each can be counted wherever it arrives.
CHATS = """
from alerts.models import Route
chat = Channel(name="chat", kind="slack", max_per_minute=100000)
save_channel(chat, {{"url": "{chat}"}})
mail = Channel(name="mail", kind="email", max_per_minute=100000)
save_channel(mail, {{"to": "ops@example.com", "url": "smtp://127.0.0.1:{port}?tls=never"}})
alone = Route.objects.create(
    name="Chaos", position=1, matchers="threshold=Bench", group_by="host", group_wait_seconds=0
)
alone.channels.set([chat, mail])
"""
# What dies often is started again after up to 30 s: 200 kills would take half an hour, in most of
# which nothing runs that could lose anything. Python imports this before anything else.
HASTY = f"""
import sys
sys.path.append({str(ROOT)!r})
import opsportal.supervisor.backoff
opsportal.supervisor.backoff.LONGEST_DELAY_SECONDS = 1.0
"""
Told = list[tuple[str, str]]
"""Host and idempotency key of each message that has come."""


@contextmanager
def _receivers() -> Iterator[tuple[str, dict[str, Callable[[], Told]]]]:
    """The program that sets channels up, and by channel what it has heard."""
    with receiving() as hook, receiving() as chat, receiving_mail(Mailbox()) as mail:
        made = SET_UP.format(url=hook.url) + CHATS.format(chat=chat.url, port=mail.port)
        yield (
            made,
            {
                "webhook": lambda: [
                    (each["labels"]["host"], each["idempotency_key"]) for each in list(hook.bodies)
                ],
                "chat": lambda: [
                    (_host(str(each)), each["attachments"][0]["blocks"][0]["block_id"])
                    for each in list(chat.bodies)
                ],
                "mail": lambda: [
                    (_host(each.as_string()), str(each["X-OpsPortal-Idempotency-Key"]))
                    for each in list(mail.letters)
                ],
            },
        )


def _host(text: str) -> str:
    found = re.search(r"host=(?:3D)?(k[0-9]+-[0-9])", text)
    return found[1] if found else ""


def run(quick: bool) -> list[Row]:
    kills = int(os.environ.get("OPSPORTAL_BENCH_KILLS", "8" if quick else "200"))
    with tempfile.TemporaryDirectory(prefix="bench-") as directory, _receivers() as (made, heard):
        (Path(directory) / "sitecustomize.py").write_text(HASTY, "utf-8")
        portal = RunningPortal(Path(directory) / "var")
        portal.set_up()
        _in_portal(portal, made)
        token = portal.token("chaos", "write")
        portal.variables["PYTHONPATH"] = directory
        portal.start()
        try:
            killed, crossed = _killed(portal, token, kills)
            _settled(heard, crossed)
        finally:
            portal.close()
        all_told = {name: _ours(told()) for name, told in heard.items()}
    return [
        Row(f"chaos, {killed} kills", "crossed", len(crossed), "alerts"),
        *(row for name, told in all_told.items() for row in _rows(name, told, crossed)),
        _doubled("chaos, all channels", [each for told in all_told.values() for each in told]),
    ]


def _killed(portal: RunningPortal, token: str, kills: int) -> tuple[int, set[str]]:
    """Crosses a threshold and kills something that lives, at a random moment of it, again and
    again; Ctrl-C ends that before its time. Returns how often something was killed, and the hosts
    whose points the portal has taken."""
    dice = random.Random(1)
    crossed: set[str] = set()
    killed = number = 0
    try:
        while killed < kills:
            number += 1
            crossed |= _crossing(portal, token, number)
            time.sleep(dice.random())
            # What dies often is started later and later: whatever lives is next.
            killed += any(_kill(portal, name) for name in dice.sample(PROCESSES, len(PROCESSES)))
            time.sleep(dice.random())
    except KeyboardInterrupt:
        pass
    return killed, crossed


def _crossing(portal: RunningPortal, token: str, number: int) -> set[str]:
    """Three thresholds are crossed before the next kill: what is down is waited for, or most kills
    would hit a portal that has nothing to lose."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    taken: set[str] = set()
    for host in (f"k{number}-{part}" for part in range(3)):
        while not _recorded(portal, token, host):
            if time.monotonic() > deadline:
                return taken
            time.sleep(0.1)
        taken.add(host)
    return taken


def _recorded(portal: RunningPortal, token: str, host: str) -> bool:
    point = {"metric": "load1", "labels": {"host": host}, "time": int(time.time()), "value": 99.0}
    try:
        answer = requests.post(
            f"{portal.url}/api/v1/points",
            json={"points": [point]},
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        )
    except requests.RequestException:
        return False
    return answer.ok


def _kill(portal: RunningPortal, name: str) -> bool:
    """False where it is just being started again."""
    try:
        state = json.loads((portal.data_dir / "run" / "portal.json").read_text("utf-8"))
        os.kill(state["processes"][name]["pid"], signal.SIGKILL)
    except (OSError, KeyError, ValueError, TypeError):
        return False
    return True


def _settled(heard: dict[str, Callable[[], Told]], crossed: set[str]) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        if all(crossed <= {host for host, _key in told()} for told in heard.values()):
            break
        time.sleep(1)
    time.sleep(5)


def _ours(told: Told) -> Told:
    return [each for each in told if each[0].startswith("k")]


def _rows(name: str, told: Told, crossed: set[str]) -> list[Row]:
    lost = len(crossed - {host for host, _key in told})
    unmarked = sum(count - 1 for count in Counter(host for host, _key in set(told)).values())
    subject = f"chaos, {name}"
    return [
        Row(subject, "lost", lost, "alerts", bar="0", passed=lost == 0),
        Row(subject, "told twice, another key", unmarked, "alerts", bar="0", passed=unmarked == 0),
        _doubled(subject, told),
    ]


def _doubled(subject: str, told: Told) -> Row:
    doubles = len(told) - len({key for _host, key in told})
    share = doubles / max(1, len(told))
    return Row(
        subject, f"{doubles} of {len(told)} told twice, same key", 100 * share, "%", bar="< 1 %",
        passed=share < MOST_DOUBLES,
    )  # fmt: skip
