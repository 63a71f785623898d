"""The parts of an evidence binder, each a heading and what the record holds under it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.assurance.reports.decisions import vouched
from duecare.assurance.reports.evidence import where_of
from duecare.errors import DuecareError
from duecare.ledger.browsing import entries_in_view
from duecare.ledger.merkle import leaf_hash
from duecare.ledger.naming import action_words
from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import decisions_about
from duecare.program.assessing import Lines
from duecare.program.exception_queries import EXCEPTION, condition_of, covers, reference, rows
from duecare.program.judgement import checks
from duecare.program.models import Attachment, Decided, Finding, Statement
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
from duecare.program.papers.placing import NOTHING, Placed, day, moment, placed
from duecare.program.posture import Found, Standing
from duecare.program.queries import current_targets
from duecare.program.statement_queries import condition_of as statement_condition
from duecare.program.statement_queries import lines_of, names_of
from duecare.program.statement_queries import reference as statement_reference
from duecare.program.targets import counted
from duecare.program.task_queries import today_at
from duecare.words import number

OUTCOME, TARGET, FINDING, STATEMENT = (
    "program.outcome",
    "program.target",
    "program.finding",
    "program.statement",
)
MOST = 50
"""Exceptions, and files of a statement, that are printed."""


def checked(standing: Standing, now: datetime, viewer: Viewer, most: int) -> Iterator[Block]:
    """Every check with its outcome, what it looked at, and up to `most` of its exceptions."""
    yield Heading(_("Checks"), 2)
    entries = placed(OUTCOME, [one.check.id for one in standing.found], viewer)
    for one in standing.found:
        yield Heading(one.check.question, 3)
        yield Facts(_outcome(one, now, entries.get(one.check.id)))
        yield from _exceptions_of(one, most)
    for check in standing.unjudged:
        yield Heading(check.question, 3)
        yield Text(_("It has never run."))
    if not standing.found and not standing.unjudged:
        yield Text(_("No check of Duecare tests this safeguard yet."))


def _outcome(one: Found, now: datetime, entry: Placed | None) -> tuple[tuple[str, Cell], ...]:
    target = current_targets().get(one.check.target or "")
    unit = target.definition.unit if target else one.check.unit
    told = (
        _("%(n)s %(counts)s")
        if one.check.counts == one.check.of
        else _("%(n)s %(counts)s in %(subjects)s %(of)s")
    )
    looked_at = told % {
        "n": number(one.population),
        "counts": one.check.counts,
        "subjects": number(one.subjects),
        "of": _(one.check.of),
    }
    if one.population_was is not None:
        looked_at += _(" (before: %s)") % number(one.population_was)
    rows: list[tuple[str, Cell]] = [
        (_("Answer"), mark(one.verdict_at(now).value)),
        (_("Found"), one.words(now)),
        (_("Looked at"), looked_at),
    ]
    if one.target is not None:
        was = _(" (before: %s)") % number(one.target_was) if one.target_was is not None else ""
        rows.append((_("Judged against"), counted(unit, one.target) + was))
    if one.measure is not None:
        rows.append((_("Measured"), counted(unit, one.measure)))
    rows += [
        (_("Evidence"), _(one.grade) if one.grade else NOTHING),
        (_("Gathered"), moment(one.evidence_at)),
        (_("Counts until"), moment(one.stale_at)),
        (_("Judged"), moment(one.judged_at)),
        (_("So since"), moment(one.since)),
        (_("Identifier"), one.check.id),
        (_("In the record"), entry.words if entry else NOTHING),
    ]
    return tuple(rows)


def _exceptions_of(one: Found, most: int) -> Iterator[Block]:
    try:
        lines = Lines(one.exceptions)
    except DuecareError as error:
        yield Text(error.what)
        return
    if len(lines):
        yield listed(
            (
                Column(_("What falls short or cannot be told"), 3),
                Column(_("Answer"), width=22),
                Column(_("Why"), 5),
            ),
            [
                (
                    cut(" · ".join(filter(None, (line["name"], line["item"])))),
                    mark(line["verdict"]),
                    cut(line["reason"]),
                )
                for line in lines[:most]
            ],
            len(lines),
            empty="",
            where=_("the check’s page in Duecare lists all"),
        )


def held_targets(safeguard: str, viewer: Viewer) -> Iterator[Block]:
    """The numbers that the organisation holds itself to here."""
    named = {check.target for check in checks() if check.safeguard == safeguard}
    targets = [target for key, target in current_targets().items() if key in named]
    if not targets:
        return
    adopted = [target.adopted for target in targets if target.adopted is not None]
    entries = placed(TARGET, [row.pk for row in adopted], viewer)
    names = names_of({row.adopted_by for row in adopted}, viewer)
    yield Heading(_("What we hold ourselves to"), 2)
    for target in targets:
        rows: list[tuple[str, Cell]] = [(_("Target"), target.words)]
        if target.adopted is None:
            rows.append((_("Adopted"), _("by nobody: it is the shipped default")))
        else:
            row = target.adopted
            rows += [
                (_("Adopted"), f"{moment(row.adopted_at)}, {names[row.adopted_by]}"),
                (_("Why"), cut(row.reason, 2000)),
                (_("In the record"), _place(entries, row.pk)),
            ]
        yield Heading(target.definition.name, 3)
        yield Facts(tuple(rows))


def stated(standing: Standing, now: datetime, viewer: Viewer) -> Iterator[Block]:
    """What people stated, question by question."""
    if not standing.asked:
        return
    yield Heading(_("Stated by people"), 2)
    keys = [one.key for one in standing.said]
    entries = placed(STATEMENT, keys, viewer)
    statements = {row.pk: row for row in Statement.objects.all().visible_to(viewer).filter(pk__in=keys)}
    reviewers = names_of({row.reviewed_by for row in statements.values() if row.reviewed_by}, viewer)
    for line in lines_of(standing.asked, viewer, now):
        yield Heading(_(line.said.asked) if line.said else str(line.question.ask), 3)
        if line.said is None:
            yield Text(_("Nobody has answered this question."))
            continue
        row = statements[line.said.key]
        rows: list[tuple[str, Cell]] = [
            (_("Answer"), mark(row.answer)),
            (_("In their words"), cut(row.words, 4000)),
            (_("Stated by"), f"{line.by}, {moment(row.made_at)}"),
            (_("It speaks of"), f"{day(row.period_from)} – {day(row.period_to)}"),
            (_("It counts until"), day(row.expires)),
            (_("State"), mark(statement_condition(line.said, now).value)),
        ]
        if row.link:
            rows.append((_("Link"), row.link))
        if row.review:
            reviewed = f"{reviewers[row.reviewed_by]}, {moment(row.reviewed_at)}: {row.review_words}"
            rows.append((_("Second person"), f"{mark(row.review).word}. {cut(reviewed, 2000)}"))
        rows += [(_("File"), one) for one in _files(statement_reference(row.pk), viewer)]
        rows.append((_("In the record"), _place(entries, row.pk)))
        yield Facts(tuple(rows))


def _files(about: str, viewer: Viewer) -> list[str]:
    """Names and digests of the files that were put to a record."""
    files = Attachment.objects.all().visible_to(viewer).filter(about=about).order_by("made_at", "id")[:MOST]
    words = _("%(name)s, %(size)s bytes, SHA-256 %(digest)s")
    return [words % {"name": one.name, "size": number(one.size), "digest": one.content} for one in files]


def approved_exceptions(safeguard: str, now: datetime, viewer: Viewer) -> Iterator[Block]:
    """Departures that were asked for, and what was decided about each."""
    found = list(rows(viewer).filter(safeguard=safeguard).order_by("-asked_at", "-id")[: MOST + 1])
    if not found:
        return
    yield Heading(_("Exceptions"), 2)
    entries = placed(EXCEPTION, [row.pk for row in found], viewer)
    decisions = decisions_about([reference(row.pk) for row in found], viewer)
    names = names_of({row.asked_by for row in found}, viewer)
    for row in found[:MOST]:
        yield Facts(
            (
                (_("State"), mark(condition_of(row, today_at(now)).value)),
                (_("Covers"), covers(row, viewer)),
                (_("Why"), cut(row.reason, 2000)),
                (_("What is done instead"), cut(row.measure, 2000)),
                (_("Holds until"), day(row.expires)),
                (_("Asked for by"), f"{names[row.asked_by]}, {moment(row.asked_at)}"),
                *(
                    (
                        _("Approved by") if one.approval.decided == Decided.APPROVED else _("Refused by"),
                        _decision(one.by, one.approval.at, vouched(one), one.approval.words),
                    )
                    for one in decisions.get(reference(row.pk), [])
                ),
                (_("In the record"), _place(entries, row.pk)),
            )
        )
    if len(found) > MOST:
        yield Text(_("There are older ones: the list of exceptions in Duecare has them all."), quiet=True)


def _decision(by: str, at: datetime, how: str, words: str) -> str:
    told = f"{by}, {moment(at)}, {how}"
    return f"{told}: {cut(words, 2000)}" if words else told


def found_gaps(safeguard: str, viewer: Viewer, most: int, history: int) -> Iterator[Block]:
    """Findings, open ones first, each with its newest entries."""
    found = Finding.objects.all().visible_to(viewer).filter(safeguard=safeguard)
    open_ones, closed = found.filter(closed_at=None), found.exclude(closed_at=None)
    shown = list(open_ones.order_by("opened_at", "id")[:most])
    shown += list(closed.order_by("-closed_at", "-id")[: most - len(shown)])
    total = found.count()
    entries = _history([row.pk for row in shown], viewer, history)
    lines: list[tuple[Cell, ...]] = []
    for row in shown:
        lines.append(
            (
                mark("closed" if row.closed_at else "open"),
                cut(f"{where_of(row)}: {row.reason}"),
                _course(row),
                "",
            )
        )
        lines += [("", Code(leaf), words, index) for index, leaf, words in entries.get(row.pk, [])]
    yield Heading(_("Findings and their history"), 2)
    table = listed(
        (
            Column(_("State"), width=22),
            Column(_("What"), 5),
            Column(_("Course"), 3),
            Column(_("Entry"), width=16, right=True),
        ),
        lines,
        len(lines) + total - len(shown),
        empty=_("None was ever open."),
        where=_("the list of findings in Duecare has them all"),
    )
    yield table


def _course(row: Finding) -> str:
    opened = _("opened %s") % day(row.opened_at)
    if row.closed_at is None:
        return opened
    return f"{opened}, " + _("closed %(day)s: %(why)s") % {
        "day": day(row.closed_at),
        "why": cut(row.closed_because, 160),
    }


def _history(keys: list[str], viewer: Viewer, most: int) -> dict[str, list[tuple[str, str, str]]]:
    """Number, leaf hash, and what happened, of the newest entries about each finding, oldest first."""
    entries = entries_in_view(viewer).filter(kind=FINDING, subject__in=keys).order_by("-index")
    found: dict[str, list[tuple[str, str, str]]] = {}
    for entry in entries.only("index", "subject", "action", "at", "leaf"):
        mine = found.setdefault(entry.subject, [])
        if len(mine) < most:
            words = f"{action_words(entry.action)}, {moment(entry.time)}"
            mine.insert(0, (f"{entry.index}", leaf_hash(bytes(entry.leaf)).hex(), words))
    return found


def _place(entries: dict[str, Placed], key: str) -> str:
    return entries[key].words if key in entries else NOTHING
