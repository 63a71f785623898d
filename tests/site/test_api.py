"""What programs do through the API: the same as pages by the same rules, with what was wrong named."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import timezone

from duecare.ledger.models import Entry, Head, Payload
from duecare.ledger.recording import record_note
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Scope, Viewer
from duecare.program.assessing import assess
from duecare.program.judgement import Grade
from duecare.program.models import Finding, Profile, SafeguardException, Statement, Task
from duecare.program.task_actions import make_task
from duecare.site import api_tokens, people, terminal
from duecare.site.models import User
from duecare.site.rights import viewer_of
from duecare.systems.actions import take_in_report
from duecare.systems.models import Host, Name
from tests.people import PASSWORD, browser, sign_in
from tests.site.past import report


@dataclass(frozen=True, slots=True)
class Program:
    """A program with a token of somebody's."""

    viewer: Viewer
    token: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}"}
        return browser().generic(method, f"/api/{path}", data, "application/json", headers=headers)

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)

    def do(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.ask(method, path, body)
        assert answer.status_code == status, answer.content
        return json.loads(answer.content)

    def refused(self, method: str, path: str, body: Any = None, status: int = 400) -> str:
        """The place that is named."""
        error = self.do(method, path, body, status)["error"]
        assert error["what"]
        assert error["next_step"]
        return str(error["place"])


def program(viewer: Viewer) -> Program:
    return Program(viewer, api_tokens.make_token(viewer, "test", list(Scope), 30, utc_now()))


@pytest.fixture
def owner(home: Path) -> Program:
    cache.clear()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        user = people.claim("Riverside Clinic", "UTC", 150, "Maeve", "maeve@clinic.example", PASSWORD)
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not used"})
    return program(viewer_of(User.objects.get(pk=user.pk), utc_now()))


@pytest.fixture
def member(owner: Program) -> Program:
    return program(sign_in(browser(), Role.MEMBER))


@pytest.fixture
def assessed(owner: Program) -> Program:
    """With a host whose firewall is off, and what the checks say of it."""
    now = utc_now()
    take_in_report(report(now, "web-1"), "terminal:test", now, Grade.IMPORTED, new_host=True)
    assess("terminal:test", now)
    return owner


def day(days: int = 0) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


# Lists


def test_a_list_goes_on_where_the_answer_before_ended_and_holds_each_row_once(owner: Program) -> None:
    for number in range(230):
        record_note("terminal:test", "note", "site.test", f"n{number}", {})
    rows, after, pages = [], "", 0
    while True:
        told = owner.get("ledger/entries?kind=site.test" + (f"&after={after}" if after else ""))
        rows += told["rows"]
        pages += 1
        after = told["next"]
        if after is None:
            break
    assert pages == 3
    assert [row["subject"] for row in rows] == [f"n{number}" for number in range(229, -1, -1)]
    assert all(row["id"] == row["number"] for row in rows)


def test_a_list_takes_the_filters_of_its_page(assessed: Program) -> None:
    findings = assessed.get("findings?state=open&sort=-opened")["rows"]
    assert findings
    assert {row["state"] for row in findings} == {"open"}
    assert assessed.get("findings?state=closed")["rows"] == []
    one = findings[0]
    assert assessed.get(f"findings/{one['id']}")["reason"] == one["what"]
    assert [row["name"] for row in assessed.get("hosts?name=web")["rows"]] == ["web-1"]
    assert assessed.refused("GET", "findings?state=shut") == "state"
    assert assessed.refused("GET", "findings?stat=open") == "stat"


def test_the_exceptions_of_a_check_are_all_there_by_name(assessed: Program) -> None:
    failing = [row for row in assessed.get("checks")["rows"] if row["verdict"] == "unmet"]
    lines = [line for row in failing for line in assessed.get(f"checks/{row['id']}/exceptions")["rows"]]
    assert {line["name"] for line in lines} == {"web-1", "Incident plan"}
    assert len([line for line in lines if line["verdict"] == "unmet"]) == sum(row["unmet"] for row in failing)


def test_the_posture_is_the_one_that_the_terminal_prints(assessed: Program) -> None:
    told = assessed.get("posture")
    printed = json.loads(terminal.posture_now(assessed.viewer).as_json())
    assert told["safeguards"] == printed["safeguards"]
    assert any(one["status"] == "failing" for one in told["safeguards"])


# Tasks and remarks


def test_a_task_is_made_changed_handed_over_and_ended(owner: Program, member: Program) -> None:
    made = owner.do("POST", "tasks", {"title": "Restore a backup", "due": day(3), "repeats": "monthly"}, 201)
    key = made["id"]
    assert made["made_by"] == owner.viewer.actor
    assert made["owner"] is None
    changed = owner.do("PATCH", f"tasks/{key}", {"why": "So that we know.", "minutes": 30})
    assert (changed["title"], changed["why"], changed["minutes"]) == (
        "Restore a backup",
        "So that we know.",
        30,
    )
    assert owner.do("PATCH", f"tasks/{key}", {"minutes": None})["minutes"] is None
    handed = owner.do("POST", f"tasks/{key}/hand-over", {"owner": member.viewer.person, "words": "Please."})
    assert handed["owner"]["id"] == member.viewer.person
    assert [row["id"] for row in member.get("tasks?state=open")["rows"]] == [key]
    ended = member.do("POST", f"tasks/{key}/end", {"ending": "done", "words": "It works."})
    assert ended["task"]["ended_by"] == member.viewer.actor
    assert ended["next"]["after"] == key
    assert member.do("POST", f"tasks/{key}/end", {"ending": "done"}, 403)
    said = owner.get(f"remarks/program.task:{key}")["comments"]
    assert [one["words"] for one in said] == ["Please."]


def test_a_member_does_their_own_tasks_and_nothing_else(owner: Program, member: Program) -> None:
    now = utc_now()
    mine = make_task(owner.viewer.actor, now, title="mine", owner=member.viewer.person)
    other = make_task(owner.viewer.actor, now, title="other")
    assert [row["title"] for row in member.get("tasks")["rows"]] == ["mine"]
    assert member.do("GET", f"tasks/{other.pk}", status=404)
    assert member.do("POST", "tasks", {"title": "x"}, 404)
    assert member.do("POST", f"remarks/program.task:{mine.pk}/comments", {"words": "Half done."}, 201)
    body = {"words": "Not mine.", "owner": member.viewer.person}
    assert member.do("POST", f"tasks/{mine.pk}/hand-over", body, 403)
    back = member.do("POST", f"tasks/{mine.pk}/hand-over", {"words": "Not mine."})
    assert back["owner"]["id"] == owner.viewer.person


@pytest.mark.parametrize(
    ("body", "status", "place"),
    [
        ({}, 422, "title"),
        ({"title": 3}, 422, "title"),
        ({"title": ""}, 400, "title"),
        ({"title": "x" * 201}, 422, "title"),
        ({"title": "x", "titel": "y"}, 422, "titel"),
        ({"title": "x", "due": "soon"}, 422, "due"),
        ({"title": "x", "due": "2026-02-30"}, 422, "due"),
        ({"title": "x", "due": 20261201}, 422, "due"),
        ({"title": "x", "due": "2020-01-01"}, 400, "due"),
        ({"title": "x", "repeats": "daily"}, 422, "repeats"),
        ({"title": "x", "repeats": "weekly"}, 400, "due"),
        ({"title": "x", "minutes": "30"}, 422, "minutes"),
        ({"title": "x", "minutes": True}, 422, "minutes"),
        ({"title": "x", "minutes": 30.5}, 422, "minutes"),
        (b'{"title": "x", "minutes": 1e400}', 422, "minutes"),
        ({"title": "x", "minutes": 0}, 400, "minutes"),
        ({"title": "x", "owner": "nobody"}, 400, "owner"),
        ({"title": "x", "safeguard": "none"}, 400, "safeguard"),
        ({"title": "x", "about": "program.task:nothing"}, 404, ""),
        ({"title": "x\x00y"}, 400, ""),
        ({"title": "\ud800"}, 422, "title"),
        ([], 422, "body"),
        (b'{"title": "x", "title": "y"}', 400, "body"),
        (b'{"title": "x", "minutes": NaN}', 400, "body"),
        (b'{"title": "x"', 400, "body"),
        (b"\xff\xfe", 400, "body"),
        (b"[" * 100_000, 400, "body"),
        (b"", 422, "body"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place_and_nothing_is_made(
    owner: Program, body: Any, status: int, place: str
) -> None:
    size = Head.objects.get().size
    assert owner.refused("POST", "tasks", body, status) == place
    assert Head.objects.get().size == size


def test_a_body_that_is_too_large_is_refused(owner: Program) -> None:
    assert owner.refused("POST", "tasks", b'{"title": "' + b"x" * (3 << 20) + b'"}', 413) == "body"
    task = make_task(owner.viewer.actor, utc_now(), title="x")
    place = f"remarks/program.task:{task.pk}/files?name=a.bin"
    client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {owner.token}"})
    refused = client.generic("POST", f"/api/{place}", b"x", CONTENT_LENGTH=str(21 << 20))
    assert refused.status_code == 400
    assert json.loads(refused.content)["error"]["place"] == "body"


def test_a_file_comes_back_as_it_was_sent(owner: Program) -> None:
    task = make_task(owner.viewer.actor, utc_now(), title="x")
    data = bytes(range(256))
    place = f"remarks/program.task:{task.pk}/files"
    made = json.loads(owner.ask("POST", f"{place}?name=../a%20b.bin", data).content)
    assert (made["name"], made["size"], made["content"]) == ("a b.bin", 256, hashlib.sha256(data).hexdigest())
    answer = owner.ask("GET", f"files/{made['id']}")
    assert answer.content == data
    assert answer["Content-Disposition"].startswith("attachment")
    assert owner.refused("POST", f"{place}?name=a", b"") == "body"
    assert owner.refused("POST", place, data, 422) == "name"


# Statements and exceptions


def test_a_question_is_answered_reviewed_by_another_and_withdrawn(owner: Program) -> None:
    draft = {"answer": "no", "words": "No locks yet.", "period_from": day(), "period_to": day()}
    made = owner.do("POST", "questions/physical.rooms/statements", draft, 201)
    assert Finding.objects.get().closed_at is None
    review = {"review": "agreed", "words": "I looked."}
    assert owner.do("POST", f"statements/{made['id']}/review", review, 403)
    manager = program(sign_in(browser(), Role.MANAGER))
    assert manager.do("POST", f"statements/{made['id']}/review", review)["review"] == "agreed"
    row = next(one for one in owner.get("statements?answer=no")["rows"] if one["id"] == "physical.rooms")
    assert row["statement"] == made["id"]
    gone = owner.do("POST", f"statements/{made['id']}/withdraw", {"reason": "The wrong building."})
    assert gone["ended_because"] == "withdrawn: The wrong building."
    assert Finding.objects.get().closed_at is not None
    assert [one["id"] for one in owner.get("questions/physical.rooms")["statements"]] == [made["id"]]
    future = {**draft, "period_to": day(1)}
    assert owner.refused("POST", "questions/physical.rooms/statements", future) == ""
    assert Statement.objects.count() == 1


def test_an_exception_is_asked_for_and_withdrawn_but_never_approved(owner: Program) -> None:
    asked = {"about": "program.safeguard:patching", "reason": "Old.", "measure": "Alone.", "expires": day(9)}
    made = owner.do("POST", "exceptions", asked, 201)
    assert (made["state"], made["decisions"]) == ("asked", [])
    assert owner.do("POST", "exceptions", asked, 400)
    for path in (f"exceptions/{made['id']}/approve", f"approvals/program.safeguardexception:{made['id']}"):
        assert owner.ask("POST", path, {"decided": "approved"}).status_code == 404
    gone = owner.do("POST", f"exceptions/{made['id']}/withdraw", {"reason": "Replaced."})
    assert gone["state"] == "ended"
    assert SafeguardException.objects.get().ended_at is not None


# Hosts and names


def test_a_report_is_taken_in_once_and_of_a_new_host_only_if_that_is_said(owner: Program) -> None:
    data = report(utc_now(), "web-7")
    assert owner.do("POST", "host-reports", data, 404)
    taken = owner.do("POST", "host-reports?new_host=true", data, 201)
    assert (taken["name"], taken["new_host"], taken["report"]["grade"]) == ("web-7", True, "imported by hand")
    assert owner.do("POST", "host-reports", data, 403)
    assert owner.refused("POST", "host-reports", b'{"format": "other"}') == ""
    told = owner.get(f"hosts/{taken['host']}")
    assert [one["id"] for one in told["reports"]] == [taken["report"]["id"]]
    assert owner.ask("GET", f"hosts/{taken['host']}/reports/{taken['report']['id']}").content == data
    gone = owner.do("POST", f"hosts/{taken['host']}/remove", {"reason": "Sold."})
    assert gone["removed_because"] == "Sold."
    assert Host.objects.get().removed_at is not None


def test_a_name_is_added_changed_and_removed(owner: Program) -> None:
    made = owner.do("POST", "names", {"kind": "tls", "name": "WWW.clinic.example", "port": 443}, 201)
    assert (made["name"], made["port"]) == ("www.clinic.example", 443)
    assert owner.do("POST", "names", {"kind": "tls", "name": "www.clinic.example", "port": 443}, 403)
    assert owner.do("POST", "names", {"kind": "tls", "name": "www.clinic.example"}, 400)
    assert owner.do("PUT", f"names/{made['id']}", {"daily": True})["daily"] is True
    assert owner.do("POST", f"names/{made['id']}/remove", {"reason": "Given back."})["removed_at"]
    assert owner.do("PUT", f"names/{made['id']}", {"daily": False}, 403)
    assert Name.objects.get().removed_because == "Given back."


# Settings


def test_the_profile_changes_by_field_under_the_rules_of_its_page(owner: Program) -> None:
    told = owner.do("PATCH", "profile", {"people": 12, "country": "IE", "zone": "Europe/Dublin"})
    assert (told["name"], told["people"], told["computers"]) == ("Riverside Clinic", 12, 150)
    assert owner.refused("PATCH", "profile", {"country": "Ireland"}) == "country"
    assert owner.refused("PATCH", "profile", {"zone": "Moon/Base"}) == "zone"
    assert owner.refused("PATCH", "profile", {"facts": {"nonsense": True}}) == "facts"
    assert Profile.objects.get().country == "IE"


def test_data_sets_and_targets_are_kept_as_on_their_pages(owner: Program) -> None:
    made = owner.do("POST", "data-sets", {"name": "Patients", "people": {"DE": 12000, "IE": None}}, 201)
    assert made["people"] == {"DE": 12000, "IE": None}
    assert owner.refused("POST", "data-sets", {"name": "x", "people": {"Germany": 1}}) == "people"
    assert owner.refused("POST", "data-sets", {"name": "x", "people": {"DE": -1}}) == "people"
    changed = owner.do("PUT", f"data-sets/{made['id']}", {"name": "Patients", "place": "Cellar"})
    assert (changed["place"], changed["people"]) == ("Cellar", {})
    assert owner.ask("DELETE", f"data-sets/{made['id']}").status_code == 204
    assert owner.get("data-sets")["rows"] == []
    target = owner.do("PUT", "targets/security_update_days", b'{"value": 7.0, "reason": "We can."}')
    assert (target["value"], target["reason"], target["approved"]) == (7, "We can.", False)
    assert owner.refused("PUT", "targets/security_update_days", {"value": 0, "reason": "x"}) == "value"


# Reports and the record


def test_a_report_is_made_and_taken_away(assessed: Program) -> None:
    made = assessed.do("POST", "reports", {"report": "posture", "day": day()}, 201)
    pdf = assessed.ask("GET", f"reports/{made['id']}/pdf")
    assert pdf.content.startswith(b"%PDF")
    assert hashlib.sha256(pdf.content).hexdigest() == made["pdf"]
    assert assessed.get(f"ledger/entries/{made['entry']}")["subject"] == made["id"]
    assert assessed.refused("POST", "reports", {"report": "posture", "day": day(1)}) == "day"
    assert assessed.refused("POST", "reports", {"report": "posture", "quarter": "2026-Q1"}) == "quarter"
    assert assessed.refused("POST", "reports", {"report": "board"}) == "quarter"


def test_the_record_can_be_read_proven_signed_and_taken_away(owner: Program) -> None:
    size = owner.get("ledger")["size"]
    signed = owner.do("POST", "ledger/checkpoints", None, 201)
    assert signed["size"] == size
    assert owner.ask("GET", "ledger/checkpoint").content.decode() == signed["note"]
    entry = owner.get("ledger/entries/1")
    assert entry["content"]["record"]
    proof = owner.get("ledger/entries/1/proof")
    assert (proof["format"], proof["leaf"], proof["checkpoint"]) == (
        "duecare-proof/1",
        entry["leaf"],
        signed["note"],
    )
    record_note("terminal:test", "note", "site.test", "n", {})
    newest = Entry.objects.order_by("-index")[0].index
    assert owner.refused("GET", f"ledger/entries/{newest}/proof", status=404) == "index"
    answer = owner.ask("POST", "ledger/export")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert "checkpoint" in archive.namelist()
    note = Entry.objects.filter(kind="ledger.export").get()
    assert note.actor == owner.viewer.actor
    assert Payload.objects.filter(index=note.index).exists()


def test_people_are_listed_by_name_for_readers_alone(owner: Program, member: Program) -> None:
    assert "Maeve" in [row["name"] for row in owner.get("people")["rows"]]
    assert member.do("GET", "people", status=404)


def test_what_a_program_does_stands_in_the_record_as_its_owners_act(owner: Program) -> None:
    made = owner.do("POST", "tasks", {"title": "x"}, 201)
    entry = Entry.objects.get(kind="program.task", subject=made["id"])
    assert entry.actor == owner.viewer.actor
    assert Task.objects.get().made_by == owner.viewer.actor
