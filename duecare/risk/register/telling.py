"""What the pages tell of a scenario: what each believes, what all make together, what holds it down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from duecare.ledger.viewers import Viewer
from duecare.program.catalogue import catalogue
from duecare.risk.estimating import spread
from duecare.risk.money import digits, from_units, shown
from duecare.risk.register.believing import CONFIDENCES, Belief, mean_of
from duecare.risk.register.effect_actions import ON
from duecare.risk.register.estimate_actions import may_withdraw
from duecare.risk.register.estimate_forms import shown_numbers
from duecare.risk.register.figures import Figure, figures
from duecare.risk.register.forms_of_loss import FORMS, OTHERS, RATE, SIDE_WORDS
from duecare.risk.register.kept_outcomes import measured
from duecare.risk.register.measuring import Measured
from duecare.risk.register.models import Effect, Estimate, RiskTerms, Scenario
from duecare.risk.register.portfolios import MILLION, Hold, left
from duecare.risk.register.queries import hold_of, rows_of, told_of
from duecare.risk.register.rates import rate_words
from duecare.risk.register.spread import pool
from duecare.risk.training.queries import hit_rates
from duecare.risk.training.saying import Said, said


@dataclass(frozen=True, slots=True)
class EstimateTold:
    """What one person believes."""

    row: Estimate
    who: str
    numbers: str
    mean: str
    confidence: str
    may_withdraw: bool
    calibrated: Said | None
    """How often their ranges held the answer in exercises; None if they ended none."""


@dataclass(frozen=True, slots=True)
class ThingTold:
    """One thing that is estimated, with what everybody believes of it."""

    what: str
    name: str
    others: bool
    """Whether it is harm to others."""
    estimates: tuple[EstimateTold, ...]
    mean: str
    """Of all together, with the safeguards of today; empty if nobody estimated it."""
    low: str
    high: str
    spread: str
    """How far several people lie apart, in words; empty for one."""


@dataclass(frozen=True, slots=True)
class EffectTold:
    """A safeguard that holds the scenario down."""

    row: Effect
    title: str
    on: str
    efficacy: str
    reach: str
    leaves: str


@dataclass(frozen=True, slots=True)
class FigureTold:
    """Figures of one side, as money."""

    side: str
    name: str
    mean: str
    bad: str
    worst: str
    none: str
    inherent: str
    drawn: bool


def name_of_thing(what: str) -> str:
    """A rate or form of loss in words."""
    return _("How often") if what == RATE else str(FORMS[what])


def estimates_told(row: Scenario, terms: RiskTerms, viewer: Viewer) -> list[ThingTold]:
    """Everything that can be estimated of a scenario, in order, estimated or not."""
    standing = list(
        Estimate.objects.all()
        .visible_to(viewer)
        .filter(scenario=row, ended_at=None)
        .select_related("author")
        .order_by("made_at", "id")
    )
    holds = rows_of([row], viewer)[0].holds
    rates = hit_rates({one.author_id for one in standing if one.author_id}, viewer)
    calibrated = {person: said(rate) for person, rate in rates.items()}
    found = []
    for what in (RATE, *FORMS):
        mine = [one for one in standing if one.what == what]
        found.append(_thing(what, mine, holds, terms.currency, viewer, calibrated))
    return found


def _thing(
    what: str,
    rows: Sequence[Estimate],
    holds: Sequence[Hold],
    currency: str,
    viewer: Viewer,
    calibrated: Mapping[str, Said],
) -> ThingTold:
    means = [mean_of(Belief(what, one.kind, tuple(one.numbers))) for one in rows]
    told = tuple(
        EstimateTold(
            one,
            one.author.name if one.author else _("at the command line"),
            shown_numbers(one, currency),
            _amount(what, mean / _unit(what, currency), currency),
            str(CONFIDENCES[one.confidence]),
            may_withdraw(one, viewer),
            calibrated.get(one.author_id or ""),
        )
        for one, mean in zip(rows, means, strict=True)
    )
    low = mean = high = ""
    if rows:
        pooled = pool([told_of(one) for one in rows], holds, digits(currency))
        low, mean, high = (_amount(what, each, currency) for each in (pooled.low, pooled.mean, pooled.high))
    return ThingTold(
        what, name_of_thing(what), what in OTHERS, told, mean, low, high, _spread(rows, currency)
    )


def _spread(rows: Sequence[Estimate], currency: str) -> str:
    """How far these people lie apart; empty where there is but one."""
    pools = [pool([told_of(one)], (), digits(currency)) for one in rows]
    ranges = [(one.low, one.high) for one in pools if 0 < one.low < one.high]
    if len(ranges) < 2:
        return ""
    found = spread(ranges)
    words = _("From the lowest to the highest is a factor of %s.") % f"{found.times:.2g}"
    if found.apart:
        words = f"{words} {_('Their ranges do not touch: talk about what each of them knows.')}"
    return words


def _unit(what: str, currency: str) -> int:
    return MILLION if what == RATE else 10 ** digits(currency)


def _amount(what: str, value: float, currency: str) -> str:
    return rate_words(value) if what == RATE else shown(from_units(value, currency), currency)


def effects_of(row: Scenario, viewer: Viewer) -> list[Effect]:
    """The safeguards that hold a scenario down."""
    found = Effect.objects.all().visible_to(viewer).filter(scenario=row, ended_at=None)
    return list(found.order_by("made_at", "id"))


def effects_told(row: Scenario, viewer: Viewer) -> list[EffectTold]:
    """The same in words."""
    found = []
    rows = effects_of(row, viewer)
    by_checks = measured(one.safeguard for one in rows)
    for one in rows:
        seen = by_checks[one.safeguard]
        hold = hold_of(one, seen)
        safeguard = catalogue().get(one.safeguard)
        least, likely, most = (f"{share / 10:g}" for share in one.efficacy)
        found.append(
            EffectTold(
                one,
                str(safeguard.title) if safeguard else one.safeguard,
                str(ON[one.on]),
                _("%(least)s to %(most)s %%, most likely %(likely)s %%")
                % {"least": least, "likely": likely, "most": most},
                f"{_share(hold.coverage, seen.coverage, ceiling=_held_down(one, seen))}; "
                f"{_share(hold.reliability, seen.reliability)}",
                f"{100 * left([hold], one.on):.0f} %",
            )
        )
    return found


def _held_down(row: Effect, seen: Measured) -> bool:
    """Whether a coverage that people estimated is held down by what checks last measured."""
    return seen.coverage is None and seen.ceiling is not None and seen.ceiling < row.coverage


def _share(share: float, by_checks: int | None, *, ceiling: bool = False) -> str:
    """A share, and whether checks measured it, or did once, or people estimated it."""
    if ceiling:
        words = _("%s %%, as last measured; the evidence is stale")
    else:
        words = _("%s %%, estimated") if by_checks is None else _("%s %%, measured")
    return words % f"{100 * share:g}"


def figures_told(rows: Sequence[Scenario], terms: RiskTerms, viewer: Viewer) -> tuple[list[FigureTold], str]:
    """Own loss and harm to others of these together; and why a curve is lacking, in words."""
    found, why = figures(rows_of(rows, viewer), digits(terms.currency))
    return [_figure(one, terms.currency) for one in found], why


def _figure(one: Figure, currency: str) -> FigureTold:
    def money(value: float) -> str:
        return shown(from_units(value, currency), currency)

    return FigureTold(
        one.side,
        str(SIDE_WORDS[one.side]),
        money(one.mean),
        money(one.bad),
        money(one.worst),
        f"{100 * one.none:.0f} %",
        money(one.inherent),
        one.drawn,
    )
