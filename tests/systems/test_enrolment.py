"""Enrolling a computer: a token for one name and one hour, a key shown with it, and a person's decision."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from typer.testing import CliRunner

from duecare.cli import app
from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.models import Entry, Payload
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.judgement import Grade
from duecare.systems import enrolment_actions, push_views
from duecare.systems.actions import remove_host, take_in_report
from duecare.systems.collector.pushing import NotDone
from duecare.systems.envelopes import Shown, fingerprint_of, same_name
from duecare.systems.fleet_models import Enrolment, EnrolmentState, EnrolmentToken, HostKey
from duecare.systems.models import Host
from tests.people import browser, sign_in
from tests.site.api_server import served
from tests.systems.fleet import TERMINAL, Computer, machine_id, newest_enrolment, told

NOTHING = "This token enrols nothing"


@pytest.fixture
def now(home: Path) -> datetime:
    return utc_now()


@pytest.fixture
def web(now: datetime, tmp_path: Path) -> Iterator[Computer]:
    """A computer that nobody has enrolled."""
    cache.clear()
    sign_in(browser(), Role.OWNER)
    with served() as address:
        yield Computer.at(address, tmp_path)


def shown(token: str, name: str = "web-1", key: str = "ab") -> Shown:
    return Shown(token, key * 32, name, machine_id(name))


def waiting(now: datetime, name: str = "web-1", key: str = "ab") -> Enrolment:
    """An enrolment that waits for a decision."""
    _offered, token = enrolment_actions.offer(TERMINAL, name, now)
    return enrolment_actions.answer(shown(token, name, key), "192.0.2.7", now)


# ── The token ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_token_is_long_shown_once_and_never_kept(now: datetime) -> None:
    offered, token = enrolment_actions.offer(TERMINAL, " web-1 ", now)
    assert (offered.name, offered.state) == ("web-1", EnrolmentState.OFFERED)
    assert len(token) > 40
    assert token not in str(EnrolmentToken.objects.values())
    assert not any(token.encode() in bytes(data) for data in Payload.objects.values_list("data", flat=True))


@pytest.mark.parametrize("name", ["", " ", "a b", "a\x00b", "x" * 254, "web\n1"])
def test_what_is_no_name_of_a_computer_is_refused(now: datetime, name: str) -> None:
    with pytest.raises(BadInput, match="is not the name of a computer"):
        enrolment_actions.offer(TERMINAL, name, now)


def test_a_token_counts_once_for_its_name_within_an_hour(now: datetime) -> None:
    _offered, token = enrolment_actions.offer(TERMINAL, "web-1", now)
    late = now + enrolment_actions.LASTS
    for wrong, at in ((shown(token, "web-2"), now), (shown("dce_none"), now), (shown(token), late)):
        with pytest.raises(Refused, match=NOTHING):
            enrolment_actions.answer(wrong, "192.0.2.7", at)
    answered = enrolment_actions.answer(shown(token), "192.0.2.7", now)
    assert (answered.state, answered.address, answered.told_name) == ("waiting", "192.0.2.7", "web-1")
    with pytest.raises(Refused, match=NOTHING):
        enrolment_actions.answer(shown(token, key="cd"), "192.0.2.7", now)
    assert not EnrolmentToken.objects.exists()


def test_a_key_that_was_shown_before_is_not_taken_again(now: datetime) -> None:
    waiting(now)
    _offered, token = enrolment_actions.offer(TERMINAL, "web-1", now)
    with pytest.raises(Refused, match=NOTHING):
        enrolment_actions.answer(shown(token), "192.0.2.7", now)


def test_a_token_that_was_withdrawn_enrols_nothing(now: datetime) -> None:
    offered, token = enrolment_actions.offer(TERMINAL, "web-1", now)
    enrolment_actions.withdraw(offered, TERMINAL, now)
    with pytest.raises(Refused, match=NOTHING):
        enrolment_actions.answer(shown(token), "192.0.2.7", now)
    with pytest.raises(Refused, match="has gone on meanwhile"):
        enrolment_actions.withdraw(offered, TERMINAL, now)


def test_tokens_that_are_over_are_forgotten_with_the_next(now: datetime) -> None:
    enrolment_actions.offer(TERMINAL, "web-1", now - timedelta(hours=2))
    enrolment_actions.offer(TERMINAL, "web-2", now)
    assert EnrolmentToken.objects.count() == 1


def test_only_so_many_wait_at_the_same_time(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolment_actions, "MOST_OPEN", 2)
    waiting(now)
    enrolment_actions.offer(TERMINAL, "web-2", now)
    with pytest.raises(Refused, match="2 enrolments wait already"):
        enrolment_actions.offer(TERMINAL, "web-3", now)


def test_the_terminal_makes_a_token_too(now: datetime) -> None:
    done = CliRunner().invoke(app, ["host", "enrol", "web-7"])
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("dce_")
    assert newest_enrolment().name == "web-7"
    enrolment_actions.answer(shown(done.stdout.strip(), "web-7"), "192.0.2.7", utc_now())


# ── The decision ─────────────────────────────────────────────────────────────────────────────────────────


def test_approved_the_key_is_the_hosts_and_the_record_says_by_whom(now: datetime) -> None:
    host = enrolment_actions.approve(waiting(now), "person:ada", now, compared=False, because="as agreed")
    assert (host.name, host.key) == ("web-1", machine_id("web-1"))
    assert HostKey.objects.get().public_key == "ab" * 32
    decided = Enrolment.objects.get()
    assert (decided.state, decided.decided_by, decided.compared) == ("approved", "person:ada", False)
    entry = Entry.objects.filter(kind="systems.hostkey").get()
    assert entry.actor == "person:ada"


def test_what_was_decided_stays_decided(now: datetime) -> None:
    found = waiting(now)
    enrolment_actions.refuse(found, TERMINAL, now, "not ours")
    with pytest.raises(Refused, match="has gone on meanwhile: Refused"):
        enrolment_actions.approve(found, TERMINAL, now, compared=True)
    assert not Host.objects.exists()


def test_nothing_is_refused_or_ended_without_a_reason(now: datetime) -> None:
    with pytest.raises(BadInput, match="not refused without a reason"):
        enrolment_actions.refuse(waiting(now), TERMINAL, now, " ")
    host = enrolment_actions.approve(newest_enrolment(), TERMINAL, now, compared=True)
    with pytest.raises(BadInput, match="not ended without a reason"):
        enrolment_actions.end_key(host, TERMINAL, now, "")
    enrolment_actions.end_key(host, TERMINAL, now, "stolen")
    with pytest.raises(NotFound, match="has no key that counts"):
        enrolment_actions.end_key(host, TERMINAL, now, "stolen")


def test_a_new_key_ends_the_one_before(now: datetime) -> None:
    for key in ("ab", "cd"):
        enrolment_actions.approve(waiting(now, key=key), TERMINAL, now, compared=True)
    before, after = HostKey.objects.order_by("public_key")
    assert (before.ended_because, after.ended_at) == ("a newer key took its place", None)
    assert before.host == after.host


def test_a_host_that_was_removed_is_not_enrolled_again(now: datetime) -> None:
    taken = take_in_report(told("web-1"), TERMINAL, now, Grade.IMPORTED, new_host=True)
    remove_host(taken.host, TERMINAL, "sold", now)
    with pytest.raises(Refused, match="web-1 was removed, and this is the same machine"):
        enrolment_actions.approve(waiting(now), TERMINAL, now, compared=True)
    assert newest_enrolment().state == EnrolmentState.WAITING


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("web-1", "WEB-1", True),
        ("web-1", "web-1.clinic.example", True),
        ("web-1.clinic.example.", "web-1.clinic.example", True),
        ("web-1.a.example", "web-1.b.example", False),
        ("web-1", "web-2", False),
        ("web-1", "web-1x", False),
        ("", "", True),
        ("", ".example", False),
    ],
)
def test_a_short_name_is_that_of_the_long_one(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same_name(other, one) is same


# ── From the computer ────────────────────────────────────────────────────────────────────────────────────


def test_a_computer_shows_the_token_with_a_key_of_its_own(web: Computer) -> None:
    _offered, token = enrolment_actions.offer(TERMINAL, "web-1", utc_now())
    said = web.shows(token)
    found = newest_enrolment()
    assert found.state == EnrolmentState.WAITING
    assert fingerprint_of(found.public_key) in said
    assert len(fingerprint_of(found.public_key).split()) == 8
    assert found.address == "127.0.0.1"


def test_a_token_that_counts_for_nothing_leaves_no_key(web: Computer) -> None:
    _offered, token = enrolment_actions.offer(TERMINAL, "web-1", utc_now())
    for wrong, name in (("dce_" + "x" * 43, ""), (token, "web-2")):
        with pytest.raises(NotDone, match=NOTHING):
            web.shows(wrong, name=name)
    assert not web.kept.has_key()
    assert newest_enrolment().state == EnrolmentState.OFFERED


def test_a_computer_with_a_key_keeps_it_unless_told_otherwise(web: Computer) -> None:
    web.enrolled()
    before = web.key()
    with pytest.raises(ValueError, match="holds a key already; --new-key"):
        web.shows("dce_any")
    with pytest.raises(NotDone):
        web.shows("dce_wrong", anew=True)
    assert web.key() == before
    web.enrolled(anew=True)
    assert web.key()["seed"] != before["seed"]


def post(content: Any, client: Client | None = None) -> Any:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    client = client or Client(SERVER_NAME="localhost")
    return client.generic("POST", "/collect/enrol/", data, content_type="application/json")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[" * 3000,
        {},
        {"format": "duecare-enrolment/1"},
        {"format": "duecare-enrolment/1", "token": 7},
        {
            "format": "duecare-enrolment/1",
            "token": "dce_x",
            "public_key": "ab" * 32,
            "name": "web\ud800",
            "key": "ab" * 32,
            "signature": "ab" * 64,
        },
        {
            "format": "duecare-enrolment/1",
            "token": "dce_x",
            "public_key": "ab" * 32,
            "name": "web-1",
            "key": "ab" * 32,
            "signature": "ab" * 64,
        },
        b" " * 9000,
    ],
)
def test_what_no_collector_sends_is_refused(web: Computer, content: Any) -> None:
    answer = post(content)
    assert answer.status_code == 400, answer.content
    assert answer.json()["error"]["what"]


def test_guesses_are_counted_and_the_first_are_on_the_record(
    web: Computer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(push_views, "TRIED_AN_HOUR", 3)
    for _ in range(3):
        with pytest.raises(NotDone, match=NOTHING):
            web.shows("dce_guess")
    _offered, token = enrolment_actions.offer(TERMINAL, "web-1", utc_now())
    with pytest.raises(NotDone, match="from this address failed"):
        web.shows(token)
    assert Entry.objects.filter(kind="systems.enrolment-refused").count() == 3
