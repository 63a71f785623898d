"""The one way to show a list: columns and filters said once, for the page, the CSV and the JSON alike.

A `Listing` is declared beside the view. `page` reads the address and gives what `web/listing.html` draws;
`exports.py` streams the same rows under the same filters; `views.py` chooses between them. Addresses are
stable, so that a filtered list can be kept, sent and cited:

    ?state=open&q=mail&sort=-opened&after=…&format=csv

A parameter that the list does not have is refused rather than left out: a misspelt filter would otherwise
show, and export, everything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from django.db.models import DateTimeField, Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.web import keyset

M = TypeVar("M", bound=Model)
Text = str | Promise
"""A text, or one to be translated when it is shown."""

SEARCH, SORT, AFTER, BEFORE, FORMAT, AS_OF = "q", "sort", "after", "before", "format", "as_of"
RESERVED = (SEARCH, SORT, AFTER, BEFORE, FORMAT, AS_OF)
LONGEST = 200
"""Characters of a filter's text or a search."""
YEARS = range(1900, 2201)


class Kind(StrEnum):
    """What a column holds, which decides how it is set."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    """A day or a moment; shown as its distance from now."""
    STATUS = "status"
    """A key of `words.STATUSES`."""
    MONO = "mono"
    """A name that is read letter by letter: a host, an account, a digest."""


@dataclass(frozen=True, slots=True)
class Column(Generic[M]):
    """One column of a list."""

    key: str
    """Its name in `sort=` and in the JSON; never changed once published."""
    label: Text
    value: Callable[[M], Any]
    """The value of a row: text, number, bool, day, moment or None. It must not query."""
    kind: Kind = Kind.TEXT
    link: Callable[[M], str] | None = None
    """The address behind the cell; "" for none."""
    order: str = ""
    """The field, path or annotation that sorts the list by this column; empty if it cannot."""
    export: Callable[[M], Any] | None = None
    """The value for CSV and JSON where it is not the one shown."""

    def exported(self, row: M) -> Any:
        return (self.export or self.value)(row)


class FilterKind(StrEnum):
    """What a filter asks the reader for."""

    CHOICE = "choice"
    TEXT = "text"
    SINCE = "since"
    """A day; rows of that day or later, in the organisation's zone."""
    UNTIL = "until"
    """A day; rows of that day or earlier."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow a list."""

    key: str
    """Its name in the address; never changed once published."""
    label: Text
    lookup: str | Callable[[str], Q]
    """An ORM lookup for the value; for days a date or time field; or a function of the text given."""
    kind: FilterKind = FilterKind.CHOICE
    choices: Sequence[tuple[str, Text]] = ()
    """(value, label) of a CHOICE, in order."""


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says: never only that there is nothing."""

    title: Text
    next_step: Text
    url: str = ""
    """Where the next step is taken."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a list, read and found good."""

    values: Mapping[str, str]
    """By filter key, as given; only those given."""
    search: str
    sort: str
    """A column's key, with a leading minus for descending; "" for the list's own order."""
    after: keyset.Key | None
    before: keyset.Key | None
    format: str
    """`csv`, `json` or "" for the page."""
    as_of: str
    """Passed through for links; others have read it."""
    orders: tuple[keyset.Order, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of one row, with what the template needs to set it."""

    value: Any
    kind: Kind
    label: Text
    url: str


@dataclass(frozen=True, slots=True)
class Head:
    """A column's head; `url` sorts by it."""

    label: Text
    kind: Kind
    url: str
    sorted: str
    """`ascending`, `descending` or "": the value of aria-sort."""


@dataclass(frozen=True, slots=True)
class Field:
    """A filter's control with its value."""

    key: str
    label: Text
    kind: FilterKind
    value: str
    choices: Sequence[tuple[str, Text]]


@dataclass(frozen=True, slots=True)
class Page:
    """What `web/listing.html` draws. All addresses are relative to the page itself."""

    name: str
    caption: Text
    heads: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    fields: tuple[Field, ...]
    searchable: bool
    search: str
    narrowed: bool
    """Whether a filter or a search is in force."""
    carried: tuple[tuple[str, str], ...]
    """Parameters that the filter form must send along."""
    plain_url: str
    """The list without filters."""
    first_url: str
    """The first page under the same filters."""
    previous_url: str
    next_url: str
    csv_url: str
    json_url: str
    exhausted: bool
    """Whether the rows that stood at this place are gone."""
    empty: Empty


@dataclass(frozen=True, slots=True)
class Listing(Generic[M]):
    """A list, declared once."""

    name: str
    """In file names, element ids and signatures of page places; letters, digits and hyphens."""
    caption: Text
    """What the rows are; read out before the table."""
    columns: tuple[Column[M], ...]
    sort: tuple[str, ...]
    """The list's own order: fields, a leading minus for descending."""
    empty: Empty
    filters: tuple[Filter, ...] = ()
    search: tuple[str, ...] = ()
    """Fields in which each word of `q` is looked for."""
    page_size: int = 50
    complete: Callable[[Sequence[M]], None] | None = None
    """Puts to rows that were fetched what a database would work out row by row; None for nothing."""

    def __post_init__(self) -> None:
        keys = [one.key for one in self.filters]
        clash = [key for key in keys if key in RESERVED or keys.count(key) > 1]
        if clash:
            raise ValueError(f"list {self.name}: filter keys {clash} are reserved or given twice")

    def read(self, parameters: QueryDict, model: type[M]) -> Asked:
        """Read an address's parameters.

        Raises BadInput naming the parameter: unknown, given twice, too long, not a choice, not a day.
        """
        given = {key: self._single(key, parameters) for key in parameters}
        given = {key: value for key, value in given.items() if value}
        sort = given.get(SORT, "")
        orders = keyset.total_order(model, self._sort_fields(sort))
        if AFTER in given and BEFORE in given:
            raise BadInput(_("A list goes on after a place or before one, not both."), _("Keep one."))
        if given.get(FORMAT, "") not in ("", "csv", "json"):
            raise BadInput(
                _("There is no format “%s” of this list.") % given[FORMAT], _("Ask for csv or json.")
            )
        places = {
            key: keyset.read_cursor(self.name, orders, given[key]) for key in (AFTER, BEFORE) if key in given
        }
        return Asked(
            values={one.key: given[one.key] for one in self.filters if one.key in given},
            search=given.get(SEARCH, ""),
            sort=sort,
            after=places.get(AFTER),
            before=places.get(BEFORE),
            format=given.get(FORMAT, ""),
            as_of=given.get(AS_OF, ""),
            orders=orders,
        )

    def narrow(self, rows: QuerySet[M], asked: Asked) -> QuerySet[M]:
        """The rows that pass the filters and the search."""
        for one in self.filters:
            if one.key in asked.values:
                rows = rows.filter(_condition(one, asked.values[one.key], rows))
        for word in asked.search.split():
            anywhere = Q()
            for path in self.search:
                anywhere |= Q(**{f"{path}__icontains": word})
            rows = rows.filter(anywhere)
        return rows

    def fetch(
        self,
        narrowed: QuerySet[M],
        asked: Asked,
        size: int,
        after: keyset.Key | None,
        before: keyset.Key | None = None,
    ) -> keyset.Slice[M]:
        """Up to `size` of the rows that passed `narrow`, after a place in their order or before one."""
        part = keyset.fetch(narrowed, asked.orders, size, after=after, before=before)
        if self.complete is not None:
            self.complete(part.rows)
        return part

    def page(self, rows: QuerySet[M], asked: Asked) -> Page:
        """One page of the rows."""
        part = self.fetch(self.narrow(rows, asked), asked, self.page_size, asked.after, asked.before)
        first = self._address(asked)
        return Page(
            name=self.name,
            caption=self.caption,
            heads=tuple(self._head(column, asked) for column in self.columns),
            rows=tuple(tuple(_cell(column, row) for column in self.columns) for row in part.rows),
            fields=tuple(
                Field(one.key, one.label, one.kind, asked.values.get(one.key, ""), one.choices)
                for one in self.filters
            ),
            searchable=bool(self.search),
            search=asked.search,
            narrowed=bool(asked.values or asked.search),
            carried=tuple((key, value) for key, value in ((SORT, asked.sort), (AS_OF, asked.as_of)) if value),
            plain_url=self._address(replace(asked, values={}, search="")),
            first_url=first,
            previous_url=self._place(asked, BEFORE, part.keys[0]) if part.before and part.keys else "",
            next_url=self._place(asked, AFTER, part.keys[-1]) if part.after and part.keys else "",
            csv_url=self._address(asked, (FORMAT, "csv")),
            json_url=self._address(asked, (FORMAT, "json")),
            exhausted=not part.rows and (asked.after is not None or asked.before is not None),
            empty=self.empty,
        )

    def _single(self, key: str, parameters: QueryDict) -> str:
        known = {one.key: one for one in self.filters}
        names = [*known, *(() if not self.search else (SEARCH,)), SORT, AFTER, BEFORE, FORMAT, AS_OF]
        if key not in names:
            raise BadInput(_("This list has no parameter “%s”.") % key, _("It has %s.") % ", ".join(names))
        values = parameters.getlist(key)
        if len(values) > 1:
            raise BadInput(_("The parameter “%s” is given more than once.") % key, _("Keep one."))
        value = values[0].strip()
        if key in (AFTER, BEFORE):
            return value
        if len(value) > LONGEST or "\x00" in value:
            raise BadInput(
                _("The parameter “%s” is too long or holds an unprintable character.") % key,
                _("Give at most %d characters.") % LONGEST,
            )
        if key in known and value:
            _check(known[key], value)
        return value

    def _sort_fields(self, sort: str) -> tuple[str, ...]:
        if not sort:
            return self.sort
        sortable = {column.key: column.order for column in self.columns if column.order}
        field = sortable.get(sort.removeprefix("-"))
        if field is None:
            raise BadInput(
                _("This list cannot be sorted by “%s”.") % sort, _("It can by %s.") % ", ".join(sortable)
            )
        return (f"-{field}" if sort.startswith("-") else field,)

    def _head(self, column: Column[M], asked: Asked) -> Head:
        direction = {column.key: "ascending", f"-{column.key}": "descending"}.get(asked.sort, "")
        if not asked.sort and len(self.sort) and column.order == self.sort[0].removeprefix("-"):
            direction = "descending" if self.sort[0].startswith("-") else "ascending"
        turned = f"-{column.key}" if direction == "ascending" else column.key
        url = self._address(replace(asked, sort=turned)) if column.order else ""
        return Head(column.label, column.kind, url, direction)

    def _place(self, asked: Asked, side: str, key: keyset.Key) -> str:
        return self._address(asked, (side, keyset.write_cursor(self.name, asked.orders, key)))

    def _address(self, asked: Asked, *more: tuple[str, str]) -> str:
        query = QueryDict(mutable=True)
        kept = [*asked.values.items(), (SEARCH, asked.search), (SORT, asked.sort), (AS_OF, asked.as_of)]
        for key, value in (*kept, *more):
            if value:
                query[key] = value
        return f"?{query.urlencode()}"


def _check(one: Filter, value: str) -> None:
    if one.kind is FilterKind.CHOICE and value not in [choice for choice, _label in one.choices]:
        raise BadInput(
            _("“%(value)s” is no choice of the filter “%(key)s”.") % {"value": value, "key": one.key},
            _("Choose one of %s.") % ", ".join(choice for choice, _label in one.choices),
        )
    if one.kind in (FilterKind.SINCE, FilterKind.UNTIL):
        try:
            year = date.fromisoformat(value).year
        except ValueError:
            year = 0
        if year not in YEARS:
            raise BadInput(
                _("“%(value)s” in the filter “%(key)s” is not a day.") % {"value": value, "key": one.key},
                _("Write it as 2026-03-01."),
            )


def _condition(one: Filter, value: str, rows: QuerySet[Any]) -> Q:
    if not isinstance(one.lookup, str):
        return one.lookup(value)
    if one.kind not in (FilterKind.SINCE, FilterKind.UNTIL):
        return Q(**{one.lookup: value})
    day = date.fromisoformat(value)
    bound: date | datetime = day + timedelta(days=1 if one.kind is FilterKind.UNTIL else 0)
    added = rows.query.annotations.get(one.lookup)
    field = added.output_field if added is not None else keyset.find_field(rows.model, one.lookup)[0]
    if isinstance(field, DateTimeField):
        bound = timezone.make_aware(datetime.combine(bound, time.min))
    return Q(**{f"{one.lookup}__{'gte' if one.kind is FilterKind.SINCE else 'lt'}": bound})


def _cell(column: Column[M], row: M) -> Cell:
    url = column.link(row) if column.link else ""
    return Cell(column.value(row), column.kind, column.label, url)
