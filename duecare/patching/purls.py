"""Package URLs: `pkg:type/namespace/name@version?qualifiers#subpath` (the purl specification, "Rules"). Pure.

Here they are only read. What an advisory means by one stands in `advisories/purls.py`, what a bill of
materials does in `bills/purls.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from duecare.errors import BadInput
from duecare.words import gettext as _

LONGEST = 2000
"""Characters of a purl; what is longer is none."""


@dataclass(frozen=True, slots=True)
class Purl:
    """A package URL in its parts, decoded."""

    type: str
    """In lower case."""
    namespace: str
    """Its segments parted by slashes; empty if there is none."""
    name: str
    version: str
    """Empty if there is none."""
    qualifiers: Mapping[str, str]


def parse_purl(text: str) -> Purl:
    """The parts of a purl. Raises BadInput saying what is wrong with it."""
    shown = repr(text[:80])
    if len(text) > LONGEST or not text.startswith("pkg:"):
        raise BadInput(_("%(shown)s is not a package URL.") % {"shown": shown})
    rest = text[4:].lstrip("/").partition("#")[0]
    rest, _mark, query = rest.partition("?")
    kind, slash, rest = rest.partition("/")
    if not slash or not re.fullmatch(r"[A-Za-z][A-Za-z0-9.+-]*", kind):
        raise BadInput(_("The package URL %(shown)s has no type.") % {"shown": shown})
    # An @ in a scope is encoded by some (%40) and left as it is by others, so the last one counts.
    before, at, after = rest.rstrip("/").rpartition("@")
    path, version = (before, after) if at and "/" not in after and before else (rest.rstrip("/"), "")
    segments = [unquote(part) for part in path.split("/") if part]
    if not segments or not segments[-1]:
        raise BadInput(_("The package URL %(shown)s has no name.") % {"shown": shown})
    qualifiers = {}
    for pair in query.split("&") if query else ():
        key, _sign, value = pair.partition("=")
        qualifiers[key.lower()] = unquote(value)
    return Purl(kind.lower(), "/".join(segments[:-1]), segments[-1], unquote(version), qualifiers)


def unquote(text: str) -> str:
    """Text whose characters may be written as %XX, bytes of UTF-8 (RFC 3986, section 2.1)."""
    found = re.sub(
        rb"%([0-9A-Fa-f]{2})",
        lambda one: bytes.fromhex(one[1].decode()),
        text.encode("utf-8", "surrogatepass"),
    )
    return found.decode("utf-8", "replace")
