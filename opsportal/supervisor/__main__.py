"""`python -m opsportal.supervisor RUN_DIR LOCK_DESCRIPTOR`: what `manage.py portal` turns into."""

import os
import sys
from pathlib import Path

from opsportal.supervisor import lock
from opsportal.supervisor.program import read_programs
from opsportal.supervisor.supervisor import Supervisor


def main() -> None:
    run_dir, descriptor = Path(sys.argv[1]), int(sys.argv[2])
    # The children must not hold the lock after the supervisor is gone.
    os.set_inheritable(descriptor, False)
    try:
        Supervisor(read_programs(run_dir / "programs.json"), run_dir / "portal.json").run()
    finally:
        lock.release(run_dir / "portal.lock", descriptor)


if __name__ == "__main__":
    main()
