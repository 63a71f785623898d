"""What reading a feed finds: advisories, what is known about CVEs, and faults. Loaders put it here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from duecare.patching.advisories import bounds
from duecare.patching.advisories.interface import Advisory, Enrichment, Fault
from duecare.patching.versions.interface import LIMIT
from duecare.words import gettext as _
from duecare.words import number


class Unreadable(ValueError):
    """A record that cannot be used; the message says why. Loaders raise it, and it becomes a Fault."""


def said(reason: object) -> str:
    """A reason as the text that it is: of ours, one that still knows its parts (`duecare/words.py`)."""
    if isinstance(reason, Unreadable) and reason.args and isinstance(reason.args[0], str):
        return reason.args[0]
    return reason if isinstance(reason, str) else str(reason)


@dataclass(slots=True)
class Found:
    """What came out of one file so far."""

    name: str
    advisories: list[Advisory] = field(default_factory=list)
    enrichment: list[Enrichment] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0
    unplaced: dict[str, int] = field(default_factory=dict)
    """Of the faults that leave open which package they are about: how many, by `Fault.of`."""
    newest: datetime | None = None
    """The newest moment that a record names as its own."""
    formats: dict[str, int] = field(default_factory=dict)
    """Records by format."""

    def fault(self, place: str, reason: object, of: str | None = "") -> None:
        """Note a piece that could not be read. `place` is within this file; empty for all of it. `of` says
        what it could be about, as in `Fault`."""
        self.fault_count += 1
        if of is not None:
            key = of if of in self.unplaced or len(self.unplaced) < bounds.SAID_OF else ""
            self.unplaced[key] = self.unplaced.get(key, 0) + 1
        if self.fault_count <= bounds.FAULTS:
            where = f"{self.name}: {place}" if place else self.name
            text = said(reason)
            self.faults.append(Fault(where[:500], text if len(text) <= 500 else text[:499] + "…", of))

    def told(self) -> list[Fault]:
        """The faults, with a last one for those that were only counted."""
        more = self.fault_count - len(self.faults)
        if more <= 0:
            return self.faults
        return [*self.faults, Fault(self.name, _("%(count)s more faults.") % {"count": number(more)}, None)]

    def add(self, advisory: Advisory) -> None:
        """Take an advisory in."""
        self.advisories.append(advisory)
        self.seen(advisory.modified or advisory.published)

    def know(self, what: Enrichment) -> None:
        """Take in what is known about a CVE."""
        self.enrichment.append(what)

    @contextmanager
    def counting(self, name: str) -> Iterator[None]:
        """Count what comes in meanwhile as records of that format."""
        before = len(self.advisories) + len(self.enrichment)
        try:
            yield
        finally:
            count = len(self.advisories) + len(self.enrichment) - before
            self.formats[name] = self.formats.get(name, 0) + count

    def seen(self, moment: datetime | None) -> None:
        """Note a moment that a record names as its own."""
        if moment is not None and (self.newest is None or moment > self.newest):
            self.newest = moment

    def version(self, text: str, place: str) -> str:
        """A version as it is kept: one that every scheme refuses for its length is cut, and stays refused."""
        if len(text) <= LIMIT:
            return text
        self.fault(
            place,
            _("a version of %(count)s characters is none, so that nothing follows from it")
            % {"count": number(len(text))},
            of=None,
        )
        return text[: LIMIT + 1]


def moment(text: str | None) -> datetime | None:
    """A time of ISO 8601, aware, in UTC; None for none. A year before 1970 says that none is known."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year >= 1970 else None


def day(text: str | None) -> date | None:
    """The day of a date or time of ISO 8601; None for what is none."""
    found = moment(text)
    return None if found is None else found.date()


def midnight(value: date) -> datetime:
    """The start of a day in UTC."""
    return datetime.combine(value, time(), UTC)


def name_of(text: object, what: str) -> str:
    """A name or an id that may be used: not empty, of bounded length. Raises Unreadable."""
    if not isinstance(text, str) or not text.strip():
        raise Unreadable(_("no %(what)s is given") % {"what": what})
    if len(text) > bounds.NAME:
        raise Unreadable(
            _("its %(what)s has %(count)s characters, and at most %(most)s are taken")
            % {"what": what, "count": number(len(text)), "most": number(bounds.NAME)}
        )
    return text


def words(text: str | None) -> str:
    """The beginning of a text on one line."""
    if not text:
        return ""
    if len(text) > 4 * bounds.SUMMARY:
        text = text[: 4 * bounds.SUMMARY]
    text = " ".join(text.split())
    return text if len(text) <= bounds.SUMMARY else text[: bounds.SUMMARY - 1] + "…"


def ids(texts: Iterable[str | None] | None) -> tuple[str, ...]:
    """Ids without repetition and without what is too long to be one."""
    if not texts:
        return ()
    kept = dict.fromkeys(text for text in texts if text and len(text) <= bounds.NAME)
    return tuple(kept) if len(kept) <= bounds.LISTED else tuple(kept)[: bounds.LISTED]
