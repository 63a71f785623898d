"""A policy's notice period is a clock of every case that begins while it is in force, and of no other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duecare.incidents.cases.actions import open_case
from duecare.incidents.cases.models import Case
from duecare.incidents.notices.clock_actions import record_event
from duecare.incidents.notices.clocks import clocks_of
from duecare.law.applicable import register_now
from duecare.law.models import Applying, LawChange
from duecare.law.moments import Moment
from duecare.law.obligations import register
from duecare.law.told import State, Told
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import contract_clocks
from duecare.program.record_form import LONG
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.policies.actions import change_policy, end_policy, put_notice
from duecare.risk.insurance.policies.terms import COUNTED, TRIGGERS, Notice
from tests.people import browser, sign_in
from tests.risk.insurance.insurance_samples import NEVER, draft, policy

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
EVERYTHING = Viewer("test", "", frozenset({Role.AUDITOR}))


@pytest.fixture
def owner() -> Viewer:
    return sign_in(browser(), Role.OWNER)


def clock_of(case: Case, policy_key: str) -> list[Told]:
    return [
        one
        for one in clocks_of(case, EVERYTHING, NOW).told
        if one.clock.obligation == f"own-policy-{policy_key}"
    ]


def aware(viewer: Viewer, title: str = "Ransomware") -> Case:
    case = open_case(viewer.actor, NOW, title=title)
    moment = Moment(NOW - timedelta(hours=2), case.zone)
    record_event(viewer.actor, case.pk, "awareness", moment, NOW, words="We saw it.")
    case.refresh_from_db()
    return case


def test_a_case_that_begins_under_a_policy_has_its_clock_with_the_time_at_which_it_ends(
    owner: Viewer,
) -> None:
    row = policy(owner, NOW)
    (told,) = clock_of(aware(owner), row.pk)
    assert told.state is State.RUNNING
    assert told.strict_due is not None
    assert told.strict_due.at == NOW - timedelta(hours=2) + timedelta(hours=72)
    assert str(told.clock.recipient) == "Northwind, claims department"
    assert "not notice" in str(told.clock.citation)


def test_the_clock_stands_on_the_page_of_the_case_and_the_policy_on_that_of_the_law() -> None:
    client = browser()
    viewer = sign_in(client, Role.OWNER)
    row = policy(viewer, NOW)
    case = aware(viewer)
    page = client.get(f"/incidents/cases/{case.pk}/clocks/")
    assert page.status_code == 200
    assert "Northwind, claims department" in page.content.decode()
    law = client.get(f"/law/obligations/own-policy-{row.pk}/")
    assert law.status_code == 200
    assert f"/risk/insurance/policies/{row.pk}/" in law.content.decode()
    assert "Northwind Mutual, CY-1" in client.get("/law/").content.decode()


def test_a_policy_that_is_over_not_yet_begun_or_ended_starts_no_clock(owner: Viewer) -> None:
    over = policy(owner, NOW, number="old", period_to=(NOW - timedelta(days=2)).date())
    ahead = policy(
        owner,
        NOW,
        number="next",
        period_from=(NOW + timedelta(days=2)).date(),
        period_to=(NOW + timedelta(days=9)).date(),
    )
    ended = policy(owner, NOW, number="gone")
    end_policy(owner, ended.pk, "Cancelled.", NOW)
    case = aware(owner)
    assert [clock_of(case, row.pk) for row in (over, ahead, ended)] == [[], [], []]


def test_a_case_that_runs_keeps_its_clock_when_the_policy_changes_or_ends(owner: Viewer) -> None:
    row = policy(owner, NOW)
    case = aware(owner)
    end_policy(owner, row.pk, "Rescinded.", NOW)
    (told,) = clock_of(case, row.pk)
    assert told.state is State.RUNNING
    assert clock_of(aware(owner, "The next"), row.pk) == []


def test_what_applies_is_told_of_as_it_changes_with_the_version_of_the_policy(owner: Viewer) -> None:
    from duecare.law.following.actions import follow

    follow(owner.actor, NOW)
    row = policy(owner, NOW)
    id = f"own-policy-{row.pk}"
    assert Applying.objects.get(pk=id).version == f"{id}/{row.version}"
    assert LawChange.objects.filter(obligation=id).exists()
    changed = change_policy(owner, row.pk, draft(NOW.date(), contact="x" * LONG), seen_entry(row), NOW)
    assert register_now().obligations[id].version == f"{id}/{changed.version}"
    end_policy(owner, row.pk, "Cancelled.", NOW)
    assert not Applying.objects.filter(pk=id).exists()


@pytest.mark.parametrize("counted", COUNTED)
def test_every_way_to_count_and_every_event_that_is_offered_is_one_that_clocks_know(
    owner: Viewer, counted: str
) -> None:
    assert set(TRIGGERS) <= set(register().events)
    row = policy(owner, NOW)
    for trigger in TRIGGERS:
        amount = None if counted == "undelayed" else 5
        put_notice(owner, row.pk, Notice("", "Broker", "y" * 1000, trigger, counted, amount), NEVER, NOW)
    assert len(register_now().obligations[f"own-policy-{row.pk}"].clocks) == 1 + len(TRIGGERS)


def test_a_follower_that_fails_undoes_nothing(owner: Viewer, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(actor: str) -> None:
        raise RuntimeError(actor)

    monkeypatch.setattr(contract_clocks, "_followers", [fails])
    assert policy(owner, NOW).notices
