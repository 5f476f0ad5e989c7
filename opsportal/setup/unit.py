"""The text of the systemd service: what it may do is little, and all of it stands here."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

NAME = "opsportal.service"

_UNIT = """\
# Written by `manage.py setup --systemd`, which writes it again; changes belong in a drop-in:
# systemctl edit {name}
[Unit]
Description=OpsPortal
Wants=network-online.target
After=network-online.target

[Service]
Type=notify
User={user}
WorkingDirectory={base_dir}
EnvironmentFile=-{environment_file}
ExecStartPre={python} manage.py setup --noinput --quiet
ExecStart={python} manage.py portal
ExecReload=/bin/kill -HUP $MAINPID
Restart=always
RestartSec=2
# The supervisor reports every second.
WatchdogSec=30
TimeoutStartSec=300
TimeoutStopSec=15
KillMode=mixed
UMask=0077

ReadWritePaths={data_dir}
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
"""


def unit_text(
    *, user: str, base_dir: Path, data_dir: Path, python: Path, environment_file: Path
) -> str:
    # systemd reads % as the beginning of a specifier.
    return _UNIT.format(
        name=NAME,
        user=user,
        base_dir=_escaped(base_dir),
        data_dir=_quoted(data_dir),
        python=_quoted(python),
        environment_file=_escaped(environment_file),
    )


def environment_text(variables: Mapping[str, str]) -> str:
    """As systemd's EnvironmentFile reads it: quoted like a shell would."""
    return "".join(f"{name}={shlex.quote(value)}\n" for name, value in variables.items())


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


def _quoted(path: Path) -> str:
    escaped = _escaped(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if " " in escaped else escaped
