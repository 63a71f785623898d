"""Legal holds: who sees them, what they keep from going, how two people change one, how one ends."""

from __future__ import annotations

import json
import os
import re
from datetime import timedelta

import pytest
from django.test import Client

from duecare.errors import BadInput, Refused
from duecare.law.holds.actions import Draft, change_hold, end_hold, place_hold
from duecare.law.models import LegalHold
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import holds
from duecare.program.imports import waiting
from duecare.program.mail import outbox
from duecare.program.mail.delivery import Answer, Came, State
from duecare.program.models import OutboxMessage
from duecare.program.task_actions import make_task
from duecare.program.unchanged import seen_entry
from duecare.site.api_tokens import make_token
from tests.people import browser, sign_in

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
GIVEN = {
    "name": "The dispute", "why": "A claim of May.", "covers": "All about the lost laptop.",
    "asked_by": "Counsel", "since": NOW.date().isoformat(),
}  # fmt: skip


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", answer.content.decode())


def draft(*things: str, **changed: str) -> Draft:
    words = {**GIVEN, **changed}
    return Draft(words["name"], words["why"], words["covers"], things, words["asked_by"], NOW.date())


def test_a_hold_is_placed_on_a_page_shown_on_what_it_covers_and_ended_with_a_reason(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    task = make_task(viewer.actor, NOW, title="Copy the laptop’s disk")
    thing = f"program.task:{task.pk}"
    link = re.search(r'href="([^"]+)">Put under a legal hold', text(client, f"/tasks/{task.pk}/"))
    assert link
    assert "Copy the laptop’s disk" in text(client, link[1])
    assert client.post("/law/holds/new/", {**GIVEN, "things": "program.task:none"}).status_code == 400
    assert client.post("/law/holds/new/", {**GIVEN, "why": ""}).status_code == 400
    assert not LegalHold.objects.exists()
    placed = client.post("/law/holds/new/", {**GIVEN, "things": thing, "kinds": ["incidents.case"]})
    page = text(client, placed["Location"])
    for words in ("Copy the laptop’s disk", "All incidents", "A claim of May.", "Standing"):
        assert words in page
    assert "The dispute" in text(client, f"/tasks/{task.pk}/")
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert "The dispute" not in text(auditor, f"/tasks/{task.pk}/")
    assert auditor.get(placed["Location"]).status_code == 403
    with pytest.raises(Refused, match="The dispute"):
        holds.demand_free(thing)
    holds.demand_free("program.task:another")
    assert client.post(f"{placed['Location']}end/", {"reason": ""}).status_code == 400
    assert client.post(f"{placed['Location']}end/", {"reason": "Counsel let it go."}).status_code == 302
    assert "The dispute" not in text(client, f"/tasks/{task.pk}/")
    holds.demand_free(thing)
    assert "Counsel let it go." in text(client, placed["Location"])
    (row,) = json.loads(b"".join(client.get("/law/holds/?state=ended&format=json").streaming_content))["rows"]  # type: ignore[attr-defined]
    assert row["name"] == "The dispute"


def test_what_is_cleared_away_by_age_stays_while_its_kind_is_held(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    old = NOW - timedelta(days=1000)
    OutboxMessage.objects.create(
        about="x", channel="mail", kind="digest", key="k1", state="sent", made_at=old, next_at=old,
        gives_up_at=old, ended_at=old,
    )  # fmt: skip
    left = waiting._root() / "left behind"
    left.mkdir(parents=True)
    os.utime(left, (old.timestamp(), old.timestamp()))
    held = place_hold(viewer, draft(holds.LETTERS, holds.LISTS), NOW)
    for kind in ("digest", outbox.SIGN_IN):
        letter = OutboxMessage.objects.create(
            about=kind, channel="mail", kind=kind, key=kind, state=State.HANDING, lease="mine", made_at=NOW,
            next_at=NOW, gives_up_at=NOW + timedelta(days=1), lease_until=NOW, content={"subject": "x"},
        )  # fmt: skip
        outbox.settle(letter, Answer(Came.ACCEPTED), NOW)
        letter.refresh_from_db()
        assert (letter.state, bool(letter.content)) == ("sent", kind == "digest")
    with pytest.raises(Refused, match="under a legal hold"):
        waiting.give_up(waiting.Waiting("0" * 32, "x", "x", "x", 1, NOW.isoformat(), NOW.isoformat()))
    outbox.reap(NOW)
    assert OutboxMessage.objects.count() == 3
    assert waiting.forget_old(NOW) == 0
    assert left.exists()
    end_hold(viewer, held.pk, "Over.", NOW)
    outbox.reap(NOW)
    assert [row.content for row in OutboxMessage.objects.all()] == [{}, {}]
    assert waiting.forget_old(NOW) == 1


def test_two_who_change_one_hold_at_once_lose_nothing(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    row = place_hold(viewer, draft(), NOW)
    seen = seen_entry(row)
    change_hold(viewer, row.pk, draft(why="A claim of June."), seen, NOW)
    answer = client.post(f"/law/holds/{row.pk}/change/", {**GIVEN, "why": "A claim of July.", "seen": seen})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "changed this while you wrote" in page
    assert "A claim of July." in page
    row.refresh_from_db()
    assert row.why == "A claim of June."
    # What stands is shown, and saving again is saving over what was now seen.
    stands = page.partition("As it stands now")[2].partition("</section>")[0]
    assert "A claim of June." in stands
    afresh = page.partition('name="seen" value="')[2].partition('"')[0]
    assert int(afresh) == seen_entry(row) > seen
    again = {**GIVEN, "why": "A claim of July.", "seen": afresh}
    assert client.post(f"/law/holds/{row.pk}/change/", again).status_code == 302
    row.refresh_from_db()
    assert row.why == "A claim of July."
    with pytest.raises(BadInput):
        change_hold(viewer, row.pk, draft("matters"), seen_entry(row), NOW)
    task = f"program.task:{make_task(viewer.actor, NOW, title='Copy the disk').pk}"
    change_hold(viewer, row.pk, draft(task), seen_entry(row), NOW)
    blind = Viewer(viewer.actor, viewer.person, viewer.roles, areas=frozenset({"law"}))
    changed = change_hold(blind, row.pk, draft(task, why="A claim of May."), seen_entry(row), NOW)
    assert (changed.why, changed.things) == ("A claim of May.", [task]), "what is held already stays"


def test_a_program_places_and_ends_a_hold_with_the_scope_of_the_law(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    program = browser()
    program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {make_token(viewer, 'x', ['read', 'law'], 1, NOW)}"
    body = json.dumps({**GIVEN, "things": ["systems.host"]})
    made = program.post("/api/law/holds", body, content_type="application/json")
    assert made.status_code == 201, made.content
    key = made.json()["id"]
    assert program.get("/api/law/holds?state=standing").json()["rows"][0]["id"] == key
    ended = program.post(
        f"/api/law/holds/{key}/end", json.dumps({"reason": "Over."}), content_type="application/json"
    )
    assert ended.json()["ended_because"] == "Over."
