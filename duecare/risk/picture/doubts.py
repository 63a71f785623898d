"""The tornado: which doubt moves a year's loss most, as rows of a table with bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from duecare.program.exception_queries import safeguard_title
from duecare.risk.effects import Bar, Doubt, doubt
from duecare.risk.picture.matrix import often
from duecare.risk.picture.queries import Ground
from duecare.risk.picture.spans import Span, spans
from duecare.risk.picture.worth import bars
from duecare.risk.register.portfolios import Stage, in_place
from duecare.risk.uncertain import Uncertain
from duecare.web.figures import number

SHOWN = 20
"""Bars on a page; files have all."""


@dataclass(frozen=True, slots=True)
class Tried:
    """One input tried low and high, all others unchanged."""

    name: str
    """Of what is in doubt: how often R-1 comes, what it costs, how far a safeguard helps."""
    tried: str
    """The input at its low and at its high point."""
    mean_low: str
    mean_high: str
    bad: str
    """A bad year with one and the other; empty where it was not computed."""
    span: Span


def tornado(ground: Ground, side: str, *, bad: bool = False) -> tuple[Bar, ...]:
    """The bars of a side today, the widest first; none where nothing is estimated."""
    written = ground.written(side, Stage.TODAY)
    return bars(written.document, _doubts(ground, written.keys), bad=bad) if written.keys else ()


def _doubts(ground: Ground, keys: tuple[str, ...]) -> tuple[Doubt, ...]:
    """What is not known of the safeguards in place, by the scenario's place in the document."""
    rows = {row.key: row for row in ground.rows}
    return tuple(
        doubt(place, hold.on, hold.safeguard, Uncertain(*hold.efficacy), hold.coverage * hold.reliability)
        for place, key in enumerate(keys)
        for hold in in_place(rows[key], Stage.TODAY)
        if hold.efficacy[0] < hold.efficacy[2]
    )


def tried(ground: Ground, found: tuple[Bar, ...], mean: float) -> Iterator[Tried]:
    """The widest bars in words; `mean` is the loss of a year with nothing changed."""
    shown = found[:SHOWN]
    ends = [(bar.mean_low, bar.mean_high) for bar in shown]
    for bar, span in zip(shown, spans(ends, at=mean), strict=True):
        yield Tried(
            name_of(bar),
            _tried(ground, bar),
            ground.figure(bar.mean_low),
            ground.figure(bar.mean_high),
            ""
            if bar.var_low is None or bar.var_high is None
            else _from_to(ground.figure(bar.var_low), ground.figure(bar.var_high)),
            span,
        )


def name_of(bar: Bar) -> str:
    """What is in doubt, in words."""
    words = {
        "rate": _("How often: %(scenario)s"),
        "loss": _("What it costs: %(scenario)s"),
        "effect": _("How far %(safeguard)s helps: %(scenario)s"),
    }[bar.what]
    return words % {"scenario": bar.scenario, "safeguard": safeguard_title(bar.name)}


def _tried(ground: Ground, bar: Bar) -> str:
    if bar.what == "rate":
        return _from_to(often(bar.low), often(bar.high))
    if bar.what == "loss":
        return _from_to(ground.shown(bar.low), ground.shown(bar.high))
    return _("it leaves %(low)s to %(high)s times as much as thought") % {
        "low": number(round(bar.low, 2)),
        "high": number(round(bar.high, 2)),
    }


def _from_to(low: str, high: str) -> str:
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def flat(ground: Ground, found: tuple[Bar, ...], side: str) -> Iterator[dict[str, Any]]:
    """Every bar as a row of a file, unrounded."""
    for bar in found:
        yield {
            "scenario": bar.scenario,
            "side": side,
            "what": bar.what,
            "safeguard": bar.name,
            "on": bar.on,
            "low": bar.low,
            "high": bar.high,
            "mean_low": bar.mean_low,
            "mean_high": bar.mean_high,
            "bad_year_low": bar.var_low,
            "bad_year_high": bar.var_high,
            "currency": ground.currency,
        }
