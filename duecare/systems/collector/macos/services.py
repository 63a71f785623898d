"""The sections `sshd`, `sockets`, `time`, `logging` and `backup` on macOS."""

from __future__ import annotations

import errno
import ipaddress
import re
from typing import Any

from ..look import Look, Unreadable
from ..running import running
from ..sections.backup_commands import jobs_of
from ..sections.shipping import shipping
from ..sections.sshd import sshd_facts
from ..text import whole
from ..times import days_between, earliest, latest
from .plists import PREFERENCES, flag, plist, printed, time_of
from .protection import service_on

_TIME_MACHINE = f"{PREFERENCES}/com.apple.TimeMachine.plist"
_DIAGNOSTICS = "/private/var/db/diagnostics"


def macos_sshd_facts(look: Look) -> dict[str, Any]:
    """macOS brings the server along: it runs where Remote Login is turned on."""
    found = sshd_facts(look)
    if found["installed"]:
        found["running"] = service_on(look, "com.openssh.sshd")
    return found


def macos_sockets_facts(look: Look) -> dict[str, Any]:
    listed = look.printed("netstat", "-an")
    if not listed:
        raise Unreadable("netstat -an", "no answer")
    look.source("netstat -an", "lsof")
    owners = _owners(look)
    items = {}
    for line in listed.splitlines():
        fields = line.split()
        kind = re.fullmatch(r"(tcp|udp)(4|6|46)", fields[0]) if len(fields) >= 5 else None
        if kind is None or (fields[5:6] != ["LISTEN"] if kind[1] == "tcp" else fields[4] != "*.*"):
            continue
        where, _, text = fields[3].rpartition(".")
        port = whole(text)
        if port is None:
            continue
        protocol = kind[1] if kind[2] == "4" else f"{kind[1]}6"
        address = where.partition("%")[0]
        address = {"tcp": "0.0.0.0", "udp": "0.0.0.0"}.get(protocol, "::") if address == "*" else address  # noqa: S104
        process, uid = owners.get((kind[1], port), (None, None))
        items[protocol, address, port] = {
            "protocol": protocol,
            "address": address,
            "port": port,
            "process": process,
            "uid": uid,
            "reach": "loopback" if _is_loopback(address) else "network",
        }
    hidden = sum(item["process"] is None for item in items.values())
    if hidden:
        refused = PermissionError(errno.EACCES, "they belong to other users")
        look.details.problem(f"the programs of open sockets ({hidden})", refused)
    return {"items": [items[key] for key in sorted(items)]}


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _owners(look: Look) -> dict[tuple[str, int], tuple[str, int | None]]:
    """Program and user by protocol and port, as far as lsof(8) may see them."""
    found: dict[tuple[str, int], tuple[str, int | None]] = {}
    for protocol, argv in (
        ("tcp", ("lsof", "-nP", "-iTCP", "-sTCP:LISTEN", "-Fcun")),
        ("udp", ("lsof", "-nP", "-iUDP", "-Fcun")),
    ):
        answer = look.run(*argv)
        name, uid = None, None
        for line in (answer[1] if answer else "").splitlines():
            if line.startswith("p"):
                name, uid = None, None
            elif line.startswith("c"):
                name = line[1:]
            elif line.startswith("u"):
                uid = whole(line[1:])
            elif line.startswith("n") and name:
                port = whole(line.partition("->")[0].rpartition(":")[2])
                if port is not None:
                    found.setdefault((protocol, port), (name, uid))
    return found


def macos_time_facts(look: Look) -> dict[str, Any]:
    text = look.printed("systemsetup", "-getusingnetworktime") if look.machine.as_root else None
    uses = re.search(r"Network Time: (On|Off)", text or "")
    look.source("/etc/ntp.conf", "systemsetup -getusingnetworktime")
    if uses is None:
        refused = PermissionError(errno.EACCES, "only root may ask")
        look.problem("systemsetup -getusingnetworktime", "no answer" if look.machine.as_root else refused)
    servers = [line.split()[1] for line in look.lines("/etc/ntp.conf") if re.match(r"server\s+\S", line)]
    zone = re.search(r"zoneinfo/(.+)$", look.link("/etc/localtime") or "")
    off = uses is not None and uses[1] == "Off"
    return {
        "service": "none" if off else "timed",
        "running": False if off else running(look, "timed"),
        "synchronized": False if off else None,
        "offset_ms": None,
        "servers": servers or None,
        "zone": zone[1] if zone else None,
    }


def macos_logging_facts(look: Look) -> dict[str, Any]:
    look.source(_DIAGNOSTICS, "/etc/security/audit_control")
    oldest = earliest(*(look.modified(path) for path in look.glob(f"{_DIAGNOSTICS}/Persist/*.tracev3")))
    days = None if oldest is None else days_between(oldest, look.host.now)
    auditd = look.exists("/usr/sbin/auditd")
    return {
        "journald": {
            "running": False,
            "storage": "none",
            "oldest_at": None,
            "max_retention_days": None,
            "max_bytes": None,
        },
        "rsyslog": {"installed": False, "running": False},
        "others": [
            {
                "name": "unified logging",
                "running": running(look, "logd"),
                "file": _DIAGNOSTICS,
                "on_disk": look.exists(_DIAGNOSTICS) or None,
            }
        ],
        "auditd": {
            "installed": auditd,
            "running": running(look, "auditd") if auditd else False,
            "rules": _audit_flags(look) if auditd else 0,
        },
        "logrotate": {"weeks": None},
        "shipping": shipping(look),
        "oldest_at": oldest,
        "kept_days": None if days is None else max(days, 0),
    }


def _audit_flags(look: Look) -> int | None:
    """How many classes of events are audited (audit_control(5))."""
    text = look.text("/etc/security/audit_control")
    flags = re.search(r"(?m)^flags:(.*)$", text or "")
    if flags is None:
        return None
    return len([flag for flag in flags[1].split(",") if flag.strip() not in ("", "no")])


def macos_backup_facts(look: Look) -> dict[str, Any]:
    jobs = _time_machine(look)
    for path in (*look.glob("/Library/LaunchDaemons/*.plist"), *look.glob("/Library/LaunchAgents/*.plist")):
        told = plist(look, path)
        words = told.get("ProgramArguments") if isinstance(told, dict) else None
        if not isinstance(words, list):
            continue
        schedule = "StartCalendarInterval" if "StartCalendarInterval" in told else None
        enabled = not flag(told.get("Disabled"))
        jobs += jobs_of(look, " ".join(map(str, words)), schedule, enabled, path)
    look.source("Time Machine", "launchd's own jobs")
    if not jobs and not look.problems:
        look.absent = True
    return {"jobs": jobs}


def _time_machine(look: Look) -> list[dict[str, Any]]:
    """One job for each destination: from its settings where they may be read, else from tmutil(8)."""
    told = plist(look, _TIME_MACHINE)
    if isinstance(told, dict):
        rows, on = told.get("Destinations"), flag(told.get("AutoBackup"))
    else:
        about = printed(look, "tmutil", "destinationinfo", "-X")
        rows, on = (about.get("Destinations") if isinstance(about, dict) else None), None
    jobs = []
    for row in rows if isinstance(rows, list) else []:
        if not isinstance(row, dict):
            continue
        dates = row.get("SnapshotDates")
        taken = latest(*map(time_of, dates)) if isinstance(dates, list) else None
        network = row.get("Kind") == "Network" or "NetworkURL" in row or "URL" in row
        local = row.get("Kind") == "Local" or "BACKUP_DESTINATION_UUID" in row
        jobs.append(
            {
                "tool": "Time Machine",
                "what": None,
                "to": str(row.get("Name") or row.get("LastKnownVolumeName") or "") or None,
                "off_host": True if network else False if local else None,
                "schedule": None,
                "enabled": on,
                "last_run": taken,
                "last_success": taken,
                "source": _TIME_MACHINE if isinstance(told, dict) else "tmutil destinationinfo",
            }
        )
    return jobs
