"""The API's doors: every operation with everybody's token, now and as of past days, and without its scope."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from duecare.ledger.models import Entry, Payload
from duecare.ledger.viewers import Role, Scope, Viewer
from duecare.program.catalogue import safeguards_of
from duecare.program.models import Person, Right
from duecare.site import api_tokens, doors, people
from duecare.site.api import description
from duecare.site.doors import DENIAL
from duecare.site.models import ApiToken, User
from tests.people import browser
from tests.site.answers import DONE, HIDDEN, NOT_ALLOWED
from tests.site.api_calls import CALLS
from tests.site.calls import Call
from tests.site.past import Past, organisation
from tests.site.test_doors import EARLIEST, EVERYBODY, NOW, ROLES, THEN, Unchanged, drain

NAMES = {
    "owner without a second factor": "bare",
    "auditor of a past period": "late",
    "auditor of a coming period": "early",
    "manager of patching only": "limited",
}
LIMITED = "manager of patching only"
"""What they are told through the API has a test of its own."""
TOKENS = [who for who in EVERYBODY if who != LIMITED]
SCOPES = {
    f"{method.upper()} {path.removeprefix('/api/')}": Scope(told["x-scope"])
    for path, methods in description()["paths"].items()
    for method, told in methods.items()
}


@dataclass(frozen=True, slots=True)
class Doors:
    """An organisation with a past, and a token of everybody's with every scope."""

    past: Past
    tokens: dict[str, str]
    client: Client

    def address(self, call: Call, day: str = NOW) -> str:
        path = "/api/" + call.sample.format_map(self.past.samples)
        more = {NOW: "", THEN: f"as_of={self.past.then}", EARLIEST: "as_of=2000-01-01"}[day]
        return path + (("&" if "?" in path else "?") + more if more else "")

    def ask(self, operation: str, token: str = "", day: str = NOW) -> Any:
        """The answer to a call as it stands in the table."""
        call = CALLS[operation]
        body, kind = call.body, "application/octet-stream"
        if not isinstance(body, bytes):
            text = json.dumps(body) if body is not None else ""
            for name, value in self.past.samples.items():
                text = text.replace("{" + name + "}", value)
            body, kind = text.encode(), "application/json"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        method = operation.partition(" ")[0]
        return self.client.generic(method, self.address(call, day), body, kind, headers=headers)


def make(person: str, scopes: list[Scope], now: Any, days: int = 30) -> str:
    user = User.objects.get(email=f"{person}@clinic.example")
    viewer = Viewer(f"person:{user.person}", person, frozenset(), user.person)
    token = api_tokens.make_token(viewer, "the walk", scopes, days, now)
    # Seen just now, so that no call has to note that it was used.
    ApiToken.objects.filter(digest=api_tokens.digest_of(token)).update(used_at=now + timedelta(hours=1))
    return token


@pytest.fixture(scope="module")
def walk(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with organisation(template, tmp_path_factory.mktemp("api")) as past:
        everything = list(Scope)
        tokens = {
            who: make(NAMES.get(who, who), everything, past.now) for who in EVERYBODY if who != "stranger"
        }
        yield Doors(past, {**tokens, "stranger": "dct_no-such-token"}, browser())


def expected(operation: str, who: str, day: str) -> int:
    """The answer by the table and the rules of the doors."""
    call = CALLS[operation]
    if who == "stranger":
        return 401
    if who in ("lost", "expired", "owner without a second factor"):
        return NOT_ALLOWED
    if who == "auditor of a coming period" or (ROLES[who] is Role.AUDITOR and day == EARLIEST):
        return NOT_ALLOWED
    if who == "auditor of a past period" and day == NOW:
        return NOT_ALLOWED
    if day != NOW and not operation.startswith("GET "):
        return NOT_ALLOWED
    status = call.answers[ROLES[who]]
    return HIDDEN if day == EARLIEST and call.object and status == 200 else status


def demand_shape(answer: Any) -> None:
    """Every refusal says what is wrong and what to do, in the one shape."""
    error = json.loads(answer.content)["error"]
    assert set(error) == {"what", "next_step", "place"}
    assert error["what"]
    assert error["next_step"]


def test_every_operation_stands_in_the_table() -> None:
    assert sorted(SCOPES) == sorted(CALLS), "review who may do it, and give a sample"


@pytest.mark.parametrize("who", TOKENS)
def test_everybody_gets_the_answer_of_the_table_from_every_operation(walk: Doors, who: str) -> None:
    wrong = []
    with Unchanged():
        for operation in CALLS:
            cache.clear()  # that a token asks too often has a test of its own
            for day in (NOW, THEN, EARLIEST):
                wanted = expected(operation, who, day)
                if wanted == DONE:
                    continue
                answer = walk.ask(operation, walk.tokens[who], day)
                drain(answer)
                if answer.status_code != wanted:
                    wrong.append(f"{operation} {day}: {answer.status_code}, not {wanted}")
                elif wanted >= 400:
                    demand_shape(answer)
    assert not wrong, "\n".join(wrong)


def test_a_right_that_is_limited_to_an_area_reads_that_area_alone(walk: Doors) -> None:
    token = walk.tokens[LIMITED]
    with Unchanged():
        for operation in CALLS:
            if not operation.startswith("GET "):
                continue
            answer = walk.ask(operation, token)
            told = drain(answer).decode()
            whole = operation.startswith(("GET hosts", "GET names", "GET reports", "GET data-sets"))
            whole &= not operation.endswith("/software")  # which is of patching
            if whole or operation in ("GET profile", "GET targets", "GET ledger", "GET ledger/entries"):
                assert answer.status_code in (NOT_ALLOWED, HIDDEN), operation
            assert answer.status_code in (200, NOT_ALLOWED, HIDDEN), operation
            if answer.status_code == 200 and operation != "GET people":
                ids = set(re.findall(r'"safeguard": ?"(\w+)"', told))
                assert ids <= set(safeguards_of(frozenset({"patching"}))), operation
        judged = {one["id"] for one in json.loads(drain(walk.ask("GET posture", token)))["safeguards"]}
        assert judged == set(safeguards_of(frozenset({"patching"})))


@pytest.mark.parametrize("scope", list(Scope))
def test_without_its_scope_no_operation_is_done(walk: Doors, scope: Scope) -> None:
    token = make("owner", [one for one in Scope if one is not scope], walk.past.now)
    with Unchanged():
        for operation, needed in SCOPES.items():
            if needed is scope:
                answer = walk.ask(operation, token)
                assert answer.status_code in (NOT_ALLOWED, HIDDEN), operation
                assert str(scope) in json.loads(answer.content)["error"]["what"]


def test_being_signed_in_opens_nothing_without_a_token(walk: Doors) -> None:
    owner = walk.past.browsers["owner"]
    with Unchanged():
        for call in CALLS.values():
            answer = owner.get(walk.address(call))
            assert answer.status_code == 401
            assert answer["WWW-Authenticate"].startswith("Bearer")
            demand_shape(answer)


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer dct_", "Bearer x", "Basic dct_x", "Bearer dct_\x7f é"]
)
def test_what_is_no_token_is_answered_as_a_strangers(walk: Doors, header: str) -> None:
    answer = walk.client.get("/api/posture", headers={"Authorization": header} if header else {})
    assert answer.status_code == 401


def test_a_token_in_the_address_or_the_body_opens_nothing(walk: Doors) -> None:
    token = walk.tokens["owner"]
    assert walk.client.get(f"/api/posture?token={token}").status_code == 401
    assert walk.client.post("/api/tasks", {"token": token, "title": "x"}).status_code == 401


def test_a_token_that_has_expired_or_was_ended_opens_nothing(walk: Doors) -> None:
    long_ago = make("owner", [Scope.READ], walk.past.now - timedelta(days=3), days=2)
    assert walk.ask("GET posture", long_ago).status_code == 401
    token = make("owner", [Scope.READ], walk.past.now)
    assert walk.ask("GET posture", token).status_code == 200
    made = ApiToken.objects.get(digest=api_tokens.digest_of(token))
    viewer = Viewer(f"person:{made.person}", "", frozenset(), made.person)
    api_tokens.end_token(viewer, made.pk, walk.past.now)
    assert walk.ask("GET posture", token).status_code == 401


def test_a_token_shrinks_and_grows_with_the_rights_of_its_owner(walk: Doors) -> None:
    person = Person.objects.get(name="gained")
    token = walk.tokens["gained"]
    assert walk.ask("GET profile", token).status_code == 200
    right = Right.objects.get(person=person, role=Role.MANAGER)
    people.end_right("terminal:test", right, walk.past.now)
    assert walk.ask("GET profile", token).status_code == HIDDEN
    assert walk.ask("GET findings", token).status_code == HIDDEN
    assert walk.ask("GET tasks", token).status_code == 200
    people.give_right("terminal:test", person, Role.MANAGER, None, None, None)
    assert walk.ask("GET findings", token).status_code == 200


def test_the_auditors_period_bounds_what_a_token_reads(walk: Doors) -> None:
    token = walk.tokens["auditor of a past period"]
    day = (walk.past.now - timedelta(days=7)).date()
    headers = {"Authorization": f"Bearer {token}"}
    told = walk.client.get("/api/findings", headers=headers)
    assert told.status_code == NOT_ALLOWED
    assert day.isoformat() in json.loads(told.content)["error"]["next_step"]
    for offset, status in ((0, 200), (1, 403), (-3, 200), (-4, 403)):
        asked = day + timedelta(days=offset)
        answer = walk.client.get(f"/api/hosts?as_of={asked}", headers=headers)
        assert answer.status_code == status, asked
        assert "web-2" not in answer.content.decode()


def test_a_past_day_is_answered_as_it_was_and_a_coming_one_as_today(walk: Doors) -> None:
    headers = {"Authorization": f"Bearer {walk.tokens['owner']}"}

    def hosts(day: str) -> list[str]:
        answer = walk.client.get(f"/api/hosts?as_of={day}", headers=headers)
        return [row["name"] for row in json.loads(answer.content)["rows"]]

    assert hosts(walk.past.then) == ["web-1"]
    assert hosts("2999-12-31") == ["web-1", "web-2"]
    assert walk.client.get("/api/hosts?as_of=yesterday", headers=headers).status_code == 400


def test_a_refusal_is_an_entry_that_names_who_and_where(walk: Doors) -> None:
    walk.ask("GET findings", walk.tokens["member"])
    note = Entry.objects.filter(kind=DENIAL).order_by("-index")[0]
    assert note.actor == f"person:{Person.objects.get(name='member').pk}"
    told = bytes(Payload.objects.get(index=note.index).data).decode()
    assert "/api/findings" in told
    assert "dct_" not in told


def test_a_token_that_asks_too_often_has_to_wait_and_others_do_not(
    walk: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(doors, "REQUESTS_A_MINUTE", 3)
    token = make("owner", [Scope.READ], walk.past.now)
    answers = [walk.ask("GET ledger", token) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert answers[-1]["Retry-After"] == "60"
    demand_shape(answers[-1])
    assert walk.ask("GET ledger", walk.tokens["manager"]).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/api/tasks/", 404),
        ("GET", "/api/tasks/%00", 422),
        ("DELETE", "/api/tasks", 405),
        ("TRACE", "/api/tasks", 405),
        ("GET", "/api/ledger/entries/99999999999999999999", 422),
        ("GET", "/api/ledger/entries/-1", 422),
        ("GET", "/api/tasks?stat=open", 400),
        ("GET", "/api/tasks?state=open&state=late", 400),
        ("GET", "/api/tasks?state=", 400),
        ("GET", "/api/tasks?format=csv", 400),
        ("GET", "/api/tasks?after=x", 400),
        ("GET", "/api/posture?state=open", 400),
    ],
)
def test_an_address_that_is_not_understood_is_refused_in_the_one_shape(
    walk: Doors, method: str, path: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {walk.tokens['owner']}"}
    answer = walk.client.generic(method, path, headers=headers)
    assert answer.status_code == status
    demand_shape(answer)


def test_an_error_of_ours_keeps_the_shape_and_tells_nothing(
    walk: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    from duecare.site import api

    def break_down(*words: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(api, "posture_of", break_down)
    answer = walk.ask("GET posture", walk.tokens["owner"])
    assert answer.status_code == 500
    demand_shape(answer)
    assert "secret of the house" not in answer.content.decode()


def test_the_description_is_for_readers_who_are_signed_in_and_for_tokens(walk: Doors) -> None:
    statuses = {who: walk.past.browsers[who].get("/api/openapi.json").status_code for who in EVERYBODY}
    assert [who for who, status in statuses.items() if status == 200] == [
        "owner",
        "manager",
        LIMITED,
        "approver",
        "auditor",
        "gained",
    ]
    headers = {"Authorization": f"Bearer {walk.tokens['owner']}"}
    assert json.loads(walk.client.get("/api/openapi.json", headers=headers).content) == description()
    headers = {"Authorization": "Bearer dct_x"}
    assert walk.past.browsers["owner"].get("/api/openapi.json", headers=headers).status_code == 401
