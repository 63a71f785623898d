"""Settings of macOS: property lists in files and in what commands print (plist(5)).

A configuration profile of the organisation overrules what was set by hand; it lies in `Managed Preferences`.
"""

from __future__ import annotations

import plistlib
from datetime import datetime
from typing import Any

from ..look import Look
from ..machine import MIB
from ..times import UTC, moment

PREFERENCES = "/Library/Preferences"
MANAGED = "/Library/Managed Preferences"


def parsed(look: Look, what: str, data: bytes) -> Any:
    """The value of a property list; None, and noted, if it is none."""
    try:
        return plistlib.loads(data)
    except Exception as error:  # noqa: BLE001  (plistlib raises what its parsers raise)
        look.problem(what, f"not a property list: {type(error).__name__}")
        return None


def plist(look: Look, path: str) -> Any:
    """The value in a file; None if there is no such file, or it could not be read (noted)."""
    data = look.data(path, 32 * MIB)
    return None if data is None else parsed(look, path, data)


def printed(look: Look, *argv: str) -> Any:
    """The value that a command prints; None if it did not answer (noted)."""
    text = look.printed(*argv)
    if not text or "<plist" not in text:
        look.problem(" ".join(argv), "no answer")
        return None
    look.source(argv[0])
    return parsed(look, " ".join(argv), text[text.index("<") :].encode())


def settings(look: Look, name: str) -> dict[str, Any]:
    """What `name` is set to for the whole computer, by hand and, above that, by a profile."""
    found: dict[str, Any] = {}
    for folder in (PREFERENCES, MANAGED):
        value = plist(look, f"{folder}/{name}.plist")
        if isinstance(value, dict):
            look.source(f"{folder}/{name}.plist")
            found.update(value)
    return found


def time_of(value: Any) -> str | None:
    """A report's time of a date in a property list, which is UTC without saying so."""
    return moment(value.replace(tzinfo=UTC)) if isinstance(value, datetime) else None


def flag(value: Any) -> bool | None:
    """A truth value, which some programs write as a number."""
    return bool(value) if isinstance(value, (bool, int)) else None


def number(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
