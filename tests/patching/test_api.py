"""Feeds and patch runs for programs, the list of feeds as a file, and what of it the search finds."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client

from duecare.access.models import Account, AccountSource
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.patching.runs.actions import draft_run, say_how_reached
from duecare.program.search import search
from duecare.site.api_tokens import make_token
from duecare.systems import enrolment_actions
from duecare.systems.models import Device, DeviceSource
from tests.patching.runs.test_runs import FINGERPRINT, bring, draft
from tests.people import browser, sign_in

pytestmark = pytest.mark.usefixtures("home")
ACTOR = "terminal:test"
NOW = utc_now()


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def test_a_patch_run_is_read_and_drawn_up_but_never_signed(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    web = bring(NOW)
    say_how_reached(viewer, web, "web-1.clinic.example", 22, FINGERPRINT, NOW)
    made = draft_run(viewer, draft(web), NOW)
    token = make_token(viewer, "tickets", ["read", "patching"], 1, NOW)
    program = browser()
    program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    (row,) = program.get("/api/patch-runs").json()["rows"]
    assert row["state"] == "draft"
    one = program.get(f"/api/patch-runs/{made.pk}").json()
    assert (one["title"], one["installed"], len(one["rings"])) == (made.title, 0, 1)
    (host,) = program.get(f"/api/patch-runs/{made.pk}/hosts").json()["rows"]
    assert host["outcome"] is None
    assert host["updates"]
    day = (NOW + timedelta(days=2)).date().isoformat()
    body = {"title": "By a program", "hosts": [host["host"]], "which": "all", "first": day, "last": day}
    drawn = program.post("/api/patch-runs", json.dumps(body), content_type="application/json")
    assert drawn.status_code == 201, drawn.content
    assert drawn.json()["state"] == "draft"
    refused = program.post(
        "/api/patch-runs", json.dumps({**body, "hosts": []}), content_type="application/json"
    )
    assert (refused.status_code, refused.json()["error"]["place"]) == (400, "hosts")
    gone = json.dumps({**body, "hosts": [host["host"], "k3nothere"]})
    refused = program.post("/api/patch-runs", gone, content_type="application/json")
    assert (refused.status_code, refused.json()["error"]["place"]) == (400, "hosts")
    assert "k3nothere" in refused.json()["error"]["what"], "what is left out is said"


def test_feeds_are_a_file_and_accounts_devices_enrolments_and_feeds_are_found(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    rows = {row["id"]: row for row in client.get("/patching/feeds/?format=json").json()["rows"]}
    assert rows["osv-pypi"]["freshness"] == "Off"
    assert (
        client.get("/patching/feeds/?format=csv").content.decode().splitlines()[0].endswith("What is wrong")
    )
    assert client.get("/patching/feeds/?format=xml").status_code == 400
    with recording(ACTOR, "bring lists"):
        source = DeviceSource.objects.create(id=new_key(), name="Intune")
        Device.objects.create(id=new_key(), source=source, name="laptop-7", serial="K42", first_seen_at=NOW)
        service = AccountSource.objects.create(id=new_key(), name="Entra ID")
        Account.objects.create(id=new_key(), source=service, login="ada@clinic.example", first_seen_at=NOW)
    enrolment_actions.offer(ACTOR, "web-9", NOW)
    for words, group in (
        ("k42", "devices"),
        ("ada@", "accounts"),
        ("web-9", "enrolments"),
        ("pypi", "feeds"),
    ):
        assert group in {one.name for one in search(words, viewer).groups}, words
