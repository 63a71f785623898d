"""Measures and choices for programs: the scope of risk, money in minor units, and what two do at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.risk.models import Choice
from duecare.site.api_tokens import make_token
from tests.people import browser, sign_in
from tests.risk.measures.samples import scenario, set_terms

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()


@pytest.fixture
def owner() -> Viewer:
    viewer = sign_in(browser(), Role.OWNER)
    set_terms(viewer)
    return viewer


def program(viewer: Viewer, *scopes: str) -> Client:
    client = browser()
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {make_token(viewer, 'x', list(scopes), 1, NOW)}"
    return client


def send(client: Client, method: str, path: str, body: dict[str, Any]) -> Any:
    return client.generic(method, f"/api/risk/{path}", json.dumps(body), content_type="application/json")


def test_a_program_puts_down_changes_and_ends_a_measure_and_keeps_a_choice(owner: Viewer) -> None:
    client = program(owner, "read", "risk")
    made = scenario(owner, NOW)
    effect = {
        "scenario": made.pk, "on": "frequency", "efficacy": [200, 500, 700], "coverage": 1000,
        "reliability": 1000,
    }  # fmt: skip
    body = {
        "title": "Wider MFA", "safeguard": "mfa", "yearly": [4_000_000, 6_000_000, 12_000_000],
        "effects": [effect],
    }  # fmt: skip
    added = send(client, "POST", "measures", body)
    assert added.status_code == 201, added.content
    key = added.json()["id"]
    assert added.json()["effects"] == [effect]
    (row,) = client.get("/api/risk/measures?state=not%20yet").json()["rows"]
    assert (row["id"], row["cost"]) == (key, 6_666_667), "expected, a year, in minor units"
    wrong = send(client, "POST", "measures", {**body, "yearly": [3, 2, 1]})
    assert (wrong.status_code, wrong.json()["error"]["place"]) == (400, "yearly")
    stale = send(client, "PUT", f"measures/{key}", {**body, "title": "MFA", "seen": 0})
    assert stale.status_code == 403
    assert "changed this while you wrote" in stale.json()["error"]["what"]
    changed = send(client, "PUT", f"measures/{key}", {**body, "title": "MFA for all"})
    assert changed.json()["title"] == "MFA for all"
    best = client.get("/api/risk/choice?budget=10000000&objective=own").json()
    assert best["answer"]["chosen"] == [key]
    assert not Choice.objects.exists()
    kept = send(client, "POST", "choices", {"name": "Next", "budget": 10_000_000, "objective": "own"})
    assert kept.status_code == 201, kept.content
    told = client.get(f"/api/risk/choices/{kept.json()['id']}").json()
    assert (told["answer"], told["inputs"]) == (best["answer"], best["inputs"])
    ended = send(client, "POST", f"measures/{key}/end", {"how": "done", "reason": "It runs."})
    assert ended.json()["ended_as"] == "done"
    none = client.get("/api/risk/choice?budget=10000000&objective=own")
    assert none.status_code == 400


def test_reading_alone_changes_nothing(owner: Viewer) -> None:
    client = program(owner, "read")
    assert client.get("/api/risk/measures").json()["rows"] == []
    assert send(client, "POST", "measures", {"title": "x", "safeguard": "mfa"}).status_code == 403
    assert send(client, "POST", "choices", {"name": "x", "budget": 1, "objective": "own"}).status_code == 403
