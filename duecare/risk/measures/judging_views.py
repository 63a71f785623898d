"""The page of the tests of reasonableness of one measure, and who reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duecare.ledger import asof
from duecare.ledger.viewers import Request, Viewer, demand_area
from duecare.risk.definitions import DEFINITIONS
from duecare.risk.measures.harbours import STATES, lines
from duecare.risk.measures.judging import Tests, tests_of
from duecare.risk.measures.picturing import per_cent, range_of
from duecare.risk.measures.queries import cost_of, find_measure, titles
from duecare.risk.measures.working import SIDES, register_now
from duecare.risk.money import from_units, shown
from duecare.risk.reasonableness import Flip, HandResult
from duecare.risk.register.forms_of_loss import SIDE_WORDS
from duecare.risk.register.models import RiskTerms
from duecare.risk.register.queries import live_terms, terms
from duecare.risk.register.rates import rate_words
from duecare.risk.rooms import ROOM


@dataclass(frozen=True, slots=True)
class HandLine:
    """The marginal test of one side, in words."""

    side: str
    state: str
    """`owed`, `not owed` or `unknown`: a key of the statuses."""
    words: str
    reduction: str
    burden: str
    margin: str
    probability: str
    break_even: str
    flips: Sequence[tuple[str, str]]
    precision: str
    lacking: Sequence[str]


def decided() -> bool:
    """Whether an owner has, as of today, decided that the tests are computed."""
    here = live_terms()
    return here is not None and here.legal_tests


def reads_tests(viewer: Viewer, set_terms: RiskTerms | None) -> bool:
    """Whether the tests are computed for this viewer: by the terms of today, whatever day is viewed, and by
    those of that day as well. Where a matter holds or held them, its members read them, of today alone."""
    for one in (live_terms(), set_terms):
        if one is None or not one.legal_tests:
            return False
        if one.matter and (one.matter not in viewer.matters or asof.current() is not None):
            return False
    return True


@require_safe
def reasonableness(request: Request, key: str) -> HttpResponseBase:
    """The tests of one measure; what they would show to whom they are not shown."""
    viewer = demand_area(request, ROOM)
    row = find_measure(key, viewer)
    set_terms = terms(viewer)
    context = {"row": row, "definitions": list(DEFINITIONS.values()), "terms": set_terms}
    if set_terms is None or not reads_tests(viewer, set_terms):
        return render(request, "risk/reasonableness_off.html", {**context, "undecided": not decided()})
    register = register_now(viewer, set_terms)
    if not row.effects:
        return render(request, "risk/reasonableness.html", context)
    found = tests_of(register, row)
    currency = set_terms.currency
    context |= {
        "tests": found,
        "test_of": {id.replace("-", "_"): one for id, one in DEFINITIONS.items()},
        "cost": range_of(cost_of(row), currency),
        "hands": [_hand(found, side, currency) for side in SIDES],
        "pairs": [_pair(found, side, currency) for side in SIDES],
        "harbours": lines(viewer),
        "needs": sorted(titles(row.needs, viewer).values()),
        "duty": [
            (_("No harm that needs remedy is left"), STATES[found.duty.harm.answer], found.duty.harm.reason),
            (
                _("The burden does not exceed the risk that it lowers"),
                STATES[found.duty.burden.answer],
                found.duty.burden.reason,
            ),
            (
                _("Legitimate objectives are not curtailed"),
                STATES[found.duty.objectives.answer],
                found.duty.objectives.reason,
            ),
        ],
        "ceiling": _money(found.ceiling, currency),
        "burden": shown(round(_mean(cost_of(row))), currency),
        "probable": _money(found.probable, currency),
        "floor": (STATES[found.floor.answer], found.floor.reason) if found.floor else (),
    }
    return render(request, "risk/reasonableness.html", context)


def _mean(three: Sequence[float]) -> float:
    least, likely, most = three
    return (least + 4 * likely + most) / 6


def _money(amount: float | None, currency: str) -> str:
    return "" if amount is None else shown(from_units(amount, currency), currency)


def _hand(found: Tests, side: str, currency: str) -> HandLine:
    one = found.hands[side]
    name = _(SIDE_WORDS[side])
    if one is None:
        words = _("Nobody has estimated this side of what it changes.")
        return HandLine(name, "unknown", words, "–", "–", "–", "–", "–", (), "", found.lacking[side])
    met = _("The test is met: it takes away more than it costs.")
    unmet = _("The test is not met: it costs more than it takes away.")
    return HandLine(
        name,
        "owed" if one.met else "not owed",
        met if one.met else unmet,
        _money(one.expected_reduction, currency),
        _money(one.expected_burden, currency),
        _money(one.expected_margin, currency),
        per_cent(one.probability_met, 0),
        _money(one.break_even_burden, currency),
        [_flip(each, currency) for each in one.flips.values()],
        _precision(one),
        found.lacking[side],
    )


def _precision(one: HandResult) -> str:
    method = (
        _("by quadrature") if one.method == "quadrature" else _("by quadrature, scenarios added on a grid")
    )
    return _("%(method)s; computed half as fine, the probability differs by %(error)s") % {
        "method": method,
        "error": per_cent(one.error, 3),
    }


def _flip(one: Flip, currency: str) -> tuple[str, str]:
    """What an input is called, and where the verdict turns on it."""
    words = {
        "rate": _("How often: %s"),
        "loss": _("Cost of one event: %s"),
        "efficacy": _("Effect on %s"),
        "burden": _("Burden"),
    }[one.what]
    about = f"{one.scenario} ({one.safeguard})" if one.safeguard else one.scenario
    name = words % about if "%s" in words else words
    at = _said(one, one.at, currency)
    mean = _said(one, one.mean, currency)
    if one.at is None:
        if isfinite(one.most):
            told = _("no value from %(least)s to %(most)s turns it; now %(mean)s") % {
                "least": _said(one, one.least, currency),
                "most": _said(one, one.most, currency),
                "mean": mean,
            }
        else:
            told = _("no value turns it; now %s") % mean
        return name, told
    return name, _("turns at %(at)s; now %(mean)s") % {"at": at, "mean": mean}


def _said(one: Flip, value: float | None, currency: str) -> str:
    if value is None:
        return "–"
    if one.what == "rate":
        return rate_words(value)
    if one.what == "efficacy":
        return per_cent(value)
    return _money(value, currency)


def _pair(found: Tests, side: str, currency: str) -> tuple[str, Sequence[str]]:
    """Whose loss, and the averages and bad years without and with it."""
    one = found.pairs[side]
    told = ["–"] * 4 if one is None else [_money(each, currency) for each in (*one.mean, *one.bad)]
    return _(SIDE_WORDS[side]), told
