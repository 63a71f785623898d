"""What was answered in an incident, in its report: clocks, decisions, notices, evidence, lessons."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.assurance.reports.decisions import vouched
from duecare.assurance.reports.incident_course import at_words
from duecare.errors import DuecareError
from duecare.incidents.cases.models import Case, CaseRole
from duecare.incidents.cases.naming import role_name
from duecare.incidents.cases.overview import departures_of
from duecare.incidents.decisions.queries import standings
from duecare.incidents.evidence.models import Custody, Evidence
from duecare.incidents.lessons.queries import (
    ANSWERS,
    attached_findings,
    condition_of,
    lessons_of,
    reference,
)
from duecare.incidents.notices.boards import case_board, uncounted_words
from duecare.incidents.notices.clocks import facts_of
from duecare.incidents.notices.models import Notice
from duecare.incidents.notices.showing import Group, Shown
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import decisions_about
from duecare.program.catalogue import catalogue
from duecare.program.papers.blocks import (
    Block,
    Cell,
    Code,
    Column,
    Facts,
    Heading,
    Text,
    cut,
    listed,
    mark,
)
from duecare.program.papers.placing import NOTHING, day, moment, placed
from duecare.program.task_queries import today_at
from duecare.web.words import STATUSES
from duecare.words import number

MOST = 100
WORDS = 900
"""Characters of a text in a row."""


def clocks(case: Case, viewer: Viewer, now: datetime) -> Iterator[Block]:
    """Every clock that ran or waits: its limit, from what it was counted, and when it was met."""
    yield Heading(_("Clocks of the law"))
    try:
        board = case_board(case, viewer, now).board
    except DuecareError as error:
        yield Text(uncounted_words(error))
        return
    rows = [
        one
        for group in (Group.LATE, Group.RUNNING, Group.NEEDS, Group.WAITING, Group.DECIDED, Group.MET)
        for one in board[group]
    ]
    yield listed(
        (
            Column(_("Whom to tell"), 3),
            Column(_("By what law"), 3),
            Column(_("State"), width=30),
            Column(_("Counted from"), width=34),
            Column(_("Limit"), 3),
            Column(_("Handed in"), width=34),
        ),
        [_clock(one) for one in rows[:MOST]],
        len(rows),
        empty=_("No clock ran in this case."),
        where=_("the clocks of the case in Duecare list all"),
    )
    aside = len(board[Group.UNKNOWN_LAW])
    if aside:
        yield Text(_("Of %s more clocks it is not known whether their law applies here.") % aside, quiet=True)
    yield Text(
        _(
            "The limits are counted from the record, by the content of the law that the case froze. "
            "Counsel must confirm them."
        ),
        quiet=True,
    )


def _clock(one: Shown) -> tuple[Cell, ...]:
    told = one.told
    limit = "; ".join(f"{line.label}: {line.words}" for line in one.limits[:2])
    return (
        cut(told.clock.recipient),
        cut(f"{one.law.name}, {told.clock.citation}"),
        mark(one.status) if one.status in STATUSES else one.status,
        at_words(told.triggered) if told.triggered else NOTHING,
        cut(limit) or NOTHING,
        at_words(told.submitted) if told.submitted else NOTHING,
    )


def decisions(case: Case, viewer: Viewer) -> Iterator[Block]:
    """What was decided, among which options, knowing what, and who signed it."""
    rows = standings([case], viewer, {case.pk: facts_of(case, viewer)})[case.pk]
    entries = placed("incidents.casedecision", [one.decision.pk for one in rows], viewer)
    yield Heading(_("Decisions"))
    if not rows:
        yield Text(_("No decision was put down."))
    for one in rows[:MOST]:
        row = one.decision
        place = entries.get(row.pk)
        options = "; ".join(each["name"] for each in row.options)
        signed = (
            f"{one.signed.by}, {moment(one.signed.approval.at)}, {vouched(one.signed)}"
            if one.signed
            else _("nobody yet")
        )
        yield Heading(cut(row.question, 200), 3)
        yield Facts(
            (
                (_("Chosen"), cut(row.chosen)),
                (_("Among"), cut(options) or NOTHING),
                (_("Why"), cut(row.reasons, 4000)),
                (_("What else was known, and was not"), cut(row.known_words, 2000) or NOTHING),
                (_("State"), mark(one.state)),
                (_("Put down"), f"{moment(row.made_at)}, {one.made_by}"),
                (_("Signed by"), signed),
                *(((_("Ended"), cut(row.ended_because)),) if row.ended_at else ()),
                (_("In the record"), place.words if place else NOTHING),
            )
        )
    yield from _more(len(rows), _("the decisions of the case in Duecare list all"))


def _more(total: int, where: str) -> Iterator[Block]:
    """How many there are beyond those that are told, and where."""
    if total > MOST:
        left = total - MOST
        words = ngettext("%(n)s more: %(where)s.", "%(n)s more: %(where)s.", left)
        yield Text(words % {"n": number(left), "where": where}, quiet=True)


def notices(case: Case, viewer: Viewer) -> Iterator[Block]:
    """What was drafted, handed in and dropped."""
    found = Notice.objects.all().visible_to(viewer).filter(case=case).order_by("drafted_at", "id")
    rows = list(found[:MOST])
    yield Heading(_("Notices"))
    yield listed(
        (
            Column(_("To whom"), 3),
            Column(_("What"), 4),
            Column(_("Handed in"), width=34),
            Column(_("Reference"), 2),
            Column(_("What shows it"), 3),
        ),
        [
            (
                cut(row.recipient, 200),
                cut(row.subject) + ("" if row.part == 1 else " " + _("(part %s)") % row.part),
                moment(row.submitted_at)
                if row.submitted_at
                else _("dropped: %s") % cut(row.dropped_because, 200)
                if row.dropped_at
                else _("not handed in"),
                row.reference or NOTHING,
                cut(row.proof_words) or NOTHING,
            )
            for row in rows
        ],
        found.count(),
        empty=_("No notice was drafted."),
        where=_("the notices of the case in Duecare list all"),
    )


def evidence(case: Case, viewer: Viewer) -> Iterator[Block]:
    """What was kept, with digests, and how often it changed hands."""
    found = Evidence.objects.all().visible_to(viewer).filter(case=case).order_by("number")
    rows = list(found[:MOST])
    hands: dict[str, list[Custody]] = {}
    for one in (
        Custody.objects.all()
        .visible_to(viewer)
        .filter(evidence__in=[row.pk for row in rows])
        .order_by("at", "id")
    ):
        hands.setdefault(one.evidence_id, []).append(one)
    yield Heading(_("Evidence"))
    yield listed(
        (
            Column(_("Number"), width=16, right=True),
            Column(_("What"), 4),
            Column(_("SHA-256"), 4),
            Column(_("Collected"), width=40),
            Column(_("Custody"), 3),
        ),
        [
            (
                str(row.number),
                cut(
                    row.what
                    + (f" ({row.file_name})" if row.file_name else "")
                    + (f", {row.place}" if row.place else "")
                ),
                Code(row.content or row.stated_digest) if row.content or row.stated_digest else NOTHING,
                f"{moment(row.collected_at)}, {row.collected_by}",
                _custody(hands.get(row.pk, [])),
            )
            for row in rows
        ],
        found.count(),
        empty=_("Nothing was kept as evidence."),
        where=_("the evidence of the case in Duecare lists all"),
    )


def _custody(rows: list[Custody]) -> str:
    """How many events, and what the newest reading of the file showed."""
    read = [one for one in rows if one.intact is not None]
    words = _("%s events") % len(rows)
    if not read:
        return words
    state = _("unchanged") if read[-1].intact else _("CHANGED")
    return _("%(events)s; read last on %(day)s: %(state)s") % {
        "events": words,
        "day": day(read[-1].at),
        "state": state,
    }


def departures(case: Case, viewer: Viewer, now: datetime) -> Iterator[Block]:
    """Where it was not as planned."""
    plan = plan_content(case)
    had = set(CaseRole.objects.all().visible_to(viewer).filter(case=case).values_list("role", flat=True))
    rows = [
        one for one in departures_of(case, viewer, now) if one.what != "unfilled" or one.role not in had
    ]  # a role that somebody had until it ended was not nobody's
    words = {
        "late": _("not done in time, and open"),
        "done late": _("done late"),
        "dropped": _("dropped"),
        "not made": _("no task was made of it"),
        "unfilled": _("nobody had this role"),
    }
    yield Heading(_("Departures from the plan"))
    yield listed(
        (
            Column(_("What"), 5),
            Column(_("How it departs"), 2),
            Column(_("Limit"), width=34),
            Column(_("Ended"), width=34),
            Column(_("Why"), 3),
        ),
        [
            (
                cut(str(one.step.what)) if one.step else role_name(plan, one.role),
                words.get(one.what, one.what),
                moment(one.limit),
                moment(one.ended_at),
                cut(one.words) or NOTHING,
            )
            for one in rows[:MOST]
        ],
        len(rows),
        empty=_("It went as planned, as far as the record shows.")
        if case.kind in plan.playbooks
        else _("The case had no playbook with which it could be compared."),
        where=_("the case in Duecare lists all"),
    )


def lessons(case: Case, viewer: Viewer, now: datetime) -> Iterator[Block]:
    """What fell short, and what became of each."""
    rows = lessons_of(case, viewer)
    today = today_at(now)
    signed = decisions_about([reference(row.pk) for row in rows], viewer)
    entries = placed("incidents.lesson", [row.pk for row in rows], viewer)
    yield Heading(_("Lessons"))
    if not rows:
        yield Text(_("No lesson was put down."))
    for row in rows[:MOST]:
        safeguard, place = catalogue().get(row.safeguard), entries.get(row.pk)
        said = signed.get(reference(row.pk), [])
        yield Heading(cut(row.gap, 200), 3)
        yield Facts(
            (
                *(((_("What fell short"), cut(row.gap, 4000)),) if len(row.gap) > 200 else ()),
                (_("Why it could happen"), cut(row.cause, 4000) or NOTHING),
                (_("Safeguard"), str(safeguard.title) if safeguard else row.safeguard),
                (_("State"), mark(condition_of(row, today).value)),
                (_("Answer"), str(ANSWERS[row.answer]) if row.answer else _("none yet")),
                *(((_("In words"), cut(row.answer_words, 4000)),) if row.answer else ()),
                (_("Who sees to it"), row.owner.name if row.owner else _("nobody yet")),
                (_("Settled until"), day(row.due)),
                *(((_("Looked at again"), day(row.retest)),) if row.retest else ()),
                *(((_("What was changed"), cut(row.done_words, 4000)),) if row.done_words else ()),
                *((_("Decided"), f"{one.by}, {moment(one.approval.at)}, {vouched(one)}") for one in said),
                (_("In the record"), place.words if place else NOTHING),
            )
        )
    yield from _more(len(rows), _("the lessons of the case in Duecare list all"))
    yield from _attached(case, viewer)


def _attached(case: Case, viewer: Viewer) -> Iterator[Block]:
    found = attached_findings(case, viewer)
    rows = list(found[:MOST])
    if rows:
        yield Heading(_("Findings that belong to it"), 3)
        yield listed(
            (Column(_("State"), width=22), Column(_("What"), 5), Column(_("Closed because"), 3)),
            [
                (
                    mark("closed" if row.closed_at else "open"),
                    cut(f"{row.subject_name}: {row.reason}"),
                    row.closed_because or NOTHING,
                )
                for row in rows
            ],
            found.count(),
            empty="",
            where=_("the case in Duecare lists all"),
        )
