"""The tests of law on the paper of a decision: frozen as it is put, each by itself, where on."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from duecare.ledger.recording import recording
from duecare.ledger.viewers import Role, Viewer
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.reasons import LONGEST, answers_of, basis, frozen_tests, note_of
from duecare.risk.decisions.seeing import known_to
from duecare.risk.models import RiskTerms
from tests.people import browser, sign_in
from tests.risk.decisions.decision_scene import add_measure, add_scenario, drawn, put, set_terms

pytestmark = pytest.mark.usefixtures("home")
OFF = "They were off when this was put: no owner had switched them on."
ELSEWHERE = "They do not stand on this paper."


@pytest.fixture
def client() -> Client:
    return browser()


@pytest.fixture
def owner(client: Client) -> Viewer:
    return sign_in(client, Role.OWNER)


def say(terms: RiskTerms, **values: Any) -> None:
    with recording("terminal:test", "say otherwise"):
        for name, value in values.items():
            setattr(terms, name, value)
        terms.save()


def paper(client: Client, row: RiskDecision) -> str:
    return re.sub(r"\s+", " ", client.get(f"/risk/decisions/{row.pk}/paper/").content.decode())


def test_they_stand_on_the_paper_as_of_its_day_each_by_itself(client: Client, owner: Viewer) -> None:
    terms = set_terms()
    say(terms, legal_tests=True, remedy=10_000_000)
    scenario = add_scenario()
    measure = add_measure(scenario)
    with recording("terminal:test", "a law asks for it"):
        measure.must = "Article 21."
        measure.save()
    row = put(owner, drawn(owner, scenario, measure))
    page = paper(client, row)
    for words in (
        "Tests of reasonableness, when it was put", "never added up to one score", "A second person pays",
        "Marginal cost and benefit (Learned Hand, Sedona): Harm to others", "met with probability",
        "Duty-of-care criteria: Legitimate objectives are not curtailed", "Ceiling of spending",
        "Maximum probable loss: EUR", "overrides every weighing below: Article 21.",
    ):  # fmt: skip
        assert words in page, words
    with recording("terminal:test", "dearer"):
        measure.yearly = [10**12, 10**12, 10**12]
        measure.save()
    assert paper(client, row).count("EUR") == page.count("EUR")
    assert "1,000,000" not in paper(client, row), "what was frozen stays as it was"
    pdf = client.post(f"/risk/decisions/{row.pk}/paper/pdf/")
    assert pdf.content.startswith(b"%PDF-")
    say(terms, matter="somebody-elses")
    assert (answers_of(row, owner), note_of(row, owner)) == ([], ELSEWHERE)
    assert known_to(row, owner)["tests"] == {"state": "not shown"}
    assert "met with probability" not in paper(client, row)


def test_off_ones_are_said_to_be_off_and_a_matters_are_not_frozen(client: Client, owner: Viewer) -> None:
    terms = set_terms()
    scenario = add_scenario()
    measure = add_measure(scenario)
    off = put(owner, drawn(owner, scenario, measure))
    assert OFF in paper(client, off)
    assert off.known["tests"] == {"state": "off"}
    say(terms, legal_tests=True, matter="somebody-elses")
    held = put(owner, drawn(owner, scenario, measure))
    assert held.known["tests"] == {"state": "held"}
    assert ELSEWHERE in paper(client, held)
    say(terms, matter="")
    assert OFF in paper(client, off), "what was off then is not computed since"
    bare = put(owner, drawn(owner, scenario))
    assert "No measure was weighed, so there was nothing to test." in paper(client, bare)


def test_what_would_take_too_long_is_named_and_not_computed(owner: Viewer) -> None:
    terms = set_terms()
    say(terms, legal_tests=True)
    scenario = add_scenario()
    first, second = add_measure(scenario, "First"), add_measure(scenario, "Second")
    seconds = iter((0.0, LONGEST + 1))
    found = frozen_tests(basis(terms, [first, second], owner), lambda: next(seconds))
    assert ([one["measure"] for one in found["of"]], found["without"]) == ([first.pk], [second.pk])
