"""The tests of reasonableness on records of the register: the vector, who reads them, what they say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from duecare.errors import Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.unchanged import seen_entry
from duecare.risk.criteria import Answer
from duecare.risk.measures.actions import Change, Draft, add_measure
from duecare.risk.measures.judging import tests_of as judge
from duecare.risk.measures.working import register_now
from duecare.risk.models import Effect, Measure, RiskTerms
from duecare.risk.register.terms_actions import Law, TermsDraft
from duecare.risk.register.terms_actions import set_terms as change_terms
from tests.people import browser, sign_in
from tests.risk.measures.samples import scenario, set_terms

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", answer.content.decode())


def measure(viewer: Viewer, *scenarios: str, **changed: Any) -> Measure:
    """The measure of the vector: it takes 20 to 70 %, likely 50 %, for 40,000 to 120,000 a year."""
    effects = tuple(Change(one, "frequency", (200, 500, 700), 1000, 1000) for one in scenarios)
    values: dict[str, Any] = {"yearly": (4_000_000, 6_000_000, 12_000_000), "effects": effects, **changed}
    return add_measure(viewer, Draft("Wider MFA", "mfa", (0, 0, 0), years=1, **values), NOW)


def test_the_vector_comes_out_of_records_of_the_register(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    terms = set_terms(viewer, legal_tests=True)
    row = measure(viewer, scenario(viewer, NOW).pk)
    found = judge(register_now(viewer, terms), row).hands["own"]
    assert found is not None
    assert found.expected_reduction == pytest.approx(73_021, abs=1)
    assert found.expected_burden == pytest.approx(66_667, abs=1)
    assert found.probability_met == pytest.approx(0.51, abs=0.005)
    assert found.met, "on expected values it is met while the probability is hardly more than even"
    page = text(client, f"/risk/measures/{row.pk}/reasonableness/")
    for words in ("EUR 73,021", "EUR 66,667", "51 %", "EUR 6,355", "turns at EUR 73,021"):
        assert words in page, re.findall(r"EUR[^<]*", page)
    assert "Nobody has estimated this side of what it changes." in page, "harm to others is kept apart"


def test_until_an_owner_has_chosen_the_page_says_only_what_it_would_show(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    set_terms(viewer)
    row = measure(viewer, scenario(viewer, NOW).pk)
    page = text(client, f"/risk/measures/{row.pk}/reasonableness/")
    assert "an owner chooses first" in page
    assert "73,021" not in page


def test_what_a_matter_holds_its_members_alone_read_and_nobody_is_told_of_it(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    set_terms(viewer, legal_tests=True, matter="m1")
    row = measure(viewer, scenario(viewer, NOW).pk)
    page = text(client, f"/risk/measures/{row.pk}/reasonableness/")
    assert "They are not shown on this page." in page
    assert "73,021" not in page
    assert "matter" not in page.split("What they would show")[0].split("<main")[1]


def test_who_reads_the_tests_is_decided_by_the_terms_of_today_on_a_past_day_too(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    set_terms(viewer, legal_tests=True)
    row = measure(viewer, scenario(viewer, NOW).pk)
    then = utc_now().isoformat().replace("+00:00", "Z")
    address = f"/risk/measures/{row.pk}/reasonableness/?as_of={then}"
    assert "73,021" in text(client, address)
    for changed in ({"matter": "m1"}, {"matter": "", "legal_tests": False}):
        with recording(viewer.actor, "decide anew"):
            RiskTerms.objects.update(**changed)
        assert "73,021" not in text(client, address)
        assert "They are not shown on this page." in text(client, f"/risk/safe-harbours/?as_of={then}")


def test_only_a_member_takes_the_tests_out_of_their_matter(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    row = set_terms(viewer, legal_tests=True, matter="m1")
    for law in (Law(False), Law(True, "none"), Law(True, "m2")):
        with pytest.raises(Refused, match="no member"):
            change_terms(viewer, TermsDraft("EUR", law=law), seen_entry(row))
    member = replace(viewer, matters=frozenset({"m1"}))
    assert not change_terms(member, TermsDraft("EUR", law=Law(False)), seen_entry(row)).legal_tests


def test_harm_that_nobody_estimated_is_never_taken_for_none(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    terms = set_terms(viewer, legal_tests=True, remedy=10**12, programme=1_000)
    made = scenario(viewer, NOW, forms=("response", "others"))
    row = measure(viewer, made.pk)
    assert judge(register_now(viewer, terms), row).duty.harm.answer is Answer.MET
    scenario(viewer, NOW, 2, "Fraud")
    found = judge(register_now(viewer, terms), row)
    assert found.duty.harm.answer is Answer.CANNOT_SAY
    assert "of 1 scenario" in found.duty.harm.reason
    assert found.floor is not None
    assert found.floor.answer is Answer.NOT_MET, "ten euros are less than a bad year"


def test_with_and_without_share_their_estimates_and_one_grid(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    terms = set_terms(viewer)
    made = scenario(viewer, NOW, forms=("response", "others"))
    other = scenario(viewer, NOW, 2, "Fraud")
    with recording(viewer.actor, "say what holds"):
        Effect.objects.create(
            id=new_key(), scenario=made, safeguard="mfa", on="frequency", efficacy=[200, 500, 700],
            coverage=1000, reliability=1000, reason="x", made_at=NOW, made_by=viewer.actor,
        )  # fmt: skip
    idle = judge(register_now(viewer, terms), measure(viewer, made.pk))
    both = idle.hands["both"]
    assert both is not None
    assert both.expected_reduction == pytest.approx(0, abs=1e-6), "it is in place as it would be"
    assert both.probability_met == pytest.approx(0, abs=1e-9), (
        "the same estimate is one number in both worlds"
    )
    for side in ("own", "others", "both"):
        pair = idle.pairs[side]
        assert pair is not None
        assert pair.mean[0] == pytest.approx(pair.mean[1])
        assert pair.bad[0] == pytest.approx(pair.bad[1], rel=1e-12)
    more = judge(register_now(viewer, terms), measure(viewer, made.pk, other.pk))
    assert more.lacking["others"] == ["R-2 Fraud"]
    assert more.hands["own"].method == "quadrature and convolution"  # type: ignore[union-attr]
    assert more.pairs["own"].bad[1] < more.pairs["own"].bad[0]  # type: ignore[union-attr]


def test_the_criteria_name_what_is_hindered_and_what_nobody_has_said(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    set_terms(viewer, legal_tests=True, tolerance=10_000_000)
    made = scenario(viewer, NOW, forms=("response", "others"))
    row = measure(viewer, made.pk, curtails="Emergency access on the ward.", must="Contract with Northwind")
    page = text(client, f"/risk/measures/{row.pk}/reasonableness/")
    for words in (
        "Emergency access on the ward.", "Contract with Northwind",
        "The organisation has not said which harm to others would need remedy.",
        "Ceiling of spending", "Nobody has said what the security programme costs in a year.",
        "Carroll Towing",
    ):  # fmt: skip
        assert words in page
    assert RiskTerms.objects.get().legal_tests
