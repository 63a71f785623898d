"""The content in sentences, whole: every duty, every clock, every day, and the ids made of names."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from duecare.law.coming import LATELY, coming, lately, waiting
from duecare.law.obligations import register
from duecare.law.own.entries import ID, ID_LENGTH, as_yaml, entries_in, slug, taken_in
from duecare.law.own.guided import of_entry, to_entry
from duecare.law.parts import PARTS, digests
from duecare.law.wording import cadence_words, conditions_words, limit_words, more_words
from duecare.program.catalogue import read_yaml
from tests.site.law_samples import CONTRACT


def test_every_duty_and_every_clock_has_words() -> None:
    for one in register().obligations.values():
        for duty in one.duties:
            assert not set(cadence_words(duty.cadence)) & set("P%")
        for clock in one.clocks:
            words = limit_words(clock, register())
            assert str(clock.amount or "no number") in words
            assert all(more_words(clock, register()))
            assert all(line for _head, lines in conditions_words(clock, register()) for line in lines)
    assert cadence_words("P6M") == "every 6 months"
    assert cadence_words("fixed_date:04-15") == "every year by 04-15"


@given(st.dates(date(2018, 1, 1), date(2030, 1, 1)))
def test_a_day_of_the_law_is_to_come_or_has_come_and_never_both(today: date) -> None:
    to_come, gone = coming(register(), today), lately(register(), today)
    assert all(one.day and one.day >= today for one in to_come)
    assert all(one.day and today - LATELY <= one.day < today for one in gone)
    everything = coming(register(), date(1990, 1, 1))
    assert set(to_come) == {one for one in everything if one.day and one.day >= today}
    assert list(to_come) == sorted(to_come, key=lambda one: (one.day, one.obligation))
    assert timedelta(0) < LATELY
    assert {one.day for one in waiting(register())} == {None}


def test_a_part_has_words_and_another_version_changes_none() -> None:
    one = register().obligations["eu-gdpr"]
    assert set(digests(one)) == set(PARTS)
    assert len(set(digests(one).values())) == len(PARTS)


@given(st.text(max_size=80), st.integers(0, 3))
def test_an_id_made_of_a_name_is_one_and_new(name: str, count: int) -> None:
    taken: list[str] = []
    for _each in range(count + 1):
        made = slug(name, taken)
        assert ID.fullmatch(made)
        assert len(made) <= ID_LENGTH
        assert made not in taken
        taken.append(made)


def test_a_file_gives_back_what_was_written_and_the_form_loses_nothing() -> None:
    odd = {
        **CONTRACT, "late": "call first", "applies_when": {"not": "is_processor"},
        "clocks": [{**CONTRACT["clocks"][0], "when": [["affected_individuals", ">=", 5]], "soft": True}],  # type: ignore[index]
    }  # fmt: skip
    entry = taken_in(odd, "here")
    assert entries_in(read_yaml(as_yaml([entry]), "file"), "file") == [entry]
    assert to_entry(of_entry(entry), entry, entry["id"]) == entry
