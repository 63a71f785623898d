"""Search over all that a person may see: records, and what ships with the program.

Areas register what can be found: a `Findable` for a kind of record, a `Shelf` for things that are no
records (safeguards, questions, pages). There is no index of words: each kind is one bounded query on its own
table, of today or of the past day that is being viewed. So nothing can be found that was erased, and every
hit has passed `visible_to`. Why that is fast enough: docs/decisions/0008-search.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from unicodedata import normalize
from urllib.parse import quote

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    Model,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
    Window,
)
from django.db.models.functions import Coalesce
from django.db.models.sql import Query
from django.db.models.sql.constants import SINGLE
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.ledger.browsing import NUMBER_LIMIT, entries_in_view
from duecare.ledger.models import Entry
from duecare.ledger.viewers import Viewer
from duecare.program.subjects import address_of, name_of, visible, visible_among
from duecare.web.listing import Text

M = TypeVar("M", bound=Model)

LONGEST = 200
"""Characters of what is searched for;"""
WORDS = 8
"""and words of it that count."""
SHOWN = 6
"""Hits of a kind where all kinds stand together,"""
PART = 100
"""and where one kind stands alone."""
COUNTED = 1_000
"""So many hits of a kind are counted; what is beyond them is only said to be there."""
WITHIN = 20_000
"""Of a kind that can have very many, so many are looked through: the newest."""
AROUND = 60
"""Characters shown on either side of what matched in a long text."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found."""

    title: str
    url: str
    note: str = ""
    """What tells it from its namesakes: a state, a system, a day in words."""
    field: str = ""
    """In which field it matched, in words, where that is not the title,"""
    excerpt: str = ""
    """and the text around it."""


@dataclass(frozen=True, slots=True)
class Findable(Generic[M]):
    """A kind of record that can be found."""

    name: str
    """In addresses: `?in=hosts`."""
    label: Text
    """What the hits are, plural."""
    weight: int
    """Lower ones come first."""
    rows: Callable[[Viewer], QuerySet[M]]
    """What a viewer may see of it, with whatever `hit` needs joined."""
    fields: tuple[tuple[str, Text], ...]
    """Field and its name in words; the first is the title, and what begins with the search comes first.
    Without any, rows are found by their digests alone."""
    hit: Callable[[M], Hit]
    order: tuple[str, ...] = ("-pk",)
    """After rank."""
    within: int = 0
    """How many of the newest rows are looked through; 0 for all of them."""
    digests: tuple[str, ...] = ()
    """Fields that name blobs; their SHA-256 leads here."""
    about: str = ""
    """A field with a typed reference: who may not see what it names does not see the row either."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that can be found and is no record."""

    title: str
    url: str
    note: str = ""
    texts: tuple[str, ...] = ()
    """More words by which it is found."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A kind of things that are no records."""

    name: str
    label: Text
    weight: int
    things: Callable[[Viewer], Iterable[Thing]]
    """What a viewer may see of them."""
    offered: bool = False
    """Whether they are shown before anything is searched for."""


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind."""

    name: str
    label: str | Promise
    hits: tuple[Hit, ...]
    total: int

    @property
    def more(self) -> bool:
        """Whether there are hits beyond these."""
        return self.total > len(self.hits)

    @property
    def count(self) -> str:
        """How many there are, as far as they were counted."""
        return f"{COUNTED:,}+" if self.total > COUNTED else f"{self.total:,}"


@dataclass(frozen=True, slots=True)
class Answers:
    """What a search found."""

    asked: str
    words: tuple[str, ...]
    groups: tuple[Group, ...]
    jump: Hit | None
    """Where an entry's number, a record's key, a reference or a digest leads."""

    @property
    def total(self) -> int:
        return sum(group.total for group in self.groups)

    @property
    def count(self) -> str:
        """How many there are, as far as they were counted."""
        counted = sum(min(group.total, COUNTED) for group in self.groups)
        return f"{counted:,}+" if counted < self.total else f"{counted:,}"

    @property
    def query(self) -> str:
        """What was searched for, as an address writes it."""
        return quote(self.asked)


_findables: dict[str, Findable[Any]] = {}
_shelves: dict[str, Shelf] = {}


def register_findable(findable: Findable[Any]) -> None:
    """Let records of a kind be found."""
    _findables[findable.name] = findable


def register_shelf(shelf: Shelf) -> None:
    """Let things of a kind be found."""
    _shelves[shelf.name] = shelf


def findables() -> Sequence[Findable[Any]]:
    """Every kind of record that can be found."""
    return tuple(_findables.values())


def bounded() -> list[str | Promise]:
    """The kinds of which only the newest WITHIN are looked through."""
    return [one.label for one in _findables.values() if one.within]


def read(text: str) -> str:
    """What is searched for, cleaned. Raises BadInput if it is too long or holds what cannot be printed."""
    text = " ".join(normalize("NFC", text).split())
    if len(text) > LONGEST or not text.isprintable():
        raise BadInput(
            _("The search is too long or holds an unprintable character."),
            _("Search for at most %s characters.") % LONGEST,
        )
    return text


def search(text: str, viewer: Viewer, only: str = "") -> Answers:
    """All that the viewer may see and that holds every word of `text`, by kind; of one kind if `only`.

    Raises BadInput for a text that `read` refuses, or a kind that there is not.
    """
    asked = read(text)
    if only and only not in _shelves and not (only in _findables and _findables[only].fields):
        raise BadInput(_("Search knows no kind “%s”.") % only[:40], _("Search through everything."))
    words = tuple(asked.split()[:WORDS])
    jump = jump_to(asked, viewer)
    if not words or (jump is not None and not asked.isdecimal()):
        return Answers(asked, words, (), jump)
    most = PART if only else SHOWN
    asking = [one for one in _findables.values() if one.fields and only in ("", one.name)]
    found: list[tuple[int, Group]] = []
    for findable, rows in _some(asking, words, viewer):
        found.append((findable.weight, _look(findable, rows, asked, viewer, words, most)))
    for shelf in _shelves.values():
        if only in ("", shelf.name):
            found.append((shelf.weight, _look_on(shelf, asked, words, viewer, most)))
    found.sort(key=lambda one: one[0])
    return Answers(asked, words, tuple(group for _weight, group in found if group.hits), jump)


def offered(viewer: Viewer) -> tuple[Group, ...]:
    """What is offered before anything is searched for."""
    shelves = sorted((one for one in _shelves.values() if one.offered), key=lambda one: one.weight)
    groups = []
    for shelf in shelves:
        hits = tuple(Hit(one.title, one.url, one.note) for one in shelf.things(viewer))
        groups.append(Group(shelf.name, shelf.label, hits, len(hits)))
    return tuple(group for group in groups if group.hits)


# ── Records ──────────────────────────────────────────────────────────────────────────────────────────────


def _some(
    asking: Iterable[Findable[Any]], words: Sequence[str], viewer: Viewer
) -> list[tuple[Findable[Any], QuerySet[Any]]]:
    """The kinds of which anything at all is found, with what is; asked of each database in one query."""
    queries: dict[str, Query] = {}
    matching = [(one, _matching(one, words, viewer)) for one in asking]
    for findable, rows in matching:
        query = queries.setdefault(rows.db, Query(None))  # of no table, as `Q.check` makes them
        query.add_annotation(Exists(rows), findable.name)
    some: set[str] = set()
    for database, query in queries.items():
        answers = query.get_compiler(using=database).execute_sql(SINGLE)
        some |= {name for name, answer in zip(query.annotations, answers, strict=True) if answer}
    return [(findable, rows) for findable, rows in matching if findable.name in some]


def _matching(findable: Findable[M], words: Sequence[str], viewer: Viewer) -> QuerySet[M]:
    """The rows of a kind that hold every word."""
    rows = findable.rows(viewer)
    if findable.within:
        # Keys begin with the time: what is newer than the key so far down is what is looked through.
        beyond = findable.rows(viewer).order_by("-pk").values("pk")[findable.within : findable.within + 1]
        rows = rows.filter(pk__gt=Coalesce(Subquery(beyond), Value("")))
    for word in words:
        anywhere = Q()
        for path, _label in findable.fields:
            anywhere |= _holds(path, word)
        rows = rows.filter(anywhere)
    return rows


def _look(
    findable: Findable[M], rows: QuerySet[M], asked: str, viewer: Viewer, words: Sequence[str], most: int
) -> Group:
    """The hits among the rows of a kind that match, by one query."""
    title = findable.fields[0][0]
    begins = Case(When(**{f"{title}__istartswith": asked}, then=0), default=1, output_field=IntegerField())
    ranked = rows.annotate(search_rank=begins)
    # Keys alone are sorted, and where there can be very many hits the newest are enough: there the database
    # stops at COUNTED rather than reading on.
    order = ("-pk",) if findable.within else ("search_rank", *findable.order)
    counted = ranked.order_by(*order).values("pk")[: COUNTED + 1]
    whole = findable.rows(viewer).filter(pk__in=counted)
    told = whole.annotate(search_rank=begins, search_total=Window(Count("pk")))
    part = list(told.order_by("search_rank", *findable.order)[:most])
    total = part[0].search_total if part else 0  # type: ignore[attr-defined]
    seen = _sifted(findable, part, viewer)
    hits = tuple(_told(findable, row, words) for row in seen)
    return Group(findable.name, findable.label, hits, total - len(part) + len(seen))


def _sifted(findable: Findable[M], rows: Sequence[M], viewer: Viewer) -> Sequence[M]:
    """Those of the rows whose subject the viewer may see, too."""
    if not findable.about:
        return rows
    seen = visible_among([getattr(row, findable.about) for row in rows], viewer)
    return [row for row in rows if getattr(row, findable.about) in seen]


def _holds(path: str, word: str) -> Q:
    """That a field holds a word, whatever its case. SQLite knows the case of ASCII only."""
    if word.isascii():
        return Q(**{f"{path}__icontains": word})
    found = Q()
    for form in {word, word.lower(), word.upper(), word.capitalize()}:
        found |= Q(**{f"{path}__icontains": form})
    return found


def _told(findable: Findable[M], row: M, words: Sequence[str]) -> Hit:
    """The hit, with the field and the text that matched where the title does not show it."""
    hit = findable.hit(row)
    missing = [word for word in words if word.casefold() not in hit.title.casefold()]
    for path, label in findable.fields[1:]:
        value: Any = row
        for name in path.split("__"):
            value = getattr(value, name, None)
        word = next((one for one in missing if value and one.casefold() in str(value).casefold()), None)
        if word is not None and str(value) not in (hit.title, hit.note):
            return Hit(hit.title, hit.url, hit.note, str(label), excerpt(str(value), word))
    return hit


def excerpt(text: str, word: str) -> str:
    """The text around the first place where it holds a word, on one line."""
    text = " ".join(text.split())
    at = max(text.casefold().find(word.casefold()), 0)
    start, end = max(at - AROUND, 0), min(at + len(word) + AROUND, len(text))
    # Whole words, where there is a space to cut at.
    if start:
        start = text.find(" ", start, at) + 1 or start
    if end < len(text):
        space = text.rfind(" ", at + len(word), end)
        end = space if space > 0 else end
    return ("…" if start else "") + text[start:end].strip() + ("…" if end < len(text) else "")


# ── Things that are no records ───────────────────────────────────────────────────────────────────────────


def _look_on(shelf: Shelf, asked: str, words: Sequence[str], viewer: Viewer, most: int) -> Group:
    """The hits among things: those that begin with the search first, then those whose title holds it."""
    folded = [word.casefold() for word in words]
    ranked: list[tuple[int, Hit]] = []
    for thing in shelf.things(viewer):
        title, whole = thing.title.casefold(), asked.casefold()
        texts = [text.casefold() for text in thing.texts]
        if not all(word in title or any(word in text for text in texts) for word in folded):
            continue
        in_title = all(word in title for word in folded)
        hit = Hit(thing.title, thing.url, thing.note)
        if not in_title:
            missing = next(word for word in folded if word not in title)
            told = next(text for text in thing.texts if missing in text.casefold())
            if told != thing.note:
                hit = Hit(thing.title, thing.url, thing.note, "", excerpt(told, missing))
        ranked.append((0 if title.startswith(whole) else 1 if in_title else 2, hit))
    ranked.sort(key=lambda one: one[0])
    hits = tuple(hit for _rank, hit in ranked[:most])
    return Group(shelf.name, shelf.label, hits, len(ranked))


# ── Straight to a page ───────────────────────────────────────────────────────────────────────────────────

_NUMBER = re.compile(r"#?([0-9]{1,3}(?:[,. ]?[0-9]{3})*|[0-9]+)")
_KEY = re.compile(r"[2-9a-km-np-z]{20}")
_REFERENCE = re.compile(r"[a-z]+\.[a-z]+:[^\s:]+")
_DIGEST = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)


def jump_to(asked: str, viewer: Viewer) -> Hit | None:
    """Where an entry's number (`#12345`), a record's key, a typed reference or a digest leads.

    None for any other text, and for what the viewer may not see.
    """
    if number := _NUMBER.fullmatch(asked):
        index = int(re.sub(r"[,. ]", "", number[1]))
        if index < NUMBER_LIMIT and entries_in_view(viewer).filter(index=index).exists():
            return Hit(_("Entry %s") % f"{index:,}", reverse("entry", args=[index]))
        return None
    if _DIGEST.fullmatch(asked):
        return _of_digest(asked.lower(), viewer)
    if _REFERENCE.fullmatch(asked):
        return _referred(asked, viewer)
    return _of_key(asked, viewer) if _KEY.fullmatch(asked) else None


def _referred(reference: str, viewer: Viewer) -> Hit | None:
    if not visible(reference, viewer):
        return None
    return Hit(name_of(reference, viewer), address_of(reference), reference)


def _of_key(key: str, viewer: Viewer) -> Hit | None:
    """The page of the record with that key, else its entries."""
    # Which kind it is of, the record tells; whether it may be seen is asked of the record itself.
    kinds = Entry.objects.filter(subject=key).order_by("-index").values_list("kind", flat=True)
    kind = kinds.first()
    if kind is None:
        return None
    found = _referred(f"{kind}:{key}", viewer)
    if found is None and entries_in_view(viewer).filter(subject=key).exists():
        return Hit(_("Entries about %s") % key, f"{reverse('ledger')}?{urlencode({'subject': key})}")
    return found


def _of_digest(digest: str, viewer: Viewer) -> Hit | None:
    for findable, path in _digests():
        row = findable.rows(viewer).filter(**{path: digest}).first()
        if row is not None and _sifted(findable, [row], viewer):
            hit: Hit = findable.hit(row)
            return Hit(hit.title, hit.url, hit.note, _("Digest"), digest)
    return None


def _digests() -> Iterator[tuple[Findable[Any], str]]:
    for findable in _findables.values():
        for path in findable.digests:
            yield findable, path
