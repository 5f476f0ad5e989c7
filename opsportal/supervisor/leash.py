"""`python -m opsportal.supervisor.leash PARENT_PID COMMAND…`: a command that dies with its parent.

Linux sends the signal even when the supervisor is killed with -9, so that nothing is orphaned and
the port is free for the next start. Elsewhere the command runs without a leash.
"""

import ctypes
import os
import signal
import sys

from opsportal.supervisor.program import LISTEN_VARIABLE

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        # The parent may have died before the signal was asked for.
        if os.getppid() != parent:
            sys.exit(1)
    if LISTEN_VARIABLE in os.environ:
        # For the workers of the web server, each of which listens for it when it has loaded the
        # portal (opsportal.draining). Until then, and to their parent, it means nothing.
        signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    os.execv(command[0], command)  # noqa: S606  (the supervisor's own commands)


if __name__ == "__main__":
    main()
