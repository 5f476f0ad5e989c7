"""Sockets that the supervisor opens, so that they outlive the programs that serve them."""

from __future__ import annotations

import socket
from pathlib import Path

from opsportal.supervisor.program import Program

BACKLOG = 1024


def listener_of(program: Program) -> socket.socket | None:
    """Raises OSError where the address is taken or is none of this machine's."""
    if program.listen is None:
        return None
    address, port = program.listen
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.create_server(
        (address, port), family=family, backlog=BACKLOG, dualstack_ipv6=address == "::"
    )
    # As the web server has them: it never waits in `accept`.
    listener.setblocking(False)
    return listener


def started_file(state_file: Path, program: Program) -> Path | None:
    """Where it says that it can answer."""
    return None if program.listen is None else state_file.with_name(f"{program.name}.started")
