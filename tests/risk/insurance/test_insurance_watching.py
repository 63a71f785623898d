"""What a signed answer is held against from day to day: what was signed, what the insurer was told, and never
what nobody can see any more."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from duecare.errors import Refused
from duecare.ledger.browsing import opened_about
from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.models import Finding, Task
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.evidence import ASKED_WITHIN
from duecare.risk.insurance.statements import actions, watching
from duecare.risk.insurance.statements.models import InsurerStatement, StatementDrift
from duecare.risk.insurance.statements.queries import reference
from duecare.risk.insurance.statements.watching import watch
from tests.people import browser, sign_in
from tests.risk.insurance.insurance_samples import MFA, outcome, sign, signed, statement

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
DISKS = "systems.disks_encrypted"
"""Of the area `systems`."""
BOTH = {"rests_on": (f"check:{MFA}", f"check:{DISKS}")}


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return re.sub(r"\s+", " ", answer.content.decode())


def page(row: InsurerStatement) -> str:
    return f"/risk/insurance/statements/{row.pk}/"


def finding() -> Finding:
    """The one that is open."""
    found: Finding = Finding.objects.get(check_id="risk.insurerstatement", closed_at=None)
    return found


def tell(viewer: Viewer) -> StatementDrift:
    drift = StatementDrift.objects.get(told_at=None)
    return actions.tell(viewer, drift.pk, "By mail to the claims department.", NOW)


# ── Signing ──────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_signs_for_evidence_that_was_asked_too_long_ago(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    outcome(MFA, NOW, days=90)
    row = statement(viewer)
    long_ago = NOW - ASKED_WITHIN - timedelta(hours=1)
    actions.answer_statement(viewer, row.pk, "yes", "The list.", long_ago)
    told = text(client, page(row))
    assert "Evidence was asked more than 14 days ago" in told
    assert "Answer it anew" in told
    second = browser()
    sign_in(second, Role.APPROVER)
    assert "Sign or send back" not in text(second, page(row))
    given = {"decided": "approved", "words": "", "entry": seen_entry(row)}
    answer = second.post(f"/approvals/{reference(row.pk)}/decide/", given)
    assert answer.status_code in (400, 403)
    assert "more than 14 days ago" in answer.content.decode()
    row.refresh_from_db()
    assert row.signed_at is None
    actions.answer_statement(viewer, row.pk, "yes", "The list.", NOW)
    assert "Evidence was asked" in text(second, f"/approvals/{reference(row.pk)}/decide/")
    sign(row)
    assert row.signed_at is not None
    assert "more than 14 days ago" not in text(client, page(row))


def test_an_answer_does_not_overwrite_what_somebody_else_changed_meanwhile(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    outcome(MFA, NOW)
    row = statement(viewer)
    seen = seen_entry(row)
    assert f'value="{seen}"' in text(client, f"{page(row)}answer/")
    actions.answer_statement(viewer, row.pk, "yes", "The list of May.", NOW)
    given = {"answer": "no", "basis": "x", "differs_because": "x", "seen": seen}
    answer = client.post(f"{page(row)}answer/", given)
    assert answer.status_code == 400
    assert "changed this while you wrote" in answer.content.decode()
    row.refresh_from_db()
    assert row.answer == "yes"


# ── Evidence that goes blind ─────────────────────────────────────────────────────────────────────────────


def test_evidence_that_goes_blind_on_one_check_is_a_drift_beside_another_that_is_met(
    owner: tuple[Client, Viewer],
) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    outcome(DISKS, NOW)
    signed(viewer, **BOTH)
    outcome(DISKS, NOW, verdict="unknown")
    assert watch("worker", NOW) == (1, 0)
    assert "no longer show it" in finding().reason


def test_an_exception_that_goes_out_of_sight_closes_nothing(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    signed(viewer)
    outcome(MFA, NOW, unmet=["ada"])
    watch("worker", NOW)
    outcome(MFA, NOW, verdict="unknown")
    assert watch("worker", NOW) == (0, 0)
    assert "no longer show it" in finding().reason
    told = StatementDrift.objects.get().said
    assert any("ada" in line for line in told["why"]), "what was untrue for a time is told all the same"
    outcome(MFA, NOW)
    assert watch("worker", NOW) == (0, 1)


def test_what_was_unknown_at_signing_and_then_untrue_is_not_mended_by_being_unknown_again(
    owner: tuple[Client, Viewer],
) -> None:
    _client, viewer = owner
    row = statement(viewer)
    actions.answer_statement(viewer, row.pk, "yes", "The list.", NOW, differs_because="Seen by hand.")
    sign(row)
    assert watch("worker", NOW) == (0, 0), "it was known when it was signed"
    outcome(MFA, NOW, unmet=["ada"])
    assert watch("worker", NOW) == (1, 0)
    outcome(MFA, NOW, verdict="unknown")
    for _day in range(2):
        assert watch("worker", NOW) == (0, 0)
        assert "Evidence says no" in finding().reason
    outcome(MFA, NOW)
    assert watch("worker", NOW) == (0, 1)


# ── What the insurer knows ───────────────────────────────────────────────────────────────────────────────


def test_the_insurer_knows_what_the_change_said_and_not_what_came_after_it(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    outcome(MFA, NOW)
    row = signed(viewer)
    outcome(MFA, NOW, unmet=["ada"])
    watch("worker", NOW)
    outcome(MFA, NOW, unmet=["ada", "ben"])  # after the worker looked, before somebody says that it was told
    told = text(client, f"{page(row)}told/")
    assert "ada" in told
    assert "ben" not in told
    drift = tell(viewer)
    assert [one["name"] for one in drift.said["counters"]] == ["ada"]
    assert watch("worker", NOW) == (1, 0), "ben is still owed"
    assert "ben" in finding().reason


def test_who_says_that_it_was_told_has_read_the_change_as_it_stands(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    outcome(MFA, NOW)
    row = signed(viewer)
    outcome(MFA, NOW, unmet=["ada"])
    watch("worker", NOW)
    drift = StatementDrift.objects.get()
    seen = seen_entry(drift)
    assert f'value="{seen}"' in text(client, f"{page(row)}told/")
    outcome(MFA, NOW, unmet=["ada", "ben"])
    watch("worker", NOW)
    answer = client.post(f"{page(row)}told/", {"words": "By mail.", "seen": seen})
    assert answer.status_code == 400
    assert "changed this while you wrote" in answer.content.decode()
    drift.refresh_from_db()
    assert drift.told_at is None


def test_once_evidence_agreed_again_what_was_signed_counts_again(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    signed(viewer)
    outcome(MFA, NOW, unmet=["ada"])
    watch("worker", NOW)
    tell(viewer)
    assert watch("worker", NOW) == (0, 0)
    outcome(MFA, NOW)
    assert watch("worker", NOW) == (0, 0)
    assert StatementDrift.objects.get().agreed_at is not None
    outcome(MFA, NOW, unmet=["ada"])
    assert watch("worker", NOW) == (1, 0), "ada was mended, and is untrue anew"
    assert StatementDrift.objects.filter(told_at=None).count() == 1


def test_going_blind_after_it_was_told_is_no_agreement(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    signed(viewer)
    outcome(MFA, NOW, unmet=["ada"])
    watch("worker", NOW)
    drift = tell(viewer)
    outcome(MFA, NOW, verdict="unknown")
    assert watch("worker", NOW) == (1, 0)
    drift.refresh_from_db()
    assert drift.agreed_at is None


def test_two_checks_that_name_the_same_thing_are_two_changes(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    outcome(DISKS, NOW)
    signed(viewer, **BOTH)
    outcome(MFA, NOW, unmet=["ada"])
    watch("worker", NOW)
    tell(viewer)
    outcome(DISKS, NOW, unmet=["ada"])
    assert watch("worker", NOW) == (1, 0)


# ── Two at once ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_worker_leaves_alone_what_somebody_told_or_ended_since_it_looked(
    owner: tuple[Client, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    row = signed(viewer)
    outcome(MFA, NOW, unmet=["ada"])
    watch("worker", NOW)
    outcome(MFA, NOW, unmet=["ada", "ben"])
    read = list(watching._watched(NOW))
    drift = tell(viewer)
    with monkeypatch.context() as patch:
        patch.setattr(watching, "_watched", lambda now: iter(read))
        assert watch("worker", NOW) == (0, 0)
    drift.refresh_from_db()
    assert [one["name"] for one in drift.said["counters"]] == ["ada"], "what was told is not written anew"
    read = list(watching._watched(NOW))
    actions.end_statement(viewer, row.pk, "Renewed.", NOW)
    with monkeypatch.context() as patch:
        patch.setattr(watching, "_watched", lambda now: iter(read))
        assert watch("worker", NOW) == (0, 0)
    assert Finding.objects.filter(check_id="risk.insurerstatement", closed_at=None).count() == 0


# ── Areas ────────────────────────────────────────────────────────────────────────────────────────────────


def test_who_does_not_see_all_of_the_evidence_freezes_none_of_it(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    outcome(MFA, NOW)
    outcome(DISKS, NOW)
    row = statement(viewer, **BOTH)
    limited = browser()
    manager = sign_in(limited, Role.MANAGER, areas=["risk", "systems"])
    assert limited.get(f"{page(row)}answer/").status_code == 403
    with pytest.raises(Refused, match="outside of your areas"):
        actions.answer_statement(manager, row.pk, "cannot say", "x", NOW)
    actions.answer_statement(viewer, row.pk, "yes", "The list.", NOW)
    sign(row)
    outcome(MFA, NOW, unmet=["ada"])
    watch("worker", NOW)
    assert limited.get(f"{page(row)}told/").status_code == 403
    with pytest.raises(Refused, match="outside of your areas"):
        tell(manager)
    assert "ada" in text(client, page(row))


def test_what_was_frozen_names_nothing_outside_of_a_viewers_areas(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    outcome(MFA, NOW, unmet=["ada"])
    outcome(DISKS, NOW, unmet=["lap-7"])
    row = statement(viewer, **BOTH)
    actions.answer_statement(viewer, row.pk, "no", "The list.", NOW)
    limited = browser()
    sign_in(limited, Role.MANAGER, areas=["risk", "systems"])
    told = text(limited, page(row))
    assert "lap-7" in told
    assert "ada" not in told
    assert "It lies outside of your areas." in told
    assert "2 counterexamples" in told, "how many there are is always said"
    whole = text(client, page(row))
    assert "ada" in whole
    assert "lap-7" in whole


def test_an_entry_that_may_name_another_area_is_opened_to_nobody_limited_to_some(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    outcome(MFA, NOW)
    outcome(DISKS, NOW)
    row = signed(viewer, **BOTH)
    outcome(MFA, NOW, unmet=["ada"])
    watch("worker", NOW)
    limited = browser()
    manager = sign_in(limited, Role.MANAGER, areas=["risk", "systems"])
    assert limited.get(page(row)).status_code == 200
    spanning = Entry.objects.filter(kind__in=["risk.insurerstatement", "risk.statementdrift"])
    assert {one.kind for one in spanning} == {"risk.insurerstatement", "risk.statementdrift"}
    for one in spanning:
        answer = limited.get(f"/ledger/{one.index}/")
        assert answer.status_code == 404, one
        assert "limited to areas" in answer.content.decode()
        assert "ada" not in answer.content.decode()
        assert limited.get(f"/ledger/{one.index}/proof.json").status_code == 404, one
        assert not opened_about(one.kind, [one.subject], manager).exists()
        assert client.get(f"/ledger/{one.index}/").status_code == 200, one
    policy = Entry.objects.filter(kind="risk.insurancepolicy", subject=row.policy_id).latest("index")
    assert limited.get(f"/ledger/{policy.index}/").status_code == 200, "it names nothing of another area"


def test_the_finding_of_one_area_names_nothing_of_another(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    outcome(MFA, NOW)
    outcome(DISKS, NOW)
    row = signed(viewer, **BOTH)
    outcome(MFA, NOW, unmet=["ada"])
    outcome(DISKS, NOW, unmet=["lap-7"])
    watch("worker", NOW)
    found, task = finding(), Task.objects.get(about=reference(row.pk))
    assert found.safeguard == "mfa"
    for words in (found.reason, task.why):
        assert "ada" in words
        assert "lap-7" not in words
    outcome(DISKS, NOW, unmet=["lap-7", "lap-8"])
    watch("worker", NOW)
    assert "lap-8" not in finding().reason
    assert [one["name"] for one in StatementDrift.objects.get().said["counters"]] == ["ada", "lap-7", "lap-8"]
