"""What the page of a policy shows of its figures: money in words, and what the model does not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor, log10
from typing import Any

from django.utils.translation import gettext as _

from duecare.ledger.viewers import Viewer
from duecare.risk.insurance.policies import ceded
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import groups_of, parts_of
from duecare.risk.insurance.policies.terms import PARTS, Group, Part
from duecare.risk.money import digits, from_units, shown
from duecare.risk.register.forms_of_loss import FORMS
from duecare.risk.register.models import Scenario
from duecare.risk.register.queries import rows_of, terms
from duecare.words import number


def money(units: float, currency: str) -> str:
    """An amount in units, as people read it."""
    return shown(from_units(units, currency), currency)


def part_name(part: Part) -> str:
    return str(PARTS.get(part.kind, part.kind))


def named(row: InsurancePolicy, part: str) -> str:
    """What a part of the policy is called; empty for the policy as a whole."""
    if not part:
        return ""
    found = next((one for one in parts_of(row) if one.id == part), None)
    return part_name(found) if found else _("a part that was taken out since")


def part_rows(row: InsurancePolicy) -> list[dict[str, Any]]:
    """The parts as a table has them; what a part shares with the policy is empty."""
    return [
        {
            "id": one.id,
            "name": part_name(one),
            "forms": ", ".join(str(FORMS[form]) for form in one.forms),
            "retention": _amount(one.retention, row.currency),
            "limit": _amount(one.limit, row.currency),
            "aggregate": _amount(one.aggregate, row.currency),
            "waiting": one.waiting_hours,
            "exclusions": one.exclusions,
        }
        for one in parts_of(row)
    ]


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else shown(minor, currency)


def figures_of(row: InsurancePolicy, viewer: Viewer) -> Mapping[str, Any]:
    """What the policy would pay of what the register expects: `groups` with figures, `lacking` scenarios,
    `price`; or `why` there are none."""
    kept = terms(viewer)
    if kept is None or kept.currency != row.currency:
        return {
            "why": _("The policy is in %s, and the register no longer is: two currencies are not compared.")
            % row.currency
        }
    groups = groups_of(row)
    if not groups:
        return {"why": _("No part says which losses of the register it covers.")}
    scenarios = Scenario.objects.all().visible_to(viewer).filter(ended_at=None).order_by("number")
    rows = rows_of(scenarios, viewer)
    places = digits(row.currency)
    found = [ceded.figures(group, rows, places) for group in groups]
    told = [one for one in found if isinstance(one, ceded.Figures)]
    whole: dict[str, Any] = {
        "groups": [_group(one, row.currency) for one in found],
        "lacking": ceded.lacking(groups, rows),
        "uncovered": money(ceded.uncovered(groups, rows, places), row.currency),
    }
    if told:
        expected = sum(one.ceded for one in told)
        price = ceded.price(row.premium, places, row.period_from, row.period_to, expected)
        whole |= {
            "gross": money(sum(one.gross for one in told), row.currency),
            "ceded": money(expected, row.currency),
            "retained": money(sum(one.retained for one in told), row.currency),
            "price": {
                "premium": shown(row.premium, row.currency),
                "ceded": money(price.ceded, row.currency),
                "ratio": None if price.ratio is None else f"{price.ratio:.1f}",
                "above": price.ratio is None or price.ratio >= 1,
            },
        }
    return whole


def _group(found: ceded.Figures | ceded.Nothing, currency: str) -> dict[str, Any]:
    group = found.group
    told: dict[str, Any] = {
        "name": ", ".join(part_name(one) for one in group.parts),
        "forms": ", ".join(str(FORMS[form]) for form in group.forms),
        "layer": layer_words(group, currency),
    }
    if isinstance(found, ceded.Nothing):
        nothing = _("No scenario with a rate has a loss of these forms.")
        return {**told, "why": nothing if found.why == "no scenarios" else found.why}
    top = group.layer.top
    return {
        **told,
        "gross": money(found.gross, currency),
        "ceded": money(found.ceded, currency),
        "retained": money(found.retained, currency),
        "currency": currency,
        "lines": [
            {
                "years": one.years,
                "loss": number(round(one.loss)),
                "largest": number(round(one.largest)),
                "retained": number(round(one.retained)),
                "ceded": number(round(one.ceded)),
                "enough": one.enough,
            }
            for one in found.lines
        ],
        "beyond": _beyond(found.beyond, top, currency),
        "exact": found.exact,
        "scenarios": found.scenarios,
    }


def _beyond(chance: float | None, top: int | None, currency: str) -> str:
    if chance is None or top is None:
        return ""
    said = {"top": shown(top, currency)}
    if chance < 1e-4:
        return _("Less than one year in 10,000 costs more than retention and limit together, %(top)s.") % said
    if chance > 0.5:
        return _("Most years cost more than retention and limit together, %(top)s.") % said
    return _(
        "About one year in %(years)s costs more than retention and limit together, %(top)s: what lies above "
        "is yours."
    ) % {**said, "years": number(_rounded(1 / chance))}


def _rounded(years: float) -> int:
    """To two digits: more would say more than the estimates do."""
    return int(round(years, 1 - floor(log10(years))))


def layer_words(group: Group, currency: str) -> str:
    """The terms of a group in words."""
    layer = group.layer
    told: Sequence[str] = [
        _("keeps %s of each event") % shown(layer.retention, currency),
        *([_("pays at most %s of one event") % shown(layer.limit, currency)] if layer.limit else []),
        *([_("at most %s in the year") % shown(layer.aggregate, currency)] if layer.aggregate else []),
    ]
    return ", ".join(told)
