"""Claims: linked to an incident, told in time or late, and what came of them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from duecare.errors import BadInput, Refused
from duecare.incidents.cases.actions import open_case
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.claims.actions import Draft, add_claim, change_claim
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.claims.queries import timely_of
from duecare.risk.insurance.claims.states import timely
from duecare.risk.insurance.policies.actions import put_notice
from duecare.risk.insurance.policies.terms import Notice
from tests.people import browser, sign_in
from tests.risk.insurance.insurance_samples import CENT, NEVER, policy

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
KNOWN = NOW - timedelta(days=5)


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return re.sub(r"\s+", " ", answer.content.decode())


def test_a_claim_is_written_down_of_an_incident_and_says_that_its_notice_is_late(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    row = policy(viewer, NOW)
    case = open_case(viewer.actor, NOW, title="Ransomware")
    address = f"/risk/insurance/policies/{row.pk}/claims/new/?about=incidents.case:{case.pk}"
    assert "Ransomware" in text(client, address)
    given = {
        "title": "Ransomware", "about": f"incidents.case:{case.pk}", "part": row.parts[0]["id"],
        "known_at": KNOWN.strftime("%Y-%m-%dT%H:%M"), "state": "to do", "claimed": "120k",
    }  # fmt: skip
    assert client.post(address, {**given, "about": "incidents.case:none"}).status_code == 400
    assert client.post(address, {**given, "part": "none"}).status_code == 400
    made = client.post(address, given)
    page = text(client, made["Location"])
    for words in ("not told, and it has ended", "Late", "Ransomware", "EUR 120,000", "Response"):
        assert words in page
    assert "Late" in text(client, f"/risk/insurance/policies/{row.pk}/")
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert "Say how it stands" not in text(auditor, made["Location"])


def test_what_cannot_be_of_a_claim_is_refused_at_its_field(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    row = policy(viewer, NOW)
    for draft, field in (
        (Draft("x", NOW + timedelta(days=1)), "known_at"),
        (Draft("x", KNOWN, state="paid"), "noticed_at"),
        (
            Draft("x", KNOWN, noticed_at=KNOWN - timedelta(days=1), noticed_how="Mail", state="paid"),
            "noticed_at",
        ),
        (Draft("x", KNOWN, noticed_at=NOW, state="notice given"), "noticed_how"),
        (Draft("x", KNOWN, noticed_at=NOW, noticed_how="Mail"), "state"),
        (Draft("x", KNOWN, noticed_at=NOW, noticed_how="Mail", state="paid"), "paid"),
        (Draft("", KNOWN), "title"),
        (Draft("x", KNOWN, claimed=-1), "claimed"),
    ):
        with pytest.raises(BadInput) as error:
            add_claim(viewer, row.pk, draft, NOW)
        assert error.value.place == field
    assert not Claim.objects.exists()


def test_a_claim_that_was_told_in_time_stays_so_when_it_is_paid(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    row = policy(viewer, NOW)
    told = Draft("x", KNOWN, noticed_at=KNOWN + timedelta(hours=71), noticed_how="Mail", state="notice given")
    made = add_claim(viewer, row.pk, told, NOW)
    (found,) = timely_of(made, NOW)
    assert (found.late, found.words) == (False, "told in time")
    seen = seen_entry(made)
    paid = Draft(
        "x", KNOWN, noticed_at=KNOWN + timedelta(hours=73), noticed_how="Mail", state="paid", paid=9 * CENT
    )
    changed = change_claim(viewer, made.pk, paid, seen, NOW)
    assert changed.paid == 9 * CENT
    assert timely_of(changed, NOW)[0].late
    with pytest.raises(Refused, match="changed this while you wrote"):
        change_claim(viewer, made.pk, paid, seen, NOW)


def test_days_are_whole_days_where_the_organisation_is_and_no_number_is_nobodys_lateness() -> None:
    known = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    days = Notice("1", "Claims", "Mail", "awareness", "days", 2)
    open_end = Notice("2", "Broker", "Mail", "awareness", "undelayed")
    last, after = datetime(2026, 3, 3, 23, 59, tzinfo=UTC), datetime(2026, 3, 4, 0, 1, tzinfo=UTC)
    assert [one.late for one in timely(known, last, (days, open_end), after, UTC)] == [False, False]
    assert [one.late for one in timely(known, after, (days, open_end), after, UTC)] == [True, False]
    assert [one.late for one in timely(known, None, (days,), last, UTC)] == [False]


@pytest.mark.parametrize("trigger", ["suspicion", "discovery"])
def test_a_period_that_may_have_begun_before_we_were_aware_is_never_said_to_be_met(trigger: str) -> None:
    known = datetime(2026, 3, 1, 12, tzinfo=UTC)
    soon, after = known + timedelta(hours=9), known + timedelta(hours=73)
    notice = Notice("1", "Claims", "Mail", trigger, "hours", 72)
    (told,) = timely(known, soon, (notice,), after, UTC)
    assert (told.late, told.look) == (False, "unknown")
    assert "not known here" in told.words
    (waits,) = timely(known, None, (notice,), soon, UTC)
    assert (waits.late, waits.look) == (False, "unknown")
    assert [one.look for one in timely(known, None, (notice,), after, UTC)] == ["late"]
    assert [one.look for one in timely(known, after, (notice,), after, UTC)] == ["late"]
    aware = replace(notice, trigger="awareness")
    assert [one.look for one in timely(known, soon, (aware,), after, UTC)] == ["met"]
    assert [one.look for one in timely(known, None, (aware,), soon, UTC)] == ["waiting"]


def test_the_page_of_a_claim_says_that_a_period_may_have_begun_earlier(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    row = policy(viewer, NOW)
    (kept,) = row.notices
    put_notice(viewer, row.pk, Notice(**{**kept, "trigger": "discovery"}), NEVER, NOW)
    told = Draft("x", KNOWN, noticed_at=KNOWN + timedelta(hours=9), noticed_how="Mail", state="notice given")
    made = add_claim(viewer, row.pk, told, NOW)
    page = text(client, f"/risk/insurance/claims/{made.pk}/")
    assert "at the latest until" in page
    assert "Unknown" in page
    assert ": told in time" not in page
    assert "Claim it" not in text(client, f"/risk/insurance/claims/{made.pk}/change/")


def test_beside_a_form_that_is_late_stands_only_what_somebody_changed(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    row = policy(viewer, NOW)
    made = add_claim(viewer, row.pk, Draft("x", KNOWN, claimed=120_000 * CENT), NOW)
    typed = {
        "title": "x", "known_at": KNOWN.strftime("%Y-%m-%dT%H:%M"), "state": "to do", "claimed": "120k",
        "seen": seen_entry(made),
    }  # fmt: skip
    change_claim(viewer, made.pk, Draft("Theirs", KNOWN, claimed=9 * CENT), seen_entry(made), NOW)
    late = client.post(f"/risk/insurance/claims/{made.pk}/change/", typed)
    assert late.status_code == 400
    assert set(re.findall(r"Now it says: ([^<]*)<", late.content.decode())) == {"Theirs", "9"}
