"""OpenVEX 0.2 documents (https://github.com/openvex/spec): what a source says of a product and a CVE.

A statement about a subcomponent speaks of it inside that product alone. An inventory does not say in which
product a package lies, so such a statement is taken as one about the product, and closes nothing beside it.
"""

from __future__ import annotations

from typing import Any

import msgspec

from duecare.patching.advisories.found import Found, Unreadable, ids, moment, name_of, words
from duecare.patching.advisories.interface import Advisory, Affected, Verdict
from duecare.patching.advisories.purls import Package, read_purl
from duecare.words import gettext as _
from duecare.words import gettext_noop as N_

FEED = "openvex"
RELEASE_UNSAID = N_("which release of the distribution is meant is not said")
SAID = {
    "affected": Verdict.AFFECTED,
    "not_affected": Verdict.NOT_AFFECTED,
    "fixed": Verdict.FIXED,
    "under_investigation": Verdict.UNDECIDED,
}


class _Statement(msgspec.Struct):
    vulnerability: str | dict[str, Any]
    status: str
    products: list[str | dict[str, Any]] | None = None
    justification: str | None = None
    impact_statement: str | None = None
    action_statement: str | None = None
    status_notes: str | None = None
    timestamp: str | None = None
    last_updated: str | None = None


class _Document(msgspec.Struct, rename={"identity": "@id"}):
    statements: list[msgspec.Raw]
    identity: str | None = None
    timestamp: str | None = None
    last_updated: str | None = None


_document = msgspec.json.Decoder(_Document).decode
_statement = msgspec.json.Decoder(_Statement).decode


def read(data: bytes, place: str, found: Found) -> None:
    """Take in a document; a statement that cannot be read is a fault."""
    document = _document(data)
    identity = name_of(document.identity, "@id")
    for index, raw in enumerate(document.statements):
        where = f"{place or identity}: statements[{index}]"
        try:
            found.add(_advisory(_statement(raw), document, f"{identity}#{index}", found, where))
        except (Unreadable, msgspec.DecodeError) as error:
            found.fault(where, error)


def _advisory(one: _Statement, document: _Document, identity: str, found: Found, place: str) -> Advisory:
    said = SAID.get(one.status)
    if said is None:
        raise Unreadable(_("the status %(status)s is not known here") % {"status": repr(one.status[:40])})
    named = one.vulnerability
    names = [named] if isinstance(named, str) else [named.get("name"), *_texts(named.get("aliases"))]
    names = [name for name in names if isinstance(name, str) and name]
    if not names:
        raise Unreadable(_("no vulnerability is named"))
    why = "; ".join(
        part
        for part in (one.justification, one.impact_statement, one.action_statement, one.status_notes)
        if part
    )
    affected = []
    for product in one.products or ():
        package = next((found for found in map(read_purl, _purls(product)) if found), None)
        if package is None:
            found.fault(place, _("a product without a package URL that is known here is not matched"))
            continue
        affected.append(statement(package, said, words(why), found, place))
    return Advisory(
        id=identity,
        feed=FEED,
        aliases=ids(names),
        related=(),
        summary=words(one.impact_statement or one.action_statement),
        published=moment(one.timestamp or document.timestamp),
        modified=moment(one.last_updated or document.last_updated or one.timestamp or document.timestamp),
        withdrawn=None,
        severity=(),
        affected=tuple(affected),
    )


def statement(package: Package, said: Verdict, why: str, found: Found, place: str) -> Affected:
    """A source's word on one version of a package, or on all. One that would close a finding in every release
    of a distribution, where only one can be meant, leaves it undecided."""
    if package.of_any_release and said in (Verdict.NOT_AFFECTED, Verdict.FIXED):
        said, why = Verdict.UNDECIDED, _(RELEASE_UNSAID)
    versions = (found.version(package.version, place),) if package.version else ()
    return Affected(
        package.ecosystem, package.release, package.name, package.by_source, (), versions, said=said, note=why
    )


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


def _purls(product: str | dict[str, Any]) -> list[str]:
    """Where a product may hold its package URL."""
    if isinstance(product, str):
        return [product]
    identifiers = product.get("identifiers")
    inside = identifiers.get("purl") if isinstance(identifiers, dict) else None
    return [one for one in (inside, product.get("@id")) if isinstance(one, str)]
