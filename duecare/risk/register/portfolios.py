"""The register as a portfolio: estimates pooled, safeguards applied, written as a curve file.

What every curve, test, choice and decision of the area begins from is the document that `duecare risk curve`
reads (docs/risk-method.md): so what a page shows can be computed again from a file alone. Pure: rows come as
values.

An estimate is told of the day it was made, with the safeguards of that day; `frequency_left` and
`magnitude_left` say what they left. Divided by it the estimate is that of a world without them (inherent).
Today's is that times what the safeguards leave today, so that evidence moves the curve and estimates need
not be made anew for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf, log, prod
from typing import Any

from scipy import optimize, special

from duecare.risk.curve_files import FORMAT
from duecare.risk.frequencies import GammaRate, PertRate
from duecare.risk.register.forms_of_loss import RATE, SIDES

MILLION = 1_000_000
LEAST_LEFT = 0.001
"""Of a rate or a loss at least this much is left: no safeguards are perfect together."""
SHAPES = (0.02, 1e6)
"""Between which the shape of a gamma rate is looked for; a narrower range counts as known to a thousandth."""
PRIOR_EVENTS = 0.5
"""Of a rate of which nothing but history is known: Jeffreys' prior, Gamma(1/2, 0)."""


class Stage(StrEnum):
    """With which safeguards."""

    INHERENT = "inherent"
    TODAY = "today"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Told:
    """One estimate: numbers as the record keeps them."""

    what: str
    kind: str
    numbers: tuple[int, ...]
    frequency_left: float = 1.0
    magnitude_left: float = 1.0


@dataclass(frozen=True, slots=True)
class Hold:
    """What one safeguard does to one side of a scenario; shares from 0 to 1."""

    safeguard: str
    on: str
    efficacy: tuple[float, float, float]
    """Least, likely, most."""
    coverage: float
    reliability: float

    @property
    def left(self) -> float:
        """The share that it leaves, at the mean of its efficacy."""
        least, likely, most = self.efficacy
        return 1 - (least + 4 * likely + most) / 6 * self.coverage * self.reliability


@dataclass(frozen=True, slots=True)
class Row:
    """A scenario of the register with what is believed of it."""

    key: str
    name: str
    told: tuple[Told, ...]
    holds: tuple[Hold, ...] = ()
    """Safeguards in place."""
    after: tuple[Hold, ...] = ()
    """What measures would bring; one of the same safeguard on the same side takes the other's place."""


@dataclass(frozen=True, slots=True)
class Written:
    """A portfolio as a curve file, and what could not be in it."""

    document: dict[str, Any]
    """Without `scenarios` in it if nothing is estimated yet."""
    keys: tuple[str, ...]
    """Keys of its scenarios, in its order."""
    lacking: Mapping[str, str] = field(default_factory=dict)
    """Scenarios that are not in it, by key: `rate` or `loss`, whichever nobody estimated."""
    partly: tuple[str, ...] = ()
    """Of "both": keys of scenarios that are in it with one side alone, because nobody estimated the other."""


def left(holds: Iterable[Hold], on: str) -> float:
    """What all safeguards together leave of a rate ("frequency") or a loss ("magnitude")."""
    return max(prod((one.left for one in holds if one.on == on), start=1.0), LEAST_LEFT)


def in_place(row: Row, stage: Stage) -> tuple[Hold, ...]:
    """The safeguards that count at a stage."""
    if stage is Stage.INHERENT:
        return ()
    if stage is Stage.TODAY:
        return row.holds
    replaced = {(one.safeguard, one.on) for one in row.after}
    return (*(one for one in row.holds if (one.safeguard, one.on) not in replaced), *row.after)


def write(
    rows: Sequence[Row],
    side: str,
    stage: Stage,
    *,
    digits: int,
    cap: int | None = None,
    quantiles: Sequence[float] | None = None,
    gamma_variance: float = 0.0,
    forms: Sequence[str] | None = None,
) -> Written:
    """The portfolio of one side ("own", "others", "both") at one stage, in whole units of money.

    `digits` are the currency's decimal places; `cap`, in minor units, is the most that one loss can be. A
    scenario without a rate or without a loss on that side is left out and named. `forms` are the only ones of
    the side that count, where not all do: those that an insurance covers.
    """
    unit = 10**digits
    covered = [form for form in SIDES[side] if forms is None or form in forms]
    scenarios, keys, lacking = [], [], {}
    for row in rows:
        rates = [one for one in row.told if one.what == RATE]
        losses = [found for form in covered if (found := [one for one in row.told if one.what == form])]
        if not rates or not losses:
            lacking[row.key] = RATE if not rates else "loss"
            continue
        holds = in_place(row, stage)
        parts = [_pooled_loss(found, unit) for found in losses]
        scenarios.append(
            {
                "name": row.name,
                "frequency": pooled_rate(rates),
                "severity": parts[0] if len(parts) == 1 else {"together": parts},
                "effect": {"frequency": left(holds, "frequency"), "magnitude": left(holds, "magnitude")},
            }
        )
        keys.append(row.key)
    document: dict[str, Any] = {"format": FORMAT}
    if scenarios:
        document["scenarios"] = scenarios
    if quantiles is not None:
        document["quantiles"] = list(quantiles)
    if cap is not None:
        document["cap"] = cap / unit
    if gamma_variance:
        document["dependence"] = {"gamma_variance": gamma_variance}
    partly = tuple(row.key for row in rows if row.key in keys and side == "both" and _one_sided(row))
    return Written(document, tuple(keys), lacking, partly)


def _one_sided(row: Row) -> bool:
    """Whether somebody estimated our own loss and nobody the harm to others, or the other way round."""
    told = {one.what for one in row.told}
    return bool(told.intersection(SIDES["own"])) != bool(told.intersection(SIDES["others"]))


def pooled_rate(told: Sequence[Told]) -> dict[str, Any]:
    """The frequency that several people's estimates and our own history make together, without safeguards.

    Beliefs are pooled with equal weights (a linear pool: its variance holds the spread between people), as a
    gamma rate of that mean and variance, which history then updates (Gamma-Poisson). One person's PERT alone
    stays what it is.
    """
    believed = [one for one in told if one.kind != "history"]
    history = [one for one in told if one.kind == "history"]
    if not history and len(believed) == 1 and believed[0].kind == "pert":
        only = believed[0]
        return {"pert": [number / MILLION / only.frequency_left for number in only.numbers]}
    moments = [_rate_moments(one) for one in believed]
    # It is one history, whoever tells it: several tellings weigh as one, at their mean. Years with safeguards
    # count for fewer without them: exposure shrinks with what they left of the rate.
    told_times = len(history) or 1
    events = sum(one.numbers[0] for one in history) / told_times
    years = sum(one.numbers[1] / MILLION * one.frequency_left for one in history) / told_times
    if not moments:
        shape = PRIOR_EVENTS + events
        return {"gamma": {"mean": shape / years, "variance": shape / years**2}}
    mean = sum(m for m, _v in moments) / len(moments)
    variance = sum(v + m * m for m, v in moments) / len(moments) - mean * mean
    pooled = GammaRate(mean, variance)
    if history:
        pooled = pooled.after(events, years)
    return {"gamma": {"mean": pooled.mean, "variance": pooled.variance}}


def _rate_moments(one: Told) -> tuple[float, float]:
    """Mean and variance of what one person believes of a rate."""
    numbers = [number / MILLION / one.frequency_left for number in one.numbers]
    rate = PertRate(*numbers) if one.kind == "pert" else gamma_of_range(*numbers)
    return rate.mean, rate.variance


def gamma_of_range(low: float, high: float) -> GammaRate:
    """The gamma rate whose 5 % and 95 % points are these: what a 90 % range says, and no more.

    A gamma's shape alone sets the ratio of the two, which falls as the shape grows; so the shape is found by
    bisection and the scale follows.
    """
    ratio = high / low

    def excess(shape: float) -> float:
        least, most = special.gammaincinv(shape, (0.05, 0.95))
        return float(log(most) - log(least) - log(ratio)) if least > 0 else inf

    least, most = SHAPES
    shape = most if excess(most) > 0 else float(optimize.brentq(excess, least, most, xtol=1e-12, rtol=1e-12))
    scale = high / float(special.gammaincinv(shape, 0.95))
    return GammaRate(shape * scale, shape * scale**2)


def _pooled_loss(told: Sequence[Told], unit: int) -> dict[str, Any]:
    """What several people believe of one form of loss: a mixture with equal shares."""
    each = [_loss(one, unit) for one in told]
    if len(each) == 1:
        return each[0]
    return {"mixture": [{"weight": 1 / len(each), "severity": one} for one in each]}


def _loss(one: Told, unit: int) -> dict[str, Any]:
    numbers = [number / unit / one.magnitude_left for number in one.numbers]
    if one.kind == "data":
        return {"empirical": numbers}
    return {"pert" if one.kind == "pert" else "ci90": numbers}
