import os
import signal

import psutil
import pytest

from tests.running_portal import RunningPortal, until

WHOLE_AGAIN_SECONDS = 10


@pytest.mark.parametrize("name", ["broker", "worker", "web"])
def test_a_killed_child_runs_again_within_ten_seconds(
    doomed_portal: RunningPortal, name: str
) -> None:
    before = doomed_portal.state["processes"][name]
    os.kill(before["pid"], signal.SIGKILL)

    def replaced() -> bool:
        now = doomed_portal.state["processes"][name]
        return now["pid"] not in {None, before["pid"]} and doomed_portal.is_ready()

    until(replaced, WHOLE_AGAIN_SECONDS, f"{name} again\n{doomed_portal.log}")
    after = doomed_portal.state["processes"][name]
    assert after["restarts"] == before["restarts"] + 1
    assert after["last_death"] == "killed by SIGKILL"
    assert f"{name} died (killed by SIGKILL), restarting" in doomed_portal.log
    assert psutil.Process(after["pid"]).is_running()


def test_a_killed_worker_of_the_web_server_is_replaced(doomed_portal: RunningPortal) -> None:
    # By the web server, or by the supervisor: the server gives up when a worker dies very young.
    victim = psutil.Process(doomed_portal.pid("web")).children()[0]
    victim.kill()
    until(lambda: not victim.is_running(), WHOLE_AGAIN_SECONDS, "the worker is gone")
    until(doomed_portal.is_ready, WHOLE_AGAIN_SECONDS, f"web again\n{doomed_portal.log}")


def test_workers_of_a_killed_web_server_do_not_stay(doomed_portal: RunningPortal) -> None:
    server = psutil.Process(doomed_portal.pid("web"))
    orphans = server.children()
    assert orphans
    server.kill()
    _, alive = psutil.wait_procs(orphans, timeout=WHOLE_AGAIN_SECONDS)
    assert not alive
    until(doomed_portal.is_ready, WHOLE_AGAIN_SECONDS, f"web again\n{doomed_portal.log}")
