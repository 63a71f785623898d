"""Records: the models whose every change becomes an entry, and their snapshots.

A subclass of `Record` is a projection of the ledger. Its rows can only change inside `recording()`
(triggers.py), and each state it has had is a snapshot in a payload: the field list of one schema version.
When the field list changes, `schema` goes up by one and a pure `upcaster` says how the older snapshot
reads; a test pins the list.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import Any, ClassVar

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models.base import ModelBase

from duecare.ledger import canonical
from duecare.ledger.models import KIND_LENGTH
from duecare.ledger.viewers import VisibleManager

Snapshot = dict[str, Any]


def new_key() -> str:
    """A key for a record, never reused: 20 characters, of which the last 13 are random (65 bits).

    The first seven say when, in eighths of a second. So keys that were made together stand together in an
    index, and a thousand records of one act touch tens of its pages, not a thousand
    (docs/decisions/0005-keys-begin-with-the-time.md).
    """
    step = int(utc_now().timestamp() * 8)
    when = bytes(_LETTERS[step >> shift & 31] for shift in range(30, -1, -5))
    return (when + secrets.token_bytes(13).translate(_LETTERS)).decode()


_LETTERS = b"23456789abcdefghijkmnpqrstuvwxyz" * 8
"""A letter for each byte; 32 divides 256, so all are as likely. Sorted, so that later keys are greater."""


class Record(models.Model):
    """A row that the ledger proves. Its key is never reused, and never an e-mail address."""

    id = models.CharField(primary_key=True, max_length=40, default=new_key, editable=False)

    schema: ClassVar[int] = 1
    """Version of the field list; a changed list needs the next one and an upcaster."""
    confined: ClassVar[bool] = False
    """Whether its entries are withheld from every page, list and export but those of its own room. What is
    confined stays so: a later release that no longer did would open old entries."""
    room: ClassVar[str] = ""
    """Id of the area that all its rows are of, for those whose rights are limited to some; empty for none."""
    spans_areas: ClassVar[bool] = False
    """Whether a row may hold names out of areas beside its own, as what evidence said on a day. Its page
    leaves out what a viewer may not see; an entry is bytes: who is limited to areas opens none of them."""

    objects = VisibleManager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.label} {self.pk}"


class BlobField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs alone
    """The SHA-256 of a blob (blobs.py), 64 hex, or empty; the payload lists it among its blobs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 64
        super().__init__(*args, **kwargs)


KEYS = 500
"""How many keys one query asks for."""

_TEXT = (models.CharField, models.TextField)
_WHOLE = (models.IntegerField, models.BooleanField)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the rows of one record model become snapshots and back."""

    model: type[Record]
    kind: str
    """`<app>.<model>`, the kind of its entries."""
    table: str
    columns: tuple[str, ...]
    """Attribute names in the order of the model's fields; the snapshot's keys."""
    types: tuple[str, ...]
    blobs: tuple[int, ...]
    """Positions of the columns that name blobs."""
    written: tuple[tuple[str, int], ...]
    """The columns in the order of canonical JSON: `"name":` and position."""

    @property
    def schema(self) -> int:
        return self.model.schema

    def snapshot(self, row: Sequence[Any]) -> Snapshot:
        """The snapshot of a row given in the order of `columns`."""
        return dict(zip(self.columns, row, strict=True))

    def payload(self, row: Sequence[Any] | None) -> bytes:
        """The canonical payload of a row, or of its deletion.

        Raises CanonicalError naming the field that cannot be recorded.
        """
        if row is None:
            return canonical.encode({"blobs": [], "record": None, "schema": self.schema})
        blobs = sorted({row[position] for position in self.blobs if row[position]})
        try:
            named = canonical.encode(blobs).decode() if blobs else "[]"
            values = [f"{name}{_encoded(row[position])}" for name, position in self.written]
            return f'{{"blobs":{named},"record":{{{",".join(values)}}},"schema":{self.schema}}}'.encode()
        except canonical.CanonicalError:
            # Once more the plain way, which knows the name of the field.
            return canonical.encode({"blobs": blobs, "record": self.snapshot(row), "schema": self.schema})

    def rows(self, keys: Iterable[str], using: str) -> dict[str, tuple[Any, ...]]:
        """The live rows with these keys, each in the order of `columns`."""
        found: dict[str, tuple[Any, ...]] = {}
        wanted = list(keys)
        for start in range(0, len(wanted), KEYS):
            part = self.model._base_manager.using(using).filter(pk__in=wanted[start : start + KEYS])
            found.update((row[0], row) for row in part.values_list(*self.columns))
        return found

    def values(self, snapshot: Snapshot) -> list[Any]:
        """Python values of a snapshot in the order of `columns`, as the model's fields take them."""
        return [_revive(kind, snapshot[name]) for name, kind in zip(self.columns, self.types, strict=True)]


def _encoded(value: Any) -> str:
    """Canonical JSON of one value of a record; nearly all are plain, and need no general encoder."""
    kind = type(value)
    if kind is str and value.isascii():
        return encode_basestring(value)
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is int and -canonical.MAX_INT <= value <= canonical.MAX_INT:
        return repr(value)
    if kind is datetime:
        return f'"{canonical.utc_text(value)}"'
    if not value and (kind is dict or kind is list):
        return "{}" if kind is dict else "[]"
    return canonical.encode([[value]])[2:-2].decode()  # as deep as it will stand in the payload


def _revive(kind: str, value: Any) -> Any:
    if value is None:
        return None
    if kind == "time":
        return canonical.parse_utc(value)
    if kind == "date":
        return date.fromisoformat(value)
    return value


def _type_of(field: models.Field[Any, Any]) -> str:
    """The word for a field's type in a snapshot; raises ImproperlyConfigured for what has none."""
    if isinstance(field, models.ForeignKey):
        target = field.related_model
        if not (isinstance(target, type) and issubclass(target, Record)):
            raise ImproperlyConfigured(f"{field}: a record points only at records")
        if not field.target_field.primary_key:
            raise ImproperlyConfigured(f"{field}: a record points at another by its key, without to_field")
        return "key"
    if isinstance(field, _TEXT):
        return "text"
    if isinstance(field, _WHOLE):
        return "whole"
    if isinstance(field, models.DateTimeField):
        return "time"
    if isinstance(field, models.DateField):
        return "date"
    if isinstance(field, models.JSONField):
        return "json"
    raise ImproperlyConfigured(
        f"{field}: a record holds text, whole numbers, truth values, dates, times, JSON and keys only "
        "(money in minor units; no floats, no decimals, no bytes)"
    )


_shapes: dict[type[Record], Shape] = {}


def shape_of(model: type[Record]) -> Shape:
    """The shape of a record model. Raises ImproperlyConfigured if a field cannot be recorded."""
    shape = _shapes.get(model)
    if shape is None:
        meta = model._meta
        if meta.parents:
            raise ImproperlyConfigured(f"{meta.label}: a record inherits only from abstract models")
        if any(_is_implicit(m2m) for m2m in meta.local_many_to_many):
            raise ImproperlyConfigured(f"{meta.label}: many-to-many needs a through record of its own")
        if len(meta.label_lower) > KIND_LENGTH:
            raise ImproperlyConfigured(f"{meta.label}: a kind has at most {KIND_LENGTH} characters")
        fields = meta.concrete_fields
        shape = Shape(
            model,
            meta.label_lower,
            meta.db_table,
            tuple(field.attname for field in fields),
            tuple(_type_of(field) for field in fields),
            tuple(n for n, field in enumerate(fields) if isinstance(field, BlobField)),
            tuple(sorted((f'"{field.attname}":', n) for n, field in enumerate(fields))),
        )
        if shape.columns[0] != "id":
            raise ImproperlyConfigured(f"{meta.label}: the key of a record is its first field")
        _shapes[model] = shape
    return shape


def _is_implicit(field: models.ManyToManyField[Any, Any]) -> bool:
    through = field.remote_field.through
    return through is None or bool(through._meta.auto_created)


def record_models() -> list[type[Record]]:
    """Every record model of the installed apps, parents before those that point at them."""
    found = [model for model in apps.get_models() if issubclass(model, Record) and not model._meta.proxy]
    ordered: list[type[Record]] = []

    def place(model: type[Record], above: tuple[type[Record], ...] = ()) -> None:
        if model in ordered or model in above:
            return
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey):
                target = field.related_model
                if isinstance(target, ModelBase) and issubclass(target, Record) and target is not model:
                    place(target, (*above, model))
        ordered.append(model)

    for model in sorted(found, key=lambda m: m._meta.label_lower):
        place(model)
    return ordered


@cache
def shapes() -> Mapping[str, Shape]:
    """Every record's shape, by kind, parents first."""
    return MappingProxyType({shape.kind: shape for shape in map(shape_of, record_models())})


@cache
def confined_kinds() -> frozenset[str]:
    """The kinds whose entries are withheld (`Record.confined`)."""
    return frozenset(kind for kind, shape in shapes().items() if shape.model.confined)


Upcaster = Callable[[Snapshot], Snapshot]
_upcasters: dict[tuple[str, int], Upcaster] = {}


def upcaster(kind: str, since: int) -> Callable[[Upcaster], Upcaster]:
    """Register the pure function that makes version `since + 1` of a snapshot of `kind` at `since`."""

    def register(function: Upcaster) -> Upcaster:
        if (kind, since) in _upcasters:
            raise ImproperlyConfigured(f"two upcasters for {kind} version {since}")
        _upcasters[kind, since] = function
        return function

    return register


def upcast(kind: str, snapshot: Snapshot, version: int, wanted: int) -> Snapshot:
    """A snapshot of `version` as one of version `wanted`.

    Raises ImproperlyConfigured if a step has no upcaster or the snapshot is from a newer release.
    """
    if version > wanted:
        raise ImproperlyConfigured(
            f"{kind}: the record holds version {version}, this release knows {wanted}: install the newer one"
        )
    for step in range(version, wanted):
        function = _upcasters.get((kind, step))
        if function is None:
            raise ImproperlyConfigured(f"{kind}: no upcaster from version {step} to {step + 1}")
        snapshot = function(dict(snapshot))
    return snapshot


def schema_of(data: bytes) -> int:
    """The schema version that the payload of a record names, without reading the rest."""
    return int(data[data.rindex(b":") + 1 : -1])  # the last key, and a whole number


def read_payload(shape: Shape, data: bytes) -> Snapshot | None:
    """The snapshot in a payload, as the current version; None for a deletion.

    Raises ImproperlyConfigured if no upcaster leads to this release's field list.
    """
    payload = json.loads(data)
    if payload["record"] is None:
        return None
    snapshot = upcast(shape.kind, payload["record"], payload["schema"], shape.schema)
    if len(snapshot) != len(shape.columns) or any(name not in snapshot for name in shape.columns):
        differing = ", ".join(sorted(set(shape.columns) ^ set(snapshot)))
        raise ImproperlyConfigured(
            f"{shape.kind}: a snapshot of version {shape.schema} and the model differ in {differing}: "
            "a changed field list needs a new version and an upcaster"
        )
    return snapshot


_told: ContextVar[Callable[[], datetime] | None] = ContextVar("told", default=None)


def utc_now() -> datetime:
    """The server's clock, aware, UTC: the one place where the program reads it."""
    told = _told.get()
    return datetime.now(UTC) if told is None else told()


@contextmanager
def told_time(clock: Callable[[], datetime]) -> Iterator[None]:
    """Let the server's time be what `clock` says, in this context alone.

    For histories that are made up: a demonstration, a benchmark, a test. What is recorded meanwhile bears
    that time as if it were true, so no page, command or job of an organisation's own record comes here.
    """
    before = _told.set(clock)
    try:
        yield
    finally:
        _told.reset(before)
