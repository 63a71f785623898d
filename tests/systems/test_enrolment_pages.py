"""The pages of enrolling: a token shown once, what is told before a decision, and who may decide."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.judgement import Grade
from duecare.systems import enrolment_actions
from duecare.systems.actions import take_in_report
from duecare.systems.envelopes import Shown, fingerprint_of
from duecare.systems.fleet_models import DoubtKind, Enrolment, HostKey, KeyDoubt
from duecare.systems.models import Host
from duecare.systems.push_actions import _doubt
from tests.people import browser, sign_in
from tests.systems.fleet import TERMINAL, machine_id, newest_enrolment, told

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def client() -> Client:
    client = browser()
    sign_in(client, Role.MANAGER)
    return client


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return re.sub(r"\s+", " ", answer.content.decode())


def waiting(name: str = "web-1", key: str = "ab", machine: str = "") -> Enrolment:
    _offered, token = enrolment_actions.offer(TERMINAL, name, utc_now())
    shown = Shown(token, key * 32, name, machine_id(machine or name))
    return enrolment_actions.answer(shown, "192.0.2.7", utc_now())


def enrolled() -> Host:
    return enrolment_actions.approve(waiting(), TERMINAL, utc_now(), compared=True)


def decide(client: Client, found: Enrolment, **fields: str) -> int:
    return client.post(f"/systems/enrolments/{found.pk}/decide/", fields).status_code


def test_the_token_is_shown_once_with_the_commands(client: Client) -> None:
    shown = client.post("/systems/enrolments/new/", {"name": "web-1"}).content.decode()
    token = re.search(r'id="token">(dce_\S+)<', shown)
    assert token
    assert "--enrol http://localhost" in shown
    assert token[1] not in page(client, f"/systems/enrolments/{newest_enrolment().pk}/")
    assert "No computer has answered yet" in page(client, "/systems/enrolments/")
    wrong = client.post("/systems/enrolments/new/", {"name": "web 1"})
    assert wrong.status_code == 400
    assert "is not the name of a computer" in wrong.content.decode()


def test_before_a_decision_the_page_tells_all_that_is_known(client: Client) -> None:
    found = waiting()
    shown = page(client, f"/systems/enrolments/{found.pk}/decide/")
    for word in (fingerprint_of("ab" * 32), "web-1", "192.0.2.7", "can forge its reports"):
        assert word in shown


def test_a_manager_approves_and_the_hosts_page_says_who(client: Client) -> None:
    found = waiting()
    assert decide(client, found, answer="approve") == 400
    assert decide(client, found, answer="approve", compared="unseen") == 302
    assert Enrolment.objects.get().compared is False
    shown = page(client, f"/systems/{Host.objects.get().pk}/")
    assert fingerprint_of("ab" * 32) in shown
    assert "approved by Manager Example" in shown
    assert "End its key" in shown
    assert decide(client, found, answer="approve", compared="unseen") == 403


def test_a_refusal_needs_its_reason(client: Client) -> None:
    found = waiting()
    assert decide(client, found, answer="refuse") == 400
    assert decide(client, found, answer="refuse", because="not ours") == 302
    shown = page(client, f"/systems/enrolments/{found.pk}/")
    assert "not ours" in shown
    assert "Decide" not in re.findall(r"<a class=\"button primary\"[^>]*>([^<]*)", shown)


def test_a_key_that_takes_anothers_place_is_told_before(client: Client) -> None:
    enrolled()
    assert "which has a key already" in page(client, f"/systems/enrolments/{waiting(key='cd').pk}/decide/")
    copy = waiting("web-2", key="ef", machine="web-1")
    assert "or is a copy of it" in page(client, f"/systems/enrolments/{copy.pk}/decide/")


def test_a_host_that_is_known_already_is_named(client: Client) -> None:
    take_in_report(told("web-1"), TERMINAL, utc_now(), Grade.IMPORTED, new_host=True)
    assert "its reports go on there" in page(client, f"/systems/enrolments/{waiting().pk}/")


def test_nobody_answered_in_time(client: Client) -> None:
    enrolment_actions.offer(TERMINAL, "web-1", utc_now() - timedelta(hours=2))
    assert "Nobody answered in time" in page(client, "/systems/enrolments/?state=over")
    assert "web-1" not in page(client, "/systems/enrolments/?state=offered").partition("<tbody")[2]
    assert "Make a new token" in page(client, f"/systems/enrolments/{newest_enrolment().pk}/")


def test_a_token_can_be_withdrawn(client: Client) -> None:
    enrolment_actions.offer(TERMINAL, "web-1", utc_now())
    found = newest_enrolment()
    assert client.post(f"/systems/enrolments/{found.pk}/withdraw/").status_code == 302
    assert "Withdrawn" in page(client, f"/systems/enrolments/{found.pk}/")


def test_a_key_is_ended_for_a_reason(client: Client) -> None:
    host = enrolled()
    assert client.post(f"/systems/{host.pk}/key/end/", {"reason": ""}).status_code == 400
    assert client.post(f"/systems/{host.pk}/key/end/", {"reason": "stolen"}).status_code == 302
    assert HostKey.objects.get().ended_because == "stolen"
    shown = page(client, f"/systems/{host.pk}/")
    assert "counts no more since" in shown
    assert "End its key" not in shown


def test_a_doubt_stands_on_top_of_the_hosts_page(client: Client) -> None:
    host = enrolled()
    _doubt(HostKey.objects.get(), DoubtKind.COUNTER, "counter 1 came after 2", "192.0.2.9", utc_now())
    shown = page(client, f"/systems/{host.pk}/")
    assert "a copy of the computer may use the same key" in shown
    assert "192.0.2.9" in shown
    assert KeyDoubt.objects.get().told in shown


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR])
def test_who_may_only_read_sees_but_decides_nothing(role: Role) -> None:
    client = browser()
    sign_in(client, role)
    found = waiting()
    assert "Decide</a>" not in page(client, f"/systems/enrolments/{found.pk}/")
    assert decide(client, found, answer="approve", compared="compared") == 403
    assert client.get("/systems/enrolments/new/").status_code == 403
    assert newest_enrolment().state == "waiting"
