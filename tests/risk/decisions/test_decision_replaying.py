"""A decision computed again: the same figures under the same versions, and what differs is named."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from duecare.risk.decisions.freezing import COSTS, Frozen, Price, Weighed, freeze, results_of
from duecare.risk.decisions.replaying import Beside, Verdict, replay, told
from duecare.risk.decisions.rules import Revision
from duecare.risk.register.portfolios import Hold, Row, Told

VERSIONS = {"duecare": "0.1", "numpy": "2.0", "scipy": "1.14", "curve file": "1", "rules": "1"}
LATER = {**VERSIONS, "rules": "2"}
HISTORY = (Revision(1, "0.1", "The first."), Revision(2, "0.2", "Losses beyond the grid count."))
HOLD = Hold("mfa", "frequency", (0.4, 0.6, 0.9), 1.0, 0.9)
ROW = Row(
    "k1",
    "R-1 Invoice fraud",
    (
        Told("rate", "pert", (50_000, 200_000, 800_000)),
        Told("response", "range", (2_000_000, 60_000_000)),
        Told("others", "range", (500_000, 8_000_000)),
    ),
)
PRICE = Price((100_000, 200_000, 300_000), (1_000_000, 1_200_000, 1_500_000), 4)
OPTIONS = (Weighed([ROW], cost=0), Weighed([replace(ROW, after=(HOLD,))], (PRICE,)))


@pytest.fixture(scope="module")
def frozen() -> Frozen:
    return freeze(OPTIONS, 1, "reduce", 2)


def scaled(by: float) -> Any:
    """Computes as ever, but each mean comes out larger by a share."""

    def compute(inputs: Mapping[str, str]) -> Mapping[str, Any]:
        return {
            name: {**one, "mean": repr(float(one["mean"]) * (1 + by))} if one and name != COSTS else one
            for name, one in results_of(inputs).items()
        }

    return compute


def test_the_same_versions_give_the_same_figures_sign_by_sign(frozen: Frozen) -> None:
    found = replay(frozen, "reduce", 1, 2, VERSIONS, VERSIONS)
    assert (found.verdict, found.holds, found.differences, found.largest) == (Verdict.SAME, True, (), 0.0)
    assert found.compared > 100
    assert found.revisions == ()


def test_what_is_frozen_goes_through_the_record_without_a_fraction(frozen: Frozen) -> None:
    def walk(value: Any) -> None:
        assert not isinstance(value, float)
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            walk(one)

    walk(dict(frozen.results))
    kept = json.loads(json.dumps([frozen.inputs, frozen.results, frozen.figures]))
    assert replay(Frozen(*kept), "reduce", 1, 2, VERSIONS, VERSIONS).verdict is Verdict.SAME


def test_a_figure_that_was_tampered_with_does_not_match_and_is_named(frozen: Frozen) -> None:
    results = json.loads(json.dumps(frozen.results))
    results["both.today"]["var"]["0.95"] = "1.0"
    found = replay(replace(frozen, results=results), "reduce", 1, 2, VERSIONS, VERSIONS)
    assert (found.verdict, found.holds) == (Verdict.DIFFERS, False)
    assert [one.place for one in found.differences] == ["both.today, var, 0.95"]
    assert found.differences[0].was == "1.0"
    figures = {**frozen.figures, "amount": 1}
    found = replay(replace(frozen, figures=figures), "reduce", 1, 2, VERSIONS, VERSIONS)
    assert [one.place for one in found.differences] == ["figures, amount"]
    inputs = {**frozen.inputs, "own.today": frozen.inputs["own.today"].replace("0.2", "0.3", 1)}
    assert replay(replace(frozen, inputs=inputs), "reduce", 1, 2, VERSIONS, VERSIONS).holds is False


def test_another_release_may_round_the_last_digit_otherwise_and_no_more(frozen: Frozen) -> None:
    other = {**VERSIONS, "numpy": "2.4"}
    found = replay(frozen, "reduce", 1, 2, VERSIONS, other, computes=scaled(1e-12))
    assert (found.verdict, found.holds) == (Verdict.WITHIN, True)
    assert 0 < found.largest <= 1e-9
    assert found.versions == (("numpy", "2.0", "2.4"),)
    found = replay(frozen, "reduce", 1, 2, VERSIONS, other, computes=scaled(1e-6))
    assert found.verdict is Verdict.CHANGED
    found = replay(frozen, "reduce", 1, 2, VERSIONS, VERSIONS, computes=scaled(1e-12))
    assert found.verdict is Verdict.DIFFERS, "the same versions leave no room"


def test_a_changed_rule_is_named_with_its_revision_and_what_it_changed(frozen: Frozen) -> None:
    found = replay(frozen, "reduce", 1, 2, VERSIONS, LATER, history=HISTORY, computes=scaled(0.02))
    assert (found.verdict, found.holds, found.computed_under) == (Verdict.CHANGED, False, 1)
    assert [one.number for one in found.revisions] == [2]
    written = told(found)
    assert written["rules_changed"] == [
        {"revision": 2, "since": "0.2", "what": "Losses beyond the grid count."}
    ]
    assert written["largest_difference"] == pytest.approx(0.02, rel=0.05)
    same = replay(frozen, "reduce", 1, 2, VERSIONS, LATER, history=HISTORY)
    assert same.verdict is Verdict.SAME, "a rule that changed something else changes nothing here"


def test_inputs_that_no_longer_compute_are_a_changed_rule_not_a_crash(frozen: Frozen) -> None:
    inputs = {**frozen.inputs, "own.today": frozen.inputs["own.today"].replace('"format":1', '"format":9')}
    found = replay(replace(frozen, inputs=inputs), "reduce", 1, 2, VERSIONS, LATER, history=HISTORY)
    assert found.verdict is Verdict.CHANGED
    assert "format" in found.failure
    assert told(found)["largest_difference"] is None


def test_what_is_beside_is_compared_with_the_rest_and_may_round_otherwise(frozen: Frozen) -> None:
    was = {"1 Pairs": {"hand": {"own": {"met": True, "reduction": 5_000}, "others": None}}}
    alone = replay(frozen, "reduce", 1, 2, VERSIONS, VERSIONS)
    same = replay(frozen, "reduce", 1, 2, VERSIONS, VERSIONS, beside=Beside(was, lambda: was))
    assert (same.verdict, same.tests, same.compared) == (Verdict.SAME, 3, alone.compared + 3)
    for reduction, met, verdict in (
        (5_001, True, Verdict.WITHIN), (5_002, True, Verdict.CHANGED), (5_000, False, Verdict.CHANGED),
    ):  # fmt: skip
        now = {"1 Pairs": {"hand": {"own": {"met": met, "reduction": reduction}, "others": None}}}
        beside = Beside(was, lambda now=now: now)  # type: ignore[misc]
        found = replay(frozen, "reduce", 1, 2, VERSIONS, LATER, history=HISTORY, beside=beside)
        assert found.verdict is verdict, (reduction, met)

    def fails() -> Mapping[str, Any]:
        raise TypeError("no such field")

    found = replay(frozen, "reduce", 1, 2, VERSIONS, VERSIONS, beside=Beside(was, fails))
    assert (found.verdict, found.failure, found.tests) == (Verdict.DIFFERS, "no such field", 3)
