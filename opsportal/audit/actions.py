"""What the audit log tells of. Its filter offers all of it, also what was done once and years ago,
and need not read the log for that."""

from __future__ import annotations

from typing import Literal, get_args

Action = Literal[
    "changed",
    "created",
    "deleted",
    "ended sessions",
    "failed the code",
    "failed to log in",
    "locked out",
    "logged in",
    "logged out",
    "looked at",
    "removed",
    "renewed",
    "sent",
    "set up",
    "used a recovery code",
    "was refused",
]
ACTIONS: tuple[str, ...] = get_args(Action)
