"""How the register becomes a portfolio: pooled beliefs, own history, and what safeguards leave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from duecare.risk.curve_files import answer
from duecare.risk.register.portfolios import (
    Hold,
    Row,
    Stage,
    Told,
    gamma_of_range,
    in_place,
    left,
    pooled_rate,
    write,
)

RATE = Told("rate", "pert", (50_000, 200_000, 800_000))
LOSS = Told("response", "range", (5_000_000, 40_000_000))
OTHERS = Told("others", "range", (1_000_000, 9_000_000))
MFA = Hold("mfa", "frequency", (0.2, 0.5, 0.8), 0.9, 0.8)


def _one(row: Row, side: str = "own", stage: Stage = Stage.TODAY) -> dict[str, Any]:
    return dict(write([row], side, stage, digits=2).document["scenarios"][0])


def test_one_persons_pert_stays_what_it_is_and_money_is_told_in_whole_units() -> None:
    told = _one(Row("a", "R-1 Fraud", (RATE, LOSS, OTHERS)))
    assert told["frequency"] == {"pert": [0.05, 0.2, 0.8]}
    assert told["severity"] == {"ci90": [50_000, 400_000]}
    assert _one(Row("a", "R-1", (RATE, LOSS, OTHERS)), "others")["severity"] == {"ci90": [10_000, 90_000]}
    both = _one(Row("a", "R-1", (RATE, LOSS, OTHERS)), "both")["severity"]
    assert both == {"together": [{"ci90": [50_000, 400_000]}, {"ci90": [10_000, 90_000]}]}


def test_what_several_people_believe_is_pooled_with_the_spread_between_them() -> None:
    low, high = (
        Told("rate", "pert", (0, 100_000, 200_000)),
        Told("rate", "pert", (800_000, 900_000, 1_000_000)),
    )
    pooled = pooled_rate([low, high])["gamma"]
    assert pooled["mean"] == pytest.approx(0.5)
    within = (0.1 * 0.1 / 7 + 0.1 * 0.1 / 7) / 2
    assert pooled["variance"] == pytest.approx(within + 0.4**2)
    other = Told("response", "range", (50_000_000, 60_000_000))
    mixed = _one(Row("a", "R-1", (low, high, LOSS, other)))["severity"]["mixture"]
    assert [part["weight"] for part in mixed] == [0.5, 0.5]


def test_own_history_updates_what_was_believed_and_alone_rests_on_jeffreys_prior() -> None:
    history = Told("rate", "history", (3, 10_000_000))
    pooled = pooled_rate([RATE, history])["gamma"]
    prior_mean, prior_variance = 1.65 / 6, (0.275 - 0.05) * (0.8 - 0.275) / 7
    shape, exposure = prior_mean**2 / prior_variance + 3, prior_mean / prior_variance + 10
    assert pooled["mean"] == pytest.approx(shape / exposure)
    assert pooled["variance"] == pytest.approx(shape / exposure**2)
    assert pooled_rate([history])["gamma"]["mean"] == pytest.approx(0.35)


def test_todays_rate_is_the_estimate_while_safeguards_are_as_they_were_and_moves_with_them() -> None:
    estimated = Told("rate", "pert", RATE.numbers, frequency_left=MFA.left)
    row = Row("a", "R-1", (estimated, LOSS), (MFA,))
    today = _one(row)
    assert today["effect"]["frequency"] * today["frequency"]["pert"][1] == pytest.approx(0.2)
    inherent = _one(row, stage=Stage.INHERENT)
    assert inherent["effect"]["frequency"] == 1
    assert inherent["frequency"]["pert"][1] == pytest.approx(0.2 / (1 - 0.5 * 0.72))
    weaker = Row("a", "R-1", (estimated, LOSS), (Hold("mfa", "frequency", (0.2, 0.5, 0.8), 0.45, 0.8),))
    assert _one(weaker)["effect"]["frequency"] > today["effect"]["frequency"]


def test_a_measure_takes_the_place_of_the_same_safeguard_and_joins_the_others() -> None:
    better, other = (
        Hold("mfa", "frequency", (0.2, 0.5, 0.8), 1, 1),
        Hold("backups", "magnitude", (0.4, 0.5, 0.6), 1, 1),
    )
    row = Row("a", "R-1", (RATE, LOSS), (MFA,), (better, other))
    assert in_place(row, Stage.AFTER) == (better, other)
    assert _one(row, stage=Stage.AFTER)["effect"] == {"frequency": 0.5, "magnitude": 0.5}
    assert left([Hold("x", "frequency", (1, 1, 1), 1, 1)] * 2, "frequency") == 0.001


def test_what_nobody_estimated_is_left_out_and_named() -> None:
    written = write(
        [Row("a", "R-1", (RATE,)), Row("b", "R-2", (LOSS,)), Row("c", "R-3", (RATE, LOSS))],
        "own",
        Stage.TODAY,
        digits=2,
        cap=100_000_000,
        quantiles=(0.5, 0.95),
    )
    assert written.keys == ("c",)
    assert written.lacking == {"a": "loss", "b": "rate"}
    assert "scenarios" not in write([Row("a", "R-1", (RATE,))], "own", Stage.TODAY, digits=2).document
    found = answer(written.document)
    assert found["cap"] == 1_000_000
    assert found["method"] == "fft"
    assert np.isfinite(found["var"]["0.95"])


@pytest.mark.parametrize(("low", "high"), [(0.1, 10), (0.05, 2), (0.001, 10), (0.2, 0.21), (1e-6, 400)])
def test_a_range_of_a_rate_is_the_gamma_with_these_ends(low: float, high: float) -> None:
    rate = gamma_of_range(low, high)
    told = stats.gamma(rate.shape, scale=rate.variance / rate.mean)
    assert told.ppf([0.05, 0.95]) == pytest.approx([low, high], rel=1e-6)
    known = gamma_of_range(0.5, 0.5000001)
    assert known.mean == pytest.approx(0.5, rel=0.01)


def test_one_history_told_by_two_people_weighs_as_one() -> None:
    history = Told("rate", "history", (3, 10_000_000))
    assert pooled_rate([history, history]) == pooled_rate([history])
    assert pooled_rate([RATE, history, history]) == pooled_rate([RATE, history])


def test_both_sides_together_name_who_is_in_them_with_one_alone() -> None:
    rows = [
        Row("a", "R-1", (RATE, LOSS)),
        Row("b", "R-2", (RATE, LOSS, OTHERS)),
        Row("c", "R-3", (RATE, OTHERS)),
    ]
    assert write(rows, "both", Stage.TODAY, digits=2).partly == ("a", "c")
    assert write(rows, "own", Stage.TODAY, digits=2).partly == ()
