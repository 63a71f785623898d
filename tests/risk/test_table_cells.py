"""What stands in the cells of tables about risk: it reads as it was written, and nothing is guessed at."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.risk.measures.cells import read_changes, read_titles, unique, write_changes, write_titles
from duecare.risk.register import table
from duecare.risk.register.believing import MOST_EVENTS, MOST_YEARS, Belief
from duecare.risk.register.named import Named, Names
from duecare.risk.register.rates import MILLION
from duecare.risk.shares import read_share, write_share

TITLES = st.text(st.sampled_from("aB;R-17 \t\n%é"), min_size=1, max_size=12).filter(str.strip)
SHARE = st.integers(0, 1000)


@given(SHARE)
def test_a_share_that_is_written_reads_the_same(share: int) -> None:
    assert read_share(write_share(share)) == share


@pytest.mark.parametrize(
    ("text", "share"),
    [("0", 0), ("0 %", 0), ("0.5 %", 5), ("1%", 10), ("12,5", 125), ("12.50 per cent", 125), ("100", 1000)],
)
def test_a_share_is_read_however_people_write_it(text: str, share: int) -> None:
    assert read_share(text) == share


@pytest.mark.parametrize(
    ("text", "why"),
    [("0.5", "two ways"), ("1", "two ways"), ("1.0", "two ways"), ("100.1", "between 0 and 100"),
     ("12.55", "finer than a tenth"), ("-1 %", "is no share"), ("half", "is no share"), ("", "is no share"),
     ("1 000 %", "is no share"), ("5 % of it", "is no share")],
)  # fmt: skip
def test_what_is_no_share_or_reads_in_two_ways_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why) as error:
        read_share(text, "coverage")
    assert error.value.place == "coverage"


@given(st.integers(0, MOST_EVENTS), st.integers(1, MOST_YEARS * MILLION))
def test_a_count_of_events_reads_as_it_was_written(events: int, years: int) -> None:
    assume((events + 0.5) / (years / MILLION) <= 10_000)
    belief = Belief("rate", "history", (events, years))
    assert table.read(table.written(belief, "EUR"), "rate", "EUR") == belief


@given(st.lists(st.integers(1, 10**13), min_size=1, max_size=50), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_a_list_of_losses_reads_as_it_was_written(losses: list[int], currency: str) -> None:
    belief = Belief("fines", "data", tuple(losses))
    assert table.read(table.written(belief, currency), "fines", currency) == belief


def test_a_list_longer_than_a_cell_is_not_told_and_hides_nothing_before_it() -> None:
    short = Belief("fines", "range", (100, 200))
    long = Belief("fines", "data", (123_456_789,) * 1_000)
    assert table.newest([short, long], "EUR") == {"fines": short}
    assert table.newest([long], "EUR") == {}
    assert table.newest([short, Belief("fines", "data", (1, 2))], "EUR")["fines"].kind == "data"


@given(st.lists(TITLES, min_size=1, max_size=4), st.data())
def test_what_a_measure_changes_reads_as_it_was_written(titles: list[str], data: st.DataObject) -> None:
    """Whatever stands in the titles: semicolons, line breaks, the number of another scenario."""
    rows = [Named(f"key{number}", number, title) for number, title in enumerate(titles, start=1)]
    names = Names(rows[1:], rows[:1])
    kept = {rows[0].key}
    effects = []
    for row in rows:
        for on in ("frequency", "magnitude"):
            shares = [data.draw(SHARE) for _part in range(5)]
            effects.append(
                {"scenario": row.key, "on": on, "efficacy": shares[:3], "coverage": shares[3],
                 "reliability": shares[4]}
            )  # fmt: skip
    read = read_changes(write_changes(effects, names), names, kept, "changes")
    assert [
        {"scenario": one.scenario, "on": one.on, "efficacy": list(one.efficacy), "coverage": one.coverage,
         "reliability": one.reliability}
        for one in read
    ] == effects  # fmt: skip
    assert read_changes("", names, kept, "changes") == []


def test_a_scenario_is_found_by_number_else_by_a_title_that_only_one_has() -> None:
    names = Names(
        [Named("a", 1, "Fire"), Named("b", 2, "Flood"), Named("c", 3, "flood "), Named("d", 4, "R-1 Fire")],
        [Named("e", 5, "Gone"), Named("f", 6, "Fire")],
    )
    for text, key in (
        ("R-1 whatever", "a"),
        ("R-1 Fire", "a"),
        ("r-2", "b"),
        ("R3", "c"),
        (" fire", "a"),
        ("R-1", "a"),
    ):
        assert names.find(text).key == key, text
    for text in ("flood", "R-5", "Gone", "R-12", "", "R"):
        with pytest.raises(BadInput, match="No scenario that stands"):
            names.find(text)
    assert names.find("R-5", kept={"e"}).key == "e"


@given(st.lists(TITLES, max_size=5))
def test_titles_read_as_they_were_written_and_what_several_have_is_refused(titles: list[str]) -> None:
    known = unique(titles)
    text = write_titles(known.values())
    assert sorted(read_titles(text, known, "needs")) == sorted(known.values())
    for title in titles:
        line = " ".join(title.split())
        if line.casefold() not in known:
            with pytest.raises(BadInput, match="or several are") as error:
                read_titles(line, known, "needs")
            assert error.value.place == "needs"
