"""What is frozen: every side at every stage as a file, costs, and the amount by which it is signed."""

from __future__ import annotations

import json
from dataclasses import replace

from duecare.risk.curve_files import answer
from duecare.risk.decisions.amounts import may_sign
from duecare.risk.decisions.freezing import COSTS, Weighed, costs_of, figures_of, freeze, lacking_of
from duecare.risk.decisions.rules import HISTORY, RULES, changed_since
from duecare.risk.register.portfolios import Hold, Row, Told
from tests.risk.decisions.test_decision_replaying import HOLD, OPTIONS, PRICE, ROW


def test_each_input_is_a_curve_file_whose_answer_is_the_figure() -> None:
    frozen = freeze(OPTIONS, 1, "reduce", 2)
    stages = {
        f"{side}.{stage}" for side in ("own", "others", "both") for stage in ("inherent", "today", "after")
    }
    assert stages | {COSTS} == set(frozen.inputs), "doing nothing is as today, so it has no file of its own"
    for name in stages:
        found = answer(json.loads(frozen.inputs[name]))
        assert frozen.results[name]["mean"] == repr(found["mean"])
        assert frozen.figures[f"{name}.bad"] == round(found["var"]["0.95"] * 100)
    assert frozen.figures["both.after.bad"] < frozen.figures["both.today.bad"]
    assert frozen.figures["both.today.bad"] == frozen.figures["both.inherent.bad"], "nothing is in place yet"


def test_an_option_that_was_not_chosen_has_its_own_figures() -> None:
    other = Weighed([replace(ROW, after=(Hold("mfa", "magnitude", (0.1, 0.2, 0.3), 1, 1),))], cost=10)
    frozen = freeze((*OPTIONS, other), 1, "reduce", 2)
    assert "both.option-3" in frozen.inputs
    assert frozen.figures["both.after.bad"] < frozen.figures["both.option-3.bad"]
    assert frozen.figures["option-3.cost"] == 10


def test_what_is_paid_once_is_spread_over_its_years_and_what_was_said_counts_first() -> None:
    written = {
        "option-1": {"said": 0, "prices": []},
        "option-2": {"said": None, "prices": [[[100, 200, 300], [10, 20, 90], 4]]},
        "option-3": {"said": 7, "prices": [[[100, 200, 300], [10, 20, 90], 4]]},
    }
    assert costs_of(written) == {"option-1": 0, "option-2": 50 + 30, "option-3": 7}
    assert PRICE.years == 4


def test_the_amount_is_the_larger_of_what_remains_and_what_it_costs() -> None:
    figures = freeze(OPTIONS, 1, "reduce", 2).figures
    assert figures["amount"] == figures["both.after.bad"]
    dear = freeze((OPTIONS[0], replace(OPTIONS[1], cost=10**12)), 1, "reduce", 2)
    assert dear.figures["amount"] == 10**12
    for kind in ("accept", "transfer", "avoid"):
        found = figures_of(dear.results, kind, 0, 2)
        assert found["amount"] == figures["both.today.bad"], "it stays ours until it is gone"


def test_a_side_of_which_nothing_is_estimated_has_no_figure_and_is_named() -> None:
    row = Row("k1", "R-1", ROW.told[:2])
    frozen = freeze((Weighed([row], cost=0), Weighed([row], cost=5)), 0, "accept", 2)
    assert frozen.results["others.today"] == {}
    assert "others.today.bad" not in frozen.figures
    bare = Row("k2", "R-2", (Told("response", "range", (1, 2)),))
    assert lacking_of([row, bare], 2) == {
        "own": {"k2": "rate"}, "others": {"k1": "loss", "k2": "rate"}, "both": {"k2": "rate"},
    }  # fmt: skip
    assert HOLD.left < 1


def test_an_owner_signs_any_amount_and_others_up_to_their_limit() -> None:
    limits = {"approver": 100, "manager": 0}
    assert may_sign(100, limits) == ("owner", "approver")
    assert may_sign(101, limits) == ("owner",)
    assert may_sign(0, limits) == ("owner", "approver"), "a limit of nothing is no right to sign nothing"


def test_the_revisions_of_the_rules_rise_and_say_what_they_changed() -> None:
    assert [one.number for one in HISTORY] == list(range(1, RULES + 1))
    assert all(str(one.what).endswith(".") for one in HISTORY)
    assert changed_since(RULES) == ()
