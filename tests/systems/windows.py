"""The facts of a healthy, well kept Windows 11 computer, as `collect.ps1` reports them, and its report.

Written by hand after the script and Microsoft's documentation: no Windows was at hand.
"""

from __future__ import annotations

from typing import Any

from tests.systems.healthy import NOW, Changes, account, ago, changed, socket


def local(name: str, number: int, **facts: Any) -> dict[str, Any]:
    """A local account; its number is the last part of its SID."""
    enabled = number >= 1000
    return account(
        name,
        number,
        **{
            "gid": 513,
            "shell": "",
            "home": f"C:\\Users\\{name}" if enabled else "",
            "can_log_in": enabled,
            "password": "set" if enabled else "locked",
            "hash": None,
            "admin": number == 500,
            **facts,
        },
    )


def volume(letter: str, encrypted: bool | None, *, removable: bool | None = False) -> dict[str, Any]:
    return {
        "mount": f"{letter}:\\",
        "device": f"\\\\?\\Volume{{{letter}}}\\",
        "filesystem": "NTFS",
        "encrypted": encrypted,
        "how": "BitLocker (XTS-AES 256)" if encrypted else "BitLocker protection is off",
        "removable": removable,
    }


def update(name: str, days: float | None, *, security: bool = True) -> dict[str, Any]:
    return {
        "name": name,
        "architecture": None,
        "installed": "an earlier version",
        "offered": f"2026-11 Cumulative Update for Windows 11 ({name})",
        "security": security,
        "origin": "Windows Update",
        "first_seen": None if days is None else ago(days),
        "first_seen_by": None if days is None else "this collector",
    }


def product(**facts: Any) -> dict[str, Any]:
    return {
        "name": "Microsoft Defender Antivirus",
        "version": "4.18.25100.9",
        "running": True,
        "on_access": True,
        "signatures_at": ago(0.4),
        **facts,
    }


def task(**facts: Any) -> dict[str, Any]:
    return {
        "tool": "restic",
        "what": "",
        "to": None,
        "off_host": None,
        "schedule": None,
        "enabled": True,
        "last_run": ago(0.5),
        "last_success": ago(0.5),
        "source": "the task \\Backup\\restic",
        **facts,
    }


def person(**facts: Any) -> dict[str, Any]:
    return {"who": "anna", "after_seconds": 300, "password": True, "delay_seconds": 0, **facts}


_WINDOWS: dict[str, dict[str, Any]] = {
    "os": {
        "family": "windows",
        "id": "windows",
        "version": "10.0.26200.7171",
        "codename": "25H2",
        "name": "Microsoft Windows 11 Pro 25H2",
        "kernel": "10.0.26200.7171",
        "architecture": "AMD64",
        "virtualization": "none",
        "support_end": "2027-10-12",
        "support_source": "built-in table",
        "extended_support_end": None,
        "extended_support_on": None,
    },
    "packages": {
        "manager": "registry",
        "items": [
            {
                "name": "Mozilla Firefox (x64 de)",
                "version": "145.0",
                "architecture": None,
                "source": "Mozilla",
                "source_version": None,
            }
        ],
        "rebuilt_at": None,
    },
    "updates": {
        "metadata_at": ago(0.3),
        "metadata_fetched_at": ago(0.3),
        "metadata_signed": None,
        "packages_signed": None,
        "security_labelled": True,
        "repositories": [
            {
                "name": "Microsoft Update",
                "suite": None,
                "security": True,
                "signed": None,
                "metadata_at": ago(0.3),
            }
        ],
        "items": [update("KB5068861", 3)],
        "last_installed_at": ago(20),
    },
    "automatic_updates": {
        "mechanism": "windows-update",
        "enabled": True,
        "installs": True,
        "scope": "all",
        "last_run": ago(0.3),
    },
    "reboot": {
        "required": False,
        "reasons": [],
        "running_kernel": "10.0.26200.7171",
        "newest_kernel": None,
        "booted_at": ago(9),
        "required_since": None,
    },
    "accounts": {
        "login_records": "sam",
        "items": [local("Administrator", 500), local("Guest", 501), local("anna", 1001, admin=True)],
        "administrators_elsewhere": [],
    },
    "password_policy": {
        "min_length": 15,
        "checker": "windows",
        "max_days": None,
        "hash": "nt",
        "lockout": {"module": "windows", "attempts": 10, "unlock_seconds": 600},
        "remembered": 0,
    },
    "sudo": {"rules": [], "log": None},
    "sshd": {"installed": False, "running": False, "settings": None, "matches": []},
    "authorized_keys": {"items": []},
    "firewall": {
        "kind": "windows-firewall",
        "active": True,
        "enabled_at_boot": True,
        "input_policy": "drop",
        "rules": 180,
    },
    "antivirus": {"products": [product()]},
    "disk_encryption": {
        "mounts": [volume("C", True)],
        "swap": [{"device": "C:\\pagefile.sys", "encrypted": True}],
    },
    "sockets": {
        "items": [socket(135, "svchost"), socket(445, "System"), socket(5432, "x", reach="loopback")]
    },
    "time": {
        "service": "w32time",
        "running": True,
        "synchronized": True,
        "offset_ms": 12,
        "servers": ["time.windows.com"],
        "zone": "Romance Standard Time",
    },
    "logging": {
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
                "name": "Windows Event Log",
                "running": True,
                "file": "C:\\Windows\\System32\\winevt\\Logs\\System.evtx",
                "on_disk": True,
            }
        ],
        "auditd": {"installed": True, "running": True, "rules": 27},
        "logrotate": {"weeks": None},
        "shipping": [
            {
                "by": "Windows Event Forwarding",
                "to": "https://logs.example:5986/wsman",
                "tls": True,
                "running": True,
            }
        ],
        "oldest_at": ago(120),
        "kept_days": 120,
    },
    "backup": {"jobs": [task()]},
    "screen_lock": {"machine_seconds": 600, "users": []},
    "remote_access": {"services": [{"name": "Remote Desktop", "on": True, "asks_first": True}]},
}
_ABSENT = ("sudo", "sshd", "authorized_keys")


def windows(changes: Changes | None = None) -> dict[str, dict[str, Any]]:
    """The facts of a healthy Windows computer, read by an administrator, with the changes made."""
    facts = {
        name: {
            "state": "absent" if name in _ABSENT else "read",
            "problems": [],
            "source": "by hand",
            **fields,
        }
        for name, fields in _WINDOWS.items()
    }
    return changed(facts, changes or {})


def windows_report(changes: Changes | None = None) -> dict[str, Any]:
    """A whole report of such a computer."""
    return {
        "format": "duecare-report/1",
        "collector": {
            "name": "duecare-collect-windows",
            "version": "1",
            "as_root": True,
            "root": "/",
            "live": True,
            "took_ms": 9000,
        },
        "collected_at": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "host": {"name": "DESK-7", "key": "7" * 64, "key_from": "machine id", "kind": "desktop"},
        "facts": windows(changes),
        "more_as_root": [],
    }
