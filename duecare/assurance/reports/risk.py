"""The risk report: what a year may cost us and others, how that is known, and what is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecare.assurance.reports.interface import Asked, Report, Told
from duecare.assurance.reports.risk_pictures import curves_block, stairs_blocks, tornado_blocks
from duecare.ledger.viewers import Viewer
from duecare.program.papers.blocks import (
    Block,
    Cell,
    Column,
    Facts,
    Heading,
    Mark,
    Table,
    Text,
    as_json,
    cut,
    listed,
    mark,
)
from duecare.program.papers.placing import day
from duecare.risk import money
from duecare.risk.picture.answers import Figures
from duecare.risk.picture.bearing import bearing
from duecare.risk.picture.choosing import Choice
from duecare.risk.picture.queries import Ground, ground
from duecare.risk.picture.telling import Told as Figured
from duecare.risk.picture.telling import drawn_words, lines, method, named, share, told
from duecare.risk.register.forms_of_loss import SIDE_WORDS
from duecare.risk.register.portfolios import Stage
from duecare.risk.register.reviewing import looked_at
from duecare.words import number

SIDES = ("own", "others")
"""Told apart; nothing in the report adds them up."""
LISTED = 200
"""Rows of a table at most; each table says how many more there are, and where."""


def gather(asked: Asked, viewer: Viewer) -> Told:
    """Reads the register as it stood; every figure is that of the page of that day."""
    found = ground(viewer, Choice())
    title = _("Risk report")
    if found is None:
        words = _("Nobody had set the terms of risk, so nothing can be told in money.")
        return Told(title, (words,), {"blocks": [as_json(Text(words))]})
    blocks: list[dict[str, Any]] = []
    for part in (_summary(found, asked.instant), _terms(found), _method()):
        blocks += [as_json(block) for block in part]
    for side in SIDES:
        blocks += _side(found, side)
    for part in (_scenarios(found), _unknown(found, asked.instant)):
        blocks += [as_json(block) for block in part]
    count = len(found.scenarios)
    line = ngettext(
        "%(n)s scenario in the register. A risk that nobody has described is in no figure.",
        "%(n)s scenarios in the register. A risk that nobody has described is in no figure.",
        count,
    ) % {"n": number(count)}
    return Told(title, (line,), {"blocks": blocks})


def _summary(found: Ground, now: datetime) -> Iterator[Block]:
    """The answer of the first page: what a year may cost, each side apart."""
    figures = [found.figures(side, Stage.TODAY) for side in SIDES]
    yield Heading(_("What a year may cost"))
    unknown = mark("unknown")
    rows: list[tuple[Cell, ...]] = [
        (_("A year, on average"), *(unknown if one is None else found.shown(one.mean) for one in figures)),
        (
            _("A bad year, 1 in 20: more than"),
            *(unknown if one is None else _give(found, one.bad.year, one.bad.year_error) for one in figures),
        ),
        (
            _("Such years, on average"),
            *(
                unknown if one is None else _give(found, one.bad.beyond, one.bad.beyond_error)
                for one in figures
            ),
        ),
        (
            _("Chance of a year without any loss"),
            *(unknown if one is None else share(one.none) for one in figures),
        ),
        (_("Bad years were"), *("–" if one is None else _had(one) for one in figures)),
    ]
    columns = (
        Column(_("With today’s safeguards"), 1),
        *(Column(str(SIDE_WORDS[side]), width=45, right=True) for side in SIDES),
    )
    yield Table(columns, tuple(rows), "")
    if found.tolerance is None:
        yield Text(_("Nobody has said what a bad year may cost us, so nothing is within a tolerance."))
    elif (borne := bearing(found, now)) is not None:
        yield Facts(((_("A bad year against the tolerance"), Mark(borne.state, borne.words)),))
        yield Text(borne.sentence)


def _give(found: Ground, amount: float, error: float | None) -> str:
    """An amount; with its standard error where it was drawn by chance."""
    told = found.shown(amount)
    return (
        told
        if error is None
        else _("%(amount)s ± %(error)s") % {"amount": told, "error": found.figure(error)}
    )


def _had(figures: Figures) -> str:
    """How a curve was had, in a cell."""
    return _("computed") if figures.exact else _("drawn by chance, seed %s") % figures.seed


def _terms(found: Ground) -> Iterator[Block]:
    turnover: int | None = found.terms.turnover
    unsaid = _("not said")
    yield Heading(_("Terms"))
    yield Facts(
        (
            (_("Currency"), found.currency),
            (
                _("Tolerance"),
                unsaid if found.tolerance is None else found.shown(found.tolerance),
            ),
            (_("Turnover of a year"), unsaid if turnover is None else money.shown(turnover, found.currency)),
            (
                _("Spread of what is paid once"),
                ngettext("over %(n)s year", "over %(n)s years", found.terms.horizon)
                % {"n": number(found.terms.horizon)},
            ),
        )
    )


def _method() -> Iterator[Block]:
    """Five sentences; docs/risk-method.md is for who wants the formulas."""
    yield Heading(_("How these figures were had"))
    for sentence in (
        _("People who know the work estimated how often each scenario comes and what it costs, as ranges."),
        _("Several people’s ranges and our own history are pooled, with the doubt between them kept."),
        _("What safeguards take away of each is counted by how well, how far and how reliably they work."),
        _("From these the chances of every yearly loss are computed; what was drawn by chance says so."),
        _("The figures follow from what was estimated, not from the world: a range too narrow misleads."),
    ):
        yield Text(sentence)


def _side(found: Ground, side: str) -> Iterator[dict[str, Any]]:
    """Curve and table of one side."""
    stages = told(found, side)
    words = str(SIDE_WORDS[side])
    yield as_json(Heading(words))
    if not stages:
        yield as_json(Text(_("Nothing is estimated on this side yet. That is not nothing.")))
        return
    picture = curves_block(found, stages, tolerance=side == "own")
    if picture is not None:
        yield picture
    yield as_json(_figures(found, stages))
    yield as_json(Text(method(stages), quiet=True))
    if len(stages) > 1:
        yield as_json(Heading(_("What safeguards take away of an average year"), 3))
        yield from stairs_blocks(found, side)
        words = _("Each is told as what it takes away of what those above it leave, the strongest first.")
        yield as_json(Text(words, quiet=True))
    today = stages[-1].figures
    yield as_json(Heading(_("What moves the average year most"), 3))
    yield from tornado_blocks(found, side, today.mean)


def _figures(found: Ground, stages: Sequence[Figured]) -> Table:
    columns = (
        Column(_("How often"), 1),
        *(Column(f"{one.words}, {found.currency}", width=40, right=True) for one in stages),
    )
    rows = tuple(
        (line.name, *(amount for _stage, amount in line.cells))
        for line in lines(found, tuple(stages), "year")
    )
    return Table(columns, rows, "")


def _scenarios(found: Ground) -> Iterator[Block]:
    """Each scenario alone: expected loss and bad year, both sides."""
    yield Heading(_("Scenarios, each alone"))
    rows: list[tuple[Cell, ...]] = []
    drawn: list[Figures] = []
    for row in found.rows[:LISTED]:
        alone = found.only(row.key)
        cells: list[Cell] = []
        for side in SIDES:
            one = alone.figures(side, Stage.TODAY)
            if one is None:
                cells += [mark("unknown"), mark("unknown")]
                continue
            drawn += [] if one.exact else [one]
            bad = found.figure(one.bad.year)
            cells += [found.figure(one.mean), bad if one.exact else f"≈ {bad}"]
        rows.append((cut(row.name, 90), *cells))
    yield listed(
        (
            Column(_("Scenario, %s") % found.currency, 1),
            Column(_("Own: average"), width=24, right=True),
            Column(_("Own: 1 in 20"), width=24, right=True),
            Column(_("Others: average"), width=26, right=True),
            Column(_("Others: 1 in 20"), width=26, right=True),
        ),
        rows,
        len(found.rows),
        empty=_("There is no scenario in the register."),
        where=_("see the register in Duecare as of that day"),
    )
    for words in dict.fromkeys(drawn_words(one) for one in drawn):
        yield Text(_("≈ %s") % words, quiet=True)
    yield Text(
        _("Averages add up; bad years do not: that two scenarios have theirs at once is rarer than one."),
        quiet=True,
    )


def _unknown(found: Ground, now: datetime) -> Iterator[Block]:
    """What is in no figure, and what is old."""
    yield Heading(_("What is not known"))
    rows = [
        (cut(one.name, 90), str(SIDE_WORDS[side]), one.why) for side in SIDES for one in named(found, side)
    ]
    where = _("see the overview of risk in Duecare as of that day")
    yield listed(
        (Column(_("Scenario"), 3), Column(_("Is not in"), 2), Column(_("Why"), 4)),
        rows[:LISTED],
        len(rows),
        empty=_("Every scenario of the register is in the figures, on both sides."),
        where=where,
    )
    stale = found.stale(now)
    yield Heading(_("What nobody has looked at for longer than the target allows"))
    yield listed(
        (Column(_("Scenario"), 1), Column(_("Last looked at"), width=40)),
        [(cut(str(one), 90), day(looked_at(one))) for one in stale[:LISTED]],
        len(stale),
        empty=_("Nothing: each was looked at within the days that the target allows."),
        where=where,
    )


RISK = Report(
    id="risk",
    title=gettext_lazy("Risk report"),
    summary=gettext_lazy(
        "What a year may cost us and others, on average and in a bad year, from which scenarios, how it was "
        "computed, and what is not known."
    ),
    template="risk",
    gather=gather,
)
