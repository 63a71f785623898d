"""The tokens of one's programs: the page on which they are made and ended, and what is kept of them."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.models import Entry, Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Scope, Viewer
from duecare.program.models import Profile
from duecare.site import api_tokens
from duecare.site.api_tokens import MOST, NOTE, PREFIX, USED_EVERY
from duecare.site.models import ApiToken, User
from duecare.site.rights import today
from tests.people import browser, sign_in

Somebody = tuple[Client, Viewer]
GOOD = {"name": "Ticket system", "scopes": ["read", "tasks"], "days": "30"}


@pytest.fixture
def owner(home: Path) -> Somebody:
    cache.clear()  # others of this process may have asked too often
    with recording("terminal:test", "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic")
    client = browser()
    return client, sign_in(client, Role.OWNER)


def made_on(page: Any) -> str:
    found = re.search(r'id="token">(dct_[\w-]{43})</p>', page.content.decode())
    assert found is not None
    return found[1]


def ask(token: str, path: str = "/api/posture") -> Any:
    return browser().get(path, headers={"Authorization": f"Bearer {token}"})


def notes() -> list[str]:
    told = Entry.objects.filter(kind=NOTE).order_by("index")
    return [bytes(Payload.objects.get(index=one.index).data).decode() for one in told]


def test_a_token_is_shown_once_works_and_is_listed_with_what_it_may_do(owner: Somebody) -> None:
    client, _viewer = owner
    assert "You have no tokens" in client.get("/account/tokens/").content.decode()
    token = made_on(client.post("/account/tokens/", GOOD))
    assert token.startswith(PREFIX)
    assert ask(token).status_code == 200
    shown = client.get("/account/tokens/").content.decode()
    assert "Ticket system" in shown
    assert "Tasks: make, change, hand over, end" in shown
    assert token not in shown
    assert token[len(PREFIX) :] not in shown


def test_only_a_digest_is_kept_and_the_record_holds_nothing_of_it(owner: Somebody, home: Path) -> None:
    client, viewer = owner
    token = made_on(client.post("/account/tokens/", GOOD))
    kept = ApiToken.objects.get()
    assert kept.digest == hashlib.sha256(token.encode()).hexdigest()
    assert kept.person == viewer.person
    assert len(notes()) == 1
    assert '"made":true' in notes()[0]
    assert '"scopes":["read","tasks"]' in notes()[0]
    connection.close()
    places = [one for one in home.rglob("*") if one.is_file()]
    assert not [one for one in places if token.encode() in one.read_bytes()]
    assert not any(token[len(PREFIX) :] in note or kept.digest in note for note in notes())


def test_ending_a_token_is_an_entry_and_it_opens_nothing_from_then_on(owner: Somebody) -> None:
    client, _viewer = owner
    token = made_on(client.post("/account/tokens/", GOOD))
    key = ApiToken.objects.get().pk
    answer = client.post(f"/account/tokens/{key}/end/", follow=True)
    assert "opens nothing any more" in answer.content.decode()
    assert ask(token).status_code == 401
    assert '"made":false' in notes()[1]
    assert client.post(f"/account/tokens/{key}/end/").status_code == 404
    assert len(notes()) == 2


def test_nobody_ends_or_sees_somebody_elses_token(owner: Somebody) -> None:
    client, other = browser(), owner[0]
    sign_in(client, Role.MANAGER)
    token = made_on(other.post("/account/tokens/", GOOD))
    key = ApiToken.objects.get().pk
    assert "Ticket system" not in client.get("/account/tokens/").content.decode()
    assert client.post(f"/account/tokens/{key}/end/").status_code == 404
    assert ask(token).status_code == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 81),
        ("name", "two\nlines"),
        ("scopes", []),
        ("scopes", ["approve"]),
        ("days", "0"),
        ("days", "366"),
        ("days", "-1"),
        ("days", ""),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_is_made(
    owner: Somebody, field: str, value: Any
) -> None:
    answer = owner[0].post("/account/tokens/", {**GOOD, field: value})
    assert answer.status_code == 400
    assert f'href="#id_{field}' in answer.content.decode()
    assert not ApiToken.objects.exists()
    assert notes() == []


def test_the_action_refuses_the_same(owner: Somebody) -> None:
    _client, viewer = owner
    now = utc_now()
    for name, scopes, days in (("", ["read"], 1), ("a", [], 1), ("a", ["approve"], 1), ("a", ["read"], 366)):
        with pytest.raises(BadInput):
            api_tokens.make_token(viewer, name, scopes, days, now)
    with pytest.raises(NotFound):
        api_tokens.end_token(viewer, 1, now)
    for number in range(MOST):
        api_tokens.make_token(viewer, f"n{number}", ["read"], 1, now)
    with pytest.raises(Refused):
        api_tokens.make_token(viewer, "one more", ["read"], 1, now)
    api_tokens.make_token(viewer, "later", ["read"], 1, now + timedelta(days=2))


def test_when_a_token_was_last_used_is_known_to_some_minutes(owner: Somebody) -> None:
    _client, viewer = owner
    now = utc_now()
    token = api_tokens.make_token(viewer, "a", ["read"], 30, now)
    assert ApiToken.objects.get().used_at is None
    moments = [
        now + timedelta(minutes=1),
        now + timedelta(minutes=2),
        now + timedelta(minutes=1) + 2 * USED_EVERY,
    ]
    used = []
    for moment in moments:
        assert api_tokens.opened_by(token, moment, today(moment)) is not None
        used.append(ApiToken.objects.get().used_at)
    assert used == [moments[0], moments[0], moments[2]]


def test_a_token_of_somebody_who_can_no_longer_sign_in_opens_nothing(owner: Somebody) -> None:
    _client, viewer = owner
    token = api_tokens.make_token(viewer, "a", list(Scope), 30, utc_now())
    User.objects.filter(person=viewer.person).update(is_active=False)
    assert ask(token).status_code == 403
    User.objects.filter(person=viewer.person).delete()
    assert ask(token).status_code == 401


def test_a_scope_that_is_no_longer_one_allows_nothing(owner: Somebody) -> None:
    _client, viewer = owner
    token = api_tokens.make_token(viewer, "a", ["read"], 30, utc_now())
    ApiToken.objects.update(scopes=["everything"])
    assert ask(token).status_code == 403


def test_an_auditor_and_a_member_make_tokens_of_their_own(owner: Somebody) -> None:
    auditor, member = browser(), browser()
    sign_in(auditor, Role.AUDITOR)
    sign_in(member, Role.MEMBER)
    everything = {**GOOD, "scopes": list(Scope)}
    theirs = made_on(auditor.post("/account/tokens/", everything))
    assert ask(theirs, "/api/findings").status_code == 200
    its = made_on(member.post("/account/tokens/", everything))
    assert ask(its, "/api/findings").status_code == 404
    assert ask(its, "/api/tasks").status_code == 200
