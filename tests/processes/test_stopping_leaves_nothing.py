import signal
import socket

import psutil
import pytest

from tests.running_portal import RunningPortal

pytestmark = pytest.mark.takes_long


def family(portal: RunningPortal) -> list[psutil.Process]:
    assert portal.process
    return psutil.Process(portal.process.pid).children(recursive=True)


def assert_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_no_process_socket_lock_or_state(
    prepared_portal: RunningPortal, number: signal.Signals
) -> None:
    prepared_portal.start()
    children = family(prepared_portal)
    assert prepared_portal.process
    prepared_portal.process.send_signal(number)
    assert prepared_portal.process.wait(10) == 0
    assert not [each for each in children if each.is_running()]
    left = {each.name for each in (prepared_portal.data_dir / "run").iterdir()}
    assert left.isdisjoint({"portal.json", "portal.lock", "broker.sock"})
    assert_free(prepared_portal.port)


def test_children_die_with_a_killed_supervisor_and_the_portal_starts_again(
    prepared_portal: RunningPortal,
) -> None:
    prepared_portal.start()
    children = family(prepared_portal)
    assert prepared_portal.process
    prepared_portal.process.kill()
    prepared_portal.process.wait(5)
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive
    prepared_portal.start()
    assert prepared_portal.is_ready()
