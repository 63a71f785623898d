"""The marginal test: its published vector, closed forms, chance, and the order that it must keep."""

from __future__ import annotations

from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.risk.reasonableness import hand, hand_of
from duecare.risk.reductions import Cut, Part
from duecare.risk.uncertain import Gamma, Uncertain

RATE, EFFICACY, BURDEN = (0.05, 0.2, 0.8), (0.2, 0.5, 0.7), (40e3, 60e3, 120e3)
LOSS = exp(log(300_000) + 0.605)
DRAWS = 400_000


def test_the_vector_shows_both_answers() -> None:
    found = hand(RATE, EFFICACY, 1.0, LOSS, BURDEN)
    assert round(found.expected_reduction) == 73_021
    assert round(found.expected_burden) == 66_667
    assert round(found.probability_met, 2) == 0.51
    assert found.met
    assert found.expected_margin == pytest.approx(73_021 - 66_667, abs=1)
    assert found.error < 1e-5
    assert found.method == "quadrature"


def test_the_verdict_turns_where_it_is_said_to() -> None:
    found = hand(RATE, EFFICACY, 1.0, LOSS, BURDEN)
    flips = found.flips
    assert flips["burden"].at == pytest.approx(found.expected_reduction)
    assert flips["burden"].end == "most"
    rate, efficacy = flips["rate"].at, flips["efficacy"].at
    assert rate is not None
    assert efficacy is not None
    assert flips["rate"].end == flips["efficacy"].end == "least"
    known = (found.expected_burden,) * 3
    mean_rate, mean_efficacy = Uncertain(*RATE).mean, Uncertain(*EFFICACY).mean
    at_rate = hand((rate,) * 3, (mean_efficacy,) * 3, 1.0, LOSS, known)
    at_efficacy = hand((mean_rate,) * 3, (efficacy,) * 3, 1.0, LOSS, known)
    assert at_rate.expected_margin == pytest.approx(0, abs=1e-6)
    assert at_efficacy.expected_margin == pytest.approx(0, abs=1e-6)
    cheap = hand(RATE, EFFICACY, 1.0, LOSS, (1.0, 2.0, 3.0))
    assert cheap.flips["burden"].at is None, "no burden in its range turns it"
    assert cheap.flips["rate"].at is None


def test_known_numbers_have_certain_answers() -> None:
    """100 x 0.5 taken away against 49, 51; and one doubt alone, whose distribution is the answer."""
    assert hand((0.1,) * 3, (0.5,) * 3, 1.0, 1000, (49.0,) * 3).probability_met == 1
    assert hand((0.1,) * 3, (0.5,) * 3, 1.0, 1000, (51.0,) * 3).probability_met == 0
    only_rate = hand(RATE, (0.5,) * 3, 1.0, 1000, (100.0,) * 3)
    assert only_rate.probability_met == pytest.approx(1 - float(Uncertain(*RATE).cdf(np.asarray(0.2))))
    only_efficacy = hand((0.2,) * 3, EFFICACY, 1.0, 1000, (100.0,) * 3)
    assert only_efficacy.probability_met == pytest.approx(
        1 - float(Uncertain(*EFFICACY).cdf(np.asarray(0.5)))
    )
    only_burden = hand((0.2,) * 3, (0.5,) * 3, 1.0, 1e6, BURDEN)
    assert only_burden.probability_met == pytest.approx(float(Uncertain(*BURDEN).cdf(np.asarray(1e5))))


def _drawn(chance: np.random.Generator, of: Uncertain) -> np.ndarray:
    if of.least == of.most:
        return np.full(DRAWS, of.least)
    width = of.most - of.least
    alpha, beta = 1 + 4 * (of.likely - of.least) / width, 1 + 4 * (of.most - of.likely) / width
    return of.least + width * chance.beta(alpha, beta, DRAWS)


@pytest.mark.parametrize("burden", [(20e3, 40e3, 120e3), (50e3, 50e3, 50e3)])
def test_several_scenarios_agree_with_chance(burden: tuple[float, float, float]) -> None:
    """A safeguard that is widened is one estimate with and without; a gamma rate; both sides of an event."""
    patching, mfa = Uncertain(0.1, 0.2, 0.3), Uncertain(*EFFICACY)
    whole = Uncertain(0.2, 0.3, 0.7)
    parts = [
        Part(
            "Ransomware",
            Uncertain(*RATE),
            LOSS,
            (Cut("patching", patching, 1.0), Cut("mfa", mfa, 0.4)),
            (Cut("patching", patching, 1.0), Cut("mfa", mfa, 0.9)),
        ),
        Part(
            "Fraud",
            Gamma(0.5, 0.1),
            LOSS / 4,
            (),
            (Cut("mfa", mfa, 0.9), Cut("call-back", whole, 1.0, "magnitude")),
        ),
    ]
    found = hand_of(parts, burden)
    chance = np.random.default_rng(7)
    kept, once, again = _drawn(chance, patching), _drawn(chance, mfa), _drawn(chance, mfa)
    reduction = _drawn(chance, Uncertain(*RATE)) * LOSS * (1 - kept) * ((1 - 0.4 * once) - (1 - 0.9 * once))
    reduction += (
        chance.gamma(2.5, 0.2, DRAWS) * (LOSS / 4) * (1 - (1 - 0.9 * again) * (1 - _drawn(chance, whole)))
    )
    met = reduction > _drawn(chance, Uncertain(*burden))
    share = float(met.mean())
    assert abs(found.probability_met - share) < 4 * sqrt(share * (1 - share) / DRAWS)
    assert abs(found.expected_reduction - float(reduction.mean())) < 4 * float(reduction.std()) / sqrt(DRAWS)
    assert found.error < 2e-3
    assert found.method == "quadrature and convolution"
    assert "Ransomware: mfa on frequency: efficacy" in found.flips
    assert found.flips["Fraud: call-back on magnitude: efficacy"].safeguard == "call-back"


def test_many_safeguards_on_one_scenario_still_have_an_answer() -> None:
    cuts = tuple(Cut(f"s{n}", Uncertain(0.05, 0.1, 0.2), 1.0) for n in range(12))
    part = Part("all", Uncertain(*RATE), LOSS, cuts[:6], cuts)
    found = hand_of([part], BURDEN)
    left = (1 - Uncertain(0.05, 0.1, 0.2).mean) ** 6
    assert found.expected_reduction == pytest.approx(0.275 * LOSS * (left - left**2))
    assert 0 < found.probability_met < 1
    assert found.error < 0.05
    many = tuple(Cut(f"s{n}", Uncertain(0.05, 0.1, 0.2), 1.0) for n in range(17))
    with pytest.raises(BadInput, match="17 safeguards"):
        hand_of([Part("all", Uncertain(*RATE), LOSS, (), many)], BURDEN)


shares = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted)


@settings(max_examples=60, deadline=None)
@given(efficacy=shares, more=st.floats(0.01, 1), reach=st.floats(0.05, 1), cheaper=st.floats(0.1, 1))
def test_more_effect_or_less_burden_never_speaks_against_a_measure(
    efficacy: list[float], more: float, reach: float, cheaper: float
) -> None:
    low, likely, high = efficacy
    before = hand(RATE, (low, likely, high), reach * more, LOSS, BURDEN)
    after = hand(RATE, (low, likely, high), reach, LOSS, BURDEN)
    least, middle, most = (each * cheaper for each in BURDEN)
    afforded = hand(RATE, (low, likely, high), reach, LOSS, (least, middle, most))
    assert before.probability_met <= after.probability_met + 1e-4
    assert after.probability_met <= afforded.probability_met + 1e-4
    assert before.expected_reduction <= after.expected_reduction + 1e-9
    for found in (before, after, afforded):
        assert 0 <= found.probability_met <= 1
        assert found.met == (found.expected_burden < found.break_even_burden)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(BadInput, match="more than all"):
        hand(RATE, (0.5, 0.9, 1.1), 1.0, LOSS, BURDEN)
    with pytest.raises(BadInput, match="least, likely and most"):
        hand((0.8, 0.2, 0.05), EFFICACY, 1.0, LOSS, BURDEN)
    with pytest.raises(BadInput, match="nothing to be tested on"):
        hand_of([], BURDEN)
