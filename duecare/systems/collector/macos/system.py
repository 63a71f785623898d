"""The sections `os` and `reboot` on macOS, and what tells one Mac from another."""

from __future__ import annotations

import re
from typing import Any

from ..look import Look, Unreadable
from ..system import MACOS_VERSION, virtualization
from ..times import from_epoch
from .plists import plist

SUPPORT_ENDS = {
    # Apple names no day. Its practice: the three newest releases get all fixes, so that support for one ends
    # about three years after it came, with the third that follows. Past ones: the day on which that came.
    "10": "2022-10-24",
    "11": "2023-09-26",
    "12": "2024-09-16",
    "13": "2025-09-15",
    "14": "2026-09-26",
    "15": "2027-09-16",
    "26": "2028-09-15",
}
_NAMES = {
    "11": "Big Sur",
    "12": "Monterey",
    "13": "Ventura",
    "14": "Sonoma",
    "15": "Sequoia",
    "26": "Tahoe",
}


def version(look: Look) -> dict[str, Any]:
    """What SystemVersion.plist says. Raises Unreadable."""
    found = plist(look, MACOS_VERSION)
    if not isinstance(found, dict) or not isinstance(found.get("ProductVersion"), str):
        raise Unreadable(MACOS_VERSION, "it does not give the version")
    return found


def macos_os_facts(look: Look) -> dict[str, Any]:
    told = look.share(version)
    look.source(MACOS_VERSION, "sysctl")
    number = told["ProductVersion"]
    major = number.partition(".")[0]
    end = SUPPORT_ENDS.get(major)
    name = " ".join(part for part in ("macOS", _NAMES.get(major), number) if part)
    return {
        "family": "macos",
        "id": "macos",
        "version": number,
        "codename": _NAMES.get(major),
        "name": name,
        "kernel": _word(look, "sysctl", "-n", "kern.osrelease"),
        "architecture": _word(look, "uname", "-m"),
        "virtualization": look.share(virtualization),
        "support_end": end,
        "support_source": "vendor's practice" if end else None,
        "extended_support_end": None,
        "extended_support_on": None,
    }


def macos_reboot_facts(look: Look) -> dict[str, Any]:
    """macOS installs in the restart itself: what waits for one is an update on offer."""
    kernel = _word(look, "sysctl", "-n", "kern.osrelease")
    boot = re.search(r"sec = (\d+)", _word(look, "sysctl", "-n", "kern.boottime") or "")
    look.source("sysctl")
    look.problem("restarts needed", "macOS does not tell: an update is installed in the restart itself")
    return {
        "required": None,
        "reasons": None,
        "running_kernel": kernel,
        "newest_kernel": None,
        "booted_at": from_epoch(int(boot[1])) if boot else None,
        "required_since": None,
    }


def identity(look: Look) -> tuple[str | None, str | None]:
    """The computer's name, and the number that its board was given (ioreg(8))."""
    name = _word(look, "scutil", "--get", "LocalHostName") or _word(look, "hostname")
    tree = look.printed("ioreg", "-rd1", "-c", "IOPlatformExpertDevice") or ""
    found = re.search(r'"IOPlatformUUID" = "([0-9A-Fa-f-]{36})"', tree)
    return name, found[1].lower() if found else None


def _word(look: Look, *argv: str) -> str | None:
    return (look.printed(*argv) or "").strip() or None
