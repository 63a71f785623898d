"""The tests of law of a decision computed again: what they were computed of is frozen beside the curve files.

They are computed over the whole register of the day, so all of it that counts is in the input: what is
believed of each scenario and what safeguards leave of it, the measures, and the terms.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from duecare.ledger.viewers import Viewer
from duecare.risk.decisions.freezing import TESTS
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.reasons import ON, Basis, frozen_tests, may_read
from duecare.risk.decisions.replaying import Beside
from duecare.risk.measures.models import Measure
from duecare.risk.measures.working import Register
from duecare.risk.register.models import RiskTerms
from duecare.risk.register.portfolios import Hold, Row, Told

TERMS = ("currency", "programme", "remedy")
MEASURE = ("id", "title", "safeguard", "once", "yearly", "years", "effects", "curtails", "must")
"""What the tests take of each: the same fields as `judging.tests_of`."""


def input_of(on: Basis, kept: Mapping[str, Any]) -> dict[str, str]:
    """The input of the tests that were computed, by its name; none where none were."""
    if on.register is None or not kept.get("of"):
        return {}
    tested = {one["measure"] for one in kept["of"]}
    document = {
        "terms": {name: getattr(on.register.terms, name) for name in TERMS},
        "names": dict(on.register.names),
        "scenarios": [asdict(row) for row in on.register.rows],
        "measures": [
            {name: getattr(one, name) for name in MEASURE} for one in on.measures if one.pk in tested
        ],
    }
    return {TESTS: json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)}


def basis_of(text: str) -> Basis:
    """What the tests were computed of, from their input. Raises KeyError, TypeError or ValueError for a text
    that is none."""
    document = json.loads(text)
    terms = RiskTerms(**{name: document["terms"][name] for name in TERMS})
    register = Register(terms, document["names"], tuple(_row(one) for one in document["scenarios"]))
    measures = tuple(Measure(**{name: one[name] for name in MEASURE}) for one in document["measures"])
    return Basis(ON, register, measures)


def beside(row: RiskDecision, inputs: Mapping[str, str], viewer: Viewer) -> Beside | None:
    """The tests to compare with those of a decision.

    None where none were computed, or for who does not read them today; nor for a decision that was put when
    their input was not kept yet.
    """
    kept = row.known.get("tests", {})
    if kept.get("state") != ON or TESTS not in inputs or not may_read(viewer):
        return None
    titles = {one["key"]: one["name"] for one in row.known["measures"]}

    def again() -> Mapping[str, Any]:
        # As long as it takes: those that are compared are those that were computed in time.
        return compared(frozen_tests(basis_of(inputs[TESTS]), lambda: 0.0), titles)

    return Beside(compared(kept, titles), again)


def has_input(row: RiskDecision, viewer: Viewer) -> bool | None:
    """Whether what the tests on a decision's paper rest on was kept; None if there are none to read."""
    kept = row.known.get("tests", {})
    if kept.get("state") != ON or not kept["of"] or not may_read(viewer):
        return None
    return bool(kept.get("replays"))


def inputs_for(inputs: Mapping[str, str], viewer: Viewer) -> dict[str, str]:
    """The inputs that the viewer may have: that of the tests is for who reads the tests."""
    return {name: text for name, text in inputs.items() if name != TESTS or may_read(viewer)}


def compared(kept: Mapping[str, Any], titles: Mapping[str, str]) -> dict[str, Any]:
    """What counts of tests as they are kept: figures and answers by measure, without the words for them."""
    return {
        f"{number} {titles.get(one['measure'], one['measure'])}": _counts(one)
        for number, one in enumerate(kept["of"], start=1)
    }


def _counts(one: Mapping[str, Any]) -> dict[str, Any]:
    if "failure" in one:
        return {"computed": "no"}
    hands = {
        side: None if hand is None else {name: hand[name] for name in hand if name != "lacking"}
        for side, hand in one["hand"].items()
    }
    return {
        "hand": hands,
        "duty": {name: state for name, (state, _reason) in one["duty"].items()},
        "ceiling": one["ceiling"],
        "probable": one["probable"],
        "floor": one["floor"][0] if one["floor"] else None,
    }


def _row(written: Mapping[str, Any]) -> Row:
    return Row(
        written["key"],
        written["name"],
        tuple(Told(**{**one, "numbers": tuple(one["numbers"])}) for one in written["told"]),
        tuple(_hold(one) for one in written["holds"]),
        tuple(_hold(one) for one in written["after"]),
    )


def _hold(written: Mapping[str, Any]) -> Hold:
    least, likely, most = written["efficacy"]
    return Hold(**{**written, "efficacy": (least, likely, most)})
