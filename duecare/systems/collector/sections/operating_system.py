"""The section `os`: the operating system, and until when its vendor supports it."""

from __future__ import annotations

import re
from typing import Any

from ..look import Look, Unreadable
from ..system import family, os_release, virtualization
from .apt import APT_LISTS, apt_sources

SUPPORT_ENDS: dict[tuple[str, str], tuple[str, str | None]] = {
    # Vendors' own support, then the extended one: Debian LTS (the same archive), Ubuntu Pro (subscription).
    # Debian and Ubuntu: their distro-info-data. Others: the vendors' pages on life cycles and releases.
    ("debian", "10"): ("2022-09-10", "2024-06-30"),
    ("debian", "11"): ("2024-08-14", "2026-08-31"),
    ("debian", "12"): ("2026-07-11", "2028-06-30"),
    ("debian", "13"): ("2028-08-09", "2030-06-30"),
    ("ubuntu", "18.04"): ("2023-05-31", "2028-04-26"),
    ("ubuntu", "20.04"): ("2025-05-29", "2030-04-23"),
    ("ubuntu", "22.04"): ("2027-06-01", "2032-04-21"),
    ("ubuntu", "24.04"): ("2029-05-31", "2034-04-25"),
    ("ubuntu", "25.10"): ("2026-07-09", None),
    ("ubuntu", "26.04"): ("2031-05-29", "2036-04-23"),
    ("rhel", "8"): ("2029-05-31", None),
    ("rhel", "9"): ("2032-05-31", None),
    ("rhel", "10"): ("2035-05-31", None),
    ("rocky", "8"): ("2029-05-31", None),
    ("rocky", "9"): ("2032-05-31", None),
    ("rocky", "10"): ("2035-05-31", None),
    ("almalinux", "8"): ("2029-05-31", None),
    ("almalinux", "9"): ("2032-05-31", None),
    ("almalinux", "10"): ("2035-05-31", None),
    ("centos", "8"): ("2024-05-31", None),
    ("centos", "9"): ("2027-05-31", None),
    ("alpine", "3.18"): ("2025-05-09", None),
    ("alpine", "3.19"): ("2025-11-01", None),
    ("alpine", "3.20"): ("2026-04-01", None),
    ("alpine", "3.21"): ("2026-11-01", None),
    ("alpine", "3.22"): ("2027-05-01", None),
    ("alpine", "3.23"): ("2027-11-01", None),
}


def os_facts(look: Look) -> dict[str, Any]:
    release = look.share(os_release)
    if not release:
        raise Unreadable("/etc/os-release", "there is none, or it cannot be read")
    look.source("/etc/os-release", "/proc")
    name, version = release.get("ID", "linux"), release.get("VERSION_ID")
    # Debian and Ubuntu are supported by whole versions, Alpine by 3.N, the RHEL family by its first number.
    parts = (version or "").split(".")
    line = parts[0] if look.share(family) == "rhel" else ".".join(parts[:2])
    end, extended = SUPPORT_ENDS.get((name, line), (None, None))
    stated = release.get("SUPPORT_END", "")
    source = "built-in table" if end else None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", stated):
        end, source = stated, "os-release"
    uname = (look.printed("uname", "-m") or "").strip() or None
    return {
        "family": look.share(family),
        "id": name,
        "version": version,
        "codename": release.get("VERSION_CODENAME"),
        "name": release.get("PRETTY_NAME"),
        "kernel": look.word("/proc/sys/kernel/osrelease") if look.machine.live else None,
        "architecture": uname or look.word("/var/lib/dpkg/arch-native") or look.word("/etc/apk/arch"),
        "virtualization": look.share(virtualization),
        "support_end": end,
        "support_source": source,
        "extended_support_end": extended,
        "extended_support_on": _extended_support(look, name) if extended else None,
    }


def _extended_support(look: Look, name: str) -> bool | None:
    """Whether this machine is set up to receive it."""
    if name == "debian":
        return any(suite.endswith(("-security", "/updates")) for suite in look.share(apt_sources)["suites"])
    return any("esm" in entry and entry.endswith("InRelease") for entry in look.names(APT_LISTS))
