"""The register for programs, its check, and where it can be found."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Viewer
from duecare.program.judgement import find_check
from duecare.program.subjects import find_source, name_of
from duecare.program.unchanged import seen_entry
from duecare.risk.register.actions import Draft, change_scenario, end_scenario, review_scenario
from duecare.risk.register.models import Scenario
from duecare.risk.register.subjects import looked_after_by, looked_after_since
from duecare.site.api_tokens import make_token
from tests.risk.register.a_register import STORY, believe, keeper, scenario, told

pytestmark = pytest.mark.usefixtures("home")
BELIEF = {
    "what": "rate", "kind": "range", "numbers": [100_000, 500_000], "reason": "Counted.", "confidence": "low",
}  # fmt: skip


def program(viewer: Viewer, *scopes: str) -> Client:
    from tests.people import browser

    client = browser()
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {make_token(viewer, 'x', list(scopes), 1, utc_now())}"
    return client


def send(client: Client, method: str, address: str, body: Any = None, status: int = 200) -> Any:
    text = "" if body is None else json.dumps(body)
    answer = client.generic(method, f"/api/risk/{address}", text, content_type="application/json")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_program_keeps_the_register_with_the_scope_of_risk() -> None:
    _client, viewer = keeper()
    client = program(viewer, "read", "risk")
    assert send(client, "GET", "terms")["turnover"] == 100_000_000
    send(client, "PUT", "terms", {"currency": "EUR", "turnover": 500_000_000, "horizon": 5})
    assert send(client, "GET", "terms")["horizon"] == 5
    made = send(client, "POST", "scenarios", {**STORY, "library": "lost-device"}, 201)
    key = made["id"]
    assert (made["number"], made["state"], made["figures"]) == (1, "not estimated", [])
    send(client, "POST", f"scenarios/{key}/estimates", BELIEF, 201)
    slip = {**BELIEF, "what": "fines", "numbers": [100, 6_000_000_000]}
    refused = send(client, "POST", f"scenarios/{key}/estimates", slip, 400)
    assert refused["error"]["place"] == "confirmed"
    fine = {**BELIEF, "what": "fines", "numbers": [100_000, 1_000_000]}
    given = send(client, "POST", f"scenarios/{key}/estimates", fine, 201)
    upside = {**fine, "numbers": [5, 1]}
    assert send(client, "POST", f"scenarios/{key}/estimates", upside, 400)["error"]["place"] == "high"
    held = {"safeguard": "mfa", "on": "frequency", "efficacy": [500, 500, 500], "coverage": 1000,
            "reliability": 1000, "reason": "Counted.", "known": False}  # fmt: skip
    effect = send(client, "POST", f"scenarios/{key}/effects", held, 201)
    one = send(client, "GET", f"scenarios/{key}")
    assert one["state"] == "estimated"
    assert one["figures"][0]["expected_inherent"] == pytest.approx(2 * one["figures"][0]["expected"], abs=1)
    send(client, "PUT", f"effects/{effect['id']}", {**held, "coverage": 500})
    assert send(client, "POST", f"effects/{effect['id']}/end", {"reason": "Off."})["ended_at"]
    send(client, "PUT", f"scenarios/{key}", {**STORY, "title": "Lost"})
    assert send(client, "POST", f"scenarios/{key}/review")["reviewed_by"] == viewer.actor
    (row,) = send(client, "GET", "scenarios?state=estimated")["rows"]
    assert (row["scenario"], row["others"]) == ("R-1 Lost", None)
    assert row["year"] == pytest.approx(one["figures"][0]["expected_inherent"] / 100, abs=1)
    assert send(client, "POST", f"estimates/{given['id']}/withdraw", {"reason": "A slip."})["ended_at"]
    (gone,) = send(client, "GET", "estimates?state=ended")["rows"]
    assert (gone["what"], gone["says"]) == ("fines", "range low=100000 high=1000000")
    assert send(client, "POST", f"scenarios/{key}/end", {"reason": "Over."})["state"] == "ended"
    send(program(viewer, "read"), "POST", "scenarios", STORY, 403)


def verdicts() -> list[tuple[str, str]]:
    """What the check says of each subject: met, unmet, or unknown where there is no evidence."""
    check = find_check("risk.scenarios_reviewed")
    assert check is not None
    found: list[tuple[str, str]] = []
    for subject in find_source("scenarios")(utc_now()):
        if subject.facts is None:
            found.append((subject.name, "unknown"))
        else:
            told = check.judge(subject.facts, 365)
            found.append((subject.name, "unmet" if told.unmet else "met"))
    return found


def test_nothing_is_met_on_an_empty_register_and_each_scenario_is_judged() -> None:
    _client, viewer = keeper()
    assert verdicts() == [("The register of scenarios", "unknown")]
    row = scenario(viewer)
    assert verdicts() == [(str(row), "unmet")]
    believe(viewer, row, "rate", 100_000, 500_000)
    assert verdicts() == [(str(row), "unmet")]
    believe(viewer, row, "fines", 100_000, 500_000)
    assert verdicts() == [(str(row), "met")]
    review_scenario(viewer, row.pk, utc_now() - timedelta(days=366))
    assert verdicts() == [(str(row), "unmet")]
    assert looked_after_by(utc_now()) == {}
    seen = seen_entry(row)
    change_scenario(viewer, row.pk, Draft(**STORY, owner=viewer.person), seen, utc_now())
    assert looked_after_by(utc_now()) == {row.pk: viewer.person}
    assert looked_after_since([row.pk])[row.pk] > seen
    end_scenario(viewer, row.pk, "Over.", utc_now())
    assert verdicts() == [("The register of scenarios", "unknown")]
    assert "R-1" in name_of(f"risk.scenario:{row.pk}", viewer)


def test_scenarios_are_found_by_their_words() -> None:
    client, viewer = keeper()
    scenario(viewer)
    assert "R-1 The laptop with the list is lost" in told(client, "/search/?q=customer+list")
    assert "Terms of risk" in told(client, "/search/?q=turnover")
    assert Scenario.objects.count() == 1


def test_a_past_day_shows_the_register_of_that_day() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    believe(viewer, row, "rate", 100_000, 500_000)
    moment = utc_now().isoformat().replace("+00:00", "Z")
    believe(viewer, row, "fines", 100_000, 500_000)
    page = told(client, f"/risk/scenarios/{row.pk}/?as_of={moment}")
    assert "Not estimated" in page
    assert "Add a safeguard" not in page
    assert "Expected, on average" in told(client, f"/risk/scenarios/{row.pk}/")
