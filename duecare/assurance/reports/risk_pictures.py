"""Pictures of risk as their template draws them: numbers in per cent, and what they show in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.utils.translation import gettext as _

from duecare.program.papers.blocks import Column, as_json, cut, listed
from duecare.risk.picture import doubts, stairs
from duecare.risk.picture.queries import Ground
from duecare.risk.picture.spans import Span
from duecare.risk.picture.telling import Told, picture

BARS = 10
"""Of a tornado: those that matter."""
STEPS = 30
"""Of a waterfall, with the year of today after them."""


def curves_block(found: Ground, stages: Sequence[Told], *, tolerance: bool) -> dict[str, Any] | None:
    """Exceedance curves of a whole year; None where no year has a loss that could be drawn."""
    drawn = picture(found, tuple(stages), "year", tolerance=tolerance)
    if drawn is None:
        return None
    by_chance = {one.stage.value for one in stages if not one.figures.exact}
    legend = [
        {
            "hue": one.look,
            "label": _("%s, drawn by chance") % one.label if one.look in by_chance else one.label,
        }
        for one in drawn.curves
    ]
    if drawn.tolerance is not None:
        legend.append({"hue": "tolerance", "label": _("Tolerance, for 1 year in 20")})
    return {
        "kind": "curves",
        "alt": _("How often a year costs more than so much; the table below has the same figures."),
        "curves": [
            {"hue": one.look, "places": [[round(x, 2), round(y, 2)] for x, y in one.places]}
            for one in drawn.curves
        ],
        "across": [{"at": round(one.at, 2), "label": one.label} for one in drawn.across],
        "down": [{"at": round(one.at, 2), "label": one.label, "strong": one.strong} for one in drawn.down],
        "tolerance": None if drawn.tolerance is None else round(drawn.tolerance, 2),
        "legend": legend,
    }


def stairs_blocks(found: Ground, side: str) -> Iterator[dict[str, Any]]:
    """The waterfall of safeguards with its table."""
    steps = list(stairs.shown(found, stairs.waterfall(found, side)))
    rows = [*steps[:STEPS], *steps[STEPS:][-1:]]
    yield _spans(
        _("What each safeguard takes away of an average year; the table below has the same figures."),
        [(one.stair.name, one.mean, one.span, not one.change) for one in rows],
    )
    yield as_json(
        listed(
            (
                Column(_("Step"), 1),
                Column(_("Changes it by, %s") % found.currency, width=40, right=True),
                Column(_("Average year then, %s") % found.currency, width=45, right=True),
            ),
            [(cut(one.stair.name, 90), one.change, one.mean) for one in rows],
            len(steps),
            empty="",
            where=_("see what safeguards take away in Duecare as of that day"),
        )
    )


def tornado_blocks(found: Ground, side: str, mean: float) -> Iterator[dict[str, Any]]:
    """The widest bars of the tornado with their table."""
    bars = doubts.tornado(found, side)
    rows = list(doubts.tried(found, bars, mean))[:BARS]
    yield _spans(
        _("What each doubt alone does to an average year; the table below has the same figures."),
        [(one.name, "", one.span, False) for one in rows],
    )
    yield as_json(
        listed(
            (
                Column(_("What is in doubt"), 3),
                Column(_("From, to"), 3),
                Column(_("Average year then, from"), width=32, right=True),
                Column(_("to, %s") % found.currency, width=28, right=True),
            ),
            [(cut(one.name, 90), one.tried, one.mean_low, one.mean_high) for one in rows],
            len(bars),
            empty="",
            where=_("see what moves the loss most in Duecare as of that day"),
        )
    )


def _spans(alt: str, rows: Sequence[tuple[str, str, Span, bool]]) -> dict[str, Any]:
    """Bars along one axis from zero: (label, amount, bar, whether it is a world as a whole)."""
    return {
        "kind": "spans",
        "alt": alt,
        "rows": [
            {
                "label": cut(label, 36),
                "words": words,
                "start": round(span.start, 2),
                "width": round(span.width, 2),
                "mark": None if span.mark is None else round(span.mark, 2),
                "strong": strong,
            }
            for label, words, span, strong in rows
        ],
    }
