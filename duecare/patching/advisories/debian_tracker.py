"""Debian's security tracker as one JSON document (https://security-tracker.debian.org/tracker/data/json).

From the source package to CVEs to releases, each with `status` (open, resolved, undetermined), the
`fixed_version` once resolved (`0`: never affected) and an `urgency`. One CVE becomes one advisory over all
packages. Debian gives no times.
"""

from __future__ import annotations

import msgspec

from duecare.patching.advisories.debian_lists import FEED, source_package
from duecare.patching.advisories.found import Found, Unreadable, name_of, words
from duecare.patching.advisories.interface import Advisory, Affected, Verdict
from duecare.patching.advisories.names import debian_release
from duecare.words import gettext as _


class _Release(msgspec.Struct, gc=False):
    status: str
    fixed_version: str | None = None
    urgency: str | None = None
    nodsa: str | None = None
    nodsa_reason: str | None = None


class _Issue(msgspec.Struct):
    releases: dict[str, _Release]
    description: str | None = None


_table = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_issue = msgspec.json.Decoder(_Issue).decode


def read(data: bytes, place: str, found: Found) -> None:
    """Take in the whole tracker; a package or an issue that cannot be read is a fault."""
    summaries: dict[str, str] = {}
    urgencies: dict[str, dict[str, None]] = {}
    affected: dict[str, list[Affected]] = {}
    for source, raw in _table(data).items():
        where = f"{place}: {source[:80]}" if place else source[:80]
        try:
            issues = _table(raw)
        except msgspec.DecodeError as error:
            found.fault(where, error, of="Debian")
            continue
        for identity, each in issues.items():
            try:
                issue = _issue(each)
                said = [
                    _said(source, release, one, found, f"{where}: {identity}: {release}")
                    for release, one in issue.releases.items()
                ]
                name_of(identity, "id")
            except (Unreadable, msgspec.DecodeError) as error:
                lost = _lost(source, identity)
                found.fault(f"{where}: {identity[:80]}", error, of="Debian" if lost is None else None)
                if lost is None:
                    continue
                issue, said = _Issue({}), [lost]
            affected.setdefault(identity, []).extend(said)
            summaries.setdefault(identity, words(issue.description))
            told = urgencies.setdefault(identity, {})
            told.update((one.urgency, None) for one in issue.releases.values() if one.urgency)
    for identity, packages in affected.items():
        severity = tuple(word for word in urgencies[identity] if word in _WORDS)
        found.add(
            Advisory(identity, FEED, (), (), summaries[identity], None, None, None, severity, tuple(packages))
        )


_WORDS = ("unimportant", "low", "medium", "high")


def _lost(source: str, identity: str) -> Affected | None:
    """That nothing is decided of a source package in any release; None where even its name is none."""
    try:
        name_of(identity, "id")
        name = name_of(source, "name")
    except Unreadable:
        return None
    return Affected(
        "Debian", "", name, True, (), said=Verdict.UNDECIDED, note=_("what it says could not be read")
    )


def _said(source: str, release: str, one: _Release, found: Found, place: str) -> Affected:
    number = debian_release(release)
    why = " ".join(part for part in (one.nodsa, one.nodsa_reason and f"({one.nodsa_reason})") if part)
    match one.status:
        case "undetermined":
            fixed = "<undetermined>"
        case "resolved" if one.fixed_version == "0":
            fixed = "<not-affected>"
        case "resolved" if one.fixed_version:
            fixed = one.fixed_version
        case "open" if one.urgency == "end-of-life":
            fixed = "<end-of-life>"
        case "open":
            fixed = "<unfixed>"
        case _:
            found.fault(
                place,
                _("the status %(status)s is not known here") % {"status": repr(one.status[:40])},
                of=None,
            )
            fixed = "<undetermined>"
    note = why or (one.urgency if one.urgency == "unimportant" else "") or ""
    return source_package(number, source, fixed, note, found, place)
