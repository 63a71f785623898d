"""What a policy pays and what it leaves: both together are the loss, on average and year by year."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from duecare.errors import BadInput
from duecare.risk.curve_files import portfolio_of
from duecare.risk.insurance.policies import ceded
from duecare.risk.insurance.policies.terms import (
    Layer,
    Notice,
    Part,
    demand_layer,
    demand_notice,
    demand_parts,
    groups,
)
from duecare.risk.register.portfolios import Row, Told
from duecare.risk.simulating import simulate
from duecare.risk.towers import Layer as TowerLayer

CENT = 100
RATE = Told("rate", "pert", (100_000, 400_000, 900_000))
ROWS = (
    Row(
        "a",
        "R-1 Ransomware",
        (
            RATE,
            Told("response", "range", (20_000 * CENT, 300_000 * CENT)),
            Told("productivity", "range", (50_000 * CENT, 900_000 * CENT)),
        ),
    ),
    Row("b", "R-2 Letter to the wrong person", (RATE, Told("fines", "range", (1_000 * CENT, 40_000 * CENT)))),
    Row("c", "R-3 Nobody said how often", (Told("response", "range", (1 * CENT, 9 * CENT)),)),
)
SHARED = Layer(50_000 * CENT, 1_000_000 * CENT, 1_500_000 * CENT)


def of(*parts: Part, shared: Layer = SHARED) -> list[ceded.Figures | ceded.Nothing]:
    return [ceded.figures(group, ROWS, 2) for group in groups(parts, shared)]


def test_what_is_kept_and_what_is_paid_add_up_to_the_loss_on_average() -> None:
    (found,) = of(Part("1", "response", forms=("response", "productivity")))
    assert isinstance(found, ceded.Figures)
    assert found.exact
    assert found.retained + found.ceded == pytest.approx(found.gross, rel=1e-12)
    assert found.gross == pytest.approx(portfolio_of(found.document).mean, rel=1e-12)
    assert 0 < found.ceded < found.gross


def test_what_is_kept_and_what_is_paid_add_up_in_every_single_year() -> None:
    (found,) = of(Part("1", "response", forms=("response", "productivity")))
    assert isinstance(found, ceded.Figures)
    layer = TowerLayer(50_000, 1_000_000, 1_500_000)
    years = simulate(portfolio_of(found.document), 7, 200_000, [layer])
    paid = years.losses - years.retained
    assert np.all(paid >= -1e-6)
    assert np.all(paid <= layer.aggregate + 1e-6)
    assert np.all(years.retained <= years.losses + 1e-6)
    assert paid.mean() == pytest.approx(found.ceded, abs=4 * paid.std() / np.sqrt(len(paid)))
    half_a_step = layer.retention / 4 / 2  # the retention lies on the grid, in four steps at least
    for line in found.lines:
        p = 1 - 1 / line.years
        for exact, drawn in (
            (line.loss, years.losses),
            (line.retained, years.retained),
            (line.ceded, paid),
        ):
            low, high = np.quantile(drawn, [p - 0.003, min(p + 0.003, 0.9999)])
            assert low * 0.99 - half_a_step <= exact <= high * 1.01 + half_a_step


def test_only_the_forms_of_loss_that_a_part_covers_count() -> None:
    (one,) = of(Part("1", "response", forms=("response",)))
    (both,) = of(Part("1", "response", forms=("response", "fines")))
    assert isinstance(one, ceded.Figures)
    assert isinstance(both, ceded.Figures)
    assert one.scenarios == 1
    assert both.scenarios == 2
    assert one.gross < both.gross
    whole = groups((Part("1", "response", forms=("response",)),), SHARED)
    assert ceded.lacking(whole, ROWS) == ["R-3 Nobody said how often"]
    left = ceded.uncovered(whole, ROWS, 2)
    (rest,) = of(Part("1", "other", forms=("productivity", "fines")))
    assert isinstance(rest, ceded.Figures)
    assert left == pytest.approx(rest.gross)


def test_a_part_with_terms_of_its_own_is_computed_for_itself_and_never_pays_more_than_the_policy() -> None:
    parts = (
        Part("1", "response", forms=("response",)),
        Part("2", "interruption", limit=9_000_000 * CENT, retention=100_000 * CENT, forms=("productivity",)),
    )
    first, second = groups(parts, SHARED)
    assert (first.layer, first.forms) == (SHARED, ("response",))
    assert second.layer == Layer(100_000 * CENT, 1_000_000 * CENT, 1_500_000 * CENT)


def test_whether_the_limit_is_enough_turns_on_the_largest_event_and_on_what_the_year_used_up() -> None:
    part = Part("1", "response", forms=("response", "productivity"))
    (wide,) = of(part, shared=Layer(0, 50_000_000 * CENT, None))
    (narrow,) = of(part, shared=Layer(0, 30_000 * CENT, None))
    assert isinstance(wide, ceded.Figures)
    assert isinstance(narrow, ceded.Figures)
    assert all(line.enough for line in wide.lines)
    assert not narrow.lines[-1].enough
    assert wide.beyond is not None
    assert narrow.beyond is not None
    assert wide.beyond < 1e-3 < narrow.beyond
    (endless,) = of(part, shared=Layer(0, None, None))
    assert isinstance(endless, ceded.Figures)
    assert endless.beyond is None
    assert endless.retained == pytest.approx(0, abs=1e-6)


def test_a_register_without_a_covered_loss_gives_no_figures_and_says_why() -> None:
    (found,) = of(Part("1", "liability", forms=("liability",)))
    assert isinstance(found, ceded.Nothing)
    assert found.why == "no scenarios"
    assert groups((Part("1", "extortion"),), SHARED) == ()


def test_the_premium_of_a_period_is_held_against_what_is_paid_in_that_period() -> None:
    year = ceded.price(36_525 * CENT, 2, date(2026, 1, 1), date(2026, 12, 31), 20_000)
    half = ceded.price(36_525 * CENT, 2, date(2026, 1, 1), date(2026, 7, 2), 20_000)
    assert year.ratio == pytest.approx(36_525 / 20_000, rel=1e-2)
    assert half.ceded == pytest.approx(year.ceded / 2, rel=1e-2)
    assert ceded.price(1, 2, date(2026, 1, 1), date(2026, 1, 1), 0).ratio is None


def test_what_no_policy_can_say_is_refused_at_its_field() -> None:
    for layer, field in (
        (Layer(0, 0, None), "limit"),
        (Layer(0, 10, 5), "aggregate"),
        (Layer(-1, None, None), "retention"),
    ):
        with pytest.raises(BadInput) as error:
            demand_layer(layer)
        assert error.value.place == field
    twice = (
        Part("1", "response", forms=("response",)),
        Part("2", "extortion", limit=5, forms=("response",)),
    )
    with pytest.raises(BadInput, match="count twice") as error:
        demand_parts(twice, Layer(0, None, None))
    assert error.value.place == "forms"
    demand_parts((twice[0], Part("2", "extortion", forms=("response",))), Layer(0, None, None))
    for notice, field in (
        (Notice("1", "Claims", "In writing", "awareness", "hours"), "amount"),
        (Notice("1", "Claims", "In writing", "awareness", "undelayed", 3), "amount"),
        (Notice("1", "", "In writing", "awareness", "hours", 3), "recipient"),
        (Notice("1", "Claims", "", "awareness", "hours", 3), "how"),
        (Notice("1", "Claims", "x", "full moon", "hours", 3), "trigger"),
    ):
        with pytest.raises(BadInput) as error:
            demand_notice(notice)
        assert error.value.place == field
