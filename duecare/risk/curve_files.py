"""A portfolio as `duecare risk curve` reads it, and its curve as it answers: JSON, version 1.

docs/risk-method.md shows both. What is not known is refused with its place; a curve that cannot be had
exactly is drawn by chance, and says so.

Pure: pydantic at the edge, numpy and scipy inside; no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from math import inf, isfinite, sqrt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from duecare.errors import BadInput
from duecare.risk import copulas
from duecare.risk.curves import Curve, NoCertificate, curves
from duecare.risk.frequencies import Frequency, GammaRate, PertRate, Rate
from duecare.risk.scenarios import Portfolio, Scenario, vulnerability
from duecare.risk.severities import Array, Capped, Empirical, Lognormal, Mixture, Pareto, Pert, Severity
from duecare.risk.simulating import YEARS, Years, quantile, simulate
from duecare.risk.sums import Scaled, Together
from duecare.risk.towers import Layer, Parts, demand_apart, parts

FORMAT = 1
QUANTILES = (0.5, 0.8, 0.9, 0.95, 0.99, 0.995)
SEED = 20_260
MOST_SCENARIOS = 5_000
MOST_LOSSES = 1_000_000
NO_CURVE = "What goes together by a copula has no exact curve."
LARGEST = 50_000_000
"""Bytes of a file."""

Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Factor = Annotated[float, Field(strict=True, allow_inf_nan=False, gt=0, le=1e6)]
Three = tuple[Number, Number, Number]
Two = tuple[Number, Number]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _OneOf(_Strict):
    """Exactly one of its fields."""

    @model_validator(mode="after")
    def _one(self) -> Any:
        given = self.model_fields_set
        if len(given) != 1 or getattr(self, next(iter(given))) is None:
            raise ValueError(f"give exactly one of {', '.join(type(self).model_fields)}")
        return self


class _Gamma(_Strict):
    mean: Number
    variance: Number


class _Frequency(_OneOf):
    rate: Number | None = None
    pert: Three | None = None
    gamma: _Gamma | None = None

    def made(self, factor: float) -> Frequency:
        if self.rate is not None:
            return Rate(self.rate * factor)
        if self.gamma is not None:
            return GammaRate(self.gamma.mean * factor, self.gamma.variance * factor**2)
        least, likely, most = self.pert or (0, 0, 0)
        return PertRate(least * factor, likely * factor, most * factor)


class _Lognormal(_Strict):
    mu: Number
    sigma: Number


class _Pareto(_Strict):
    threshold: Number
    scale: Number
    shape: Number


class _Part(_Strict):
    weight: Number
    severity: SeverityFields


class SeverityFields(_OneOf):
    """What one event costs."""

    ci90: Two | None = None
    lognormal: _Lognormal | None = None
    pert: Three | None = None
    empirical: Annotated[list[Number], Field(max_length=MOST_LOSSES)] | None = None
    gpd: _Pareto | None = None
    mixture: Annotated[list[_Part], Field(max_length=100)] | None = None
    together: Annotated[list[SeverityFields], Field(min_length=1, max_length=20)] | None = None

    def made(self) -> Severity:
        if self.ci90 is not None:
            return Lognormal.from_range(*self.ci90)
        if self.lognormal is not None:
            return Lognormal(self.lognormal.mu, self.lognormal.sigma)
        if self.pert is not None:
            return Pert(*self.pert)
        if self.empirical is not None:
            return Empirical(tuple(self.empirical))
        if self.gpd is not None:
            return Pareto(self.gpd.threshold, self.gpd.scale, self.gpd.shape)
        if self.together is not None:
            return Together(tuple(one.made() for one in self.together))
        mixed = self.mixture or []
        return Mixture(tuple(one.weight for one in mixed), tuple(one.severity.made() for one in mixed))


class _Secondary(_Strict):
    chance: Number
    severity: SeverityFields


class _Contest(_Strict):
    threat: SeverityFields
    control: SeverityFields


class _Effect(_Strict):
    frequency: Factor = 1.0
    magnitude: Factor = 1.0


class EventFields(_Strict):
    """A scenario but for what its event costs."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    frequency: _Frequency
    secondary: _Secondary | None = None
    vulnerability: Number | _Contest = 1.0
    effect: _Effect = _Effect()


class _Scenario(EventFields):
    severity: SeverityFields

    def made(self, cap: float | None) -> Scenario:
        share = self.vulnerability
        if isinstance(share, _Contest):
            share = vulnerability(share.threat.made(), share.control.made())
        factor = self.effect.magnitude
        return Scenario(
            self.name,
            self.frequency.made(self.effect.frequency),
            _capped(_scaled(self.severity.made(), factor), cap),
            _capped(_scaled(self.secondary.severity.made(), factor), cap) if self.secondary else None,
            self.secondary.chance if self.secondary else 0.0,
            share,
        )


class _Copula(_Strict):
    kind: Literal["gaussian", "t"]
    correlation: (
        Number | Annotated[list[list[Number]], Field(min_length=1, max_length=copulas.MOST_SCENARIOS)]
    )
    degrees: Number | None = None

    def made(self, count: int) -> copulas.Copula:
        if (self.kind == "t") != (self.degrees is not None):
            raise BadInput(
                "dependence, copula: degrees of freedom belong to a t copula, and to no other.",
                "Give both, or neither.",
            )
        if isinstance(self.correlation, list):
            return copulas.Copula(tuple(map(tuple, self.correlation)), self.degrees)
        return copulas.Copula.alike(self.correlation, count, self.degrees)


class _Dependence(_OneOf):
    gamma_variance: Number | None = None
    copula: _Copula | None = None


class _Layer(_Strict):
    retention: Number
    limit: Number | None = None
    aggregate: Number | None = None

    def made(self) -> Layer:
        limit, aggregate = (inf if one is None else one for one in (self.limit, self.aggregate))
        return Layer(self.retention, limit, aggregate)


class _Input(_Strict):
    format: int = FORMAT
    scenarios: Annotated[list[_Scenario], Field(min_length=1, max_length=MOST_SCENARIOS)]
    dependence: _Dependence | None = None
    tower: Annotated[list[_Layer], Field(min_length=1, max_length=50)] | None = None
    quantiles: Annotated[list[Number], Field(min_length=1, max_length=1000)] = list(QUANTILES)
    cap: Number | None = None
    seed: Annotated[int, Field(strict=True, ge=0)] = SEED


def answer(written: object) -> dict[str, Any]:
    """The curve of what a file says. Raises BadInput naming the field."""
    return answers([written])[0]


def answers(written: Sequence[object]) -> list[dict[str, Any]]:
    """The curves of several files on one grid, so that what differs is not the grid; if one of them has no
    exact curve, all are drawn by chance from the same streams. Raises BadInput naming the field."""
    asked = [(read, _portfolio(read), _layers(read)) for read in map(_read, written)]
    quantiles = sorted({p for read, _portfolio, _tower in asked for p in read.quantiles})
    if any(_copula(read) for read, _portfolio, _tower in asked):
        return [_drawn(portfolio, layers, read, NO_CURVE) for read, portfolio, layers in asked]
    try:
        found = curves([portfolio for _read, portfolio, _tower in asked], quantiles)
    except NoCertificate as error:
        return [_drawn(portfolio, layers, read, error.what) for read, portfolio, layers in asked]
    return [_answer(each, *one) for each, one in zip(found, asked, strict=True)]


def _answer(found: Curve, read: _Input, portfolio: Portfolio, layers: list[Layer]) -> dict[str, Any]:
    told = _exact(found, read)
    if layers:
        try:
            told |= _parts(parts(portfolio, layers, found), read.quantiles)
        except NoCertificate as error:
            years = simulate(portfolio, read.seed, YEARS, layers)
            told |= _drawn_parts(years, portfolio.mean, read.quantiles)
            told["tower"] = {"method": "monte carlo", "why": error.what, "years": YEARS, "seed": read.seed}
    return told


def _layers(read: _Input) -> list[Layer]:
    layers = [one.made() for one in read.tower or ()]
    demand_apart(layers)
    return layers


def portfolio_of(written: object) -> Portfolio:
    """What a file says, for other computations than its curve. Raises BadInput naming the field, and for a
    copula, which only years drawn by chance can have."""
    read = _read(written)
    if _copula(read):
        raise BadInput(
            "dependence: this cannot be computed under a copula.", "Give a gamma_variance, or none."
        )
    return _portfolio(read)


def _read(written: object) -> _Input:
    try:
        read = _Input.model_validate(written)
    except ValidationError as error:
        raise fault(error) from error
    if read.format != FORMAT:
        raise BadInput(f"format: {read.format} is not known.", f"This release reads format {FORMAT}.")
    if not all(0 < p < 1 for p in read.quantiles):
        raise BadInput("quantiles: each lies between 0 and 1.", "Write 0.95 for one year in twenty.")
    return read


def fault(error: ValidationError) -> BadInput:
    """The first fault of a file, with its place."""
    first = error.errors(include_url=False)[0]
    place = ", ".join(f"number {part + 1}" if isinstance(part, int) else str(part) for part in first["loc"])
    return BadInput(f"{place or 'The input'}: {first['msg']}.", "Write it as docs/risk-method.md shows.")


def _portfolio(read: _Input) -> Portfolio:
    scenarios = []
    for number, one in enumerate(read.scenarios, start=1):
        place = f"scenarios, number {number} ({one.name})"
        try:
            made = one.made(read.cap)
        except BadInput as error:
            raise BadInput(f"{place}: {error.what}", error.next_step) from error
        if not isfinite(made.moments[0]):
            raise BadInput(
                f"{place}: a loss of this kind has no mean, so neither has the sum.",
                "Give a cap: the most that a single loss can be.",
            )
        scenarios.append(made)
    return Portfolio(tuple(scenarios), (read.dependence and read.dependence.gamma_variance) or 0.0)


def _copula(read: _Input) -> _Copula | None:
    return read.dependence.copula if read.dependence else None


def _scaled(severity: Severity, factor: float) -> Severity:
    return severity if factor == 1 else Scaled(severity, factor)


def _capped(severity: Severity, cap: float | None) -> Severity:
    return severity if cap is None or severity.top <= cap else Capped(severity, cap)


def _exact(found: Curve, read: _Input) -> dict[str, Any]:
    return {
        **_common(found.mean, found.variance, found.none, read),
        "var": {_name(p): found.var(p) for p in read.quantiles},
        "tvar": {_name(p): found.tvar(p) for p in read.quantiles},
        "oep": {_name(p): found.oep(p) for p in read.quantiles},
        "method": "fft",
        "certificate": asdict(found.certificate) if found.certificate else None,
    }


def _parts(split: Parts, quantiles: list[float]) -> dict[str, Any]:
    return {
        "tower": {"method": "fft"},
        "retained": {"mean": split.kept_mean, "var": {_name(p): split.kept_at(p) for p in quantiles}},
        "ceded": {"mean": split.ceded_mean, "var": {_name(p): split.ceded_at(p) for p in quantiles}},
    }


def _drawn(portfolio: Portfolio, layers: list[Layer], read: _Input, why: str) -> dict[str, Any]:
    copula = _copula(read)
    if copula is None:
        years, variance, none = (
            simulate(portfolio, read.seed, YEARS, layers),
            portfolio.variance,
            portfolio.none,
        )
    else:
        years = copulas.joined(portfolio, copula.made(len(portfolio.scenarios)), read.seed, layers=layers)
        variance, none = float(years.losses.var()), float((years.losses == 0).mean())
    var = {p: years.var(p) for p in read.quantiles}
    tvar = {p: years.tvar(p) for p in read.quantiles}
    found = {
        **_common(portfolio.mean, variance, none, read),
        "var": {_name(p): value for p, (value, _error) in var.items()},
        "tvar": {_name(p): value for p, (value, _error) in tvar.items()},
        "oep": {_name(p): quantile(years.largest, p)[0] for p in read.quantiles},
        "method": "monte carlo",
        "certificate": {
            "why": why,
            "years": len(years.losses),
            "seed": read.seed,
            "standard_error": {
                "var": {_name(p): error for p, (_value, error) in var.items()},
                "tvar": {_name(p): error for p, (_value, error) in tvar.items()},
            },
        },
    }
    return {**found, **(_drawn_parts(years, portfolio.mean, read.quantiles) if layers else {})}


def _drawn_parts(years: Years, mean: float, quantiles: list[float]) -> dict[str, Any]:
    ceded = years.losses - years.retained
    paid = float(ceded.mean())
    error = float(ceded.std()) / sqrt(len(ceded))
    return {
        "tower": {"method": "monte carlo", "years": len(ceded)},
        "retained": _part(years.retained, mean - paid, error, quantiles),
        "ceded": _part(ceded, paid, error, quantiles),
    }


def _part(values: Array, mean: float, error: float, quantiles: list[float]) -> dict[str, Any]:
    told = {_name(p): quantile(values, p) for p in quantiles}
    return {
        "mean": mean,
        "var": {name: value for name, (value, _off) in told.items()},
        "standard_error": {"mean": error, "var": {name: off for name, (_value, off) in told.items()}},
    }


def _common(mean: float, variance: float, none: float, read: _Input) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "mean": mean,
        "variance": variance if isfinite(variance) else None,
        "probability_of_no_loss": none,
        "cap": read.cap,
    }


def _name(p: float) -> str:
    return repr(p)
