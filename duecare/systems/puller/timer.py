"""The files by which systemd runs a pass of the puller on a schedule (systemd.timer(5)). Pure."""

from __future__ import annotations

_SERVICE = """\
[Unit]
Description=Fetch reports from hosts over SSH for Duecare
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
User=duecare-pull
UMask=0077
NoNewPrivileges=true
ProtectSystem=strict
ProtectHome=read-only
PrivateTmp=true
StateDirectory=duecare-pull
StateDirectoryMode=0700
Environment=DUECARE_PULL_HOME={own}
ReadWritePaths={reports} {own}
ExecStart={program} run --reports {reports}
"""
_TIMER = """\
[Unit]
Description=Fetch reports from hosts over SSH for Duecare, every day

[Timer]
OnCalendar=daily
# Not every puller at the same moment, and after a time switched off at once.
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
"""


def schedule(program: str, reports: str, own: str) -> str:
    """Both files as one text, each under a line with its path, and the commands after."""
    service = _SERVICE.format(program=program, reports=reports, own=own)
    return "\n".join(
        [
            "# ── /etc/systemd/system/duecare-pull.service ──",
            service,
            "# ── /etc/systemd/system/duecare-pull.timer ──",
            _TIMER,
            "# Then, as root:",
            "#   systemctl daemon-reload",
            "#   systemctl enable --now duecare-pull.timer",
            "",
        ]
    )
