"""The posture report: every safeguard as it stood on a day, and what could not be seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecare.assurance.reports.evidence import grade_of, open_findings
from duecare.assurance.reports.interface import Asked, Report, Told
from duecare.ledger.viewers import Viewer
from duecare.program.askers import Asker
from duecare.program.catalogue import areas
from duecare.program.judgement import Verdict
from duecare.program.papers.blocks import (
    Block,
    Cell,
    Column,
    Heading,
    Table,
    Text,
    as_json,
    cut,
    listed,
    mark,
)
from duecare.program.papers.placing import NOTHING, day
from duecare.program.posture import Standing, State, count_states
from duecare.program.queries import profile, required_by, standings
from duecare.program.reach import reach
from duecare.words import number

UNSEEN = 60
"""Gaps in the evidence that are listed one by one."""
ASKERS = 3
"""Names of obligations in one cell."""


def gather(asked: Asked, viewer: Viewer) -> Told:
    """All safeguards by area; the lists are as long as the catalogue and the checks, whatever was found."""
    rows = standings(viewer, asked.instant)
    facts = profile()
    found, findings = reach(facts), open_findings(viewer)
    blocks = [
        *_summary(rows, findings),
        *_areas(rows, findings, required_by(facts)),
        *_unseen(rows, found.words, asked.instant),
    ]
    return Told(
        title=_("Security posture"),
        lines=(found.words,),
        content={"blocks": [as_json(block) for block in blocks]},
    )


def _summary(rows: Sequence[Standing], findings: Mapping[str, int]) -> Iterator[Block]:
    yield Heading(_("How many safeguards are in each state"))
    yield states_table([(state, count) for state, count in count_states(rows).items()])
    count = sum(findings.values())
    yield Text(
        ngettext("%(n)s finding is open.", "%(n)s findings are open.", count) % {"n": number(count)}
        + " "
        + _("What people state is counted apart from what checks have proven, and never added to it.")
    )


def states_table(counts: Sequence[tuple[State, int]]) -> Table:
    """States with their meaning and how many safeguards are in each."""
    return Table(
        (
            Column(_("State"), width=22),
            Column(_("What it means"), 1),
            Column(_("Safeguards"), width=20, right=True),
        ),
        tuple((mark(state.value), meaning(state), number(count)) for state, count in counts),
        "",
    )


def meaning(state: State) -> str:
    """What a state says, in a line."""
    return {
        "proven": _("every check of it that arises is met, on evidence that is fresh"),
        "stated": _("a named person says so, and their word counts still; no check tests it"),
        "failing": _("a check found a gap, or a person admits one"),
        "unproven": _("nothing that was looked at suffices to say"),
        "excepted": _("it falls short, and somebody approved that for a time"),
        "not applicable": _("the question does not arise here"),
    }.get(state.value, "")


def _areas(
    rows: Sequence[Standing], findings: Mapping[str, int], askers: Mapping[str, list[Asker]]
) -> Iterator[Block]:
    yield Heading(_("Every safeguard"))
    columns = (
        Column(_("Safeguard"), 4),
        Column(_("State"), width=21),
        Column(_("Why"), 7),
        Column(_("Since"), width=19),
        Column(_("Evidence"), 3),
        Column(_("Findings"), width=17, right=True),
        Column(_("Asked for by"), 4),
    )
    for area in areas():
        here = [row for row in rows if row.safeguard.area == area.id]
        if here:
            yield Heading(_(area.name), 3)
            yield Table(
                columns,
                tuple(
                    _line(row, findings.get(row.safeguard.id, 0), askers.get(row.safeguard.id, []))
                    for row in here
                ),
                "",
            )


def _line(row: Standing, findings: int, askers: Sequence[Asker]) -> tuple[Cell, ...]:
    return (
        row.safeguard.title,
        mark(row.state.value),
        cut(row.why, 220) or NOTHING,
        day(row.since),
        grade_of(row) or NOTHING,
        number(findings),
        _asked_by(askers),
    )


def _asked_by(askers: Sequence[Asker]) -> str:
    """The obligations that certainly apply, by name; how many more there are or may be."""
    certain = [asker.name for asker in askers if asker.certain]
    told = "; ".join(cut(name, 60) for name in certain[:ASKERS])
    more, maybe = len(certain[ASKERS:]), len(askers) - len(certain)
    parts = [told] if told else []
    if more:
        parts.append(ngettext("%(n)s more", "%(n)s more", more) % {"n": more})
    if maybe:
        parts.append(ngettext("%(n)s may apply", "%(n)s may apply", maybe) % {"n": maybe})
    return "; ".join(parts) or NOTHING


def _unseen(rows: Sequence[Standing], reach_words: str, now: datetime) -> Iterator[Block]:
    yield Heading(_("What could not be seen"))
    yield Text(reach_words)
    silent = sum(row.silent for row in rows)
    if silent:
        yield Text(
            ngettext(
                "Of %(n)s safeguard nothing is known: no check has judged it and nobody has stated anything.",
                "Of %(n)s safeguards nothing is known: no check has judged them and nobody has stated "
                "anything.",
                silent,
            )
            % {"n": silent}
        )
    gaps = [
        (row.safeguard.title, one.check.question, cut(one.words(now), 220))
        for row in rows
        for one in row.found
        if one.verdict_at(now) is Verdict.UNKNOWN
    ] + [
        (row.safeguard.title, check.question, _("it has never run")) for row in rows for check in row.unjudged
    ]
    yield listed(
        (Column(_("Safeguard"), 2), Column(_("Question without an answer"), 3), Column(_("Why"), 3)),
        gaps[:UNSEEN],
        len(gaps),
        empty=_("Every check that there is has an answer."),
        where=_("each safeguard’s page in Duecare lists them"),
    )
    if silent:
        names = [row.safeguard.title for row in rows if row.silent]
        yield Text(_("Nothing is known of: %s.") % "; ".join(map(str, names)), quiet=True)


POSTURE = Report(
    id="posture",
    title=gettext_lazy("Posture report"),
    summary=gettext_lazy(
        "Every safeguard as it stood on a day: state, why, since when, on what evidence, who asks for it, "
        "and what could not be seen."
    ),
    template="flow",
    gather=gather,
)
