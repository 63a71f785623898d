"""Undoing an import: every record that it touched goes back to the snapshot that held before it.

What it made is removed. Nothing is undone if anybody has changed one of these records since, or if something
else now rests on one that it made: the message names them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.errors import BadInput, Refused
from duecare.ledger.models import ACT, CLOCK, Entry, Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import Record, read_payload, record_models, shapes
from duecare.program.imports.actions import ACT_SIZE, PART, replace_rows
from duecare.program.imports.models import Import
from duecare.program.imports.tables import few
from duecare.program.models import Attachment, Comment, Task
from duecare.web.recorded import recorded

KIND = Import._meta.label_lower
UNDONE = "program.import-undone"
"""The kind of the note that says which import an act undoes."""
_STEP = 500
"""Keys that one query asks for."""


@dataclass(frozen=True, slots=True)
class _Touched:
    """What an import did to one record."""

    kind: str
    key: str
    first: int
    """Index of its first entry about it."""
    last: int


def demand_undoable(made: Import) -> None:
    """Raises Refused, naming the records, if the import cannot be undone as things are."""
    if made.undone_at is not None:
        raise Refused(
            _("This import was undone before."), _("Take the file in again if it is wanted after all.")
        )
    _demand_unchanged(_touched(made))


def undo(made: Import, actor: str, reason: str, now: datetime) -> None:
    """Put back what the import changed, in acts of bounded size; the last marks it as undone.

    Raises BadInput without a reason, Refused if it was undone before or a record has changed since.
    """
    if not reason.strip():
        raise BadInput(_("An import is not undone without a reason."), _("Say what was wrong with it."))
    demand_undoable(made)
    # Children first: what an import made may hang together, as accounts do from their source.
    order = {model._meta.label_lower: -place for place, model in enumerate(record_models())}
    touched = sorted(_touched(made), key=lambda one: (order[one.kind], one.key))
    parts = [touched[start : start + ACT_SIZE] for start in range(0, len(touched), ACT_SIZE)] or [[]]
    for number, part in enumerate(parts, 1):
        with recording(
            actor, recorded("undo the import of %(name)s: %(why)s", name=made.name, why=reason.strip())
        ) as act:
            act.note(UNDONE, made.pk, {"part": number, "of": len(parts)})
            _demand_unchanged(part)
            for kind, some in _by_kind(part):
                _put_back(kind, some)
            if number == len(parts):
                current = Import.objects.select_for_update().get(pk=made.pk)
                if current.undone_at is not None:
                    raise Refused(_("This import was undone before."), _("Look at its page."))
                current.undone_at, current.undone_by = now, actor
                current.undone_because = reason.strip()
                current.save()


def _touched(made: Import) -> list[_Touched]:
    """The records that the acts of an import touched and nothing has put back yet."""
    spans: dict[tuple[str, str], list[int]] = {}
    for head in acts_of(made, PART):
        for kind, key, index in _entries(head):
            spans.setdefault((kind, key), []).append(index)
    for head in acts_of(made, UNDONE):  # one that broke off
        for kind, key, _index in _entries(head):
            spans.pop((kind, key), None)
    return [_Touched(kind, key, found[0], found[-1]) for (kind, key), found in spans.items()]


def _entries(head: int) -> Iterator[tuple[str, str, int]]:
    """Kind, key and index of the records that an act changed, but for the import itself."""
    count = json.loads(bytes(Payload.objects.get(index=head).data))["count"]
    rows = Entry.objects.filter(index__gt=head, index__lte=head + count).order_by("index")
    yield from rows.exclude(kind__in=(ACT, CLOCK, PART, UNDONE, KIND)).values_list("kind", "subject", "index")


def acts_of(made: Import, kind: str = PART) -> list[int]:
    """The first entries of the acts of an import, in order."""
    rows = Entry.objects.filter(kind=kind, subject=made.pk).order_by("index")
    return list(rows.values_list("head", flat=True))


def _by_kind(touched: Sequence[_Touched]) -> Iterator[tuple[str, list[_Touched]]]:
    found: dict[str, list[_Touched]] = {}
    for one in touched:
        found.setdefault(one.kind, []).append(one)
    yield from found.items()


def _demand_unchanged(touched: Sequence[_Touched]) -> None:
    changed = [one for kind, some in _by_kind(touched) for one in _changed(kind, some)]
    if changed:
        raise Refused(
            ngettext(
                "%(count)s record has been changed since: %(names)s.",
                "%(count)s records have been changed since: %(names)s.",
                len(changed),
            )
            % {"count": len(changed), "names": few(_names(changed))},
            _("Change by hand what was wrong, or bring a file with the right values."),
        )
    resting = list(_resting(touched))
    if resting:
        raise Refused(
            _("Other records rest on what it made: %s.") % few(resting),
            _("Remove those first, or leave the import as it is."),
        )


def _changed(kind: str, some: Sequence[_Touched]) -> Iterator[_Touched]:
    """Those of which another entry holds by now."""
    held: dict[str, int] = {}
    keys = [one.key for one in some]
    for start in range(0, len(keys), _STEP):
        rows = Payload.objects.filter(kind=kind, subject__in=keys[start : start + _STEP], until__isnull=True)
        held.update(rows.values_list("subject", "index"))
    return (one for one in some if held.get(one.key) != one.last)


def _names(some: Sequence[_Touched]) -> list[str]:
    found = []
    for kind, part in _by_kind(some[:20]):
        records = shapes()[kind].model._base_manager.in_bulk([one.key for one in part])
        found += [str(records.get(one.key, one.key)) for one in part]
    return found + [one.key for one in some[20:]]


def _before(some: Sequence[_Touched]) -> dict[str, bytes]:
    """By key, the payload that held before; what the import made has none."""
    found: dict[str, bytes] = {}
    for start in range(0, len(some), _STEP):
        part = {one.first: one for one in some[start : start + _STEP]}
        # The last condition is that of the index, which serves no query without it.
        rows = Payload.objects.filter(until__in=list(part), kind=some[0].kind, until__gt=F("index"))
        for until, subject, data in rows.values_list("until", "subject", "data"):
            if until is not None and part[until].key == subject:
                found[subject] = bytes(data)
    return found


def _made(some: Sequence[_Touched]) -> list[str]:
    before = _before(some)
    return [one.key for one in some if one.key not in before]


def _resting(touched: Sequence[_Touched]) -> Iterator[str]:
    """Records that the import did not make and that point at one that it did."""
    made: Mapping[str, list[str]] = {kind: _made(some) for kind, some in _by_kind(touched)}
    for kind, keys in made.items():
        for relation in shapes()[kind].model._meta.related_objects:
            model = relation.related_model
            if not (isinstance(model, type) and issubclass(model, Record)):
                continue
            own = set(made.get(model._meta.label_lower, ()))
            for start in range(0, len(keys), _STEP):
                name = f"{relation.field.name}__in"
                rows = model._base_manager.filter(**{name: keys[start : start + _STEP]})
                yield from (str(one) for one in rows if one.pk not in own)
        yield from _said_of(kind, keys)


def _said_of(kind: str, keys: Sequence[str]) -> Iterator[str]:
    """Comments on these records, files put to them, and tasks about them."""
    for start in range(0, len(keys), _STEP):
        about = [f"{kind}:{key}" for key in keys[start : start + _STEP]]
        for model in (Comment, Attachment, Task):
            yield from (str(one) for one in model._base_manager.filter(about__in=about))


def _put_back(kind: str, some: Sequence[_Touched]) -> None:
    shape = shapes()[kind]
    before = _before(some)
    gone = [one.key for one in some if one.key not in before]
    for start in range(0, len(gone), _STEP):
        shape.model._base_manager.filter(pk__in=gone[start : start + _STEP]).delete()
    back = []
    for data in before.values():
        snapshot = read_payload(shape, data)
        if snapshot is not None:
            back.append(shape.model(**dict(zip(shape.columns, shape.values(snapshot), strict=True))))
    replace_rows(shape.model, back)
