"""Policies on their pages: written down with parts and notice periods, changed by two, followed, ended."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.test import Client

from duecare.errors import BadInput, Refused
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.policies.actions import add_policy, change_policy, end_policy, put_part
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.terms import Part
from duecare.risk.register.models import RiskTerms
from duecare.risk.register.terms_actions import TermsDraft, set_terms
from duecare.site.api_tokens import make_token
from tests.people import browser, sign_in
from tests.risk.insurance.insurance_samples import CENT, NEVER, draft, policy, scenario, terms

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
GIVEN = {
    "insurer": "Northwind Mutual", "number": "CY-1", "kind": "cyber", "wording": "Edition 3",
    "period_from": (NOW - timedelta(days=30)).date().isoformat(),
    "period_to": (NOW + timedelta(days=334)).date().isoformat(),
    "premium": "30 000", "retention": "50k", "limit": "1m", "aggregate": "1m",
}  # fmt: skip


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_policy_is_written_down_on_pages_and_says_what_it_would_pay(owner: tuple[Client, Viewer]) -> None:
    client, _viewer = owner
    assert "Set the terms of risk first" in text(client, "/risk/insurance/new/")
    assert client.post("/risk/insurance/new/", GIVEN).status_code == 400
    assert "Set the terms of risk first" in text(client, "/risk/insurance/")
    terms()
    scenario(NOW)
    scenario(NOW, 2, rate=False)
    assert "No policy is written down" in text(client, "/risk/insurance/")
    wrong = client.post("/risk/insurance/new/", {**GIVEN, "premium": "-5", "period_to": GIVEN["period_from"]})
    assert wrong.status_code == 400
    made = client.post("/risk/insurance/new/", GIVEN)
    page = made["Location"]
    assert "No notice period is written down" in text(client, page)
    assert "No part says which losses" in text(client, page)
    assert "Response" in text(client, f"{page}parts/new/?kind=response")
    assert (
        client.post(f"{page}parts/new/", {"kind": "response", "forms_of_loss": ["response"]}).status_code
        == 302
    )
    told = text(client, page)
    for words in (
        "EUR 1,000,000", "EUR 50,000", "Is the limit enough?", "A year in", "is normal",
        "R-2 Ransomware", "Not in the figures", "In force",
    ):  # fmt: skip
        assert words in told, words
    row = InsurancePolicy.objects.get()
    assert (row.premium, row.retention, row.limit) == (30_000 * CENT, 50_000 * CENT, 1_000_000 * CENT)
    part = row.parts[0]["id"]
    changed = {"kind": "response", "forms_of_loss": ["response"], "limit": "100k", "seen": seen_entry(row)}
    assert client.post(f"{page}parts/{part}/", changed).status_code == 302
    assert "EUR 100,000" in text(client, page)
    assert client.post(f"{page}parts/{part}/", changed).status_code == 400, "somebody changed it meanwhile"
    assert client.post(f"{page}parts/{part}/drop/").status_code == 302
    assert client.post(f"{page}parts/{part}/drop/").status_code == 404


def test_two_parts_that_would_count_one_loss_twice_are_refused_at_the_field(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    row = policy(viewer, NOW)
    answer = client.post(
        f"/risk/insurance/policies/{row.pk}/parts/new/",
        {"kind": "extortion", "forms_of_loss": ["response"], "limit": "100k"},
    )
    assert answer.status_code == 400
    assert "count twice" in answer.content.decode()


def test_a_policy_past_its_period_says_so_and_another_follows_it(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    row = policy(
        viewer,
        NOW,
        period_from=(NOW - timedelta(days=400)).date(),
        period_to=(NOW - timedelta(days=36)).date(),
    )
    assert "Expired" in text(client, "/risk/insurance/")
    page = text(client, f"/risk/insurance/policies/{row.pk}/")
    assert "what happens now, it does not insure" in page
    form = text(client, f"/risk/insurance/new/?like={row.pk}")
    assert (row.period_to + timedelta(days=1)).isoformat() in form
    made = client.post("/risk/insurance/new/", {**GIVEN, "number": "CY-2", "like": row.pk})
    after = InsurancePolicy.objects.get(number="CY-2")
    assert made["Location"].endswith(f"/{after.pk}/")
    assert (after.parts, after.notices) == (row.parts, row.notices)
    answer = client.get("/risk/insurance/?state=expired&format=json")
    listed = json.loads(b"".join(answer.streaming_content))["rows"]  # type: ignore[attr-defined]
    assert [one["policy"] for one in listed] == ["Northwind Mutual, CY-1"]


def test_two_who_change_one_policy_lose_nothing_and_what_was_ended_stays(
    owner: tuple[Client, Viewer],
) -> None:
    _client, viewer = owner
    row = policy(viewer, NOW)
    seen = seen_entry(row)
    change_policy(viewer, row.pk, draft(NOW.date(), premium=1), seen, NOW)
    with pytest.raises(Refused, match="changed this while you wrote"):
        change_policy(viewer, row.pk, draft(NOW.date(), premium=2), seen, NOW)
    with pytest.raises(BadInput, match="reason"):
        end_policy(viewer, row.pk, " ", NOW)
    end_policy(viewer, row.pk, "Rescinded by agreement.", NOW)
    with pytest.raises(Refused, match="was ended"):
        put_part(viewer, row.pk, Part("", "other"), NEVER, NOW)
    assert InsurancePolicy.objects.get().premium == 1


def test_the_currency_of_the_register_stays_while_a_policy_is_in_it(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    policy(viewer, NOW)
    kept = RiskTerms.objects.get()
    with pytest.raises(Refused, match="insurance policies"):
        set_terms(viewer, TermsDraft("USD"), seen_entry(kept))
    with pytest.raises(BadInput) as error:
        add_policy(viewer, draft(NOW.date(), period_to=(NOW - timedelta(days=99)).date()), NOW)
    assert error.value.place == "period_to"


def test_an_auditor_reads_policies_and_changes_none(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    row = policy(viewer, NOW)
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    page = f"/risk/insurance/policies/{row.pk}/"
    told = text(auditor, page)
    assert "Northwind Mutual, CY-1" in told
    assert "Add a part" not in told
    assert auditor.get(f"{page}change/").status_code == 403
    assert auditor.post(f"{page}parts/{row.parts[0]['id']}/drop/").status_code == 403
    member = browser()
    sign_in(member, Role.MEMBER)
    assert member.get(page).status_code == 404


def test_a_program_reads_and_keeps_policies_with_the_scope_of_risk(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    terms()
    program = browser()
    program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {make_token(viewer, 'x', ['read', 'risk'], 1, NOW)}"
    said = {
        **{name: GIVEN[name] for name in ("insurer", "number", "kind", "period_from", "period_to")},
        "premium": 3_000_000, "retention": 0,
    }  # fmt: skip
    made = program.post("/api/risk/insurance/policies", json.dumps(said), content_type="application/json")
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    part = {"kind": "response", "forms": ["response"]}
    told = program.post(
        f"/api/risk/insurance/policies/{key}/parts", json.dumps(part), content_type="application/json"
    )
    assert told.status_code == 201, told.content
    assert told.json()["parts"][0]["forms"] == ["response"]
    assert program.get("/api/risk/insurance/policies?state=in+force").json()["rows"][0]["id"] == key
    scenario(NOW)
    figures = program.get(f"/api/risk/insurance/policies/{key}/figures").json()
    (group,) = figures["groups"]
    assert group["document"]["tower"] == [{"retention": 0.0}]
    assert group["retained"] + group["ceded"] == pytest.approx(group["gross"])
