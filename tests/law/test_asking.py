"""A newcomer is asked what the laws of their own places turn on, and little else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from duecare.law.applies import facts_in
from duecare.law.asking import EEA, MOST, asked_first
from duecare.law.obligations import obligations, profile_facts

CODES = sorted({one.jurisdiction for one in obligations().values()} | {"DE", "IE", "NO", "XX", ""})


def test_a_clinic_in_ireland_is_asked_about_the_laws_of_the_union_and_about_cards() -> None:
    asked = asked_first(["IE"])
    assert {"eu_gdpr_scope", "nis2_important", "handles_payment_cards"} <= set(asked)
    assert not [id for id in asked if id.startswith(("us_", "uk_", "hipaa"))]


def test_narrower_places_come_before_their_country() -> None:
    assert "holds_pi_us_ny" in asked_first(["US", "US-NY"])
    assert "holds_pi_us_ny" not in asked_first(["US"])
    assert "hipaa_covered_entity" in asked_first(["US-NY"]), "who holds data there is in that country's reach"


def test_a_place_that_the_register_does_not_know_is_asked_what_holds_everywhere() -> None:
    assert asked_first(["XX"]) == asked_first([]) == ("handles_payment_cards",)


@given(st.lists(st.sampled_from(CODES)), st.integers(1, 20))
def test_few_are_asked_all_are_known_and_each_bears_on_a_law_of_these_places(
    places: list[str], most: int
) -> None:
    asked = asked_first(places, most)
    assert len(asked) == len(set(asked)) <= most
    assert set(asked) <= set(profile_facts())
    assert asked == asked_first(places[::-1], most)
    here = {*places, *(one.partition("-")[0] for one in places), "GLOBAL"} | (
        {"EU"} if EEA & set(places) else set()
    )
    bearing = [one for one in obligations().values() if one.jurisdiction in here]
    assert set(asked) <= {id for one in bearing for id in facts_in(one.applies_when)}


def test_the_economic_area_has_its_thirty_states_and_eight_questions_are_enough() -> None:
    assert len(EEA) == 30
    assert MOST == 8
