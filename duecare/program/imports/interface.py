"""What a list has to say of itself so that CSV and XLSX can be taken into it, and what a loader knows.

An area registers its lists and loaders when it is loaded; the pages, the terminal and undoing are the same
for all. Nothing here writes: the mechanism saves what a list makes and changes (`actions.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any, ClassVar, Generic, TypeVar

from django.db.models import QuerySet

from duecare.errors import NotFound
from duecare.ledger.records import Record
from duecare.ledger.viewers import Role
from duecare.program.imports.changes import Change, Values
from duecare.program.imports.fields import Field, Order
from duecare.program.imports.mapping import Wanted, same
from duecare.web.listing import Text
from duecare.words import gettext as _

R = TypeVar("R", bound=Record)

MANAGERS = (Role.OWNER, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Taking:
    """The circumstances in which a file is taken in."""

    actor: str
    now: datetime
    """Aware, UTC."""
    at: datetime
    """When the file was made, as the person says; never later than `now`."""
    zone: tzinfo
    """The organisation's."""
    source: str
    """What the list is of; empty for lists that have no sources."""
    whole: bool
    """Whether the file is the whole list."""
    aspect: str
    """What of the records the file tells, in the loader's words; empty for the list itself."""
    told: frozenset[str]
    """The fields that the file tells."""
    file: str
    """Digest of the file."""


class List(ABC, Generic[R]):
    """A list that takes CSV and XLSX."""

    id: ClassVar[str]
    name: ClassVar[Text]
    """In words, a plural: "Accounts"."""
    model: type[R]
    fields: ClassVar[tuple[Field, ...]]
    keys: ClassVar[tuple[str, ...]]
    """The fields by which a row finds its record, the surest first."""
    called: ClassVar[str]
    """The field by which a record is named."""
    page: ClassVar[str]
    """Name of the address of the list's page."""
    roles: ClassVar[tuple[Role, ...]] = MANAGERS
    sourced: ClassVar[bool] = False
    """Whether there is one such list for each source, which a file may be the whole of."""
    undivided: ClassVar[bool] = False
    """Whether nothing of a file is taken in while a row of it has a fault."""
    about: ClassVar[Text] = ""
    """What is worth knowing before one brings a file, in a sentence or two."""

    @abstractmethod
    def records(self, taking: Taking) -> QuerySet[R]:
        """The records among which rows find theirs."""

    def values(self, record: R) -> dict[str, Any]:
        """A record by field, as rows are compared with it."""
        return {one.name: getattr(record, one.name) for one in self.fields}

    def listed(self, record: R, taking: Taking) -> bool:
        """Whether a whole list of this source would name the record, so that it is gone if it does not."""
        return True

    def context(self, taking: Taking, rows: Sequence[Wanted]) -> Any:
        """What `complete` needs to know beside the row, read once for all rows."""
        return None

    def complete(self, values: Mapping[str, Any], taking: Taking, context: Any) -> dict[str, Any]:
        """What a row wants, with what follows from it. A value `bad` says why the row cannot be taken in."""
        return dict(values)

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        """(field, reason) for values that do not go together."""
        return iter(())

    def lacking(self, taking: Taking) -> dict[str, Any] | None:
        """What becomes of records that are not in a whole list; None if nothing does."""
        return None

    def demand(self, taking: Taking) -> None:
        """Raises an error of ours if the file as a whole must not be taken in."""
        return

    def begin(self, taking: Taking, added: Sequence[Change]) -> Any:
        """What `make` and `change` need; called within the first act, and may save records.

        `added` are the changes of the whole plan for which `make` will be called.
        """
        return None

    @abstractmethod
    def make(self, values: Values, taking: Taking, scope: Any) -> R:
        """A new record, not saved."""

    def change(self, record: R, values: Values, taking: Taking, scope: Any) -> None:
        """Give the record what a row wants; saved by the caller."""
        for name, value in values.items():
            setattr(record, name, value)

    def end(self, taking: Taking, scope: Any, *, whole: bool) -> None:
        """Called within the last act; `whole` if the list was told wholly and without faults."""
        return


Heads = tuple[tuple[str, ...], ...]
"""Columns whose texts make a value, joined by a space; of each the names that it goes by."""


@dataclass(frozen=True, slots=True)
class Loader:
    """What is known of the files that one program or service gives an administrator."""

    id: str
    """Never reused: "entra-users"."""
    list: str
    name: Text
    source: str
    """What the source is called unless the person says otherwise: "Entra ID"."""
    heads: Mapping[str, Heads]
    """By field."""
    marks: tuple[tuple[str, ...], ...]
    """A file is one of these if of each of these groups a column is there."""
    steps: tuple[Text, ...]
    """How the file is downloaded, in our words, one step each."""
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By field: what a text, in lower case, stands for."""
    order: Order | None = None
    """Of its days, if that is known."""
    utc: bool = True
    """Whether times without a zone are UTC; else they are the organisation's."""
    aspect: str = ""
    """What of the records it tells; empty for the list itself."""

    def knows(self, head: Sequence[str]) -> bool:
        """Whether a file with this head is one of these."""
        there = {same(one) for one in head}
        return all(any(same(name) in there for name in names) for names in self.marks)

    def columns(self, head: Sequence[str]) -> dict[str, tuple[int, ...]]:
        """The columns of each field that the file has."""
        places: dict[str, int] = {}
        for place, name in enumerate(head):
            places.setdefault(same(name), place)
        found = {}
        for wanted, groups in self.heads.items():
            picked = [
                next((places[same(name)] for name in names if same(name) in places), None) for names in groups
            ]
            there = tuple(place for place in picked if place is not None)
            if there:
                found[wanted] = there
        return found

    def zone(self, local: tzinfo) -> tzinfo:
        return UTC if self.utc else local


_lists: dict[str, List[Any]] = {}
_loaders: dict[str, Loader] = {}


def register_list(one: List[Any]) -> None:
    """Let files be taken into a list."""
    if one.id in _lists:
        raise ValueError(f"the list {one.id} is registered twice")
    _lists[one.id] = one


def register_loader(one: Loader) -> None:
    """Let files of a kind be known by their head."""
    if one.id in _loaders:
        raise ValueError(f"the loader {one.id} is registered twice")
    _loaders[one.id] = one


def lists() -> Sequence[List[Any]]:
    """All lists that take files, by name."""
    return sorted(_lists.values(), key=lambda one: str(one.name))


def find_list(id: str) -> List[Any]:
    """Raises NotFound if no list of that id takes files."""
    if id not in _lists:
        raise NotFound(
            _("No list %(id)s takes files.") % {"id": repr(id[:40])},
            _("There are %(names)s.") % {"names": ", ".join(sorted(_lists))},
        )
    return _lists[id]


def loaders(list_id: str = "") -> Sequence[Loader]:
    """All loaders, or those of a list."""
    return [one for one in _loaders.values() if list_id in ("", one.list)]


def find_loader(id: str) -> Loader | None:
    """The loader of that id; None for the empty one. Raises NotFound for one that is not known."""
    if not id:
        return None
    if id not in _loaders:
        raise NotFound(
            _("There is no loader %(id)s.") % {"id": repr(id[:40])},
            _("There are %(names)s.") % {"names": ", ".join(sorted(_loaders))},
        )
    return _loaders[id]


def loader_for(list_id: str, head: Sequence[str]) -> Loader | None:
    """The one loader of a list that knows a file with this head; None if none or several do."""
    found = [one for one in loaders(list_id) if one.knows(head)]
    return found[0] if len(found) == 1 else None
