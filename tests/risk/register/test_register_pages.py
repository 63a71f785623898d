"""The register on its pages: terms, scenarios, estimates of several people, safeguards, review, end."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from duecare.errors import BadInput, Refused
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.task_actions import make_task
from duecare.program.unchanged import seen_entry
from duecare.risk.register.actions import Draft, change_scenario, review_scenario
from duecare.risk.register.effect_actions import EffectDraft, add_effect, change_effect, end_effect
from duecare.risk.register.estimate_actions import withdraw
from duecare.risk.register.models import Effect, Estimate, RiskTerms, Scenario
from duecare.risk.register.terms_actions import Law, TermsDraft, set_terms
from tests.people import browser, sign_in
from tests.risk.register.a_register import STORY, WHY, believe, keeper, scenario, told, words

pytestmark = pytest.mark.usefixtures("home")


def listed(client: Client, query: str = "") -> list[dict[str, object]]:
    answer = client.get(f"/risk/scenarios/?format=json&{query}")
    found = json.loads(b"".join(answer.streaming_content))["rows"]  # type: ignore[attr-defined]
    assert isinstance(found, list)
    return found


def test_terms_are_set_with_amounts_as_people_type_them_and_mixed_currency_is_refused() -> None:
    client = browser()
    sign_in(client, Role.MANAGER)
    said = {"currency": "eur", "turnover": "USD 5 m", "tolerance": "", "horizon": "3"}
    answer = client.post("/risk/terms/", said)
    assert answer.status_code == 400
    assert "in USD, and the register is kept in EUR" in words(answer.content.decode())
    assert client.post("/risk/terms/", {**said, "turnover": "5 m", "tolerance": "200k"}).status_code == 302
    row = RiskTerms.objects.get()
    assert (row.currency, row.turnover, row.tolerance) == ("EUR", 500_000_000, 20_000_000)
    page = told(client, "/risk/terms/")
    assert "EUR 5,000,000" in page
    assert "not computed: an owner has not decided" in page
    assert "creates none: whether it holds, courts decide" in page
    assert "Compute the tests of law" not in page, "a manager is not asked"
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert "EUR 5,000,000" in told(auditor, "/risk/terms/")
    assert auditor.post("/risk/terms/", said).status_code == 403


def test_the_currency_stays_once_amounts_are_kept_in_it() -> None:
    client, viewer = keeper()
    set_terms(viewer, TermsDraft("USD"), seen_entry(RiskTerms.objects.get()))
    set_terms(viewer, TermsDraft("EUR"), seen_entry(RiskTerms.objects.get()))
    believe(viewer, scenario(viewer), "fines", 1_000, 5_000)
    said = {"currency": "USD", "turnover": "", "tolerance": "", "horizon": "3"}
    answer = client.post("/risk/terms/", {**said, "seen": seen_entry(RiskTerms.objects.get())})
    assert answer.status_code == 400
    assert "kept in EUR already: estimates of losses" in words(answer.content.decode())
    assert RiskTerms.objects.get().currency == "EUR"


def test_only_an_owner_has_the_tests_of_law_computed_and_only_after_a_choice() -> None:
    _client, viewer = keeper()
    row = RiskTerms.objects.get()
    with pytest.raises(BadInput, match="need a choice first"):
        set_terms(viewer, TermsDraft("EUR", law=Law(True)), seen_entry(row))
    with pytest.raises(BadInput, match="need a choice first"):
        set_terms(viewer, TermsDraft("EUR", law=Law(True, "some-matter")), seen_entry(row))
    manager = sign_in(browser(), Role.MANAGER)
    with pytest.raises(Refused, match="only an owner"):
        set_terms(manager, TermsDraft("EUR", law=Law(True, "none")), seen_entry(row))
    assert set_terms(viewer, TermsDraft("EUR", law=Law(True, "none")), seen_entry(row)).legal_tests
    kept = set_terms(manager, TermsDraft("EUR"), seen_entry(row))
    assert kept.legal_tests, "a manager leaves them as they are"
    with pytest.raises(Refused, match="changed this while you wrote"):
        set_terms(viewer, TermsDraft("EUR"), 0)


def test_several_peoples_estimates_stand_beside_what_they_make_together() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    assert listed(client)[0]["state"] == "not estimated"
    assert "no curve before somebody has said" in told(client, f"/risk/scenarios/{row.pk}/")
    believe(viewer, row, "rate", 100_000, 200_000)
    second = browser()
    other = sign_in(second, Role.MANAGER)
    believe(other, row, "rate", 1_000_000, 2_000_000)
    believe(other, row, "fines", 100_000, 1_000_000)
    page = told(client, f"/risk/scenarios/{row.pk}/")
    for text in ("Owner Example", "Manager Example", "All together, today",
                 "is a factor of 10.", "Their ranges do not touch",
                 "Expected, on average over many years", "A bad year", "0.1 to 0.2"):  # fmt: skip
        assert text in page, text
    (line,) = listed(client)
    assert line["state"] == "estimated"
    assert float(str(line["rate"])) == pytest.approx(0.795, rel=0.02)
    assert line["others"] is None
    mine = Estimate.objects.get(author=viewer.person)
    with pytest.raises(Refused, match="somebody else"):
        withdraw(other, mine.pk, "I know better.", utc_now())
    gone = client.post(f"/risk/scenarios/{row.pk}/estimates/{mine.pk}/withdraw/", {"reason": "A slip."})
    assert gone.status_code == 302
    assert "a factor of" not in told(client, f"/risk/scenarios/{row.pk}/")
    mine.refresh_from_db()
    assert mine.ended_at is not None
    page = told(client, "/risk/estimates/?state=ended")
    assert "0.1 to 0.2" in page
    assert "Manager Example" not in page
    file = b"".join(client.get("/risk/estimates/?format=csv").streaming_content)  # type: ignore[attr-defined]
    assert b"low=100000 high=1000000" in file


def test_a_loss_far_above_the_turnover_asks_for_confirmation_by_a_box_that_appears() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    address = f"/risk/scenarios/{row.pk}/estimate/fines/"
    said = {**WHY, "low": "1 m", "high": "20 m"}
    assert "It is meant so" not in told(client, address)
    answer = client.post(address, said)
    page = words(answer.content.decode())
    assert answer.status_code == 400
    assert "more than 10 times the turnover" in page
    assert "It is meant so" in page
    assert not Estimate.objects.exists()
    assert client.post(address, {**said, "confirmed": "on"}).status_code == 302
    assert Estimate.objects.get().numbers == [100_000_000, 2_000_000_000]


@pytest.mark.parametrize(
    ("query", "said", "why"),
    [
        ("fines", {"low": "5", "high": "3"}, "upside down"),
        ("fines", {"low": "0", "high": "3"}, "above zero"),
        ("fines", {"low": "-1", "high": "3"}, "below zero"),
        ("fines", {"low": "3", "high": "3"}, "the same"),
        ("fines", {"low": "USD 3", "high": "5"}, "kept in EUR"),
        ("rate", {"low": "0.1", "high": "30000"}, "10,000 times a year"),
        ("rate", {"low": "1 in 1,000 years", "high": "1"}, "two ways"),
        ("rate?kind=history", {"events": "2", "years": "0"}, "number of years"),
        ("rate?kind=history", {"events": "20000", "years": "1"}, "at most 10,000"),
        ("fines?kind=data", {"losses": "1\n" * 10_001}, "10,001 lines"),
        ("fines?kind=data", {"losses": "100\n2 parsecs"}, "Line 2"),
        ("fines?kind=pert", {"least": "1", "likely": "9", "most": "5"}, "upside down"),
    ],
)
def test_bad_numbers_are_refused_at_their_field(query: str, said: dict[str, str], why: str) -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    what, _mark, rest = query.partition("?")
    answer = client.post(f"/risk/scenarios/{row.pk}/estimate/{what}/?{rest}", {**WHY, **said})
    assert answer.status_code == 400
    assert why in words(answer.content.decode())
    assert not Estimate.objects.exists()


def test_history_and_lists_of_losses_are_kept_too() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    address = f"/risk/scenarios/{row.pk}/estimate"
    client.post(f"{address}/rate/?kind=history", {**WHY, "events": "2", "years": "7.5"})
    client.post(f"{address}/fines/?kind=data", {**WHY, "losses": "1,000\n2 k\n\n5,500.50"})
    found = {one.what: one.numbers for one in Estimate.objects.all()}
    assert found == {"rate": [2, 7_500_000], "fines": [100_000, 200_000, 550_050]}
    page = told(client, f"/risk/scenarios/{row.pk}/")
    assert "2 in 7.5 years" in page
    assert "3 losses that happened" in page
    assert 'value="7.5"' in client.get(f"{address}/rate/").content.decode()


def test_a_safeguard_that_estimates_know_of_leaves_todays_figures_and_one_that_came_since_moves_them() -> (
    None
):
    client, viewer = keeper()
    row = scenario(viewer)
    believe(viewer, row, "rate", 100_000, 500_000)
    believe(viewer, row, "fines", 100_000, 1_000_000)

    def figures() -> tuple[int, int]:
        (line,) = listed(client)
        return int(str(line["year"])), Estimate.objects.get(what="rate").frequency_left

    before = figures()
    half = EffectDraft("mfa", "frequency", (500, 500, 500), 1000, 1000, "Counted.", known=True)
    made = add_effect(viewer, row.pk, half, utc_now())
    assert figures() == (before[0], 500_000), "the estimates were made in a world that had it"
    with pytest.raises(Refused, match="already"):
        add_effect(viewer, row.pk, half, utc_now())
    since = EffectDraft("patching", "frequency", (500, 500, 500), 1000, 1000, "New.", known=False)
    new = add_effect(viewer, row.pk, since, utc_now())
    assert figures()[0] == pytest.approx(before[0] / 2, abs=1)
    weaker = EffectDraft("mfa", "frequency", (500, 500, 500), 500, 1000, "Half have it.", known=True)
    change_effect(viewer, made.pk, weaker, seen_entry(made))
    assert figures()[0] == pytest.approx(before[0] / 2, abs=1)
    assert Estimate.objects.get(what="rate").frequency_left == 750_000
    end_effect(viewer, new.pk, "It was switched off.", utc_now(), known=False)
    assert figures()[0] == pytest.approx(before[0], abs=1)
    end_effect(viewer, made.pk, "We never had it.", utc_now(), known=True)
    assert figures() == (pytest.approx(before[0], abs=1), 1_000_000)
    bad = {"safeguard": "mfa", "on": "frequency", "least": "50", "likely": "20", "most": "90",
           "coverage": "100", "reliability": "0", "reason": "x", "known": "yes"}  # fmt: skip
    answer = client.post(f"/risk/scenarios/{row.pk}/safeguards/add/", bad)
    assert answer.status_code == 400
    assert "upside down" in words(answer.content.decode())
    assert not Effect.objects.filter(ended_at=None).exists()


def test_a_scenario_goes_stale_and_a_review_is_enough() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    believe(viewer, row, "rate", 100_000, 500_000)
    believe(viewer, row, "fines", 100_000, 1_000_000)
    review_scenario(viewer, row.pk, utc_now() - timedelta(days=400))
    assert str(listed(client, "state=stale")[0]["scenario"]).startswith("R-1 ")
    assert listed(client, "state=estimated") == []
    page = told(client, f"/risk/scenarios/{row.pk}/")
    assert "Stale: nobody has looked at it for longer than 365 days" in page
    assert client.get(f"/risk/scenarios/{row.pk}/review/").status_code == 405
    assert client.post(f"/risk/scenarios/{row.pk}/review/").status_code == 302
    assert listed(client, "state=stale") == []
    assert "Stale" not in told(client, f"/risk/scenarios/{row.pk}/")


def test_a_scenario_is_changed_linked_and_ended_with_a_reason_and_two_at_once_lose_nothing() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    thing = f"program.task:{make_task(viewer.actor, utc_now(), title='Count the laptops').pk}"
    seen = seen_entry(row)
    address = f"/risk/scenarios/{row.pk}"
    bad = client.post(f"{address}/change/", {**STORY, "things": "program.task:none", "seen": seen})
    assert "is nothing that is there" in words(bad.content.decode())
    done = client.post(f"{address}/change/", {**STORY, "things": thing, "seen": seen, "owner": viewer.person})
    assert done.status_code == 302
    page = told(client, f"{address}/")
    assert "Count the laptops" in page
    assert "Owner Example" in page
    with pytest.raises(Refused, match="changed this while you wrote"):
        change_scenario(viewer, row.pk, Draft(**STORY), seen, utc_now())
    assert [one["scenario"] for one in listed(client, "owner=owner")] == [f"R-1 {STORY['title']}"]
    assert client.post(f"{address}/end/", {"reason": ""}).status_code == 400
    assert client.post(f"{address}/end/", {"reason": "All laptops are encrypted."}).status_code == 302
    page = told(client, f"{address}/")
    assert "All laptops are encrypted." in page
    assert "It stands as written" not in page
    assert client.get(f"{address}/change/").status_code == 403
    assert listed(client, "state=standing") == []
    assert scenario(viewer, title="Another").number == 2


def test_an_auditor_reads_and_a_stranger_to_the_area_sees_nothing() -> None:
    _client, viewer = keeper()
    row = scenario(viewer)
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    page = told(auditor, f"/risk/scenarios/{row.pk}/")
    assert "Estimate it" not in page
    assert auditor.get("/risk/scenarios/new/").status_code == 403
    elsewhere = browser()
    sign_in(elsewhere, Role.MANAGER, areas=["patching"])
    assert elsewhere.get(f"/risk/scenarios/{row.pk}/").status_code == 404
    assert Scenario.objects.all().visible_to(Viewer("x", "x")).count() == 0
