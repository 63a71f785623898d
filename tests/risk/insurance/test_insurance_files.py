"""Policies and claims as CSV and XLSX: what a file brings, what it may not; a round trip changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import contract_clocks
from duecare.program.imports.models import Import
from duecare.program.imports.undoing import undo
from duecare.risk.insurance.claims.actions import Draft, add_claim
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.policies.actions import end_policy
from duecare.risk.insurance.policies.models import InsurancePolicy
from tests.people import browser, sign_in
from tests.program.imports.bringing import confirm, send, words
from tests.risk.insurance.insurance_samples import CENT, policy, terms

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
POLICIES, CLAIMS = "insurance-policies", "insurance-claims"
HEAD = (
    "Insurer,Number,Kind,From,Last day,Premium for the period,Retention of each event,Limit of one event,"
    "Limit of the period,Conditions of\n"
)
NEW = "Harbour Mutual,CY-9,cyber,2026-01-01,2026-12-31,30 k,EUR 50 000,1 m,2 m,Edition 4\n"
CLAIM_HEAD = (
    '"Number of the policy","What happened, in short","The insurer’s number","When we became aware",'
    '"When the insurer was told","To whom, and by which way","Where it stands",Claimed,Paid\n'
)
CLAIM = "CY-1,Ransomware,CL-1,{known},{told},Mail,notice given,120 k,\n"


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def claimed(**changed: str) -> str:
    told = {"known": iso(NOW - timedelta(days=5)), "told": iso(NOW - timedelta(days=4)), **changed}
    return CLAIM.format(**told)


def iso(at: datetime) -> str:
    return at.replace(microsecond=0).isoformat()


# ── Policies ─────────────────────────────────────────────────────────────────────────────────────────────


def test_policies_are_previewed_taken_in_and_undone(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    terms()
    before = Entry.objects.count()
    preview = send(client, POLICIES, HEAD + NEW)
    assert "Added 1" in words(preview)
    assert Entry.objects.count() == before
    confirm(client, preview)
    row = InsurancePolicy.objects.get()
    assert (row.insurer, row.kind, row.period_from, row.wording) == (
        "Harbour Mutual", "cyber", date(2026, 1, 1), "Edition 4",
    )  # fmt: skip
    assert (row.premium, row.retention, row.limit, row.aggregate, row.currency) == (
        30_000 * CENT, 50_000 * CENT, 1_000_000 * CENT, 2_000_000 * CENT, "EUR",
    )  # fmt: skip
    assert (row.version, row.changed_by, row.parts) == (1, viewer.actor, [])
    undo(Import.objects.get(), viewer.actor, "The wrong file.", utc_now())
    assert not InsurancePolicy.objects.exists()


def test_a_row_changes_its_policy_leaves_parts_and_notices_and_the_clocks_follow(
    owner: tuple[Client, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, viewer = owner
    row = policy(viewer, NOW)
    followed: list[tuple[str, int]] = []
    follower = lambda actor: followed.append((actor, InsurancePolicy.objects.get().version))  # noqa: E731
    monkeypatch.setattr(contract_clocks, "_followers", [follower])
    head = "Insurer,Number,From,Last day,Premium for the period\n"
    text = f"northwind mutual,cy-1,{row.period_from.isoformat()},,40 k\n"
    preview = send(client, POLICIES, head + text)
    assert "Changed 1" in words(preview), words(preview)
    confirm(client, preview)
    now = InsurancePolicy.objects.get()
    assert (now.premium, now.period_to) == (40_000 * CENT, row.period_to), "an empty cell changes nothing"
    assert (now.parts, now.notices, now.version) == (row.parts, row.notices, row.version + 1)
    assert followed == [(viewer.actor, row.version + 1)]


def test_a_renewal_is_another_policy_under_the_same_number(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    row = policy(viewer, NOW)
    first = row.period_to + timedelta(days=1)
    last = first + timedelta(days=364)
    line = f"Northwind Mutual,CY-1,cyber,{first.isoformat()},{last.isoformat()},1,0,,,\n"
    confirm(client, send(client, POLICIES, HEAD + line))
    assert InsurancePolicy.objects.filter(number="CY-1").count() == 2
    twice = send(client, POLICIES, HEAD + NEW + NEW)
    assert "about the same as row 2" in words(twice)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_policies_that_are_taken_away_and_brought_back_change_nothing(
    format: str, owner: tuple[Client, Viewer]
) -> None:
    client, viewer = owner
    policy(viewer, NOW, exclusions="War.\r\n\r\nFraud of ours.", contact="a\x0cb")
    policy(viewer, NOW, number="=1+1", limit=None, aggregate=None, premium=1_050, kind="crime")
    ended = policy(viewer, NOW, number="OLD")
    end_policy(viewer, ended.pk, "Cancelled.", NOW)
    file = client.get(f"/risk/insurance/table.{format}")
    assert file["Content-Disposition"] == f'attachment; filename="insurance-policies.{format}"'
    before = Entry.objects.count()
    preview = send(client, POLICIES, file.content, f"back.{format}")
    for said in ("Unchanged 2", "Added 0", "Changed 0"):
        assert said in words(preview), words(preview)
    assert Entry.objects.count() == before
    assert client.get("/risk/insurance/table.pdf").status_code == 404


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (NEW.replace("30 k", "USD 30 k"), "the register is kept in EUR"),
        (NEW.replace("30 k", "much"), "is no amount of money"),
        (NEW.replace("cyber", "boat"), "is none of"),
        (NEW.replace("2026-12-31", "2025-12-31"), "The last day lies before the first"),
        (NEW.replace("2026-12-31", ""), "A new policy needs it"),
        (NEW.replace(",30 k,", ",,"), "A new policy needs it"),
        (NEW.replace("2 m", "2 k"), "The limit of the period is below that of one event"),
        (NEW.replace("Harbour Mutual", ""), "it is empty and must not be"),
    ],
)
def test_a_bad_cell_of_a_policy_is_named_and_nothing_of_the_file_comes_in(
    row: str, why: str, owner: tuple[Client, Viewer]
) -> None:
    client, _viewer = owner
    terms()
    preview = send(client, POLICIES, HEAD + NEW.replace("CY-9", "CY-8") + row)
    assert why in words(preview), words(preview)
    assert "takes a file as a whole" in words(preview)
    assert 'name="plan"' not in preview.content.decode()
    assert not InsurancePolicy.objects.exists()


def test_without_terms_no_policy_is_brought_and_who_only_reads_brings_none(
    owner: tuple[Client, Viewer],
) -> None:
    client, _viewer = owner
    assert "The terms of risk are not set yet" in words(send(client, POLICIES, HEAD + NEW))
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    for list_id in (POLICIES, CLAIMS):
        assert auditor.get(f"/imports/new/{list_id}/").status_code in (403, 404)
    for address in ("/risk/insurance/", "/risk/insurance/claims/"):
        assert "Import" not in words(auditor.get(address)), address


# ── Claims ───────────────────────────────────────────────────────────────────────────────────────────────


def test_claims_are_brought_to_their_policies_and_undone(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    under = policy(viewer, NOW)
    preview = send(client, CLAIMS, CLAIM_HEAD + claimed())
    assert "Added 1" in words(preview), words(preview)
    confirm(client, preview)
    row = Claim.objects.get()
    assert (row.policy_id, row.title, row.number, row.state) == (
        under.pk, "Ransomware", "CL-1", "notice given",
    )  # fmt: skip
    assert (row.claimed, row.paid, row.noticed_how, row.changed_by) == (
        120_000 * CENT, None, "Mail", viewer.actor,
    )  # fmt: skip
    paid = claimed().replace("notice given,120 k,", "paid,,100 k").replace("cy-1", "CY-1")
    confirm(client, send(client, CLAIMS, CLAIM_HEAD + paid))
    row.refresh_from_db()
    assert (row.state, row.claimed, row.paid) == ("paid", 120_000 * CENT, 100_000 * CENT)
    undo(Import.objects.order_by("-made_at")[0], viewer.actor, "The wrong file.", utc_now())
    row.refresh_from_db()
    assert (row.state, row.paid) == ("notice given", None)


def test_a_claim_belongs_to_the_period_in_which_it_became_known(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    old = policy(
        viewer,
        NOW,
        period_from=NOW.date() - timedelta(days=400),
        period_to=NOW.date() - timedelta(days=31),
    )
    new = policy(viewer, NOW)
    long_ago = claimed(known=iso(NOW - timedelta(days=60)))
    other = claimed().replace("Ransomware,CL-1", "Fraud,CL-2")
    confirm(client, send(client, CLAIMS, CLAIM_HEAD + long_ago + other))
    found = {one.title: one.policy_id for one in Claim.objects.all()}
    assert found == {"Ransomware": old.pk, "Fraud": new.pk}


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_claims_that_are_taken_away_and_brought_back_change_nothing(
    format: str, owner: tuple[Client, Viewer]
) -> None:
    client, viewer = owner
    under = policy(viewer, NOW)
    known = NOW - timedelta(days=5)
    told = Draft(
        "@home, a claim", known, under.parts[0]["id"], number="7", noticed_at=known, noticed_how="Mail",
        claimed=1_050, state="notice given", words="-1\r\nand more",
    )  # fmt: skip
    add_claim(viewer, under.pk, told, NOW)
    add_claim(viewer, under.pk, Draft("Not told yet", known), NOW)
    file = client.get(f"/risk/insurance/claims/table.{format}")
    preview = send(client, CLAIMS, file.content, f"back.{format}")
    for said in ("Unchanged 2", "Added 0", "Changed 0"):
        assert said in words(preview), words(preview)


CLAIM_FAULTS = [
    (claimed().replace("CY-1", "CY-7"), "No policy has this number"),
    (claimed().replace("notice given", "paid"), "How much was paid?"),
    (claimed().replace(",Mail,", ",,"), "A notice counts by how it was given"),
    (claimed(told=""), "Without a notice the insurer cannot have answered"),
    (claimed(known=iso(NOW + timedelta(days=9))), "Nobody knows of it yet at that time"),
    (claimed().replace("120 k", "USD 120 k"), "kept in EUR"),
    (claimed().replace("notice given", "lost"), "is none of"),
    (claimed().replace("CY-1", "CY-2").replace("CL-1", "CL-5"), "The claim is under another policy"),
]


@pytest.mark.parametrize(
    ("row", "why"),
    CLAIM_FAULTS,
    # Rows hold times, and every test process has to give its tests the same names.
    ids=[why for _row, why in CLAIM_FAULTS],
)
def test_a_bad_cell_of_a_claim_is_named_and_nothing_of_the_file_comes_in(
    row: str, why: str, owner: tuple[Client, Viewer]
) -> None:
    client, viewer = owner
    under = policy(viewer, NOW)
    policy(viewer, NOW, number="CY-2")
    add_claim(viewer, under.pk, Draft("Earlier", NOW - timedelta(days=9), number="CL-5"), NOW)
    preview = send(client, CLAIMS, CLAIM_HEAD + claimed().replace("Ransomware,CL-1", "Fraud,CL-2") + row)
    assert why in words(preview), words(preview)
    assert 'name="plan"' not in preview.content.decode()
    assert Claim.objects.count() == 1
