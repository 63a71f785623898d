"""Vulnerable JavaScript libraries as retire.js lists them (jsrepository v4), one JSON document.

https://github.com/RetireJS/retire.js/tree/master/repository: from the library to `vulnerabilities`, each with
`below` and, where it starts later, `atOrAbove`. A library with the name of an npm package is that package;
the others are of an ecosystem of their own, `retire.js`. The list has no ids: the first of GHSA, CVE, its
own number (`retid`) or issue stands for one, and entries that share it are one advisory.
"""

from __future__ import annotations

import msgspec

from duecare.patching.advisories.found import Found, Unreadable, ids, name_of, words
from duecare.patching.advisories.interface import Advisory, Affected, Event, EventKind
from duecare.patching.advisories.names import canonical_name
from duecare.words import gettext as _

FEED = "retire.js"
Text = str | int | float | None


class _Identifiers(msgspec.Struct):
    summary: str | None = None
    githubID: Text = None
    CVE: list[str] | None = None
    retid: Text = None
    issue: Text = None
    bug: Text = None


class _Entry(msgspec.Struct):
    below: str | None = None
    atOrAbove: str | None = None
    severity: str | None = None
    identifiers: _Identifiers | None = None


class _Library(msgspec.Struct):
    vulnerabilities: list[msgspec.Raw] | None = None
    npmname: str | None = None


_libraries = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_library = msgspec.json.Decoder(_Library).decode
_entry = msgspec.json.Decoder(_Entry).decode


def read(data: bytes, place: str, found: Found) -> None:
    """Take in the list; a library or an entry that cannot be read is a fault."""
    for title, raw in _libraries(data).items():
        where = f"{place}: {title[:80]}" if place else title[:80]
        try:
            library = _library(raw)
            ecosystem = "npm" if library.npmname else "retire.js"
            name = canonical_name(ecosystem, name_of(library.npmname or title, "name"))
        except (Unreadable, msgspec.DecodeError) as error:
            found.fault(where, error)
            continue
        for index, each in enumerate(library.vulnerabilities or ()):
            try:
                _take(_entry(each), title, ecosystem, name, found, f"{where}: {index}")
            except (Unreadable, msgspec.DecodeError) as error:
                found.fault(f"{where}: {index}", error, of=ecosystem)


def _take(entry: _Entry, title: str, ecosystem: str, name: str, found: Found, place: str) -> None:
    if entry.below is None and entry.atOrAbove is None:
        raise Unreadable(_("neither below nor atOrAbove is given"))
    start = found.version(entry.atOrAbove or "0", place)
    events = [Event(EventKind.INTRODUCED, start)]
    if entry.below is not None:
        events.append(Event(EventKind.BELOW, found.version(entry.below, place)))
    told = entry.identifiers or _Identifiers()
    cves = told.CVE or []
    own = told.retid or told.issue or told.bug or entry.below or entry.atOrAbove
    identity = str(told.githubID or (cves[0] if cves else f"retire.js/{title}/{own}"))
    found.add(
        Advisory(
            id=name_of(identity, "id"),
            feed=FEED,
            aliases=ids(cve for cve in cves if cve != identity),
            related=(),
            summary=words(told.summary),
            published=None,
            modified=None,
            withdrawn=None,
            severity=ids([entry.severity]),
            affected=(Affected(ecosystem, "", name, False, (tuple(events),)),),
        )
    )
