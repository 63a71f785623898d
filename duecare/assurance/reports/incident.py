"""The after-action report: one incident or exercise from its first sign to its lessons.

What happened and when, which limits ran and when each was met, what was decided and signed, what was handed
in, what was kept as evidence with its digests, where it departed from the plan, and what was learned. Notes
for counsel are not in it: nobody but those named reads them.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.assurance.reports.incident_course import played, timeline, times
from duecare.assurance.reports.incident_parts import (
    clocks,
    decisions,
    departures,
    evidence,
    lessons,
    notices,
)
from duecare.assurance.reports.interface import Asked, Report, Told
from duecare.errors import NotFound
from duecare.incidents.cases.models import Affected, Case, CaseRole
from duecare.incidents.cases.naming import kind_name, role_name, severity_name
from duecare.incidents.cases.phases import phase_of
from duecare.incidents.figures.classes import AXES, words
from duecare.incidents.lessons.queries import called
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.viewers import Viewer
from duecare.program.papers.blocks import (
    Block,
    Cell,
    Column,
    Facts,
    Heading,
    Text,
    as_json,
    cut,
    listed,
    mark,
)
from duecare.program.papers.placing import NOTHING, moment, placed
from duecare.program.statement_queries import names_of
from duecare.words import number

CASE = "case:"
"""What `Asked.about` begins with."""
MOST = 100
"""Rows of a list that is not the timeline."""


def find_reported(about: str, viewer: Viewer) -> Case:
    """The case that a report is about, as the view in force has it. Raises NotFound."""
    key = about.removeprefix(CASE) if about.startswith(CASE) else ""
    found: Case | None = Case.objects.all().visible_to(viewer).filter(pk=key).first() if key else None
    if found is None:
        raise NotFound(
            _("There was no such case on that day."),
            _("Choose one from the list, and a day on which it was open."),
        )
    return found


def gather(asked: Asked, viewer: Viewer) -> Told:
    """All about the case `asked.about`, as the view in force has it."""
    case = find_reported(asked.about, viewer)
    blocks = [
        *_summary(case, viewer),
        *played(case, viewer),
        *times(case),
        *timeline(case, viewer),
        *clocks(case, viewer, asked.instant),
        *decisions(case, viewer),
        *notices(case, viewer),
        *evidence(case, viewer),
        *departures(case, viewer, asked.instant),
        *lessons(case, viewer, asked.instant),
    ]
    lines = (_("An exercise: nothing of it happened."),) if case.exercise else ()
    return Told(
        title=_("After-action report: %s") % called(case),
        lines=lines,
        content={"blocks": [as_json(block) for block in blocks]},
    )


def _summary(case: Case, viewer: Viewer) -> Iterator[Block]:
    plan = plan_content(case)
    names = names_of({case.opened_by, *filter(None, [case.closed_by])}, viewer)
    place = placed("incidents.case", [case.pk], viewer).get(case.pk)
    classes = "; ".join(f"{axis.name}: {told}" for axis in AXES if (told := words(case.classified, axis)))
    rows: list[tuple[str, Cell]] = [
        (_("What is known"), cut(case.summary, 4000) or NOTHING),
        (_("Kind"), kind_name(plan, case.kind) or NOTHING),
        (_("Severity"), severity_name(plan, case.severity) or NOTHING),
        (_("Opened"), f"{moment(case.opened_at)}, {names[case.opened_by]}"),
        (_("State"), mark("ended" if case.closed_at else "open")),
    ]
    if case.closed_at:
        rows += [
            (_("Closed"), f"{moment(case.closed_at)}, {names[case.closed_by]}"),
            (_("What became of it"), cut(case.closed_words, 4000)),
        ]
    else:
        rows.append((_("Phase"), str(phase_of(case.phase).name)))
    rows += [
        (
            _("Plan"),
            _("the version of entry %s") % case.plan_entry if case.plan_entry else _("the one that ships"),
        ),
        (_("Law"), case.law_version or _("none was frozen")),
        (_("Classes for statistics"), classes or NOTHING),
        (_("In the record"), place.words if place else NOTHING),
    ]
    yield Heading(_("Summary"))
    yield Facts(tuple(rows))
    yield from _people(case, viewer)
    yield from _affected(case, viewer)


def _people(case: Case, viewer: Viewer) -> Iterator[Block]:
    rows = list(
        CaseRole.objects.all()
        .visible_to(viewer)
        .filter(case=case)
        .select_related("person")
        .order_by("since", "id")
    )
    plan = plan_content(case)
    yield Heading(_("Who did what"), 3)
    yield listed(
        (Column(_("Role"), 2), Column(_("Who"), 3), Column(_("From"), 2), Column(_("Until"), 2)),
        [
            (
                role_name(plan, row.role),
                row.person.name if row.person else cut(row.name),
                moment(row.since),
                moment(row.ended_at),
            )
            for row in rows[:MOST]
        ],
        len(rows),
        empty=_("No role was given."),
        where=_("the case in Duecare has them all"),
    )


def _affected(case: Case, viewer: Viewer) -> Iterator[Block]:
    found = (
        Affected.objects.all().visible_to(viewer).filter(case=case, removed_at=None).order_by("said_at", "id")
    )
    rows, total = list(found[:MOST]), found.count()
    yield Heading(_("What was affected"), 3)
    yield listed(
        (Column(_("What"), 3), Column(_("State"), 2), Column(_("In words"), 4)),
        [(cut(row.name), _affected_word(row.status), cut(row.words) or NOTHING) for row in rows],
        total,
        empty=_("Nothing was put down as affected."),
        where=_("the case in Duecare has them all"),
    )
    if total:
        yield Text(_("%s in all.") % number(total), quiet=True)


def _affected_word(status: str) -> str:
    return {
        "suspected": _("suspected"),
        "affected": _("affected"),
        "contained": _("contained"),
        "recovered": _("recovered"),
        "clean": _("clean"),
    }.get(status, status)


INCIDENT = Report(
    id="incident",
    title=gettext_lazy("After-action report"),
    summary=gettext_lazy(
        "One incident or exercise: what happened when, which limits ran and were met, what was decided, "
        "handed in and kept, where it departed from the plan, and what was learned."
    ),
    template="flow",
    gather=gather,
)
