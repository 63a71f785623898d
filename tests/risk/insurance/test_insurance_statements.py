"""Insurer statements: answered from evidence, signed, compared daily, told of when they no longer stand."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from duecare.errors import BadInput, Refused
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.approval_queries import approvals_in_force
from duecare.program.models import Finding, Task
from duecare.risk.insurance.policies.actions import end_policy
from duecare.risk.insurance.statements import actions
from duecare.risk.insurance.statements.models import InsurerStatement, StatementDrift
from duecare.risk.insurance.statements.queries import reference
from duecare.risk.insurance.statements.watching import watch
from tests.people import browser, sign_in
from tests.risk.insurance.insurance_samples import MFA, outcome, policy, sign, signed, statement

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
GIVEN = {
    "question": "Is multi-factor authentication required for all remote access?", "kind": "warranty",
    "scope": "All accounts of people.", "predicate": "A second factor is registered.",
    "as_of": NOW.date().isoformat(), "until": (NOW + timedelta(days=300)).date().isoformat(),
    "continuity": "throughout", "consequence": "The policy can be rescinded.", "tell_within": "14",
    "rests_on": [f"check:{MFA}"],
}  # fmt: skip


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_question_is_answered_from_evidence_signed_by_a_second_person_and_frozen(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    outcome(MFA, NOW)
    under = policy(viewer, NOW)
    assert client.post(f"/risk/insurance/policies/{under.pk}/statements/new/", {}).status_code == 400
    made = client.post(f"/risk/insurance/policies/{under.pk}/statements/new/", GIVEN)
    page = made["Location"]
    assert "Met by all 3" in text(client, page)
    assert "What evidence says now" in text(client, f"{page}answer/")
    assert client.post(f"{page}answer/", {"answer": "yes", "basis": ""}).status_code == 400
    assert client.post(f"{page}answer/", {"answer": "yes", "basis": "The list of May."}).status_code == 302
    row = InsurerStatement.objects.get()
    assert row.said["answer"] == "yes"
    sign(row)
    assert reference(row.pk) in approvals_in_force([reference(row.pk)], viewer)
    outcome(MFA, NOW, unmet=["ada"])
    told = text(client, page)
    assert "What evidence said then" in told
    assert "ada" in told
    assert client.get(f"{page}change/").status_code == 403
    with pytest.raises(Refused, match="signed"):
        actions.answer_statement(viewer, row.pk, "no", "x", NOW)


def test_an_answer_that_evidence_does_not_give_needs_a_reason_that_whoever_signs_reads(
    owner: tuple[Client, Viewer],
) -> None:
    _client, viewer = owner
    outcome(MFA, NOW, unmet=["ada", "ben"])
    row = statement(viewer)
    with pytest.raises(BadInput) as error:
        actions.answer_statement(viewer, row.pk, "yes", "The list.", NOW)
    assert error.value.place == "differs_because"
    actions.answer_statement(viewer, row.pk, "yes", "The list.", NOW, differs_because="Both left in May.")
    second = browser()
    sign_in(second, Role.APPROVER)
    page = text(second, f"/approvals/{reference(row.pk)}/decide/")
    for words in ("Both left in May.", "ada", "MFA everywhere?", "Rescission."):
        assert words in page
    row.refresh_from_db()
    assert [one["name"] for one in row.said["counters"]] == ["ada", "ben"]


def test_who_refuses_sends_it_back_to_be_answered_anew(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    row = statement(viewer)
    actions.answer_statement(viewer, row.pk, "yes", "The list.", NOW)
    sign(row, "refused")
    assert (row.answer, row.signed_at, row.said) == ("", None, {})


def test_who_answered_does_not_sign_while_somebody_else_may(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    outcome(MFA, NOW)
    row = statement(viewer)
    actions.answer_statement(viewer, row.pk, "yes", "The list.", NOW)
    sign_in(browser(), Role.APPROVER)
    page = client.get(f"/approvals/{reference(row.pk)}/decide/")
    assert page.status_code == 403 or "Nobody decides on what they asked for" in page.content.decode()


def test_a_signed_answer_that_no_longer_stands_opens_a_finding_and_the_task_to_tell(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    outcome(MFA, NOW)
    row = signed(viewer)
    assert watch("worker", NOW) == (0, 0)
    outcome(MFA, NOW, unmet=["ada"])
    assert watch("worker", NOW) == (1, 0)
    assert watch("worker", NOW) == (0, 0), "once"
    finding = Finding.objects.get(check_id="risk.insurerstatement")
    assert (finding.subject, finding.closed_at) == (reference(row.pk), None)
    assert "Evidence says no" in finding.reason
    task = Task.objects.get(about=reference(row.pk))
    assert task.due == NOW.date() + timedelta(days=14)
    assert "Northwind Mutual" in task.title
    page = f"/risk/insurance/statements/{row.pk}/"
    assert "no longer agrees" in text(client, page)
    assert client.post(f"{page}told/", {"words": ""}).status_code == 400
    assert client.post(f"{page}told/", {"words": "By mail to the claims department."}).status_code == 302
    finding.refresh_from_db()
    task.refresh_from_db()
    assert finding.closed_because == "the insurer was told"
    assert task.ended_as == "done"
    assert client.get(f"{page}told/").status_code == 404
    assert watch("worker", NOW) == (0, 0), "of what the insurer knows nothing is owed"
    outcome(MFA, NOW, unmet=["ada", "ben"])
    assert watch("worker", NOW) == (1, 0), "of what is new it is"
    assert approvals_in_force([reference(row.pk)], viewer), "the signature stays about what was signed"


def test_evidence_that_agrees_again_closes_the_finding_and_leaves_the_duty_to_tell(
    owner: tuple[Client, Viewer],
) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    row = signed(viewer)
    outcome(MFA, NOW, unmet=["ada"])
    watch("worker", NOW)
    outcome(MFA, NOW)
    assert watch("worker", NOW) == (0, 1)
    assert Finding.objects.get(check_id="risk.insurerstatement").closed_because == "evidence agrees again"
    assert Task.objects.get(about=reference(row.pk)).ended_at is None
    with pytest.raises(Refused, match="not told yet"):
        actions.end_statement(viewer, row.pk, "Renewed.", NOW)
    outcome(MFA, NOW, unmet=["ben"])
    assert watch("worker", NOW) == (1, 0)
    assert StatementDrift.objects.count() == 1, "the insurer is told once of both"
    assert Task.objects.filter(about=reference(row.pk)).count() == 1


def test_evidence_that_went_stale_can_no_longer_uphold_the_answer(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    outcome(MFA, NOW, days=3)
    signed(viewer)
    later: datetime = NOW + timedelta(days=4)
    assert watch("worker", later) == (1, 0)
    assert "can no longer show it" in Finding.objects.get(check_id="risk.insurerstatement").reason


@pytest.mark.parametrize(
    "changed",
    [
        {"continuity": "on the day"},
        {"until": NOW.date() - timedelta(days=1), "as_of": NOW.date() - timedelta(days=9)},
    ],
)
def test_a_statement_of_one_day_or_of_a_period_that_is_over_does_not_drift(
    owner: tuple[Client, Viewer], changed: dict[str, object]
) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    signed(viewer, **changed)
    outcome(MFA, NOW, unmet=["ada"])
    assert watch("worker", NOW) == (0, 0)


def test_a_policy_that_was_ended_is_watched_no_more(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    row = signed(viewer)
    end_policy(viewer, row.policy_id, "Rescinded.", NOW)
    outcome(MFA, NOW, unmet=["ada"])
    assert watch("worker", NOW) == (0, 0)


def test_what_is_no_check_is_refused_and_a_statement_that_rests_on_nothing_cannot_be_shown(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    with pytest.raises(BadInput) as error:
        statement(viewer, rests_on=("check:nothing.at_all",))
    assert error.value.place == "rests_on"
    row = statement(viewer, rests_on=())
    assert "No check or safeguard of ours" in text(client, f"/risk/insurance/statements/{row.pk}/")


def test_a_safeguard_as_a_whole_names_the_exceptions_of_its_checks(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    outcome(MFA, NOW, unmet=["ada"])
    row = statement(viewer, rests_on=("safeguard:mfa",))
    page = text(client, f"/risk/insurance/statements/{row.pk}/")
    assert "ada" in page
    assert "1 counterexample" in page
