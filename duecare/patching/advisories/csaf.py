"""CSAF 2.0 documents (https://docs.oasis-open.org/csaf/csaf/v2.0/): advisories and VEX of a vendor.

Each vulnerability of a document becomes one advisory. A product is a package where it has a package URL
(`product_identification_helper.purl`), its own or, in a relationship, that of its part. A product whose
version is a range (`product_version_range`) is read where the range is of the form `vers:TYPE/<1.2`; else it
is undecided.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from duecare.patching.advisories.found import Found, Unreadable, ids, moment, name_of, words
from duecare.patching.advisories.interface import Advisory, Affected, Event, EventKind, Range, Verdict
from duecare.patching.advisories.openvex import statement
from duecare.patching.advisories.purls import Package, read_purl
from duecare.words import gettext as _
from duecare.words import number

FEED = "csaf"
DEEPEST = 50
"""Branches in branches. The standard's own examples have six."""
SAID = {
    "known_affected": Verdict.AFFECTED,
    "first_affected": Verdict.AFFECTED,
    "last_affected": Verdict.AFFECTED,
    "known_not_affected": Verdict.NOT_AFFECTED,
    "fixed": Verdict.FIXED,
    "first_fixed": Verdict.FIXED,
    "under_investigation": Verdict.UNDECIDED,
}


class _Tracking(msgspec.Struct):
    id: str
    initial_release_date: str | None = None
    current_release_date: str | None = None


class _Head(msgspec.Struct):
    tracking: _Tracking
    title: str | None = None


class _Product(msgspec.Struct):
    product_id: str
    product_identification_helper: dict[str, Any] | None = None


class _Branch(msgspec.Struct):
    category: str | None = None
    name: str | None = None
    branches: list[msgspec.Raw] | None = None
    product: _Product | None = None


class _Relationship(msgspec.Struct):
    product_reference: str
    full_product_name: _Product
    relates_to_product_reference: str | None = None


class _Tree(msgspec.Struct):
    branches: list[msgspec.Raw] | None = None
    full_product_names: list[_Product] | None = None
    relationships: list[_Relationship] | None = None


class _Label(msgspec.Struct):
    label: str | None = None
    category: str | None = None
    details: str | None = None
    product_ids: list[str] | None = None


class _Vulnerability(msgspec.Struct):
    cve: str | None = None
    ids: list[dict[str, Any]] | None = None
    title: str | None = None
    product_status: dict[str, list[str]] | None = None
    flags: list[_Label] | None = None
    threats: list[_Label] | None = None
    remediations: list[_Label] | None = None
    scores: list[dict[str, Any]] | None = None


class _Document(msgspec.Struct):
    document: _Head
    product_tree: _Tree | None = None
    vulnerabilities: list[msgspec.Raw] | None = None


_document = msgspec.json.Decoder(_Document).decode
_branch = msgspec.json.Decoder(_Branch).decode
_vulnerability = msgspec.json.Decoder(_Vulnerability).decode
Products = dict[str, tuple[Package, str]]
"""By product id: the package, and its range of versions where it has one."""


def read(data: bytes, place: str, found: Found) -> None:
    """Take in a document; a vulnerability that cannot be read is a fault."""
    document = _document(data)
    identity = name_of(document.document.tracking.id, "id")
    products: Products = {}
    if document.product_tree is not None:
        for product, span in _products(document.product_tree):
            package = _package(product)
            if package is not None:
                products[product.product_id] = (package, span)
        for each in document.product_tree.relationships or ():
            inside = _inside(each, products)
            if inside is not None:
                products.setdefault(each.full_product_name.product_id, inside)
    for index, raw in enumerate(document.vulnerabilities or ()):
        where = f"{place or identity}: vulnerabilities[{index}]"
        try:
            found.add(_advisory(_vulnerability(raw), document.document, index, products, found, where))
        except (Unreadable, msgspec.DecodeError) as error:
            found.fault(where, error)


def _products(tree: _Tree) -> Iterator[tuple[_Product, str]]:
    for product in tree.full_product_names or ():
        yield product, ""
    waiting = [(raw, 1) for raw in tree.branches or ()]
    while waiting:
        raw, depth = waiting.pop()
        branch = _branch(raw)
        if branch.product is not None:
            yield branch.product, (branch.name or "") if branch.category == "product_version_range" else ""
        if branch.branches and depth >= DEEPEST:
            raise Unreadable(_("its products lie deeper than %(most)s branches") % {"most": DEEPEST})
        waiting.extend((inner, depth + 1) for inner in branch.branches or ())


def _inside(each: _Relationship, products: Products) -> tuple[Package, str] | None:
    """The package that a component in a product stands for: a distribution's is what an inventory lists; of
    any other only the product itself may be spoken of, since the component lies in others as well."""
    own = _package(each.full_product_name)
    if own is not None:
        return own, ""
    component = products.get(each.product_reference)
    if component is not None and component[0].of_distribution:
        return component
    return products.get(each.relates_to_product_reference or "")


def _package(product: _Product) -> Package | None:
    purl = (product.product_identification_helper or {}).get("purl")
    return read_purl(purl) if isinstance(purl, str) else None


def _advisory(
    one: _Vulnerability, head: _Head, index: int, products: Products, found: Found, place: str
) -> Advisory:
    names = [one.cve, *(each.get("text") for each in one.ids or ())]
    names = [name for name in names if isinstance(name, str) and name]
    affected: dict[Affected, None] = {}
    unknown: set[str] = set()
    for status, listed in (one.product_status or {}).items():
        said = SAID.get(status)
        if said is None:  # `recommended` says nothing of being affected
            continue
        for product in listed:
            named = products.get(product)
            if named is None:
                unknown.add(product)
                continue
            affected[_said(*named, said, _why(one, product), found, place)] = None
    if unknown:
        found.fault(
            place,
            _("%(count)s products without a package URL that is known here are not matched")
            % {"count": number(len(unknown))},
        )
    return Advisory(
        id=f"{head.tracking.id}:{names[0] if names else index}",
        feed=FEED,
        aliases=ids(names),
        related=(),
        summary=words(one.title or head.title),
        published=moment(head.tracking.initial_release_date),
        modified=moment(head.tracking.current_release_date),
        withdrawn=None,
        severity=ids(_vectors(one)),
        affected=tuple(affected),
    )


def _said(package: Package, span: str, said: Verdict, why: str, found: Found, place: str) -> Affected:
    if not span:
        return statement(package, said, why, found, place)
    read_range = _vers(span)
    if read_range is None:
        said = Verdict.UNDECIDED
        why = _("its range of versions could not be read: %(span)s") % {"span": words(span)[:100]}
    ranges = (read_range,) if read_range else ()
    return Affected(
        package.ecosystem, package.release, package.name, package.by_source, ranges, said=said, note=why
    )


_BOUND = re.compile(r"(>=|<=|>|<)([^|,<>=!\s]+)")
_KINDS = {
    ">=": EventKind.INTRODUCED,
    ">": EventKind.AFTER,
    "<": EventKind.BELOW,
    "<=": EventKind.LAST_AFFECTED,
}


def _vers(text: str) -> Range | None:
    """A range of one lower and one upper bound at most (https://github.com/package-url/vers-spec)."""
    if not text.startswith("vers:") or len(text) > 600:
        return None
    bound = text.partition("/")[2].split("|")
    matches = [_BOUND.fullmatch(part) for part in bound]
    events = [Event(_KINDS[match[1]], match[2]) for match in matches if match is not None]
    starts = sum(event.kind in (EventKind.INTRODUCED, EventKind.AFTER) for event in events)
    if len(events) != len(bound) or starts > 1 or len(events) - starts > 1:
        return None
    return tuple(events) if starts else (Event(EventKind.INTRODUCED, "0"), *events)


def _why(one: _Vulnerability, product: str) -> str:
    """The justification for a product, and the vendor's words on impact and remedy."""
    parts = []
    for label in (*(one.flags or ()), *(one.threats or ()), *(one.remediations or ())):
        if label.product_ids is None or product in label.product_ids:
            parts.append(": ".join(part for part in (label.label or label.category, label.details) if part))
    return words("; ".join(parts[:5]))


def _vectors(one: _Vulnerability) -> Iterator[str]:
    for score in one.scores or ():
        for key in ("cvss_v4", "cvss_v3", "cvss_v2"):
            inside = score.get(key)
            vector = inside.get("vectorString") if isinstance(inside, dict) else None
            if isinstance(vector, str):
                yield vector
