"""Where checks get their evidence: named sources of subjects, and typed references to what they are.

An area registers a source ("hosts") and the kind of reference its subjects carry ("systems.host"); checks of
any area name the source. So areas meet here and need not know each other.

A reference `<kind>:<key>` names anything that has a page. Where the kind is that of a record, the record
itself says who may see it and what it is called; other kinds register both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from duecare.errors import DuecareError
from duecare.program.judgement import Facts, Grade
from duecare.words import gettext as _

if TYPE_CHECKING:
    from duecare.ledger.records import Record
    from duecare.ledger.viewers import Viewer


@dataclass(frozen=True, slots=True)
class Subject:
    """One thing that checks look at, with its newest evidence."""

    reference: str
    """`<kind>:<key>`, for example `systems.host:k3...`."""
    name: str
    grade: Grade
    facts: Facts | None
    """None when there is no evidence; `failure` then says why."""
    failure: str = ""
    evidence: str = ""
    """Digest of the blob that holds the evidence."""


Source = Callable[[datetime], Iterator[Subject]]
"""Yields every subject of the population, at the moment of judging; one at a time, for memory's sake."""

_sources: dict[str, Source] = {}
_addresses: dict[str, Callable[[str], str]] = {}
_visible: dict[str, Callable[[str, Viewer], bool]] = {}
_names: dict[str, Callable[[str], str]] = {}


def register_source(name: str, source: Source) -> None:
    """Let checks say `of=name`."""
    _sources[name] = source


def find_source(name: str) -> Source:
    """The source of that name. Raises DuecareError if no area registered it."""
    try:
        return _sources[name]
    except KeyError:
        raise DuecareError(
            _("No area offers subjects called %(name)s.") % {"name": repr(name)}, _("Correct the check.")
        ) from None


def register_reference(kind: str, address: Callable[[str], str]) -> None:
    """Say where pages about references of `kind` are: from the key to a URL."""
    _addresses[kind] = address


def address_of(reference: str) -> str:
    """The page about a reference; empty if no area has one."""
    kind, _, key = reference.partition(":")
    address = _addresses.get(kind)
    return address(key) if address else ""


def address_seen(reference: str, viewer: Viewer) -> str:
    """The same, but empty for a kind of thing that lies outside the areas of whose right is limited.

    It does not ask for the thing itself, so that lists can have a link in every row.
    """
    from duecare.ledger.records import shapes  # as in `referred`

    shape = shapes().get(reference.partition(":")[0])
    if viewer.areas is not None and shape is not None and shape.model.room:
        return address_of(reference) if viewer.covers(shape.model.room) else ""
    return address_of(reference)


def register_visible(kind: str, function: Callable[[str, Viewer], bool]) -> None:
    """Say who may see a reference whose kind is not that of a record: from key and viewer."""
    _visible[kind] = function


def register_name(kind: str, name: Callable[[str], str]) -> None:
    """Say what a reference is called whose kind is not that of a record: from the key."""
    _names[kind] = name


def visible(reference: str, viewer: Viewer) -> bool:
    """Whether there is such a thing, with a page, that the viewer may see on the day that is being viewed."""
    kind, _, key = reference.partition(":")
    if kind not in _addresses or not key:
        return False
    if kind in _visible:
        return _visible[kind](key, viewer)
    return referred(reference, viewer) is not None


def referred(reference: str, viewer: Viewer) -> Record | None:
    """The record that a reference names, if the viewer may see it; None also where it names no record."""
    from duecare.ledger.records import shapes  # models, and pure cores import this module

    kind, _, key = reference.partition(":")
    shape = shapes().get(kind)
    if shape is None:
        return None
    found: Record | None = shape.model.objects.all().visible_to(viewer).filter(pk=key).first()
    return found


def visible_among(references: Iterable[str], viewer: Viewer) -> set[str]:
    """Those of the references that `visible` is true of, by one query a kind."""
    from duecare.ledger.records import shapes  # as in `referred`

    of: dict[str, set[str]] = {}
    for reference in references:
        kind, _, key = reference.partition(":")
        of.setdefault(kind, set()).add(key)
    found: set[str] = set()
    for kind, keys in of.items():
        shape = shapes().get(kind)
        if kind not in _addresses:
            continue
        if kind in _visible:
            found.update(f"{kind}:{key}" for key in keys if key and _visible[kind](key, viewer))
        elif shape is not None:
            rows = shape.model.objects.all().visible_to(viewer).filter(pk__in=keys)
            found.update(f"{kind}:{key}" for key in rows.values_list("pk", flat=True))
    return found


def named_among(references: Iterable[str], viewer: Viewer) -> dict[str, str]:
    """What those of the references are called that the viewer may see, by one query a kind of record."""
    from duecare.ledger.records import shapes  # as in `referred`

    of: dict[str, set[str]] = {}
    for reference in references:
        kind, _, key = reference.partition(":")
        of.setdefault(kind, set()).add(key)
    found: dict[str, str] = {}
    for kind, keys in of.items():
        shape = shapes().get(kind)
        if kind in _visible or kind in _names or kind not in _addresses or shape is None:
            found.update(
                {f"{kind}:{key}": name for key in keys if (name := name_of(f"{kind}:{key}", viewer))}
            )
        else:
            rows = shape.model.objects.all().visible_to(viewer).filter(pk__in=keys)
            found.update({f"{kind}:{row.pk}": str(row) for row in rows})
    return found


def name_of(reference: str, viewer: Viewer) -> str:
    """What a reference is called, if the viewer may see it; else the empty text."""
    if not visible(reference, viewer):
        return ""
    kind, _, key = reference.partition(":")
    return _names[kind](key) if kind in _names else str(referred(reference, viewer) or "")
