"""What the area reads of the register: its terms, scenarios, and the rows that portfolios are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.risk.register.kept_outcomes import measured
from duecare.risk.register.measuring import NOTHING, Measured
from duecare.risk.register.models import TERMS, Effect, Estimate, RiskTerms, Scenario
from duecare.risk.register.named import Named, Names
from duecare.risk.register.portfolios import MILLION, Hold, Row, Told

SCENARIO = "risk.scenario"
THOUSAND = 1000
NAME = 200
"""Characters of a scenario's name in a curve file; its number stands first, so it stays its own."""


def terms(viewer: Viewer) -> RiskTerms | None:
    """The terms of risk, if they were set and the viewer may see them."""
    found: RiskTerms | None = RiskTerms.objects.all().visible_to(viewer).filter(pk=TERMS).first()
    return found


def live_terms() -> RiskTerms | None:
    """The terms of today, whatever day is viewed: by them it is decided who reads the tests of law."""
    found: RiskTerms | None = RiskTerms.objects.using(asof.LIVE).filter(pk=TERMS).first()
    return found


def find_scenario(key: str, viewer: Viewer) -> Scenario:
    """The scenario, if the viewer may see it. Raises NotFound otherwise."""
    found: Scenario | None = Scenario.objects.all().visible_to(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such scenario."), _("Look in the register of scenarios."))
    return found


def rows_of(scenarios: Iterable[Scenario], viewer: Viewer) -> Sequence[Row]:
    """Scenarios with the estimates and effects that stand, in their order.

    Coverage and reliability of safeguards are as their checks measured them, where they did.
    """
    listed = list(scenarios)
    keys = [one.pk for one in listed]
    told: dict[str, list[Told]] = {key: [] for key in keys}
    for each in (
        Estimate.objects.all().visible_to(viewer).filter(scenario__in=keys, ended_at=None).order_by("id")
    ):
        told[each.scenario_id].append(told_of(each))
    holds: dict[str, list[Hold]] = {key: [] for key in keys}
    effects = list(
        Effect.objects.all().visible_to(viewer).filter(scenario__in=keys, ended_at=None).order_by("id")
    )
    found = measured(row.safeguard for row in effects)
    for row in effects:
        holds[row.scenario_id].append(hold_of(row, found[row.safeguard]))
    return [Row(one.pk, str(one)[:NAME], tuple(told[one.pk]), tuple(holds[one.pk])) for one in listed]


def told_of(row: Estimate) -> Told:
    """An estimate as a value."""
    return Told(
        row.what,
        row.kind,
        tuple(row.numbers),
        row.frequency_left / MILLION,
        row.magnitude_left / MILLION,
    )


def hold_of(row: Effect, found: Measured = NOTHING) -> Hold:
    """The effect of a safeguard as a value; what its checks measured counts before what was estimated, and
    what they last measured is a ceiling for it once the evidence is stale."""
    least, likely, most = (share / THOUSAND for share in row.efficacy)
    coverage = found.coverage
    if coverage is None:
        coverage = row.coverage if found.ceiling is None else min(row.coverage, found.ceiling)
    reliability = row.reliability if found.reliability is None else found.reliability
    return Hold(row.safeguard, row.on, (least, likely, most), coverage / THOUSAND, reliability / THOUSAND)


def holds_today(rows: Iterable[Scenario]) -> Mapping[str, Sequence[Hold]]:
    """By key, the safeguards that hold each of these scenarios down, as far as checks measured them or people
    estimated them.

    For actions, in which an estimate is put down with what its safeguards leave on that day.
    """
    holds: dict[str, list[Hold]] = {one.pk: [] for one in rows}
    effects = list(Effect.objects.filter(scenario__in=list(holds), ended_at=None).order_by("id"))
    found = measured(one.safeguard for one in effects)
    for one in effects:
        holds[one.scenario_id].append(hold_of(one, found[one.safeguard]))
    return holds


def after_of(effects: Iterable[Mapping[str, object]], safeguard: str) -> Mapping[str, tuple[Hold, ...]]:
    """What a measure of this safeguard would bring, by scenario key."""
    found: dict[str, tuple[Hold, ...]] = {}
    for one in effects:
        least, likely, most = (int(share) / THOUSAND for share in one["efficacy"])  # type: ignore[attr-defined]
        hold = Hold(
            safeguard,
            str(one["on"]),
            (least, likely, most),
            int(str(one["coverage"])) / THOUSAND,
            int(str(one["reliability"])) / THOUSAND,
        )
        key = str(one["scenario"])
        found[key] = (*found.get(key, ()), hold)
    return found


def scenario_names(keys: Iterable[str] | None = None) -> Names:
    """Scenarios as tables name them, all or those with these keys, those that stand and those that ended.

    For lists that take files, which only those bring who may change the register.
    """
    standing: list[Named] = []
    ended: list[Named] = []
    rows = Scenario.objects.order_by("number")
    told = (rows if keys is None else rows.filter(pk__in=keys)).values_list(
        "pk", "number", "title", "ended_at"
    )
    for key, number, title, ended_at in told:
        (standing if ended_at is None else ended).append(Named(key, number, title))
    return Names(standing, ended)
