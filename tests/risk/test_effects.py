"""With and without on one grid, waterfalls and tornados: no noise, closed forms for means, and order."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.risk.curves import NoCertificate, curve
from duecare.risk.effects import doubt, pair, sensitivities, waterfall
from duecare.risk.frequencies import GammaRate, Rate
from duecare.risk.scenarios import Portfolio, Scenario
from duecare.risk.severities import Lognormal
from duecare.risk.uncertain import Uncertain

WHOLE: dict[str, Any] = {
    "scenarios": [
        {
            "name": "Ransomware",
            "frequency": {"pert": [0.05, 0.2, 0.8]},
            "severity": {"ci90": [50_000, 2_000_000]},
            "effect": {"frequency": 0.6, "magnitude": 0.8},
        },
        {
            "name": "Fraud",
            "frequency": {"gamma": {"mean": 2, "variance": 1}},
            "severity": {"pert": [1000, 5000, 90_000]},
        },
        {"name": "Lost", "frequency": {"rate": 3}, "severity": {"empirical": [5000]}},
    ]
}


def left(frequency: float = 0.6, magnitude: float = 0.8) -> dict[str, Any]:
    made = copy.deepcopy(WHOLE)
    made["scenarios"][0]["effect"] = {"frequency": frequency, "magnitude": magnitude}
    return made


def test_a_pair_has_one_grid() -> None:
    found = pair(WHOLE, left(0.2), [0.95, 0.99])
    assert found.before.step == found.after.step
    assert len(found.before.below) == len(found.after.below)
    ransomware = 0.275 * Lognormal.from_range(50_000, 2_000_000).moments[0] * 0.8
    assert found.mean == pytest.approx(ransomware * 0.4)
    assert found.var(0.95) > 0
    assert found.tvar(0.99) > 0
    for one in (found.before, found.after):
        assert one.certificate is not None
        assert one.certificate.step_error <= 1e-3


def test_the_same_twice_differs_by_nothing() -> None:
    found = pair(WHOLE, WHOLE, [0.95])
    assert found.mean == found.var(0.95) == found.tvar(0.95) == 0


@settings(max_examples=10, deadline=None)
@given(frequency=st.floats(0.05, 1), magnitude=st.floats(0.05, 1))
def test_what_takes_away_more_never_leaves_more(frequency: float, magnitude: float) -> None:
    found = pair(left(1, 1), left(frequency, magnitude), [0.9, 0.99])
    assert found.mean >= 0
    for p in (0.9, 0.95, 0.99):
        assert found.var(p) >= -1e-6 * found.before.var(p)
        assert found.tvar(p) >= -1e-3 * found.before.tvar(p)


def test_a_pair_agrees_with_its_curves_alone() -> None:
    rate, loss = GammaRate(0.3, 0.02), Lognormal.from_range(1e4, 1e6)
    document = {
        "scenarios": [
            {
                "name": "one",
                "frequency": {"gamma": {"mean": 0.3, "variance": 0.02}},
                "severity": {"ci90": [1e4, 1e6]},
            }
        ]
    }
    other = {"scenarios": [{**document["scenarios"][0], "frequency": {"rate": 0.1}}]}
    found = pair(document, other, [0.95, 0.99])
    for made, frequency in ((found.before, rate), (found.after, Rate(0.1))):
        alone = curve(Portfolio((Scenario("one", frequency, loss),)), [0.95, 0.99])
        for p in (0.95, 0.99):
            assert made.var(p) == pytest.approx(alone.var(p), rel=1e-3)
            assert made.tvar(p) == pytest.approx(alone.tvar(p), rel=1e-3)


def test_a_waterfall_goes_down_by_what_each_changes() -> None:
    found = waterfall([("nothing", left(1, 1)), ("mfa", left(0.5, 1)), ("backups", left(0.5, 0.4))])
    assert [one.name for one in found] == ["nothing", "mfa", "backups"]
    assert found[0].mean_change == found[0].var_change == 0
    assert found[0].mean + found[1].mean_change + found[2].mean_change == pytest.approx(found[2].mean)
    assert found[0].var + found[1].var_change + found[2].var_change == pytest.approx(found[2].var)
    assert all(one.mean_change < 0 and one.var_change < 0 for one in found[1:])


def test_a_tornado_is_sorted_and_its_means_are_exact() -> None:
    mfa = Uncertain(0.2, 0.5, 0.7)
    bars = sensitivities(WHOLE, [doubt(0, "frequency", "mfa", mfa, 0.9)])
    assert [one.swing for one in bars] == sorted((one.swing for one in bars), reverse=True)
    assert {(one.scenario, one.what) for one in bars} == {
        ("Ransomware", "rate"),
        ("Ransomware", "loss"),
        ("Ransomware", "effect"),
        ("Fraud", "rate"),
        ("Fraud", "loss"),
    }, "a rate or a loss that is known has no bar"
    by_name = {(one.scenario, one.what): one for one in bars}
    rate = by_name["Ransomware", "rate"]
    each = Lognormal.from_range(50_000, 2_000_000).moments[0] * 0.8 * 0.6
    others = 2 * (1000 + 4 * 5000 + 90_000) / 6 + 3 * 5000
    assert rate.low == pytest.approx(Uncertain(0.05, 0.2, 0.8).at(0.05))
    assert rate.mean_low == pytest.approx(rate.low * each + others)
    assert rate.mean_high == pytest.approx(rate.high * each + others)
    loss = by_name["Ransomware", "loss"]
    assert (loss.low, loss.high) == (pytest.approx(50_000), pytest.approx(2_000_000))
    assert loss.mean_high == pytest.approx(0.275 * 0.6 * 0.8 * 2_000_000 + others)
    effect = by_name["Ransomware", "effect"]
    assert (effect.name, effect.on) == ("mfa", "frequency")
    assert effect.low == pytest.approx((1 - mfa.at(0.95) * 0.9) / (1 - mfa.mean * 0.9))
    assert effect.mean_low == pytest.approx(0.275 * each * effect.low + others)
    for one in bars:
        assert one.mean_low < one.mean_high
        assert one.var_low is not None
        assert one.var_high is not None
        assert one.var_low < one.var_high


def test_only_the_widest_bars_have_quantiles() -> None:
    bars = sensitivities(WHOLE, most=2)
    assert [one.var_low is not None for one in bars] == [True, True, False, False]


def test_without_an_exact_curve_means_remain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duecare.risk.curves.TOLERANCE", 0.0)
    monkeypatch.setattr("duecare.risk.curves.MOST_UNCERTAIN", 1 << 13)
    with pytest.raises(NoCertificate):
        pair(WHOLE, left(0.2), [0.95])
    bars = sensitivities(WHOLE)
    assert all(one.mean_low < one.mean_high for one in bars)
    assert all(one.var_low is one.var_high is None for one in bars)


def test_a_document_that_cannot_be_read_is_refused_by_its_place() -> None:
    with pytest.raises(BadInput, match="scenarios, number 1"):
        pair(WHOLE, {"scenarios": [{"name": "x"}]}, [0.95])
