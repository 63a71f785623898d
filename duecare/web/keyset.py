"""Paging by key: a page begins after the last row of the page before, wherever that row now stands.

OFFSET reads and throws away all rows before the page, and COUNT reads them all; a key costs one index seek
however deep the page lies, and rows that arrive meanwhile neither repeat nor hide others. See Winand, "SQL
Performance Explained", chapter 7, and https://use-the-index-luke.com/no-offset.

Rows are ordered by the given columns and then by primary key, so the order is total. Missing values come
last in either direction: SQLite and PostgreSQL do not agree by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, Field, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from django.db.models.options import Options
from django.utils.translation import gettext as _

from duecare.errors import BadInput

M = TypeVar("M", bound=Model)

Key = tuple[Any, ...]
"""The values of a row's ordering columns, primary key last."""


@dataclass(frozen=True, slots=True)
class Order:
    """One ordering column."""

    path: str
    """A field, a path through relations (`owner__name`) or an annotation."""
    descending: bool = False
    nullable: bool = True

    def expression(self, backwards: bool) -> OrderBy:
        """For `order_by`; `backwards` turns the whole order round."""
        descending = self.descending != backwards
        if not self.nullable:
            return OrderBy(F(self.path), descending=descending)
        return OrderBy(
            F(self.path),
            descending=descending,
            nulls_first=True if backwards else None,
            nulls_last=None if backwards else True,
        )


@dataclass(frozen=True, slots=True)
class Slice(Generic[M]):
    """The rows of one page in their order, with their keys."""

    rows: tuple[M, ...]
    keys: tuple[Key, ...]
    before: bool
    """Whether rows stand before the first one."""
    after: bool
    """Whether rows stand after the last one."""


def find_field(model: type[Model], path: str) -> tuple[Field[Any, Any] | None, bool]:
    """The model field at the end of `path` (None for an annotation) and whether its value may be missing."""
    options: Options[Any] = model._meta
    nullable = False
    field: Any = None
    for name in path.split("__"):
        try:
            field = options.pk if name == "pk" else options.get_field(name)
        except FieldDoesNotExist:
            return None, True
        nullable = nullable or bool(getattr(field, "null", True))
        if field.related_model is not None:
            options = field.related_model._meta
    return field, nullable


def total_order(model: type[Model], sort: Sequence[str]) -> tuple[Order, ...]:
    """The order that `sort` names (a leading minus means descending), made total by the primary key."""
    orders = tuple(
        Order(path, name.startswith("-"), find_field(model, path)[1])
        for name in sort
        for path in [name.removeprefix("-")]
    )
    return (*orders, Order("pk", orders[-1].descending if orders else False, nullable=False))


def beyond(orders: Sequence[Order], key: Key, *, backwards: bool = False) -> Q:
    """The rows strictly after `key` in the order, or strictly before it when `backwards`."""
    condition = Q(pk__in=[])
    for order, value in reversed(list(zip(orders, key, strict=True))):
        condition = _past(order, value, backwards) | (Q(**_equal(order, value)) & condition)
    first, value = orders[0], key[0]
    if value is not None and (backwards or not first.nullable):
        # Says nothing new, but is the range that lets the index seek; SQLite cannot find it in an OR.
        side = "lte" if first.descending != backwards else "gte"
        condition = Q(**{f"{first.path}__{side}": value}) & condition
    return condition


def fetch(
    rows: QuerySet[M],
    orders: Sequence[Order],
    size: int,
    *,
    after: Key | None = None,
    before: Key | None = None,
) -> Slice[M]:
    """Up to `size` rows of `rows` after a key, or before one, or from the start. One query."""
    backwards = before is not None
    key = before if backwards else after
    names = [f"keyset_{place}" for place in range(len(orders))]
    ordered = rows.annotate(**{name: F(order.path) for name, order in zip(names, orders, strict=True)})
    ordered = ordered.order_by(*(order.expression(backwards) for order in orders))
    there = ordered if key is None else ordered.filter(beyond(orders, key, backwards=backwards))
    # Found by their keys first: where the order has no index, all else that a row holds, counts of other
    # tables too, would be worked out for every row that is sorted.
    found = list(ordered.filter(pk__in=there.values("pk")[: size + 1]))
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    return Slice(
        rows=tuple(found),
        keys=tuple(tuple(getattr(row, name) for name in names) for row in found),
        before=more if backwards else after is not None,
        after=True if backwards else more,
    )


def write_cursor(name: str, orders: Sequence[Order], key: Key) -> str:
    """The key as opaque text for an address, signed: a reader cannot ask for keys of rows unseen."""
    return _signer(name).sign_object([_words(orders), [_pack(value) for value in key]])


def read_cursor(name: str, orders: Sequence[Order], text: str) -> Key:
    """The key that `write_cursor` wrote for the same list and order.

    Raises BadInput if it was altered, or belongs to another list or another order.
    """
    step = _("Start again at the list's first page.")
    try:
        words, packed = _signer(name).unsign_object(text)
    except (signing.BadSignature, ValueError) as error:
        raise BadInput(_("The page's place in the list (after or before) cannot be read."), step) from error
    if words != _words(orders):
        raise BadInput(_("The page's place belongs to another sort order than the one asked for."), step)
    return tuple(_unpack(value) for value in packed)


def _past(order: Order, value: Any, backwards: bool) -> Q:
    if value is None:
        return Q(**{f"{order.path}__isnull": False}) if backwards else Q(pk__in=[])
    side = "lt" if order.descending != backwards else "gt"
    past = Q(**{f"{order.path}__{side}": value})
    if order.nullable and not backwards:
        past |= Q(**{f"{order.path}__isnull": True})
    return past


def _equal(order: Order, value: Any) -> dict[str, Any]:
    return {f"{order.path}__isnull": True} if value is None else {order.path: value}


def _signer(name: str) -> signing.Signer:
    return signing.Signer(salt=f"duecare.web.keyset:{name}")


def _words(orders: Sequence[Order]) -> str:
    return ",".join(("-" if order.descending else "") + order.path for order in orders)


def _pack(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"cannot page by a {type(value).__name__}: order by text, numbers, dates or times")


def _unpack(value: Any) -> Any:
    if isinstance(value, dict):
        if "moment" in value:
            return datetime.fromisoformat(value["moment"])
        return date.fromisoformat(value["day"])
    return value
