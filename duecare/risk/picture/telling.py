"""The figures in words and rows: for tables, files, the API and the report alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecare.risk.picture.answers import TOLD, Figures, Point
from duecare.risk.picture.exceedance import Band, Curve, Drawing, Spot, draw
from duecare.risk.picture.frame import scenario_url
from duecare.risk.picture.queries import Ground
from duecare.risk.register.portfolios import Stage
from duecare.web.figures import number

STAGE_WORDS: Mapping[str, Any] = {
    Stage.INHERENT: gettext_lazy("Without safeguards"),
    Stage.TODAY: gettext_lazy("Today"),
    Stage.AFTER: gettext_lazy("With the measures"),
}
LACKING_WORDS: Mapping[str, Any] = {
    "rate": gettext_lazy("nobody has estimated how often it comes"),
    "loss": gettext_lazy("nobody has estimated this loss"),
    "own": gettext_lazy("our own loss is not estimated, so only harm to others is in the sum"),
    "others": gettext_lazy("harm to others is not estimated, so only our own loss is in the sum"),
}
OF = ("year", "beyond", "largest")
"""What is told of each quantile: attributes of `Point`."""


@dataclass(frozen=True, slots=True)
class Told:
    """The figures of one stage."""

    stage: Stage
    words: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a table: a name, and a cell for each stage."""

    name: str
    cells: tuple[tuple[str, str], ...]
    """(name of the stage, amount)."""
    strong: bool = False
    money: bool = True
    """Whether the cells are amounts, so that the head's currency is theirs."""


@dataclass(frozen=True, slots=True)
class Lack:
    """A scenario of which something is not known."""

    name: str
    url: str
    why: str


def named(found: Ground, side: str) -> tuple[Lack, ...]:
    """What a side's figures lack."""
    return tuple(
        Lack(found.names[key], scenario_url(key), str(LACKING_WORDS[why]))
        for key, why in found.lacking(side).items()
    )


def told(ground: Ground, side: str) -> tuple[Told, ...]:
    """The stages that differ, each with its figures; empty where nothing is estimated."""
    found = ((stage, ground.figures(side, stage)) for stage in ground.stages)
    return tuple(Told(stage, str(STAGE_WORDS[stage]), each) for stage, each in found if each is not None)


def picture(
    ground: Ground, found: tuple[Told, ...], of: str, bands: tuple[Band, ...] = (), *, tolerance: bool = False
) -> Drawing | None:
    """Curves of the stages: `of` is `year` or `largest`; with the tolerance where it is meant for them."""
    curves = [
        Curve(
            one.stage.value,
            one.words,
            tuple((getattr(point, of), 1 - point.p) for point in one.figures.points),
            1 - one.figures.none,
            tuple(
                Spot(getattr(point, of), 1 - point.p, _spoken(ground, one, point, of))
                for point in one.figures.points
                if point.p in TOLD
            ),
        )
        for one in found
    ]
    return draw(curves, ground.tolerance if tolerance else None, bands)


def _spoken(ground: Ground, one: Told, point: Point, of: str) -> str:
    values = {
        "stage": one.words,
        "years": number(point.one_in),
        "amount": ground.shown(getattr(point, of)),
    }
    if of == "largest":
        return _("%(stage)s: in 1 year of %(years)s a single loss is larger than %(amount)s") % values
    return _("%(stage)s: 1 year in %(years)s costs more than %(amount)s") % values


def lines(ground: Ground, found: tuple[Told, ...], of: str) -> Iterator[Line]:
    """The table beside a picture. A drawn figure has its standard error with it."""
    if of == "year":
        cells = tuple((one.words, ground.figure(one.figures.mean)) for one in found)
        yield Line(_("Average of all years"), cells, strong=True)
    for p in TOLD:
        points = [(one, one.figures.at(p)) for one in found]
        cells = tuple((one.words, _amount(ground, point, of)) for one, point in points)
        yield Line(_("1 year in %s") % number(points[0][1].one_in), cells, strong=points[0][1].one_in == 20)
    if of == "year":
        cells = tuple((one.words, share(one.figures.none)) for one in found)
        yield Line(_("Chance of a year without any loss"), cells, money=False)


def _amount(ground: Ground, point: Point, of: str) -> str:
    amount = ground.figure(getattr(point, of))
    error = getattr(point, f"{of}_error", None)
    return (
        amount
        if error is None
        else _("%(amount)s ± %(error)s")
        % {
            "amount": amount,
            "error": ground.figure(error),
        }
    )


def share(chance: float) -> str:
    """A chance in per cent: "14 %", "0.3 %", "less than 0.1\u00a0%".

    What is neither impossible nor certain is never told as 0 % or 100 %.
    """
    per_cent = 100 * chance
    if 0 < per_cent < 0.1:
        return _("less than 0.1\u00a0%")
    if 99.9 < per_cent < 100:
        return _("more than 99.9\u00a0%")
    if 99 < per_cent < 100:
        return _("%s\u00a0%%") % number(round(per_cent, 1))
    return _("%s\u00a0%%") % number(round(per_cent, 1) if per_cent < 10 else round(per_cent))


def method(found: tuple[Told, ...]) -> str:
    """How the figures were had, and how far they can be off; by stage where that differs."""
    exact = [one for one in found if one.figures.exact]
    drawn = [one for one in found if not one.figures.exact]
    if not drawn:
        return _computed([one.figures for one in exact])
    told = [(one.words, drawn_words(one.figures)) for one in drawn]
    if not exact and len({words for _stage, words in told}) == 1:
        return told[0][1]
    told += [(one.words, _computed([one.figures])) for one in exact]
    return " ".join(_("%(stage)s: %(how)s") % {"stage": stage, "how": how} for stage, how in told)


def _computed(found: Sequence[Figures]) -> str:
    worst = max((one.error for one in found), default=0.0)
    return _("Computed, not drawn: each figure is within %s %% of what the estimates imply.") % number(
        max(round(100 * worst, 3), 0.001)
    )


def drawn_words(found: Figures) -> str:
    """How figures were had that have no certificate, and why they have none."""
    return ngettext(
        "Drawn by chance, %(years)s year with seed %(seed)s, whole years with standard errors: %(why)s",
        "Drawn by chance, %(years)s years with seed %(seed)s, whole years with standard errors: %(why)s",
        found.grid,
    ) % {"years": number(found.grid), "seed": found.seed, "why": found.why}


def flat(ground: Ground, found: tuple[Told, ...], side: str) -> Iterator[dict[str, Any]]:
    """Every figure as a row of a file: amounts in whole units of the currency, unrounded."""
    for one in found:
        same = {"side": side, "stage": one.stage.value, "period": "year", "currency": ground.currency}
        yield {**same, "figure": "mean", "one_in": None, "amount": one.figures.mean, "standard_error": None}
        for point in one.figures.points:
            if point.p not in TOLD:
                continue
            for of in OF:
                error = getattr(point, f"{of}_error", None)
                amount = getattr(point, of)
                yield {
                    **same,
                    "figure": of,
                    "one_in": point.one_in,
                    "amount": amount,
                    "standard_error": error,
                }
        yield {
            **same,
            "figure": "chance of no loss",
            "one_in": None,
            "amount": one.figures.none,
            "standard_error": None,
        }
