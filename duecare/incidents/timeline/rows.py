"""The rows of a file as entries of a timeline, each told apart from what it may have meant. Pure.

Columns are known by their names. A time says where it was so late by its own offset, by a column with a
zone, or by the zone that was chosen for the file; a time that never was, or was twice, is refused by its row
with the question to ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from unicodedata import normalize

from duecare.errors import BadInput
from duecare.incidents.timeline.kinds import KINDS, techniques_in
from duecare.incidents.timeline.milestones import OF_ID
from duecare.law.moments import Moment, moment
from duecare.program.imports.tables import Problem, Row, Table
from duecare.words import gettext as _
from duecare.words import number

MOST_ROWS = 10_000
"""Of one file."""
LONGEST_WORDS = 4000
LONGEST_SOURCE = 200
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "happened": ("happened", "time", "timestamp", "date", "datetime", "when"),
    "zone": ("zone", "timezone"),
    "observed": ("observed", "seen"),
    "words": ("words", "what", "event", "description", "message", "details"),
    "kind": ("kind", "type"),
    "mark": ("mark", "milestone"),
    "techniques": ("techniques", "technique", "attack"),
    "source": ("source", "known from"),
}
"""What is read, and by which names of columns; the first is the one that our own files have."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is not written yet."""

    happened: Moment
    words: str
    kind: str = "event"
    observed: Moment | None = None
    mark: str = ""
    trigger: str = ""
    obligation: str = ""
    techniques: tuple[str, ...] = ()
    source: str = ""


def read_rows(table: Table, zone: str, now: datetime) -> tuple[list[tuple[int, Draft]], list[Problem]]:
    """(number of the row, entry) of each row that can be used, and what is wrong with the others.

    Raises BadInput for a table without a column for the time or the words, and for one that is too long.
    """
    columns = _columns(table.head)
    if len(table.rows) > MOST_ROWS:
        raise BadInput(
            _("The file has %(rows)s rows; at most %(most)s are taken.")
            % {"rows": number(len(table.rows)), "most": number(MOST_ROWS)},
            _("Cut it into several files."),
        )
    found: list[tuple[int, Draft]] = []
    problems = list(table.problems)
    for row in table.rows:
        try:
            found.append((row.number, _draft(row, columns, zone, now)))
        except BadInput as error:
            column = columns.get(error.place)
            problems.append(Problem(row.number, column, f"{without_place(error)} {error.next_step}"))
    return found, sorted(problems, key=lambda one: one.row)


def without_place(error: BadInput) -> str:
    """What is wrong with a time, where its place is said already."""
    told = error.what.removeprefix(f"{error.place}: ")
    return f"{told[:1].upper()}{told[1:]}"


def _columns(head: Iterable[str]) -> dict[str, int]:
    names = [re.sub(r"[\s_-]+", " ", one.strip().lower()) for one in head]
    found = {}
    for field, known in COLUMNS.items():
        place = next((names.index(name) for name in known if name in names), None)
        if place is not None:
            found[field] = place
    for needed in ("happened", "words"):
        if needed not in found:
            raise BadInput(
                _("The file has no column “%s”.") % needed,
                _("Name one of its columns so in the first row: %s.") % ", ".join(COLUMNS[needed]),
                needed,
            )
    return found


def _draft(row: Row, columns: Mapping[str, int], zone: str, now: datetime) -> Draft:
    told = {name: _plain(row.cells[place]) for name, place in columns.items() if place < len(row.cells)}
    here = told.get("zone") or zone
    happened = _moment(told["happened"], here, "happened", now)
    observed = _moment(told["observed"], here, "observed", now) if told.get("observed") else None
    if observed is not None:
        demand_exact(observed)
        demand_order(happened, observed)
    source = told.get("source", "")
    if len(source) > LONGEST_SOURCE:
        raise BadInput(
            _("Where it is known from has at most %(most)s characters, this has %(count)s.")
            % {"most": number(LONGEST_SOURCE), "count": number(len(source))},
            _("Say it shorter, or in the words."),
            "source",
        )
    words = told["words"]
    if not 0 < len(words) <= LONGEST_WORDS:
        raise BadInput(
            _("The words have 1 to %(most)s characters, these have %(count)s.")
            % {"most": number(LONGEST_WORDS), "count": number(len(words))},
            _("Say what happened."),
            "words",
        )
    return Draft(
        happened,
        words,
        _one_of(told.get("kind", "").lower() or "event", KINDS, "kind"),
        observed,
        _one_of(told.get("mark", "").lower(), {"": "", **OF_ID}, "mark"),
        techniques=tuple(techniques_in(told.get("techniques", ""))),
        source=source,
    )


def _plain(cell: str) -> str:
    return normalize("NFC", cell.replace("\0", "\N{REPLACEMENT CHARACTER}")).strip()


def _moment(written: str, zone: str, place: str, now: datetime) -> Moment:
    found = moment(written, zone, place)
    demand_past(found, now, place)
    return found


def demand_past(found: Moment, now: datetime, place: str) -> None:
    """Raises BadInput for what has not happened yet."""
    if found.at > now:
        raise BadInput(_("This lies in the future."), _("Write down what has happened."), place)


def demand_exact(observed: Moment) -> None:
    """Raises BadInput for a day alone: from when it was seen it is counted how late it was written down."""
    if observed.whole_day:
        raise BadInput(
            _("When somebody saw it needs the time of the day."),
            _("At what time of that day was it? Leave it empty if that is not known."),
            "observed",
        )


def demand_order(happened: Moment, observed: Moment) -> None:
    """Raises BadInput for what was seen before it happened."""
    if observed.last < happened.at:
        raise BadInput(_("It was seen before it happened."), _("Correct one of the two times."), "observed")


def _one_of(told: str, known: Mapping[str, object], place: str) -> str:
    if told not in known:
        raise BadInput(
            _("“%s” is not known.") % told[:40],
            _("Choose one of %s.") % ", ".join(filter(None, known)),
            place,
        )
    return told
