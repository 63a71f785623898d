"""One entry told to a person: who did what, what it held, and what was different before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.errors import NotFound
from duecare.ledger import canonical
from duecare.ledger.browsing import entries_about, entries_in_view, opened_about, size_in_view
from duecare.ledger.leaves import parse_leaf
from duecare.ledger.merkle import leaf_hash, node_hash
from duecare.ledger.models import ACT, Entry, Payload, withheld
from duecare.ledger.naming import actor_words, field_words, kind_words, name_of
from duecare.ledger.proving import Proof, opened
from duecare.ledger.records import shapes
from duecare.ledger.viewers import Viewer, VisibleQuerySet
from duecare.web.moments import exact
from duecare.words import number

LISTED = 20
"""Entries of an act that its page lists."""


@dataclass(frozen=True, slots=True)
class FieldTold:
    """One field of what an entry holds."""

    label: str
    value: str
    before: str
    changed: bool
    """Whether it differs from the state before; never true where there was none."""
    blob: str = ""
    """The blob that the value names."""
    record: str = ""
    """The key of the record that the value names."""


@dataclass(frozen=True, slots=True)
class EntryTold:
    """All that the page of an entry shows."""

    entry: Entry
    sentence: str
    actor: str
    valid_at: str
    """When the facts are said to have held: a claim; empty if nothing is said."""
    fields: tuple[FieldTold, ...]
    replaces: int | None
    """Number of the entry that held the state before."""
    replaced_by: int | None
    """Number of the entry that holds the state after."""
    erased: bool
    """Whether the payload no longer exists."""
    blobs: tuple[str, ...]
    reason: str
    """Of the act."""
    act: tuple[Entry, ...]
    """The first entries of the act, its head included."""
    act_size: int
    older: int | None
    """The entry before this one about the same subject."""
    newer: int | None
    previous: int | None
    following: int | None
    meta: str
    payload: str
    meta_salt: str
    payload_salt: str
    leaf: str
    leaf_hash: str
    meta_commitment: str
    payload_commitment: str


@dataclass(frozen=True, slots=True)
class Withheld:
    """What anybody who reads the record sees of an entry that is withheld: the leaf, which says when."""

    index: int
    time: datetime
    leaf: str
    leaf_hash: str
    previous: int | None
    following: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One hashing on the way from a leaf to the root."""

    sibling: str
    """Hex; the hash that the proof brings."""
    left: bool
    """Whether it stands to the left of what is known."""
    result: str


def find_entry(index: int, viewer: Viewer) -> Entry:
    """The entry, if the viewer may see it on the day that is being viewed. Raises NotFound otherwise."""
    size = size_in_view()
    named = _seen_at(index, viewer).annotate(actor_name=name_of(OuterRef("actor")))
    entry: Entry | None = named.filter(index=index).first() if index < size else None
    if entry is None and viewer.areas is not None:
        raise NotFound(
            _("There is no such entry, or none that you may see."),
            _("Your right is limited to areas; you see the entries about what is of them, and of no other."),
        )
    if entry is None and index < size:
        raise NotFound(
            _("Entry %s is withheld: nothing of it is opened here.") % index,
            _("Its page says what stays to be seen of it."),
        )
    if entry is None:
        raise NotFound(
            _("There is no entry %(index)s; the record has %(size)s.")
            % {"index": index, "size": number(size)},
            _("Entries count from 0."),
        )
    return entry


def find_withheld(index: int, viewer: Viewer) -> Withheld | None:
    """What is left to see of an entry that is withheld; None if there is no such entry or it is not."""
    size = size_in_view()
    if not viewer.reads or index >= size:
        return None
    entry = Entry.objects.filter(withheld(), index=index).first()
    if entry is None:
        return None
    leaf = bytes(entry.leaf)
    return Withheld(
        entry.index,
        entry.time,
        leaf.decode(),
        leaf_hash(leaf).hex(),
        previous=index - 1 if index else None,
        following=index + 1 if index + 1 < size else None,
    )


def _seen_at(index: int, viewer: Viewer) -> VisibleQuerySet[Entry]:
    """The entries that the viewer may open, as far as they decide on the one with this number."""
    if viewer.areas is None:
        return entries_in_view(viewer)
    about = Entry.objects.filter(index=index).values_list("kind", "subject").first()
    return opened_about(about[0], [about[1]], viewer) if about else entries_in_view(viewer)


def tell(entry: Entry, viewer: Viewer) -> EntryTold:
    """Everything about an entry that `find_entry` gave."""
    size = size_in_view()
    payload = Payload.objects.filter(index=entry.index).first()
    content = None if payload is None else opened(payload)
    before = _state_before(entry)
    past = None if before is None else opened(before)
    head = Payload.objects.filter(index=entry.head).first()
    act: dict[str, Any] = {"reason": "", "count": 0} if head is None else opened(head)
    same = entries_about(entry.kind, [entry.subject], viewer).filter(kind=entry.kind)
    # Who sees the entries about some records only cannot go through the others beside them.
    visible, steps = (entries_in_view(viewer), 1) if viewer.areas is None else (same, 0)
    meta = json.loads(bytes(entry.meta))
    leaf = parse_leaf(bytes(entry.leaf))
    until = payload.until if payload is not None else None
    return EntryTold(
        entry=entry,
        sentence=_sentence(entry, content, past),
        actor=_actor(entry),
        valid_at=exact(canonical.parse_utc(meta["valid_at"])) if meta["valid_at"] else "",
        fields=tuple(_fields(entry.kind, content, past)),
        replaces=None if before is None else before.index,
        replaced_by=until if until is not None and entry.index < until < size else None,
        erased=payload is None,
        blobs=tuple(content.get("blobs", ())) if content else (),
        reason=_(act["reason"]),
        act=tuple(
            visible.filter(index__gte=entry.head, index__lte=entry.head + act["count"]).order_by("index")[
                :LISTED
            ]
        ),
        act_size=act["count"] + 1,
        older=same.filter(index__lt=entry.index).order_by("-index").values_list("index", flat=True).first(),
        newer=same.filter(index__gt=entry.index).order_by("index").values_list("index", flat=True).first(),
        previous=entry.index - 1 if entry.index and steps else None,
        following=entry.index + 1 if entry.index + 1 < size and steps else None,
        meta=bytes(entry.meta).decode(),
        payload="" if payload is None else bytes(payload.data).decode(),
        meta_salt=bytes(entry.meta_salt).hex(),
        payload_salt="" if payload is None else bytes(payload.salt).hex(),
        leaf=bytes(entry.leaf).decode(),
        leaf_hash=leaf_hash(bytes(entry.leaf)).hex(),
        meta_commitment=leaf.meta.hex(),
        payload_commitment=leaf.payload.hex(),
    )


def blobs_of(entry: Entry) -> frozenset[str]:
    """The digests that an entry's payload names; none once it is erased."""
    payload = Payload.objects.filter(index=entry.index).first()
    return frozenset() if payload is None else frozenset(opened(payload).get("blobs", ()))


def climb(proof: Proof) -> list[Step]:
    """The hashings that lead from the entry's leaf to the root (RFC 9162, 2.1.3.2), for reading along."""
    inner = (proof.index ^ (proof.size - 1)).bit_length()
    known, steps = leaf_hash(proof.leaf), []
    for height, sibling in enumerate(proof.path):
        left = height >= inner or bool(proof.index >> height & 1)
        known = node_hash(sibling, known) if left else node_hash(known, sibling)
        steps.append(Step(sibling.hex(), left, known.hex()))
    return steps


def _state_before(entry: Entry) -> Payload | None:
    """The payload that this entry superseded."""
    # The last condition is that of the index, which serves no query without it; it leaves notes out, too.
    superseded = Payload.objects.filter(until=entry.index, until__gt=F("index"))
    return superseded.filter(kind=entry.kind, subject=entry.subject).first()


def _actor(entry: Entry) -> str:
    return actor_words(entry.actor, getattr(entry, "actor_name", None))


def _sentence(entry: Entry, content: Mapping[str, Any] | None, past: Mapping[str, Any] | None) -> str:
    words = {
        "who": _actor(entry),
        "kind": kind_words(entry.kind),
        "name": _name(content) or _name(past) or entry.subject,
    }
    if entry.kind == ACT:
        count = content["count"] if content else 0
        whole = ngettext(
            "%(who)s: %(reason)s. %(count)s entry follows from it.",
            "%(who)s: %(reason)s. %(count)s entries follow from it.",
            count,
        )
        return whole % {**words, "reason": _(content["reason"]) if content else "", "count": number(count)}
    sentences = {
        "created": _("%(who)s created the %(kind)s %(name)s."),
        "changed": _("%(who)s changed the %(kind)s %(name)s."),
        "deleted": _("%(who)s deleted the %(kind)s %(name)s."),
    }
    return sentences.get(entry.action, _("Noted of %(name)s: %(kind)s (by %(who)s).")) % words


def _name(content: Mapping[str, Any] | None) -> str:
    record = content.get("record") if content else None
    return str(record.get("name") or record.get("title") or "") if record else ""


def _fields(
    kind: str, content: Mapping[str, Any] | None, past: Mapping[str, Any] | None
) -> Iterator[FieldTold]:
    """The fields of a record, note or act, in the order of the model's, with the values before."""
    if content is None:
        return
    blobs = set(content.get("blobs", ()))
    if "record" not in content:
        for name, value in content.get("note", content).items():
            yield FieldTold(field_words("", name), _text(value, ""), "", changed=False)
        yield from (FieldTold(_("File"), blob, "", changed=False, blob=blob) for blob in sorted(blobs))
        return
    now: Mapping[str, Any] = content["record"] or {}
    then: Mapping[str, Any] = (past or {}).get("record") or {}
    shape = shapes().get(kind)
    types = dict(zip(shape.columns, shape.types, strict=True)) if shape else {}
    for name in [*types, *sorted((now.keys() | then.keys()) - types.keys())]:
        if name == "id" or (name not in now and name not in then):
            continue
        type_ = types.get(name, "")
        value, before = now.get(name), then.get(name)
        yield FieldTold(
            field_words(kind, name),
            _text(value, type_),
            _text(before, type_) if then else "",
            changed=bool(then) and value != before,
            blob=value if isinstance(value, str) and value in blobs else "",
            record=value if type_ == "key" and isinstance(value, str) else "",
        )


def _text(value: Any, type_: str) -> str:
    """A value of a snapshot as people read it. The exact bytes are shown apart."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if type_ == "time":
        return exact(canonical.parse_utc(value))
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, indent=1)
    return str(value)
