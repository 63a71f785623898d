"""The guided entry: one question a page, each answer kept, skipping allowed, back and forth without loss."""

from __future__ import annotations

import pytest

from duecare.ledger.viewers import Role
from duecare.risk.register.library import library
from duecare.risk.register.models import Effect, Estimate, Scenario
from tests.people import browser, sign_in
from tests.risk.register.a_register import STORY, WHY, keeper, scenario, told

pytestmark = pytest.mark.usefixtures("home")


def test_before_there_is_a_currency_the_entry_leads_to_the_terms() -> None:
    client = browser()
    sign_in(client, Role.MANAGER)
    assert "Set the terms of risk" in told(client, "/risk/scenarios/new/")
    answer = client.post("/risk/scenarios/new/words/", STORY)
    assert answer.status_code == 400
    assert "Set the currency first" in answer.content.decode()
    assert not Scenario.objects.exists()
    assert "Add a scenario" in told(client, "/risk/scenarios/")


def test_a_scenario_of_the_library_is_entered_page_by_page_and_read_back() -> None:
    client, viewer = keeper()
    assert "Extortion by encrypted servers" in told(client, "/risk/scenarios/new/?industry=health")
    assert "Production stands still" not in told(client, "/risk/scenarios/new/?industry=health")
    begun = client.get("/risk/scenarios/new/words/?from=lost-device").content.decode()
    assert str(library()["lost-device"].title) in begun
    answer = client.post("/risk/scenarios/new/words/?from=lost-device", STORY)
    row = Scenario.objects.get()
    base = f"/risk/scenarios/{row.pk}/guide"
    assert answer["Location"] == f"{base}/rate/"
    page = told(client, f"{base}/rate/")
    for text in ("How often does it happen here?", "IRIS", "Never a fact about you", "How many devices"):
        assert text in page
    answer = client.post(f"{base}/rate/", {**WHY, "low": "1 in 10", "high": "1 in 2"})
    assert answer["Location"] == f"{base}/response/"
    answer = client.post(f"{base}/response/", {**WHY, "low": "5 k", "high": "50,000"})
    assert answer["Location"] == f"{base}/replacement/"
    # Skipped: nothing is posted. Harm to others, in three numbers.
    answer = client.post(
        f"{base}/others/?kind=pert", {**WHY, "least": "0", "likely": "1,000", "most": "100,000"}
    )
    assert answer["Location"] == f"{base}/safeguards/"
    assert "Encrypted disks" in told(client, f"{base}/safeguards/")
    answer = client.post(
        f"/risk/scenarios/{row.pk}/safeguards/add/?guide=1&safeguard=encryption_rest&on=magnitude",
        {"safeguard": "encryption_rest", "on": "magnitude", "least": "50", "likely": "80", "most": "90",
         "coverage": "90", "reliability": "100", "reason": "Nine in ten have it.", "known": "yes"},
    )  # fmt: skip
    assert answer["Location"] == f"{base}/safeguards/"
    check = told(client, f"{base}/check/")
    for text in ("A thief: takes a laptop", "Expected, on average over many years", "Not estimated",
                 "Harm to others", "A bad year: 1 in 20 is worse than"):  # fmt: skip
        assert text in check, text
    assert client.post(f"{base}/check/")["Location"] == f"/risk/scenarios/{row.pk}/"
    row.refresh_from_db()
    assert (row.library, row.reviewed_by) == ("lost-device", viewer.actor)
    assert {one.what: (one.kind, one.numbers) for one in Estimate.objects.all()} == {
        "rate": ("range", [100_000, 500_000]),
        "response": ("range", [500_000, 5_000_000]),
        "others": ("pert", [0, 100_000, 10_000_000]),
    }
    # The estimates were made in a world that had the safeguard: what it leaves stands with them.
    left = 1 - (50 + 4 * 80 + 90) / 600 * 0.9
    assert {one.magnitude_left for one in Estimate.objects.all()} == {round(left * 1e6)}
    assert Effect.objects.get().efficacy == [500, 800, 900]


def test_going_back_shows_what_was_said_and_a_slip_loses_nothing() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    base = f"/risk/scenarios/{row.pk}/guide"
    client.post(f"{base}/rate/", {**WHY, "low": "0.1", "high": "0.5"})
    page = client.get(f"{base}/rate/").content.decode()
    assert 'value="0.1"' in page
    assert "Two in ten years." in page
    answer = client.post(f"{base}/rate/", {**WHY, "low": "0.5", "high": "0.1", "reason": "Typed anew."})
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "upside down" in page
    assert "Typed anew." in page
    assert [one.numbers for one in Estimate.objects.filter(ended_at=None)] == [[100_000, 500_000]]
    client.post(f"{base}/rate/", {**WHY, "low": "0.2", "high": "0.6"})
    assert [one.numbers for one in Estimate.objects.filter(ended_at=None)] == [[200_000, 600_000]]
    assert Estimate.objects.count() == 2, "the earlier one stays in the record"


def test_words_of_ones_own_are_asked_for_every_form_of_loss() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    told(client, f"/risk/scenarios/{row.pk}/guide/fines/")
    shipped = scenario(viewer, title="Paid to the wrong account", library="payment-fraud")
    page = told(client, f"/risk/scenarios/{shipped.pk}/guide/response/")
    assert "of 9" in page, "choice, words, rate, three forms, others, safeguards, check"
    assert client.get(f"/risk/scenarios/{shipped.pk}/guide/nothing/").status_code == 404
    assert "Fines" in told(client, f"/risk/scenarios/{shipped.pk}/guide/check/")
    # A form that is not asked for can still be estimated from there.
    told(client, f"/risk/scenarios/{shipped.pk}/guide/fines/")
