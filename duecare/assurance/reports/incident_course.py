"""The course of an incident in its after-action report: how an exercise went, the times, the timeline."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from duecare.incidents.cases.models import Case
from duecare.incidents.exercises.models import Exercise
from duecare.incidents.exercises.queries import played as turns_of
from duecare.incidents.exercises.queries import result
from duecare.incidents.timeline.milestones import MILESTONES, OF_ID
from duecare.incidents.timeline.models import TimelineEntry
from duecare.incidents.timeline.queries import marks_of, times_of
from duecare.incidents.timeline.telling import lateness, length, span
from duecare.law.moments import Moment
from duecare.ledger.viewers import Viewer
from duecare.program.papers.blocks import (
    Block,
    Column,
    Facts,
    Heading,
    Mark,
    cut,
    listed,
)
from duecare.program.papers.placing import NOTHING, day, moment
from duecare.program.statement_queries import names_of

ENTRIES = 400
"""Entries of the timeline that are printed, besides milestones and what the law counts from."""
MOST = 100
WORDS = 900
"""Characters of a text in a row."""


def at_words(found: Moment) -> str:
    """A moment of a case; of a whole day that day, in the zone in which it was told."""
    return day(found.day) if found.whole_day else moment(found.at)


def played(case: Case, viewer: Viewer) -> Iterator[Block]:
    """Of an exercise: how it compares with the plan, turn by turn."""
    row = Exercise.objects.all().visible_to(viewer).filter(case=case).first() if case.exercise else None
    if row is None:
        return
    turns = turns_of(row, viewer)
    yield Heading(_("How the exercise went"))
    yield Facts(
        (
            (_("Who took part"), cut(row.people) or NOTHING),
            (_("Against the plan"), result(turns)),
            (_("What they make of it"), cut(row.ended_words, 4000) or NOTHING),
        )
    )
    yield listed(
        (
            Column(_("Minute"), width=16, right=True),
            Column(_("What they were told"), 4),
            Column(_("What they did"), 4),
            Column(_("Against the plan"), width=30),
            Column(_("What fell short"), 3),
        ),
        [
            (
                str(one.turn.at),
                cut(one.turn.told, WORDS),
                cut(one.given.answer, WORDS) if one.given else _("not given"),
                Mark(one.score_state, one.score_word) if one.score_state else NOTHING,
                cut(one.given.score_words, WORDS) if one.given and one.given.score_words else NOTHING,
            )
            for one in turns
        ],
        len(turns),
        empty="",
        where="",
    )


def times(case: Case) -> Iterator[Block]:
    """When each milestone was reached, and how long it took."""
    marks = marks_of(case)
    yield Heading(_("How long it took"))
    yield Facts(
        tuple(
            (str(one.name), at_words(marks[one.id]) if one.id in marks else _("unknown"))
            for one in MILESTONES
        )
    )
    yield Facts(
        tuple(
            (
                str(took.of.name),
                (
                    took.why
                    if took.least is None or took.most is None
                    else _("%(span)s, %(means)s")
                    % {"span": span(took.least, took.most), "means": took.of.means}
                ),
            )
            for took in times_of(case)
        )
    )


def timeline(case: Case, viewer: Viewer) -> Iterator[Block]:
    """What happened, by when it did; late entries and those that were struck are marked as such."""
    rows = TimelineEntry.objects.all().visible_to(viewer).filter(case=case)
    total = rows.count()
    shown = list(rows.order_by("happened_at", "id")[:ENTRIES])
    if total > ENTRIES:
        told = rows.exclude(mark="", trigger="").order_by("happened_at", "id")
        keys = {row.pk for row in shown}
        shown = sorted(
            [*shown, *(row for row in told[:ENTRIES] if row.pk not in keys)],
            key=lambda row: (row.happened_at, row.pk),
        )
    names = names_of({row.recorded_by for row in shown}, viewer)
    yield Heading(_("Timeline"))
    yield listed(
        (
            Column(_("When it happened"), width=34),
            Column(_("What"), 6),
            Column(_("Written by"), 2),
            Column(_("Written"), width=34),
        ),
        [
            (
                at_words(Moment(row.happened_at, row.zone, row.whole_day)),
                _entry(row),
                names[row.recorded_by],
                moment(row.recorded_at),
            )
            for row in shown
        ],
        total,
        empty=_("Nothing was written into the timeline."),
        where=_("the timeline of the case in Duecare has them all"),
    )


def _entry(row: TimelineEntry) -> str:
    """What an entry says, with its marks before it."""
    late = lateness(row)
    signs = [
        *([_("struck: %s") % row.struck_because] if row.struck_at else []),
        *([str(OF_ID[row.mark].name)] if row.mark in OF_ID else []),
        *([_("written %s late") % length(late)] if late is not None else []),
        *row.techniques,
    ]
    words = cut(row.words, WORDS)
    return f"[{'; '.join(signs)}] {words}" if signs else words
