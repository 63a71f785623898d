"""Exceptions are asked for with a reason, a measure and a last day; approved, they hold until that day."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.models import Entry, Head
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.approval_actions import approve
from duecare.program.approval_queries import version_of
from duecare.program.catalogue import catalogue
from duecare.program.exception_actions import Draft, ask_for_exception, withdraw_exception
from duecare.program.exception_queries import (
    Condition,
    condition_of,
    excuses,
    find_exception,
    holding,
    in_condition,
    reference,
    rows,
)
from duecare.program.models import Answer, Approval, Decided, Finding, Profile, SafeguardException
from duecare.program.posture import State
from duecare.program.queries import PROFILE, standing_of, standings
from duecare.program.questions import questions
from duecare.program.statement_actions import Draft as Statement
from duecare.program.statement_actions import make_statement
from duecare.program.task_queries import today_at
from duecare.site import terminal
from tests.people import browser, sign_in

pytestmark = pytest.mark.usefixtures("home")
ASKER = "person:asker"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def cheap_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def draft(**changes: Any) -> Draft:
    values: dict[str, Any] = {
        "safeguard": "patching",
        "reason": "The scanner's maker forbids updates until May.",
        "measure": "It stands in a network of its own.",
        "expires": today_at(utc_now()) + 90 * DAY,
    }
    return Draft(**values | changes)


def ask(**changes: Any) -> SafeguardException:
    return ask_for_exception(ASKER, draft(**changes), utc_now())


def finding(**changes: Any) -> Finding:
    values: dict[str, Any] = {
        "check_id": "patching.updates", "safeguard": "patching", "subject": "systems.host:k1",
        "subject_name": "scan-1", "reason": "14 updates wait", "opened_at": utc_now(),
    }  # fmt: skip
    with recording("server", "find a gap"):
        made: Finding = Finding.objects.create(id=new_key(), **values | changes)
    return made


@pytest.fixture
def owner() -> tuple[Viewer, Client]:
    client = browser()
    return sign_in(client, Role.OWNER), client


def decide(row: SafeguardException, viewer: Viewer, decided: Decided = Decided.APPROVED) -> Approval:
    name = reference(row.pk)
    return approve(viewer, name, version_of(name, viewer).entry, decided, "so be it", None, utc_now())


def condition(row: SafeguardException, viewer: Viewer, now: datetime | None = None) -> Condition:
    return condition_of(find_exception(row.pk, viewer), today_at(now or utc_now()))


# ── Asking ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_exception_that_was_asked_for_does_not_hold(owner: tuple[Viewer, Client]) -> None:
    viewer, _client = owner
    row = ask()
    assert condition(row, viewer) is Condition.ASKED
    assert holding(viewer, utc_now()) == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"reason": " "}, "reason"),
        ({"measure": ""}, "measure"),
        ({"reason": "x" * 4001}, "reason"),
        ({"expires": utc_now().date() - 3 * DAY}, "expires"),
        ({"expires": utc_now().date() + 400 * DAY}, "expires"),
    ],
    ids=str,
)
def test_what_is_wrong_with_it_is_named_and_nothing_is_recorded(changes: dict[str, Any], says: str) -> None:
    before = Head.objects.get().size
    with pytest.raises(BadInput, match=says):
        ask(**changes)
    assert Head.objects.get().size == before


def test_the_last_day_is_at_most_366_days_ahead_and_may_be_today() -> None:
    today = today_at(utc_now())
    with pytest.raises(BadInput):
        ask(expires=today + 367 * DAY)
    assert ask(expires=today + 366 * DAY).expires == today + 366 * DAY
    assert ask(safeguard="role_training", expires=today).expires == today


def test_it_is_about_a_safeguard_or_an_open_finding_that_are_there() -> None:
    with pytest.raises(NotFound):
        ask(safeguard="wishes")
    with pytest.raises(NotFound):
        ask(finding="k-none")
    with pytest.raises(NotFound):
        ask(finding=finding(safeguard="role_training").pk)
    with pytest.raises(Refused, match="closed"):
        ask(finding=finding(closed_at=utc_now()).pk)
    assert ask(finding=finding().pk).about.startswith("program.finding:")


def test_the_same_is_not_asked_for_twice_but_anew_once_it_is_over(owner: tuple[Viewer, Client]) -> None:
    one = finding()
    row = ask(finding=one.pk)
    with pytest.raises(BadInput, match="already"):
        ask(finding=one.pk)
    ask(), ask(finding=finding().pk)
    decide(row, owner[0], Decided.REFUSED)
    ask(finding=one.pk)


# ── Deciding and ending ──────────────────────────────────────────────────────────────────────────────────


def test_it_holds_once_approved_until_the_end_of_its_last_day(owner: tuple[Viewer, Client]) -> None:
    viewer, _client = owner
    with recording("terminal:test", "live in Auckland"):
        Profile.objects.create(id=PROFILE, name="Clinic", zone="Pacific/Auckland")
    row = ask(expires=today_at(utc_now()) + DAY)
    approval = decide(row, viewer)
    (held,) = holding(viewer, utc_now())
    assert (held.key, held.safeguard, held.finding) == (row.pk, "patching", "")
    assert (held.until, held.by, held.since) == (row.expires, viewer.name, approval.at)
    now = utc_now()
    moments = [now + timedelta(hours=hours) for hours in range(72)]
    assert {today_at(moment) <= row.expires for moment in moments if holding(viewer, moment)} == {True}
    assert {today_at(moment) <= row.expires for moment in moments if not holding(viewer, moment)} == {False}
    assert condition(row, viewer, now + timedelta(hours=71)) is Condition.EXPIRED


def test_a_refusal_ends_it(owner: tuple[Viewer, Client]) -> None:
    viewer, client = owner
    row = ask()
    approval = decide(row, viewer, Decided.REFUSED)
    assert condition(row, viewer) is Condition.REFUSED
    assert holding(viewer, utc_now()) == []
    entries = Entry.objects.filter(subject__in=[row.pk, approval.pk]).order_by("-index")[:2]
    assert len({entry.head for entry in entries}) == 1, "in one act"
    assert b"the record was changed since" not in client.get(f"/exceptions/{row.pk}/").content
    with pytest.raises(Refused):
        withdraw_exception(ASKER, row.pk, "too late", utc_now())


def test_one_that_is_withdrawn_no_longer_holds_and_says_why(owner: tuple[Viewer, Client]) -> None:
    viewer, client = owner
    row = ask()
    decide(row, viewer)
    with pytest.raises(BadInput):
        withdraw_exception(ASKER, row.pk, " ", utc_now())
    withdraw_exception(ASKER, row.pk, "the maker let us update", utc_now())
    assert condition(row, viewer) is Condition.ENDED
    assert holding(viewer, utc_now()) == []
    assert b"the maker let us update" in client.get(f"/exceptions/{row.pk}/").content


def test_nobody_decides_on_one_that_has_expired_or_ended(owner: tuple[Viewer, Client]) -> None:
    viewer, _client = owner
    row = ask(expires=today_at(utc_now()))
    name = reference(row.pk)
    entry = version_of(name, viewer).entry
    with pytest.raises(Refused, match="expired"):
        approve(viewer, name, entry, Decided.APPROVED, "", None, utc_now() + 2 * DAY)
    withdraw_exception(ASKER, row.pk, "not needed", utc_now())
    with pytest.raises(Refused, match="ended"):
        decide(row, viewer)


def test_one_that_was_changed_behind_the_approval_does_not_hold(owner: tuple[Viewer, Client]) -> None:
    viewer, _client = owner
    row = ask()
    decide(row, viewer)
    with recording("terminal:insider", "stretch it"):
        SafeguardException.objects.update(expires=row.expires + 100 * DAY)
    assert holding(viewer, utc_now()) == []


def test_the_database_sorts_exceptions_into_the_same_conditions_as_the_page(
    owner: tuple[Viewer, Client],
) -> None:
    viewer, _client = owner
    today = today_at(utc_now())
    made = [ask(finding=finding().pk, expires=today + number * DAY) for number in range(8)]
    for row in made[:3]:
        decide(row, viewer)
    decide(made[3], viewer, Decided.REFUSED)
    withdraw_exception(ASKER, made[4].pk, "over", utc_now())
    withdraw_exception(ASKER, made[2].pk, "over", utc_now())
    for day in (today, today + DAY, today + 6 * DAY, today + 30 * DAY):
        for wanted in Condition:
            found = {row.pk for row in rows(viewer).filter(in_condition(wanted.value, day))}
            assert found == {row.pk for row in rows(viewer) if condition_of(row, day) is wanted}, (
                day,
                wanted,
            )


# ── Pages ────────────────────────────────────────────────────────────────────────────────────────────────


def sent(**changes: Any) -> dict[str, str]:
    values = {"safeguard": "patching", "reason": "why", "measure": "what",
              "expires": (today_at(utc_now()) + 30 * DAY).isoformat()}  # fmt: skip
    return values | changes


def test_a_manager_asks_and_an_approver_decides_on_the_pages() -> None:
    manager, approver = browser(), browser()
    sign_in(manager, Role.MANAGER)
    viewer = sign_in(approver, Role.APPROVER)
    one = finding()
    answer = manager.post(f"/exceptions/new/?about=program.finding:{one.pk}", sent())
    assert answer.status_code == 302
    page = manager.get(answer["Location"]).content.decode()
    assert "14 updates wait" in page
    assert "Not approved" in page
    assert "/decide/" not in page, "a manager does not decide"
    row = SafeguardException.objects.get()
    decide_at = f"/approvals/{reference(row.pk)}/decide/"
    assert decide_at in approver.get(f"/exceptions/{row.pk}/").content.decode()
    entry = version_of(reference(row.pk), viewer).entry
    assert (
        approver.post(decide_at, {"decided": "approved", "entry": entry})["Location"]
        == f"/exceptions/{row.pk}/"
    )
    page = manager.get(f"/exceptions/{row.pk}/").content.decode()
    assert "Approver Example" in page
    assert "asserted by the server" in page
    assert manager.post(f"/exceptions/{row.pk}/withdraw/", {"reason": "done"}).status_code == 302


@pytest.mark.parametrize(
    "changes",
    [{"reason": ""}, {"measure": " "}, {"expires": "2020-01-01"}, {"expires": "9999-01-01"}, {"expires": "x"},
     {"safeguard": "wishes"}],
    ids=str,
)  # fmt: skip
def test_a_form_that_cannot_be_taken_is_shown_again_with_what_was_typed(
    owner: tuple[Viewer, Client], changes: dict[str, str]
) -> None:
    answer = owner[1].post("/exceptions/new/", sent(**{"reason": "because of May", **changes}))
    assert answer.status_code == 400
    assert ("because of May" in answer.content.decode()) == ("reason" not in changes)
    assert not SafeguardException.objects.exists()


def test_text_in_any_form_of_unicode_is_taken(owner: tuple[Viewer, Client]) -> None:
    assert owner[1].post("/exceptions/new/", sent(reason="Cafe\N{COMBINING ACUTE ACCENT}")).status_code == 302
    assert SafeguardException.objects.get().reason == "Caf\N{LATIN SMALL LETTER E WITH ACUTE}"


@pytest.mark.parametrize(
    "about", ["program.finding:none", "program.safeguard:none", "program.person:x", "systems.host:x", "x"]
)
def test_nothing_else_can_be_excepted(owner: tuple[Viewer, Client], about: str) -> None:
    assert owner[1].get("/exceptions/new/", {"about": about}).status_code == 404


def test_the_list_is_filtered_and_taken_away(owner: tuple[Viewer, Client]) -> None:
    viewer, client = owner
    decide(ask(), viewer)
    ask(safeguard="role_training")
    answer = client.get("/exceptions/?format=csv&state=approved")
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    (line,) = csv.DictReader(io.StringIO(content))
    assert (line["State"], line["Exception from"]) == ("approved", "patching")
    assert client.get("/exceptions/?state=nonsense").status_code == 400


def test_an_auditor_reads_and_a_member_sees_nothing() -> None:
    auditor, member, row = browser(), browser(), ask()
    sign_in(auditor, Role.AUDITOR)
    sign_in(member, Role.MEMBER)
    for path in ("/exceptions/", f"/exceptions/{row.pk}/"):
        assert auditor.get(path).status_code == 200
        assert member.get(path).status_code == 404
    for path in ("/exceptions/new/", f"/exceptions/{row.pk}/withdraw/"):
        assert auditor.get(path).status_code == 403
        assert auditor.post(path, sent()).status_code == 403
        assert member.post(path, sent()).status_code == 404
    assert "Withdraw" not in auditor.get(f"/exceptions/{row.pk}/").content.decode()


def test_a_past_day_shows_where_an_exception_stood_then(owner: tuple[Viewer, Client]) -> None:
    viewer, client = owner
    nothing = utc_now().isoformat()
    row = ask()
    asked = utc_now().isoformat()
    decide(row, viewer)
    approved = utc_now().isoformat()
    withdraw_exception(ASKER, row.pk, "over", utc_now())
    page = f"/exceptions/{row.pk}/"
    assert client.get(page, {"as_of": nothing}).status_code == 404
    shown = [client.get(page, {"as_of": moment}).content.decode() for moment in (asked, approved)]
    assert ["Asked for" in text for text in shown] == [True, True], "the term"
    assert ["nobody has decided yet" in text for text in shown] == [True, False]
    assert ["the record was changed since" in text for text in shown] == [False, False]
    assert "Withdraw</a>" not in shown[1]
    listed = client.get("/exceptions/", {"as_of": approved, "state": "approved"}).content.decode()
    assert row.pk in listed
    assert row.pk not in client.get("/exceptions/", {"state": "approved"}).content.decode()


# ── What they make of a safeguard ────────────────────────────────────────────────────────────────────────


def admit(question: str) -> Finding:
    """A gap that somebody admits; the finding about it."""
    asked = questions()[question]
    day = today_at(utc_now())
    make_statement(ASKER, asked, Statement(Answer.NO, "Not yet.", "", day, day), utc_now())
    return Finding.objects.get(item=question, closed_at=None)


def state(safeguard: str, viewer: Viewer, now: datetime | None = None) -> State:
    whole = {one.safeguard.id: one for one in standings(viewer, now or utc_now())}[safeguard]
    assert whole == standing_of(catalogue()[safeguard], viewer, now or utc_now())
    return whole.state


def test_an_admitted_gap_is_excepted_while_its_exception_holds(owner: tuple[Viewer, Client]) -> None:
    viewer, client = owner
    gaps = [admit(one.id) for one in questions().values() if one.safeguard == "physical"]
    made = [ask(safeguard="physical", finding=gap.pk, expires=today_at(utc_now()) + 9 * DAY) for gap in gaps]
    assert state("physical", viewer) is State.FAILING, "asked for is not approved"
    for row in made[1:]:
        decide(row, viewer)
    assert state("physical", viewer) is (State.FAILING if len(gaps) > 1 else State.EXCEPTED)
    decide(made[0], viewer)
    before = utc_now()
    assert state("physical", viewer) is State.EXCEPTED
    assert state("physical", viewer, utc_now() + 11 * DAY) is State.FAILING, "its day is over"
    home = client.get("/").content.decode()
    assert "1 excepted for a time." in home
    assert "Excepted until" in client.get("/safeguards/?state=excepted").content.decode()
    assert f"/exceptions/{made[0].pk}/" in client.get("/safeguards/physical/").content.decode()
    assert f"/exceptions/{made[0].pk}/" in client.get(f"/findings/{gaps[0].pk}/").content.decode()
    rows_of = b"".join(client.get("/findings/?format=csv").streaming_content)  # type: ignore[attr-defined]
    assert rows_of.decode().count(made[0].expires.isoformat()) == len(gaps)
    withdraw_exception(ASKER, made[0].pk, "locks are here", utc_now())
    assert state("physical", viewer) is State.FAILING
    page = client.get("/safeguards/", {"as_of": before.isoformat(), "state": "excepted"}).content.decode()
    assert "/safeguards/physical/" in page


def test_a_new_gap_beside_those_that_are_excepted_fails_the_safeguard(owner: tuple[Viewer, Client]) -> None:
    viewer, _client = owner
    for one in questions().values():
        if one.safeguard == "physical":
            decide(ask(safeguard="physical", finding=admit(one.id).pk), viewer)
    assert state("physical", viewer) is State.EXCEPTED
    finding(safeguard="physical")
    assert state("physical", viewer) is State.FAILING


def test_an_exception_for_the_whole_excepts_what_nobody_can_show(owner: tuple[Viewer, Client]) -> None:
    viewer, client = owner
    assert state("pentest", viewer) is State.UNPROVEN
    decide(ask(safeguard="pentest"), viewer)
    assert state("pentest", viewer) is State.EXCEPTED
    assert "proven" not in client.get("/safeguards/pentest/").content.decode().split("</h1>")[1][:200].lower()


def test_excepted_gaps_fail_nothing_at_the_terminal_until_their_day_is_over(
    owner: tuple[Viewer, Client],
) -> None:
    viewer, _client = owner

    def fails(limit: str, at: datetime) -> bool:
        rows = tuple(one for one in standings(viewer, at) if one.safeguard.id == "physical")
        return replace(terminal.posture_now(viewer), standings=rows, as_of=at).fails(limit)

    made = [
        ask(safeguard="physical", finding=admit(one.id).pk, expires=today_at(utc_now()) + 9 * DAY)
        for one in questions().values()
        if one.safeguard == "physical"
    ]
    assert fails("unmet", utc_now())
    for row in made:
        decide(row, viewer)
    now = utc_now()
    assert not fails("unmet", now)
    assert not fails("unknown", now)
    assert fails("unmet", now + 11 * DAY)
    assert not fails("", now + 11 * DAY)


def test_wherever_an_exception_counts_the_page_says_whether_it_was_approved_alone(
    owner: tuple[Viewer, Client],
) -> None:
    viewer, client = owner
    gap = finding()
    own = ask_for_exception(viewer.actor, draft(finding=gap.pk), utc_now())
    decide(own, viewer)
    assert "approved alone" in client.get(f"/findings/{gap.pk}/").content.decode()
    other = finding(subject="systems.host:k2")
    decide(ask(finding=other.pk), viewer)
    shown = client.get(f"/findings/{other.pk}/").content.decode()
    assert f"approved by {viewer.name}, asserted by the server" in shown
    assert "approved alone" not in shown
    excuse = excuses(viewer, utc_now())["patching"]
    assert excuse.by == f"{viewer.name}, {viewer.name} (alone)"
