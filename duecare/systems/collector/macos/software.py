"""The sections `packages`, `updates` and `automatic_updates` on macOS, without asking Apple.

What is on offer is what `softwareupdated` noted at its own last search.
"""

from __future__ import annotations

import re
from typing import Any

from ..look import Look, Unreadable
from ..times import latest, moment
from .plists import MANAGED, PREFERENCES, flag, plist, settings, time_of
from .system import version

_APPLICATIONS = ("/Applications/*.app", "/Applications/*/*.app")
_FORMULAE = ("/opt/homebrew/Cellar/*/*", "/usr/local/Cellar/*/*")
_HISTORY = "/Library/Receipts/InstallHistory.plist"
_UPDATE = "com.apple.SoftwareUpdate"
_DATA_ONLY = re.compile(
    r"XProtect|MRT|Gatekeeper|ConfigData|KextExclude|Voice|Dictionar|Asset", re.IGNORECASE
)


def macos_packages_facts(look: Look) -> dict[str, Any]:
    look.source("/Applications", "the Cellar of Homebrew")
    items = {}
    for pattern in _APPLICATIONS:
        for path in look.glob(pattern):
            about = plist(look, f"{path}/Contents/Info.plist")
            if not isinstance(about, dict):
                continue
            number = about.get("CFBundleShortVersionString") or about.get("CFBundleVersion") or ""
            name = path.rpartition("/")[2][: -len(".app")]
            items[path] = _item(name, str(number), str(about.get("CFBundleIdentifier") or "") or None)
    for pattern in _FORMULAE:
        for path in look.glob(pattern):
            name, number = path.split("/")[-2:]
            items[path] = _item(name, number, "homebrew")
    if not items:
        raise Unreadable("/Applications", "it holds no application")
    rows = sorted(items.values(), key=lambda row: (row["name"], row["version"]))
    return {"manager": "bundles", "items": rows, "rebuilt_at": look.modified("/Applications")}


def _item(name: str, number: str, source: str | None) -> dict[str, Any]:
    return {
        "name": name,
        "version": number,
        "architecture": None,
        "source": source,
        "source_version": None,
    }


def history(look: Look) -> list[dict[str, Any]]:
    """What was installed and when, by whom (InstallHistory.plist)."""
    found = plist(look, _HISTORY)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def macos_updates_facts(look: Look) -> dict[str, Any]:
    if not look.exists(f"{PREFERENCES}/{_UPDATE}.plist"):
        raise Unreadable(f"{PREFERENCES}/{_UPDATE}.plist", "there is none: updates were never looked for")
    told = settings(look, _UPDATE)
    fetched = latest(time_of(told.get("LastFullSuccessfulDate")), time_of(told.get("LastSuccessfulDate")))
    offered = told.get("RecommendedUpdates")
    rows = [row for row in offered if isinstance(row, dict)] if isinstance(offered, list) else []
    count = told.get("LastRecommendedUpdatesAvailable")
    if isinstance(count, int) and count > len(rows):
        look.problem("updates on offer", f"{count} are counted, {len(rows)} are named")
    seen, sights, items = look.host.seen, {}, []
    for row in rows:
        identifier = str(row.get("Identifier") or row.get("Product Key") or row.get("Display Name") or "")
        name = str(row.get("Display Name") or identifier or "an update")[:150]  # a finding is named by it
        first = None
        if seen is not None:
            first = sights[f"macos\t{identifier}"] = seen.get(f"macos\t{identifier}", moment(look.host.now))
        items.append(
            {
                "name": name,
                "architecture": None,
                "installed": look.share(version)["ProductVersion"]
                if name.startswith("macOS")
                else "an older one",
                "offered": str(row.get("Display Version") or "a newer version"),
                "security": None,
                "origin": "Apple",
                "first_seen": first,
                "first_seen_by": "this collector" if first else None,
            }
        )
    if seen is not None:
        seen.clear()
        seen.update(sights)
    look.source(_HISTORY)
    installed = [
        time_of(row.get("date"))
        for row in look.share(history)
        if row.get("processName") in ("softwareupdated", "macOS Installer", "softwareupdate")
        and not _DATA_ONLY.search(str(row.get("displayName") or ""))
    ]
    return {
        # Apple's own service answers with what is offered at that moment.
        "metadata_at": fetched,
        "metadata_fetched_at": fetched,
        "metadata_signed": None,
        "packages_signed": None,
        "security_labelled": False,
        "repositories": [
            {"name": "Apple", "suite": None, "security": None, "signed": None, "metadata_at": fetched}
        ],
        "items": items,
        "last_installed_at": latest(*installed),
    }


def macos_automatic_updates_facts(look: Look) -> dict[str, Any]:
    told = settings(look, _UPDATE)
    if not told:
        raise Unreadable(f"{PREFERENCES}/{_UPDATE}.plist", "there is none, or it cannot be read")
    if look.exists(f"{MANAGED}/{_UPDATE}.plist"):
        look.source("a configuration profile")
    installs = flag(told.get("AutomaticallyInstallMacOSUpdates"))
    return {
        "mechanism": "softwareupdate",
        "enabled": flag(told.get("AutomaticCheckEnabled")),
        # CriticalUpdateInstall brings data and small responses only, not the fixes of a new version.
        "installs": installs,
        "scope": "all" if installs else None,
        "last_run": latest(
            time_of(told.get("LastFullSuccessfulDate")), time_of(told.get("LastSuccessfulDate"))
        ),
    }
