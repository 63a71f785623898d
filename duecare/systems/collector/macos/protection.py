"""The sections `firewall`, `antivirus`, `disk_encryption` and `remote_access` on macOS."""

from __future__ import annotations

import re
from typing import Any

from ..look import Look, Unreadable
from ..running import running
from ..times import latest
from .plists import flag, plist, printed, settings, time_of
from .software import history

_FILTER = "/usr/libexec/ApplicationFirewall/socketfilterfw"
_BUNDLES = (
    "/var/protected/xprotect/XProtect.bundle",
    "/Library/Apple/System/Library/CoreServices/XProtect.bundle",
)
_PRODUCTS = (
    # name, application, its programs
    ("CrowdStrike Falcon", "/Applications/Falcon.app", ("com.crowdstrike.falcon.Agent", "falcond")),
    ("SentinelOne", "/Applications/SentinelOne/SentinelOne Extensions.app", ("sentineld", "SentinelAgent")),
    ("Microsoft Defender for Endpoint", "/Applications/Microsoft Defender.app", ("wdavdaemon", "epsext")),
    (
        "Sophos Protection",
        "/Applications/Sophos/Sophos Endpoint.app",
        ("SophosScanAgent", "SophosServiceManager"),
    ),
    ("ESET Endpoint Security", "/Applications/ESET Endpoint Security.app", ("esets_daemon", "esets_proxy")),
    ("Jamf Protect", "/Applications/JamfProtect.app", ("JamfProtect",)),
)


def macos_firewall_facts(look: Look) -> dict[str, Any]:
    """The application firewall: off, on, or closed to all. What is signed it may let in by itself."""
    answer = look.printed(_FILTER, "--getglobalstate") or ""
    state = re.search(r"State = (\d)", answer)
    if state is None:
        raise Unreadable(_FILTER, "no answer")
    look.source("socketfilterfw")
    on = state[1] in ("1", "2")
    return {
        "kind": "application-firewall",
        "active": on,
        "enabled_at_boot": on,
        "input_policy": "drop" if on else "accept",
        "rules": None,
    }


def macos_antivirus_facts(look: Look) -> dict[str, Any]:
    products = [_xprotect(look)]
    for name, place, programs in _PRODUCTS:
        about = plist(look, f"{place}/Contents/Info.plist") if look.exists(place) else None
        if look.exists(place):
            look.source(place)
            number = about.get("CFBundleShortVersionString") if isinstance(about, dict) else None
            products.append(
                {
                    "name": name,
                    "version": str(number) if number else None,
                    "running": running(look, *programs),
                    "on_access": None,
                    "signatures_at": None,
                }
            )
    return {"products": [product for product in products if product]}


def _xprotect(look: Look) -> dict[str, Any] | None:
    """Apple's own: it looks at what is started as long as the system's integrity and Gatekeeper are on."""
    place = next((path for path in _BUNDLES if look.exists(path)), None)
    if place is None:
        look.problem("XProtect", "it was not found")
        return None
    look.source(place, "csrutil status", "spctl --status")
    about = plist(look, f"{place}/Contents/Info.plist")
    number = about.get("CFBundleShortVersionString") if isinstance(about, dict) else None
    came = [
        time_of(row.get("date"))
        for row in look.share(history)
        if str(row.get("displayName") or "").startswith("XProtect")
    ]
    return {
        "name": "XProtect",
        "version": str(number) if number else None,
        "running": _says(look, "enabled", "disabled", "csrutil", "status"),
        "on_access": _says(look, "assessments enabled", "assessments disabled", "spctl", "--status"),
        "signatures_at": latest(*came) or look.modified(f"{place}/Contents/Info.plist"),
    }


def _says(look: Look, yes: str, no: str, *argv: str) -> bool | None:
    """Whether a command prints the one or the other; None if neither."""
    answer = look.run(*argv)
    text = answer[1] if answer else ""
    if no in text:
        return False
    if yes not in text:
        look.problem(" ".join(argv), "no answer that is understood")
        return None
    return True


def macos_disk_encryption_facts(look: Look) -> dict[str, Any]:
    """`/` stands for the system and its data, which FileVault encrypts together; then all else mounted."""
    listed = look.printed("mount")
    if not listed:
        raise Unreadable("mount", "no answer")
    look.source("mount", "fdesetup status", "diskutil info")
    rows = []
    for device, place, filesystem in re.findall(r"(?m)^(/dev/\S+) on (.+?) \((\w+)", listed):
        if place == "/":
            encrypted, how = _file_vault(look)
            removable: bool | None = False
        elif place.startswith("/System/Volumes/"):
            continue
        else:
            about = printed(look, "diskutil", "info", "-plist", device)
            told = about if isinstance(about, dict) else {}
            encrypted = flag(told.get("FileVault")) or flag(told.get("Encryption"))
            how = "APFS" if encrypted else None
            removable = flag(told.get("RemovableMediaOrExternalDevice"))
        rows.append(
            {
                "mount": place,
                "device": device,
                "filesystem": filesystem,
                "encrypted": encrypted,
                "how": how,
                "removable": removable,
            }
        )
    usage = look.printed("sysctl", "-n", "vm.swapusage")
    if usage is None:
        look.problem("sysctl vm.swapusage", "no answer")
    swap = None if usage is None else [{"device": "/private/var/vm", "encrypted": "(encrypted)" in usage}]
    return {"mounts": rows, "swap": swap}


def _file_vault(look: Look) -> tuple[bool | None, str | None]:
    answer = look.run("fdesetup", "status")
    text = answer[1] if answer else ""
    if "in progress" in text:
        return False, "FileVault has not finished"
    if "FileVault is On" in text:
        return True, "FileVault"
    if "FileVault is Off" in text:
        return False, "FileVault is off"
    look.problem("fdesetup status", "no answer that is understood")
    return None, None


def service_on(look: Look, label: str) -> bool | None:
    """Whether launchd may start one of Apple's services that are off unless someone turns them on."""
    text = look.printed("launchctl", "print-disabled", "system")
    if not text:
        look.problem("launchctl print-disabled system", "no answer")
        return None
    look.source("launchctl print-disabled system")
    state = re.search(rf'"{re.escape(label)}" => (\w+)', text)
    return state is not None and state[1] in ("enabled", "false")


def macos_remote_access_facts(look: Look) -> dict[str, Any]:
    told = settings(look, "com.apple.RemoteManagement")
    asks = not flag(told.get("VNCLegacyConnectionsEnabled"))
    management = look.exists("/Library/Application Support/Apple/Remote Desktop/RemoteManagement.launchd")
    sharing = service_on(look, "com.apple.screensharing")
    unread = any("RemoteManagement" in problem["what"] for problem in look.problems)
    return {
        "services": [
            {"name": "Screen Sharing", "on": sharing, "asks_first": None if unread else asks},
            {"name": "Remote Management", "on": management, "asks_first": None if unread else asks},
        ]
    }
