"""Run by test_a_killed_worker.py in a process of its own: leases what is due, probes it, and says
so once everything is being probed."""

import time

import django

django.setup()

from monitoring.models import CheckState  # noqa: E402
from monitoring.runner.running import Runner  # noqa: E402


def main() -> None:
    runner = Runner()
    runner.start()
    runner.tick()
    while CheckState.objects.filter(leased_until_ms=0).exists():
        time.sleep(0.05)
    print("leased", flush=True)  # noqa: T201
    time.sleep(60)


if __name__ == "__main__":
    main()
