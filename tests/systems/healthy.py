"""A report's facts about a healthy computer, written by hand, and the means to change and to judge them.

Checks are tested twice: fact by fact on these, and on trees of files through the collector (trees.py), so
that what they expect is what is collected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import duecare.access.checks
import duecare.continuity.checks
import duecare.detection.checks
import duecare.patching.checks
import duecare.systems.checks  # noqa: F401  (all five register their checks)
from duecare.program.judgement import Facts, Judgement, Unread, Verdict, find_check, unknown
from duecare.program.targets import definitions
from tests.systems.tree import Tree

NOW = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

Changes = Mapping[str, Any]
"""New values by path: {"firewall.active": False, "accounts.items.2.uid": 0}."""
Change = Callable[[Tree], Tree]
"""What is different on a machine: `lambda tree: tree.without("/etc/nftables.conf")`."""


def ago(days: float) -> str:
    """The moment so many days before NOW, as reports write it."""
    return (NOW - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def account(name: str, uid: int, **facts: Any) -> dict[str, Any]:
    person = uid >= 1000
    shell = "/bin/bash" if person or uid == 0 else "/usr/sbin/nologin"
    return {
        "name": name,
        "uid": uid,
        "gid": uid,
        "shell": shell,
        "home": f"/home/{name}" if person else "/",
        "can_log_in": shell == "/bin/bash",
        "password": "set" if person else "locked",
        "hash": "yescrypt" if person else None,
        "changed_on": "2026-01-10",
        "max_days": None,
        "expires_on": None,
        "groups": [],
        "last_login": ago(2) if person else None,
        "admin": uid == 0,
        **facts,
    }


def key(owner: str, kind: str = "ssh-ed25519", bits: int | None = 256, options: str = "") -> dict[str, Any]:
    return {
        "account": owner,
        "type": kind,
        "bits": bits,
        "fingerprint": f"SHA256:{owner}-{kind}-{bits}",
        "comment": "",
        "options": options,
        "path": f"/home/{owner}/.ssh/authorized_keys",
        "modified_at": ago(90),
    }


def socket(
    port: int, process: str | None, *, reach: str = "network", protocol: str = "tcp"
) -> dict[str, Any]:
    address = "0.0.0.0" if reach == "network" else "127.0.0.1"  # noqa: S104  (written down, not listened on)
    return {
        "protocol": protocol,
        "address": address,
        "port": port,
        "process": process,
        "uid": 0,
        "reach": reach,
    }


def update(name: str, days: float | None, *, security: bool | None = True) -> dict[str, Any]:
    return {
        "name": name,
        "architecture": "amd64",
        "installed": "1.0-1",
        "offered": "1.0-2",
        "security": security,
        "origin": "Debian",
        "first_seen": None if days is None else ago(days),
        "first_seen_by": None if days is None else "this collector",
    }


def repository(suite: str, *, security: bool | None = False, signed: bool | None = True) -> dict[str, Any]:
    return {"name": "debian", "suite": suite, "security": security, "signed": signed, "metadata_at": ago(1)}


def job(**facts: Any) -> dict[str, Any]:
    return {
        "tool": "restic",
        "what": "/srv",
        "to": "sftp:keeper@backup.example:/store",
        "off_host": True,
        "schedule": "daily",
        "enabled": True,
        "last_run": ago(0.5),
        "last_success": ago(0.5),
        "source": "/etc/cron.d/backup",
        **facts,
    }


def mount(place: str, encrypted: bool | None, *, removable: bool | None = False) -> dict[str, Any]:
    return {
        "mount": place,
        "device": "/dev/dm-0",
        "filesystem": "ext4",
        "encrypted": encrypted,
        "how": "LUKS" if encrypted else None,
        "removable": removable,
    }


def shipper(**facts: Any) -> dict[str, Any]:
    return {"by": "rsyslog", "to": "logs.example:6514", "tls": True, "running": True, **facts}


_HEALTHY: dict[str, dict[str, Any]] = {
    "os": {
        "family": "debian",
        "id": "debian",
        "version": "12",
        "codename": "bookworm",
        "name": "Debian GNU/Linux 12",
        "kernel": "6.1.0-28-amd64",
        "architecture": "x86_64",
        "virtualization": "none",
        "support_end": "2027-06-10",
        "support_source": "built-in table",
        "extended_support_end": "2028-06-30",
        "extended_support_on": None,
    },
    "packages": {
        "manager": "dpkg",
        "items": [
            {"name": name, "version": "1", "architecture": "amd64", "source": name, "source_version": "1"}
            for name in ("bash", "openssl", "sudo")
        ],
        "rebuilt_at": ago(1),
    },
    "updates": {
        "metadata_at": ago(1),
        "metadata_fetched_at": ago(0.5),
        "metadata_signed": True,
        "packages_signed": None,
        "security_labelled": True,
        "repositories": [repository("bookworm"), repository("bookworm-security", security=True)],
        "items": [update("openssl", 3)],
    },
    "automatic_updates": {
        "mechanism": "unattended-upgrades",
        "enabled": True,
        "installs": True,
        "scope": "security",
        "last_run": ago(0.5),
    },
    "reboot": {
        "required": False,
        "reasons": [],
        "running_kernel": "6.1.0-28-amd64",
        "newest_kernel": "6.1.0-28-amd64",
        "booted_at": ago(20),
        "required_since": None,
    },
    "accounts": {
        "login_records": "lastlog",
        "items": [account("root", 0), account("daemon", 1), account("anna", 1000, admin=True)],
    },
    "password_policy": {
        "min_length": 15,
        "checker": "pam_pwquality",
        "max_days": None,
        "hash": "YESCRYPT",
        "lockout": {"module": "pam_faillock", "attempts": 5, "unlock_seconds": 600},
        "remembered": None,
    },
    "sudo": {
        "rules": [
            {
                "who": "%sudo",
                "runas": "ALL:ALL",
                "commands": "ALL",
                "nopasswd": False,
                "source": "/etc/sudoers",
            }
        ],
        "log": True,
    },
    "sshd": {
        "installed": True,
        "running": True,
        "settings": {
            "permitrootlogin": "no",
            "passwordauthentication": "no",
            "kbdinteractiveauthentication": "no",
            "usepam": "yes",
            "permitemptypasswords": "no",
            "maxauthtries": "6",
            "ciphers": "chacha20-poly1305@openssh.com,aes256-gcm@openssh.com",
            "macs": "hmac-sha2-256-etm@openssh.com,umac-128-etm@openssh.com",
            "kexalgorithms": "curve25519-sha256,ecdh-sha2-nistp256",
            "loglevel": "INFO",
        },
        "matches": [],
    },
    "authorized_keys": {"items": [key("anna"), key("root", options='restrict,command="backup --serve"')]},
    "firewall": {
        "kind": "nftables",
        "active": True,
        "enabled_at_boot": True,
        "input_policy": "drop",
        "rules": 12,
    },
    "antivirus": {
        "products": [
            {"name": "ClamAV", "version": "1.4", "running": True, "on_access": True, "signatures_at": ago(1)}
        ]
    },
    "disk_encryption": {
        "mounts": [mount("/", True), mount("/boot", False), mount("/media/stick", True, removable=True)],
        "swap": [{"device": "/dev/dm-1", "encrypted": True}],
    },
    "sockets": {
        "items": [
            socket(22, "sshd"),
            socket(22, "sshd", protocol="tcp6"),
            socket(5432, "postgres", reach="loopback"),
            socket(5901, "Xtigervnc", reach="loopback"),
            socket(2375, "dockerd", reach="loopback"),
            socket(23, "telnetd", reach="loopback"),
        ]
    },
    "time": {
        "service": "chrony",
        "running": True,
        "synchronized": True,
        "offset_ms": -3,
        "servers": ["time.example"],
        "zone": "Europe/Madrid",
    },
    "logging": {
        "journald": {
            "running": True,
            "storage": "persistent",
            "oldest_at": ago(120),
            "max_retention_days": None,
            "max_bytes": None,
        },
        "rsyslog": {"installed": True, "running": True},
        "others": [],
        "auditd": {"installed": True, "running": True, "rules": 40},
        "logrotate": {"weeks": 20},
        "shipping": [shipper()],
        "oldest_at": ago(120),
        "kept_days": 140,
    },
    "backup": {"jobs": [job()]},
    "screen_lock": {"machine_seconds": 600, "users": []},
}


def healthy(changes: Changes | None = None) -> dict[str, dict[str, Any]]:
    """The facts of a healthy computer, on which every check is met, with the changes made."""
    facts = {
        name: {"state": "read", "problems": [], "source": "by hand", **fields}
        for name, fields in _HEALTHY.items()
    }
    return changed(facts, changes or {})


def changed(facts: Mapping[str, Mapping[str, Any]], changes: Changes) -> dict[str, dict[str, Any]]:
    """A copy of the facts with the changes made, the deepest first."""
    copy: dict[str, Any] = deepcopy(dict(facts))
    for path in sorted(changes, key=lambda path: -path.count(".")):
        *parents, last = path.split(".")
        place: Any = copy
        for step in parents:
            place = place[int(step) if isinstance(place, list) else step]
        place[int(last) if isinstance(place, list) else last] = deepcopy(changes[path])
    return copy


def partial(section: str, reason: str = "permission denied") -> dict[str, Any]:
    """The changes that make a section one of which something could not be read."""
    return {f"{section}.state": "partial", f"{section}.problems": [{"what": "/some/path", "reason": reason}]}


def unreadable(section: str, reason: str = "permission denied") -> dict[str, Any]:
    """The changes that make a section one of which nothing could be read."""
    return {**partial(section, reason), f"{section}.state": "unreadable"}


def judge(
    id: str,
    facts: Mapping[str, Mapping[str, Any]],
    *,
    live: bool = True,
    target: int | None = None,
    now: datetime = NOW,
    gathered: datetime = NOW,
) -> Judgement:
    """What the check answers, by its target's default if none is given; Unread is unknown, as it runs."""
    check = find_check(id)
    assert check is not None, f"there is no check {id}"
    if target is None and check.target is not None:
        target = definitions()[check.target].default
    try:
        return check.judge(Facts(now, gathered, facts, live), target)
    except Unread as gap:
        return unknown(str(gap))


def judge_tree(id: str, tree: Tree) -> Judgement:
    """What the check answers about a machine, by the collector's report and the target's default."""
    report = tree.report()
    gathered = datetime.fromisoformat(report["collected_at"])
    return judge(id, report["facts"], live=report["collector"]["live"], gathered=gathered, now=gathered)


def said(judgement: Judgement) -> str:
    """All that a judgement says, for a test to look for a word in."""
    items = (*judgement.unmet, *judgement.unknown)
    return " | ".join([*(f"{item.name}: {item.reason}" for item in items), judgement.not_applicable])


def expect(judgement: Judgement, verdict: Verdict, word: str) -> None:
    """Assert the verdict, and the word in what is said about it."""
    assert judgement.verdict is verdict, f"expected {verdict}, got {judgement.verdict}: {said(judgement)}"
    assert word in said(judgement), f"{word!r} is not in {said(judgement)!r}"
