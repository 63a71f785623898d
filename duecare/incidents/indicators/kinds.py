"""Indicators: signs by which the same attacker is known elsewhere, read and shown so that none opens. Pure.

Whoever passes on an address of an attacker writes it so that nobody opens it by mistake: `hxxps://evil[.]com`.
Such forms are read, the plain form is kept, and what is shown is defanged again and never a link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from unicodedata import normalize

from duecare.errors import BadInput
from duecare.words import Text, number
from duecare.words import gettext as _

LONGEST = 2000
"""Characters of a value."""
MOST = 2000
"""Lines at once."""
KINDS: Mapping[str, Text] = {
    "ipv4": Text("IPv4 address"),
    "ipv6": Text("IPv6 address"),
    "domain": Text("Domain"),
    "url": Text("URL"),
    "email": Text("Mail address"),
    "md5": Text("MD5"),
    "sha1": Text("SHA-1"),
    "sha256": Text("SHA-256"),
    "file name": Text("File name"),
    "user agent": Text("User agent"),
    "account": Text("Account"),
    "other": Text("Other"),
}
TLP: Mapping[str, Text] = {
    "clear": Text("TLP:CLEAR: anybody"),
    "green": Text("TLP:GREEN: their community"),
    "amber": Text("TLP:AMBER: their organisation and its clients"),
    "amber+strict": Text("TLP:AMBER+STRICT: their organisation only"),
    "red": Text("TLP:RED: only those who were told"),
}
"""Who may be told (FIRST, Traffic Light Protocol 2.0), from the most to the fewest."""
ORDER = tuple(TLP)


@dataclass(frozen=True, slots=True)
class Found:
    """A sign that was recognised."""

    kind: str
    value: str
    """In its plain form."""


_DOTS = re.compile(r"\s*[\[({]\s*(?:\.|dot)\s*[\])}]\s*", re.IGNORECASE)
_ATS = re.compile(r"\s*[\[({]\s*(?:@|at)\s*[\])}]\s*", re.IGNORECASE)
_COLONS = re.compile(r"[\[({]\s*(:(?://)?|//)\s*[\])}]")
_SCHEME = re.compile(r"^(?:hxxp|h\*\*p|http|meow)(s?)://", re.IGNORECASE)
_FTP = re.compile(r"^f[tx]p(s?)://", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.ASCII)
_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256"}
_HEX = re.compile(r"[0-9a-f]+", re.ASCII)
_FILES = frozenset(
    [
        "exe",
        "dll",
        "bat",
        "cmd",
        "vbs",
        "ps1",
        "js",
        "jse",
        "lnk",
        "msi",
        "scr",
        "doc",
        "docx",
        "docm",
        "xls",
        "xlsx",
        "xlsm",
        "iso",
        "img",
        "tmp",
        "pdf",
        "txt",
        "rtf",
        "ppt",
        "pptx",
        "hta",
        "jar",
        "rar",
    ]
)
"""Endings of names that are files, not domains; those that are both ("zip", "sh") are left to people."""
_PARTS = re.compile(
    r"(https?|ftps?)://([^/?#@\s]*@)?(\[[0-9a-f:.]+\]|[^/?#:@\s]+)(?::(\d{1,5}))?([/?#]\S*)?", re.IGNORECASE
)
_LOCAL = re.compile(r"[^\s@<>\"]{1,64}")


def plain(text: str) -> str:
    """A text without the marks that keep people from opening it; scheme and dots as they are meant."""
    whole = normalize("NFC", text).strip().strip("<>\"'`")
    told = _COLONS.sub(r"\1", _ATS.sub("@", _DOTS.sub(".", whole)))
    told = _SCHEME.sub(lambda found: f"http{found[1].lower()}://", told)
    return _FTP.sub(lambda found: f"ftp{found[1].lower()}://", told)


def defanged(kind: str, value: str) -> str:
    """A value as it may be shown: nothing in it opens by itself."""
    if kind == "url":
        scheme, sep, rest = value.partition("://")
        host, slash, path = rest.partition("/")
        harmless = scheme.replace("http", "hxxp").replace("ftp", "fxp")
        return f"{harmless}{sep}{host.replace('.', '[.]')}{slash}{path}"
    if kind in ("ipv4", "domain"):
        return value.replace(".", "[.]")
    if kind == "ipv6":
        return value.replace(":", "[:]")
    if kind == "email":
        return value.replace("@", "[@]").replace(".", "[.]")
    return value


def recognise(text: str) -> Found:
    """What a text is. Raises BadInput for what is none of the kinds that have a form of their own."""
    _demand_short(text)
    told = plain(text)
    _demand_length(told)
    for kind in ("url", "email", "ipv4", "ipv6", "md5", "sha1", "sha256", "domain"):
        value = _as(kind, told)
        if kind == "domain" and value.rpartition(".")[2] in _FILES:
            return Found("file name", normalize("NFC", text).strip())
        if value:
            return Found(kind, value)
    raise BadInput(
        _("“%(text)s” is none of the signs that are known by their form.") % {"text": text.strip()[:60]},
        _("Correct it, or say of what kind it is."),
    )


def read(text: str, kind: str = "") -> Found:
    """A text as an indicator of that kind, or of the one that it looks like.

    Raises BadInput for what is not of that kind.
    """
    if not kind:
        return recognise(text)
    _demand_short(text)
    told = plain(text) if kind in _FORMS else normalize("NFC", text).strip()
    _demand_length(told)
    value = _as(kind, told)
    if not value:
        raise BadInput(
            _("“%(text)s” is no %(kind)s.") % {"text": text.strip()[:60], "kind": str(KINDS[kind])},
            _("Correct it, or choose another kind."),
        )
    return Found(kind, value)


_FORMS = ("url", "email", "ipv4", "ipv6", "domain", "md5", "sha1", "sha256")
"""Kinds that are known by their form."""


def _demand_short(text: str) -> None:
    """Before anything searches in it."""
    if len(text.strip()) > LONGEST:
        raise _not_so_long()


def _not_so_long() -> BadInput:
    return BadInput(
        _("A sign has 1 to %(most)s characters.") % {"most": number(LONGEST)}, _("Give one on each line.")
    )


def _demand_length(told: str) -> None:
    if not 0 < len(told) <= LONGEST:
        raise _not_so_long()
    if not told.isprintable():
        raise BadInput(_("It holds a sign that cannot be seen."), _("Type it, instead of copying it."))


def _as(kind: str, told: str) -> str:
    """The text as a value of the kind in its plain form; empty if it is none."""
    if kind in ("file name", "user agent", "account", "other"):
        return told
    if kind in _DIGESTS.values():
        low = told.lower()
        return low if _DIGESTS.get(len(low)) == kind and _HEX.fullmatch(low) else ""
    return {"ipv4": _ipv4, "ipv6": _ipv6, "domain": _domain, "email": _email, "url": _url}[kind](told)


def _ipv4(told: str) -> str:
    try:
        return str(IPv4Address(told))
    except AddressValueError:
        return ""


def _ipv6(told: str) -> str:
    try:
        return str(IPv6Address(told.partition("%")[0].strip("[]")))
    except AddressValueError:
        return ""


def _domain(told: str) -> str:
    """In ASCII, so that letters which look alike stay apart (IDNA 2003, RFC 3490)."""
    try:
        ascii_name = told.rstrip(".").encode("idna").decode().lower()
    except UnicodeError:
        return ""
    labels = ascii_name.split(".")
    good = len(labels) > 1 and len(ascii_name) <= 253 and all(_LABEL.fullmatch(one) for one in labels)
    return ascii_name if good and not labels[-1].isdigit() else ""


def _email(told: str) -> str:
    local, _at, host = told.rpartition("@")
    name = _domain(host)
    return f"{local}@{name}" if name and _LOCAL.fullmatch(local) else ""


def _url(told: str) -> str:
    parts = _PARTS.fullmatch(told)
    if parts is None:
        return ""
    scheme, user, host, port, rest = (part or "" for part in parts.groups())
    name = _ipv4(host) or _ipv6(host) or _domain(host)
    if not name or int(port or 0) > 65535:
        return ""
    shown = f"[{name}]" if ":" in name else name
    return f"{scheme.lower()}://{user}{shown}{f':{port}' if port else ''}{rest}"
