"""The section `logging`: which log services run, where they keep logs and how far those reach back."""

from __future__ import annotations

import re
import struct
from typing import Any

from ..look import Look
from ..running import running
from ..settings import systemd_settings
from ..times import days_between, earliest, from_epoch
from .shipping import shipping
from .syslogd import other_services


def logging_facts(look: Look) -> dict[str, Any]:
    journald, oldest = _journald(look)
    rsyslog = look.any_exists("/usr/sbin/rsyslogd", "/sbin/rsyslogd")
    auditd = look.any_exists("/usr/sbin/auditd", "/sbin/auditd")
    files = [
        path
        for name in ("syslog", "messages", "auth.log", "secure", "audit/audit.log")
        for path in look.glob(f"/var/log/{name}*")
    ]
    # A log file was last written when its newest line was, so its oldest line is no younger.
    oldest = earliest(oldest, *(look.modified(path) for path in files))
    look.source("/var/log")
    days = None if oldest is None else days_between(oldest, look.host.now)
    return {
        "journald": journald,
        "rsyslog": {"installed": rsyslog, "running": running(look, "rsyslogd") if rsyslog else False},
        "others": other_services(look),
        "auditd": {
            "installed": auditd,
            "running": running(look, "auditd") if auditd else False,
            "rules": _audit_rules(look) if auditd else 0,
        },
        "logrotate": {"weeks": _rotation_weeks(look)},
        "shipping": shipping(look),
        "oldest_at": oldest,
        "kept_days": None if days is None else max(days, 0),
    }


def _journald(look: Look) -> tuple[dict[str, Any], str | None]:
    if not look.any_exists("/usr/lib/systemd/systemd-journald", "/lib/systemd/systemd-journald"):
        return {
            "running": False,
            "storage": "none",
            "oldest_at": None,
            "max_retention_days": None,
            "max_bytes": None,
        }, None
    settings = systemd_settings(look, "journald.conf", "Journal")
    storage = settings.get("Storage", "auto").lower()
    if storage == "auto":
        storage = "persistent" if look.exists("/var/log/journal") else "volatile"
    heads = []
    for path in look.glob("/var/log/journal/*/*.journal") + look.glob("/run/log/journal/*/*.journal"):
        try:
            head = look.machine.slice(path, 0, 208)
        except OSError as error:
            look.problem(path, error)
            continue
        # systemd's journal file format, "Header": head_entry_realtime is the 64-bit number at byte 184.
        if len(head) >= 192 and head.startswith(b"LPKSHHRH"):
            (realtime,) = struct.unpack_from("<Q", head, 184)
            heads.append(from_epoch(realtime / 1e6) if realtime else None)
    span = _seconds(settings.get("MaxRetentionSec", ""))
    oldest = earliest(*heads)
    facts = {
        "running": running(look, "systemd-journald"),
        "storage": storage,
        "oldest_at": oldest,
        "max_retention_days": span // 86400 if span else None,
        "max_bytes": _bytes(settings.get("SystemMaxUse", "")),
    }
    return facts, oldest


_SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "month": 2629800, "y": 31557600}


def _seconds(text: str) -> int:
    """The length of a time span (systemd.time(7), "Parsing time spans")."""
    total = 0
    for count, unit in re.findall(r"(\d+)\s*([a-zA-Z]*)", text):
        name = "month" if unit == "M" or unit.startswith("mon") else unit[:1].lower() or "s"
        total += int(count) * _SPANS.get(name, 0)
    return total


def _bytes(text: str) -> int | None:
    match = re.fullmatch(r"(\d+)([KMGTP]?)", text)
    return int(match[1]) * 1024 ** " KMGTP".index(match[2] or " ") if match else None


def _audit_rules(look: Look) -> int | None:
    """How many rules are loaded; in files if those in force cannot be listed."""
    listed = look.printed("auditctl", "-l") if look.machine.as_root else None
    if listed is not None:
        look.source("auditctl -l")
        return sum(line.startswith("-") for line in listed.splitlines())
    before = len(look.problems)
    paths = ["/etc/audit/audit.rules", *look.glob("/etc/audit/rules.d/*.rules")]
    rules = {line for path in paths for line in look.lines(path) if line.startswith(("-a ", "-w ", "-A "))}
    return len(rules) if rules or len(look.problems) == before else None


def _rotation_weeks(look: Look) -> int | None:
    """For how many weeks the system's own log files are kept, by logrotate.conf(5)."""
    main = look.lines("/etc/logrotate.conf")
    names = ("rsyslog", "syslog", "messages")
    special = next((path for path in (f"/etc/logrotate.d/{n}" for n in names) if look.exists(path)), None)
    if not main and not special:
        return None
    look.source("/etc/logrotate.conf", *([special] if special else []))
    count, unit, depth = 0, 7, 0
    for lines, own in ((main, False), (look.lines(special) if special else [], True)):
        for line in lines:
            if depth == 0 or own:
                match = re.fullmatch(r"(rotate)\s+(\d+)|(daily|weekly|monthly|yearly)(?:\s+\d+)?", line)
                if match and match[1]:
                    count = int(match[2])
                elif match:
                    unit = {"daily": 1, "weekly": 7, "monthly": 30, "yearly": 365}[match[3]]
            depth += line.count("{") - line.count("}")
    return count * unit // 7
