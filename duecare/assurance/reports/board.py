"""The board report: a quarter on two pages. What changed, what was decided, what is asked of the board.

The template shows of each part as much as its share of a page takes; the full lists are in an annex, a text
file within the PDF.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.assurance.quarters import Quarter
from duecare.assurance.reports.decisions import decisions
from duecare.assurance.reports.evidence import record_began, where_of
from duecare.assurance.reports.interface import Asked, Report, Told
from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.exception_queries import safeguard_title
from duecare.program.models import Finding
from duecare.program.papers.blocks import (
    Block,
    Cell,
    Column,
    Heading,
    Text,
    as_json,
    cut,
    listed,
    mark,
    plain,
)
from duecare.program.papers.placing import NOTHING, day
from duecare.program.papers.render import Attached
from duecare.program.posture import Standing, count_states
from duecare.program.queries import profile, standings
from duecare.program.reach import reach
from duecare.words import number

LISTED = 200
"""Rows of a list, in the annex too."""
SHORT = 140
"""Characters of a cell: the report has two pages."""


@dataclass(frozen=True, slots=True)
class Span:
    """The time that a report tells of."""

    begin: datetime
    """The moment before its first day."""
    compared: datetime
    """What the end is compared with: the begin, or the end of the record's first day if that is later."""
    end: datetime

    @property
    def young(self) -> bool:
        """Whether the record began within it."""
        return self.compared > self.begin


@dataclass(frozen=True, slots=True)
class Part:
    """One list of the report."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: int
    """How many there are, of which `rows` are the first."""
    empty: str
    before: str = ""
    """A sentence above the list."""

    @property
    def blocks(self) -> tuple[Block, ...]:
        """As the annex has it."""
        before = (Text(self.before),) if self.before else ()
        where = _("see them in Duecare as of that day")
        table = listed(self.columns, self.rows, self.total, empty=self.empty, where=where)
        return (Heading(self.title), *before, table)

    @property
    def content(self) -> dict[str, Any]:
        """As the template takes it, which finds out how many rows fit."""
        table = as_json(self.blocks[-1])
        unlisted = self.total - len(self.rows)
        return {**table, "title": self.title, "before": self.before, "unlisted": unlisted}


def gather(asked: Asked, viewer: Viewer) -> Told:
    """Reads two views: the one in force, and one of the moment in which the quarter began."""
    span = _span(asked, viewer)
    with asof.viewing(asof.view_at(span.compared)):
        before, open_before = standings(viewer, span.compared), _open(viewer)
    after, open_after = standings(viewer, span.end), _open(viewer)
    found = reach(profile())
    title, lines = _("Report to the board"), _lines(asked, span, found.words)
    counts = _counts(before, after, open_before, open_after, span)
    parts = {
        "changed": _changed(before, after),
        "findings": _findings(span, viewer),
        "decided": _decided(span, viewer),
    }
    asks = _("What we ask of you")
    annex = [
        *(Text(line) for line in (title, *lines)),
        *counts.blocks,
        *(block for part in parts.values() for block in part.blocks),
        Heading(asks),
        Text(asked.words or _("Nothing.")),
    ]
    return Told(
        title=title,
        lines=lines,
        content={
            **{name: part.content for name, part in parts.items()},
            "counts": counts.content,
            "asked": {"title": asks, "text": asked.words, "empty": _("Nothing.")},
            "more": _("%n more: see annex.txt, which is attached to this file."),
            "cut": _("Cut here. The whole text is in annex.txt, which is attached to this file."),
        },
        attached=(Attached("annex.txt", plain(annex), _("Annex: the whole lists and texts")),),
    )


def _span(asked: Asked, viewer: Viewer) -> Span:
    zone = timezone.get_current_timezone()
    begin = asof.end_of(asked.first_day - timedelta(days=1), zone)
    if asof.size_at(begin):
        return Span(begin, begin, asked.instant)
    first_day = timezone.localtime(record_began(viewer)).date()
    return Span(begin, min(asof.end_of(first_day, zone), asked.instant), asked.instant)


def _lines(asked: Asked, span: Span, reach_words: str) -> tuple[str, ...]:
    quarter = Quarter.of(asked.first_day)
    young = _("The record began on %s; nothing older can be compared with.") % day(span.compared)
    return (
        _("Quarter %(number)s of %(year)s: %(first)s to %(last)s.")
        % {
            "number": quarter.number,
            "year": quarter.year,
            "first": day(asked.first_day),
            "last": day(asked.last_day),
        },
        *([young] if span.young else []),
        reach_words,
    )


def _open(viewer: Viewer) -> int:
    return Finding.objects.all().visible_to(viewer).filter(closed_at=None).count()


def _counts(
    before: Sequence[Standing], after: Sequence[Standing], open_before: int, open_after: int, span: Span
) -> Part:
    old, new = count_states(before), count_states(after)
    rows: list[tuple[Cell, ...]] = [
        (mark(state.value), number(old[state]), number(count)) for state, count in new.items()
    ]
    rows.append((_("Open findings"), number(open_before), number(open_after)))
    columns = (
        Column(_("Safeguards that are"), 1),
        Column(day(span.compared), width=24, right=True),
        Column(day(span.end), width=24, right=True),
    )
    return Part(_("In numbers"), columns, tuple(rows), len(rows), "")


def _changed(before: Sequence[Standing], after: Sequence[Standing]) -> Part:
    """Every safeguard whose state is another than it was; what fails comes first."""
    was = {row.safeguard.id: row.state for row in before}
    changed = [row for row in after if was.get(row.safeguard.id) is not row.state]
    order = list(count_states(after))
    changed.sort(key=lambda row: order.index(row.state))
    rows = tuple(
        (
            row.safeguard.title,
            mark(was[row.safeguard.id].value) if row.safeguard.id in was else NOTHING,
            mark(row.state.value),
            cut(row.why, SHORT) or NOTHING,
        )
        for row in changed
    )
    columns = (
        Column(_("Safeguard"), 3),
        Column(_("Was"), width=22),
        Column(_("Is"), width=22),
        Column(_("Why"), 5),
    )
    return Part(
        _("Safeguards that changed"),
        columns,
        rows,
        len(rows),
        _("None: each is in the state in which it was."),
    )


def _findings(span: Span, viewer: Viewer) -> Part:
    """How many were opened and closed within the time, and those that have been open for longest."""
    rows = Finding.objects.all().visible_to(viewer)
    within = (span.begin, span.end)
    still_open = rows.filter(closed_at=None)
    count = still_open.count()
    oldest = tuple(
        (day(row.opened_at), safeguard_title(row.safeguard), cut(f"{where_of(row)}: {row.reason}", SHORT))
        for row in still_open.order_by("opened_at", "id")[:LISTED]
    )
    return Part(
        _("Findings"),
        (Column(_("Open since"), width=20), Column(_("Safeguard"), 2), Column(_("What"), 5)),
        oldest,
        count,
        _("None is open."),
        _("%(opened)s opened, %(closed)s closed. Those open for longest:")
        % {
            "opened": number(rows.filter(opened_at__range=within).count()),
            "closed": number(rows.filter(closed_at__range=within).count()),
        },
    )


def _decided(span: Span, viewer: Viewer) -> Part:
    found = decisions(span.begin, span.end, viewer, LISTED)
    rows = tuple(
        (day(one.at), cut(one.what, SHORT), cut(one.why, SHORT) or NOTHING, cut(one.by, 60))
        for one in found.shown
    )
    return Part(
        _("What was decided"),
        (Column(_("Day"), width=19), Column(_("Decision"), 4), Column(_("Why"), 4), Column(_("By"), 2)),
        rows,
        found.total,
        _("Nothing is on the record."),
        found.statements,
    )


BOARD = Report(
    id="board",
    title=gettext_lazy("Board report"),
    summary=gettext_lazy(
        "A quarter on two pages for those who answer for the organisation: what changed, what was decided, "
        "what you ask of them."
    ),
    template="board",
    gather=gather,
)
