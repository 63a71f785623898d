"""Text as a report may hold it: decoded, cleaned, and without what looks like a secret."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import Any


def decoded(data: bytes) -> str:
    """Text of bytes that should be UTF-8; others are shown as \\xNN."""
    return data.decode("utf-8", "backslashreplace")


def shown(name: str) -> str:
    """A name from the file system, with bytes that are not UTF-8 shown as \\xNN."""
    return decoded(os.fsencode(name))


def clean(value: Any) -> Any:
    """The value as a report may hold it: NFC text without NUL, cut at 4,000 characters."""
    if isinstance(value, str):
        text = unicodedata.normalize("NFC", value).replace("\0", "\\x00")
        return text if len(text) <= 4000 else text[:4000] + "…"
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [clean(item) for item in value]
    return value


_SECRETS = re.compile(
    r"(?i)(?P<name>[\w-]*(?:passw(?:or)?d|passphrase|pass(?==)|(?<=--)pass(?=\s)|secret|token|credential|(?:api|access|account|encryption)[-_]?key)[\w-]*)"
    r"(?P<sign>\s*[=:]\s*|\s+)(?P<value>\"[^\"]*\"|'[^']*'|\S+)"
)


def masked(text: str) -> str:
    """The text without what looks like a password, token or key."""
    text = re.sub(r"(\w+://[^\s/:@]*):[^\s/@]+@", r"\1:***@", text)
    if re.search(r"mysql|maria|xtrabackup", text):  # Their -p takes the password without a space.
        text = re.sub(r"(?<=\s)-p(?=[^\s-])\S+", "-p***", text)
    return _SECRETS.sub(r"\g<name>\g<sign>***", text)


def whole(text: str | None) -> int | None:
    """The number that a text is; None if it is none."""
    return int(text) if text is not None and re.fullmatch(r"-?[0-9]{1,15}", text) else None


def key_values(text: str) -> dict[str, str]:
    """Shell-like assignments, as in os-release(5); the last of a name counts."""
    found = {}
    for line in text.splitlines():
        match = re.match(r"\s*(?:export\s+)?([A-Za-z_]\w*)=(.*)$", line)
        if match:
            found[match[1]] = match[2].strip().strip("\"'")
    return found
