"""What may be believed, how rates are read, how far people lie apart; and that what ships is whole."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.program.catalogue import catalogue
from duecare.risk.curves import NoCertificate
from duecare.risk.register import table
from duecare.risk.register.believing import (
    MOST_LISTED,
    Belief,
    demand_bearable,
    demand_belief,
    doubts,
    mean_of,
)
from duecare.risk.register.figures import figures, means
from duecare.risk.register.forms_of_loss import FORMS, SIDE_WORDS
from duecare.risk.register.guided import QUESTIONS, left_out, steps
from duecare.risk.register.library import (
    INDUSTRIES,
    base_rates,
    library,
    parse_rates,
    parse_scenarios,
    rates_about,
)
from duecare.risk.register.portfolios import Hold, Row, Told
from duecare.risk.register.rates import MILLION, read_rate, write_rate
from duecare.risk.register.sheets import workbook
from duecare.risk.register.spread import pool


@pytest.mark.parametrize(
    ("text", "rate"),
    [("0.2", 0.2), ("1/5", 0.2), ("1 in 5", 0.2), ("once in 5 years", 0.2), ("20 %", 0.2), ("0,2", 0.2),
     ("4", 4), ("3 times a year", 3), ("once every 10 years", 0.1), ("2 in 3 years", 0.666667),
     ("1 in 1000 years", 0.001), ("once in 1,5 years", 0.666667), ("1.234", 1.234), ("0,125", 0.125),
     ("1 in 0.125", 8), ("1234,567", 1234.567), ("12,5 %", 0.125)],
)  # fmt: skip
def test_a_rate_is_read_however_people_say_it(text: str, rate: float) -> None:
    assert read_rate(text) == round(rate * MILLION)


@pytest.mark.parametrize(
    ("text", "why"),
    [("0", "never"), ("-1", "below zero"), ("often", "how often"), ("1 in 0", "never"),
     ("0.0000001", "never"), ("20000", "10,000 times"), ("", "how often")],
)  # fmt: skip
def test_what_is_no_rate_is_refused_by_name(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        read_rate(text)


@pytest.mark.parametrize(
    "text",
    ["1 in 1,000 years", "1 in 1.000 years", "once in 1,000", "1/1.000", "1 in 2.500", "1,000 in 5",
     "1.000 in 5", "1,234", "1,000 times a year", "1.500", "1.500 %"],
)  # fmt: skip
def test_thousands_that_may_be_decimals_are_never_guessed_at(text: str) -> None:
    with pytest.raises(BadInput, match="two ways"):
        read_rate(text)


@pytest.mark.parametrize("text", ["1 in 1 000 years", "1 in 1'000 years", "1 in 1,000,000 years"])
def test_other_marks_between_thousands_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="how often"):
        read_rate(text)


@given(st.integers(1, 10_000 * MILLION))
def test_a_rate_that_is_written_reads_the_same(millionths: int) -> None:
    assert read_rate(write_rate(millionths)) == millionths


@pytest.mark.parametrize(
    ("belief", "place", "why"),
    [
        (Belief("rate", "range", (500, 100)), "high", "upside down"),
        (Belief("rate", "range", (500, 500)), "high", "same"),
        (Belief("rate", "range", (0, 500)), "low", "above zero"),
        (Belief("rate", "range", (1, 10**11)), "high", "more than can be kept"),
        (Belief("fines", "range", (1, 10**14)), "high", "no curve"),
        (Belief("fines", "pert", (5, 4, 9)), "likely", "upside down"),
        (Belief("fines", "pert", (5, 5, 5)), "most", "same"),
        (Belief("fines", "pert", (5, 5)), "most", "3 numbers"),
        (Belief("rate", "history", (1, 0)), "years", "years"),
        (Belief("rate", "history", (10_001, MILLION)), "events", "10,00[12] times a year"),
        (Belief("rate", "history", (1, 1)), "events", "at most 10,000"),
        (Belief("fines", "history", (1, MILLION)), "kind", "no way"),
        (Belief("rate", "data", (1,)), "kind", "no way"),
        (Belief("fines", "data", ()), "losses", "1 to 10,000"),
        (Belief("fines", "data", (5,) * (MOST_LISTED + 1)), "losses", "1 to 10,000"),
        (Belief("fines", "data", (123_456_789,) * MOST_LISTED), "losses", "one entry"),
        (Belief("fines", "data", (5, 0)), "losses", "Number 2"),
        (Belief("tears", "range", (1, 2)), "what", "no form of loss"),
    ],
)
def test_what_nobody_can_believe_is_refused_at_its_field(belief: Belief, place: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as refused:
        demand_belief(belief)
    assert refused.value.place == place


def test_what_looks_like_a_slip_is_asked_about_twice() -> None:
    turnover = 100_000_000
    fine = Belief("fines", "range", (1_000, 999_999_999))
    assert "10 times the turnover" in next(doubts(Belief("fines", "range", (1, 10**9 + 1)), turnover, "EUR"))
    assert not list(doubts(Belief("fines", "pert", (1, 2, 10**9)), turnover, "EUR"))
    assert not list(doubts(Belief("fines", "range", (10**9, 10**10)), None, "EUR"))
    assert "rare worst decides" in " ".join(doubts(fine, turnover, "EUR"))
    assert not list(doubts(Belief("rate", "range", (100_000, 500_000)), turnover, "EUR"))


def test_people_are_pooled_with_their_spread_and_safeguards_of_today() -> None:
    mine, yours = Told("rate", "range", (100_000, 200_000)), Told("rate", "range", (1_000_000, 2_000_000))
    alone, both = pool([mine], (), 2), pool([mine, yours], (), 2)
    assert alone.low < alone.mean < alone.high < 0.25
    assert both.mean == pytest.approx((alone.mean + pool([yours], (), 2).mean) / 2)
    assert both.high - both.low > 5 * (alone.high - alone.low)
    half = Hold("mfa", "frequency", (0.5, 0.5, 0.5), 1, 1)
    assert pool([mine], (half,), 2).mean == pytest.approx(alone.mean / 2)
    loss = Told("fines", "range", (100_000, 1_000_000))
    found = pool([loss], (), 2)
    assert (found.low, found.high) == pytest.approx((1_000, 10_000))


def test_what_is_believed_of_a_rate_has_the_mean_that_the_pool_has() -> None:
    for numbers in ((100_000, 5_000_000), (4_000_000, 350_000_000)):
        alone = pool([Told("rate", "range", numbers)], (), 2)
        assert mean_of(Belief("rate", "range", numbers)) == pytest.approx(alone.mean * MILLION)


def test_a_rate_is_refused_that_no_curve_takes_without_its_safeguards() -> None:
    for belief, place in (
        (Belief("rate", "history", (200, MILLION)), "years"),
        (Belief("rate", "pert", (0, 1, 101 * MILLION)), "most"),
        (Belief("rate", "range", (4_000_000, 350_000_000)), "high"),
    ):
        demand_belief(belief)
        demand_bearable(belief, 0.1)
        with pytest.raises(BadInput, match="a curve takes 100,000") as refused:
            demand_bearable(belief, 0.001)
        assert refused.value.place == place
        told = Told("rate", belief.kind, belief.numbers, frequency_left=0.1)
        assert means(Row("k", "R-1", (told,)), 2).rate is not None
    demand_bearable(Belief("fines", "range", (1, 10**14)), 0.001)


HEAVY = Told("fines", "range", (1, 10**30))


def test_what_cannot_be_computed_of_a_scenario_says_why_and_leaves_the_rest() -> None:
    rate, harm = Told("rate", "range", (100_000, 500_000)), Told("others", "range", (100, 9_000))
    found = means(Row("k", "R-1", (rate, HEAVY, harm)), 2)
    assert (found.own, found.own_year) == (None, None)
    assert found.others_year is not None
    assert "A lognormal loss" in found.why
    wild = means(Row("k", "R-1", (Told("rate", "range", (1, 10**13)), harm)), 2)
    assert (wild.rate, wild.others_year) == (None, None)
    assert wild.others is not None
    assert "no number of events a year" in wild.why


def test_one_side_without_a_curve_does_not_hide_the_other() -> None:
    rate, harm = Told("rate", "range", (100_000, 500_000)), Told("others", "range", (100, 9_000))
    found, why = figures([Row("k", "R-1", (rate, HEAVY, harm))], 2)
    assert [one.side for one in found] == ["others"]
    assert why.startswith(str(SIDE_WORDS["own"]))


def test_no_page_waits_for_minutes_of_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_args: object) -> None:
        raise NoCertificate("No grid reaches it.", "Ask for less.")

    monkeypatch.setattr("duecare.risk.curve_files.curves", never)
    monkeypatch.setattr("duecare.risk.curve_files.YEARS", 20_000)
    loss = Told("fines", "range", (1_000, 5_000))
    often = Told("rate", "range", (3_000_000_000, 9_000_000_000))
    seldom = Told("rate", "range", (100_000, 500_000))
    assert figures([Row("k", "R-1", (often, loss))], 2)[0] == []
    assert "too many to draw" in figures([Row("k", "R-1", (often, loss))], 2)[1]
    (drawn,), _why = figures([Row("k", "R-1", (seldom, loss))], 2)
    assert drawn.drawn


def test_the_list_and_the_curve_tell_the_same_mean() -> None:
    told = (
        Told("rate", "pert", (100_000, 200_000, 900_000)),
        Told("fines", "range", (100_000, 1_000_000)),
        Told("response", "pert", (0, 50_000, 90_000)),
        Told("others", "range", (100, 9_000)),
    )
    row = Row("k", "R-1", told, (Hold("mfa", "frequency", (0.3, 0.5, 0.7), 0.9, 1),))
    short = means(row, 2)
    found, why = figures([row], 2)
    assert not why
    assert [one.side for one in found] == ["own", "others"]
    assert (short.own_year, short.others_year) == pytest.approx((found[0].mean, found[1].mean), rel=1e-9)
    assert found[0].mean < found[0].inherent
    assert means(Row("k", "R-1", told[:1]), 2).own_year is None
    assert figures([Row("k", "R-1", told[1:])], 2) == ([], "")


def test_every_scenario_that_ships_is_whole() -> None:
    assert len(library()) >= 20
    assert {industry for one in library().values() for industry in one.industries} == set(INDUSTRIES)
    for one in library().values():
        assert all(bearing.safeguard in catalogue() for bearing in one.safeguards), one.id
        assert len(one.think) >= 2, one.id
        assert [page.id for page in steps(one)][-3:] == ["others", "safeguards", "check"]
        assert set(one.forms).isdisjoint(left_out(one))
    for rate in base_rates().values():
        assert rate.limits, rate.id
    assert rates_about("rate")
    assert set(FORMS) < set(QUESTIONS)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("title: A", "name: A", "'title' is missing"),
        ("[all]", "[all, health]", "beside others"),
        ("[all]", "[farming]", "holds 'farming'"),
        ("[response, fines]", "[fines, response]", "out of order"),
        ("id: mfa", "id: nothing", "no safeguard 'nothing'"),
        ("side: frequency", "side: both", "no side"),
        ("- Why?", "- Because", "no sentence"),
        ("id: one", "id: One", "no short name"),
    ],
)
def test_a_mistake_in_the_library_is_named_with_its_place(old: str, new: str, why: str) -> None:
    text = """
scenarios:
- id: one
  title: A
  industries: [all]
  who: W
  does: D
  to: T
  harm: H
  forms: [response, fines]
  safeguards: [{id: mfa, side: frequency}]
  think:
  - Why?
"""
    assert parse_scenarios(text, "x")["one"].forms == ("response", "fines")
    with pytest.raises(BadInput, match=why) as refused:
        parse_scenarios(text.replace(old, new), "x.yaml")
    assert "x.yaml, entry 1" in refused.value.what
    with pytest.raises(BadInput, match="'date'"):
        parse_rates('base_rates:\n- {id: a, name: N, date: "soon", about: [rate], says: S, limits: L}', "x")


@given(st.integers(1, 10**12), st.integers(1, 10**12), st.integers(0, 10**12), st.booleans())
def test_a_row_of_the_table_reads_as_it_was_written(one: int, two: int, three: int, pert: bool) -> None:
    numbers = tuple(sorted((one, two, three))) if pert else tuple(sorted((one, two)))
    belief = Belief("fines", "pert" if pert else "range", numbers)
    try:
        demand_belief(belief)
    except BadInput:
        return
    cells = table.written(belief, "EUR")
    assert table.read(cells, "fines", "EUR") == belief
    if list(doubts(belief, None, "EUR")):
        with pytest.raises(BadInput, match="rare worst decides"):
            table.demand_sure(belief, None, "EUR")
    else:
        table.demand_sure(belief, None, "EUR")


def test_a_workbook_holds_numbers_as_numbers_and_everything_else_as_text() -> None:
    rows = [["No.", "x"], ["007", "1200.5"], ["'=1+1", "a & <b>\x00"], ["1.50", "1234567890123.456"]]
    made = workbook(rows, "Scenarios")
    assert made == workbook(rows, "Scenarios"), "the same bytes each time"
    sheet = zipfile.ZipFile(io.BytesIO(made)).read("xl/worksheets/sheet1.xml").decode()
    assert '<c r="B2"><v>1200.5</v></c>' in sheet
    assert '<c r="A2" t="inlineStr"><is><t xml:space="preserve">007</t></is></c>' in sheet
    assert "'=1+1" in sheet
    for text in ("1.50", "1234567890123.456"):
        assert f'<t xml:space="preserve">{text}</t>' in sheet, "as a number it would come back as another"
    assert "a &amp; &lt;b&gt;</t>" in sheet
