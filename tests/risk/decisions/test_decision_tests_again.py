"""The tests of law of a decision computed again from what was frozen with it, whatever became of the rest."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Role, Viewer
from duecare.risk.decisions import putting
from duecare.risk.decisions.freezing import TESTS
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.reasons import LONGEST, basis, frozen_tests
from duecare.risk.decisions.replaying import Replayed, Verdict
from duecare.risk.decisions.tests_again import basis_of, compared, input_of
from duecare.risk.models import Effect, Estimate, RiskTerms
from duecare.risk.register.effect_actions import EffectDraft, add_effect
from tests.people import browser, sign_in
from tests.risk.decisions.decision_scene import add_measure, add_scenario, drawn, put, set_terms
from tests.site.test_api import Program, program

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def client() -> Client:
    return browser()


@pytest.fixture
def owner(client: Client) -> Viewer:
    return sign_in(client, Role.OWNER)


@pytest.fixture
def terms() -> RiskTerms:
    made = set_terms()
    return say(made, legal_tests=True, remedy=10_000_000, programme=3_000_000)


def say(terms: RiskTerms, **values: Any) -> RiskTerms:
    with recording("terminal:test", "say otherwise"):
        for name, value in values.items():
            setattr(terms, name, value)
        terms.save()
    return terms


def held(owner: Viewer, scenario: Any) -> None:
    """A safeguard of another kind holds it down already."""
    draft = EffectDraft("backups", "magnitude", (100, 333, 777), 901, 877, "It was tried.", known=False)
    add_effect(owner, scenario.pk, draft, scenario.made_at)


def decided(owner: Viewer) -> RiskDecision:
    """A decision on one of two scenarios, with two measures of which one changes both."""
    scenario = add_scenario()
    other = add_scenario("Fire", rate=[10_000, 20_000, 70_000], fines=[10**6, 10**8])
    held(owner, scenario)
    measure = add_measure(scenario)
    with recording("terminal:test", "it changes more"):
        measure.effects = [*measure.effects, {**measure.effects[0], "scenario": other.pk, "on": "magnitude"}]
        measure.save()
    return put(owner, drawn(owner, scenario, measure))


def again(row: RiskDecision, viewer: Viewer) -> Replayed:
    return putting.replayed(RiskDecision.objects.get(pk=row.pk), viewer)


def page(client: Client, row: RiskDecision, more: str = "") -> str:
    answer = client.get(f"/risk/decisions/{row.pk}/{more}")
    assert answer.status_code == 200, more
    return re.sub(r"\s+", " ", answer.content.decode())


def test_they_come_out_the_same_whatever_became_of_the_register(
    client: Client, owner: Viewer, terms: RiskTerms
) -> None:
    row = decided(owner)
    found = again(row, owner)
    assert (found.verdict, found.differences) == (Verdict.SAME, ())
    assert found.tests > 15
    with recording("terminal:test", "all of it is otherwise"):
        Estimate.objects.update(numbers=[1, 2])
        Effect.objects.update(efficacy=[0, 0, 1])
        terms.remedy, terms.programme, terms.tolerance = 1, 1, 1
        terms.save()
    found = again(row, owner)
    assert (found.verdict, found.differences) == (Verdict.SAME, ())
    assert f"{found.tests} of them are of the tests of reasonableness" in page(client, row, "replay/")


def test_what_they_rest_on_is_kept_whole(owner: Viewer, terms: RiskTerms) -> None:
    scenario = add_scenario()
    held(owner, scenario)
    measure = add_measure(scenario)
    on = basis(terms, [measure], owner)
    kept = frozen_tests(on)
    rebuilt = basis_of(input_of(on, kept)[TESTS])
    assert on.register is not None
    assert rebuilt.register is not None
    assert rebuilt.register.rows == on.register.rows
    assert rebuilt.told == on.told
    assert frozen_tests(rebuilt) == kept


def test_an_altered_figure_does_not_match_and_is_named(owner: Viewer, terms: RiskTerms) -> None:
    row = decided(owner)
    known = json.loads(json.dumps(row.known))
    known["tests"]["of"][0]["hand"]["own"]["reduction"] += 1
    known["tests"]["of"][0]["duty"]["harm"][0] = "unmet"
    with recording("terminal:test", "altered"):
        RiskDecision.objects.filter(pk=row.pk).update(known=known)
    found = again(row, owner)
    assert (found.verdict, found.holds) == (Verdict.DIFFERS, False)
    assert {one.place for one in found.differences} == {
        "tests, 1 A second person pays, hand, own, reduction",
        "tests, 1 A second person pays, duty, harm",
    }


def test_an_input_that_is_none_is_told_and_no_crash(owner: Viewer, terms: RiskTerms) -> None:
    row = decided(owner)
    inputs = json.loads(blobs.fetch(row.inputs))
    for text in ("[]", "{}", inputs[TESTS].replace('"efficacy"', '"efficiency"')):
        digest = blobs.keep(json.dumps({**inputs, TESTS: text}).encode())
        with recording("terminal:test", "altered"):
            RiskDecision.objects.filter(pk=row.pk).update(inputs=digest)
        found = again(row, owner)
        assert (found.verdict, bool(found.failure)) == (Verdict.DIFFERS, True), text


def test_who_does_not_read_them_neither_compares_them_nor_has_their_input(
    client: Client, owner: Viewer, terms: RiskTerms
) -> None:
    row = decided(owner)
    api: Program = program(owner)
    assert TESTS in api.get(f"risk/decisions/{row.pk}/inputs")
    assert api.get(f"risk/decisions/{row.pk}/replay")["tests_compared"] > 15
    assert f"/inputs/{TESTS}/" in page(client, row)
    kept = json.loads(client.get(f"/risk/decisions/{row.pk}/inputs/{TESTS}/").content)
    assert [one["title"] for one in kept["measures"]] == ["A second person pays"]
    say(terms, matter="somebody-elses")
    found = again(row, owner)
    assert (found.verdict, found.tests) == (Verdict.SAME, 0)
    assert TESTS not in api.get(f"risk/decisions/{row.pk}/inputs")
    assert api.get(f"risk/decisions/{row.pk}/replay")["tests_compared"] == 0
    assert f"/inputs/{TESTS}/" not in page(client, row)
    assert "tests of reasonableness" not in page(client, row, "replay/")
    assert client.get(f"/risk/decisions/{row.pk}/inputs/{TESTS}/").status_code == 404


def test_tests_whose_input_was_not_kept_are_said_to_be_left_out(
    client: Client, owner: Viewer, terms: RiskTerms
) -> None:
    row = decided(owner)
    inputs = json.loads(blobs.fetch(row.inputs))
    del inputs[TESTS]
    known = json.loads(json.dumps(row.known))
    del known["tests"]["replays"]
    with recording("terminal:test", "as decisions were before"):
        digest = blobs.keep(json.dumps(inputs).encode())
        RiskDecision.objects.filter(pk=row.pk).update(inputs=digest, known=known)
    assert "are not among them" in page(client, row, "replay/")
    assert (again(row, owner).verdict, again(row, owner).tests) == (Verdict.SAME, 0)


def test_only_what_was_computed_in_time_is_computed_again(owner: Viewer, terms: RiskTerms) -> None:
    scenario = add_scenario()
    first, second = add_measure(scenario, "First"), add_measure(scenario, "Second")
    on = basis(terms, [first, second], owner)
    seconds = iter((0.0, LONGEST + 1))
    kept = frozen_tests(on, lambda: next(seconds))
    rebuilt = basis_of(input_of(on, kept)[TESTS])
    assert [one.title for one in rebuilt.measures] == ["First"]
    titles = {first.pk: "First"}
    assert compared(frozen_tests(rebuilt), titles) == compared(kept, titles)


def test_without_tests_there_is_no_input_of_them(owner: Viewer) -> None:
    set_terms()
    scenario = add_scenario()
    row = put(owner, drawn(owner, scenario, add_measure(scenario)))
    assert TESTS not in putting.frozen_of(row).inputs
    assert again(row, owner).tests == 0
