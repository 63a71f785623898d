"""The clocks of a case: counted by a law that stands still, moved by answers that nobody loses, never stopped
in silence."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from typer.testing import CliRunner

from duecare.cli import app
from duecare.errors import BadInput, Refused
from duecare.incidents.cases.closing import hindrances
from duecare.incidents.models import Case, CaseFact, TimelineEntry
from duecare.incidents.notices import clock_actions
from duecare.incidents.notices.boards import CaseBoard, cases_of
from duecare.incidents.notices.clocks import Clocks, clock_id, clocks_of
from duecare.incidents.timeline.actions import strike_entry
from duecare.law import obligations
from duecare.law.clocks import State
from duecare.law.moments import moment
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Role, Scope, Viewer
from duecare.program import actions
from duecare.program.profile_followers import Unconfirmed
from duecare.site.api_tokens import make_token
from tests.incidents import clinic
from tests.incidents.clinic import FRIDAY, HOUR, TERMINAL, answer, aware
from tests.people import browser, sign_in


@pytest.fixture
def case(home: Path) -> Case:
    """A case that was opened on the Friday."""
    with clinic.at(FRIDAY):
        clinic.found()
        return clinic.case()


@pytest.fixture
def viewer() -> Viewer:
    return Viewer(TERMINAL, "", frozenset({Role.OWNER}))


def told(case: Case, viewer: Viewer, now: datetime) -> Clocks:
    return clocks_of(Case.objects.get(pk=case.pk), viewer, now)


def test_the_hours_of_the_union_run_over_the_night_on_which_the_clocks_go_back(
    case: Case, viewer: Viewer
) -> None:
    aware(case)
    answer(case, "personal_data_breach", True)
    gdpr = told(case, viewer, FRIDAY + HOUR).of("eu-gdpr.authority")
    assert gdpr
    assert gdpr.strict_due
    assert gdpr.state is State.RUNNING
    # 72 hours later it is 09:20 by the clock on the wall, because one hour came twice.
    assert gdpr.strict_due.written() == "2026-10-26T09:20:00+01:00"
    assert gdpr.strict_due.at == FRIDAY + timedelta(hours=72)


def test_the_law_is_frozen_by_the_first_act_and_another_is_taken_over_only_with_a_reason(
    case: Case, viewer: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not case.law
    aware(case)
    answer(case, "personal_data_breach", True)
    case.refresh_from_db()
    assert case.law
    assert case.law_version == obligations.register().version
    noted = [row.words for row in TimelineEntry.objects.filter(case=case, kind="note")]
    assert noted == [f"The clocks begin. They count by the law of version {case.law_version}."]

    shipped = obligations.register()
    gdpr = shipped.obligations["eu-gdpr"]
    clock = dataclasses.replace(gdpr.clocks[0], amount=96)
    changed = dataclasses.replace(gdpr, clocks=(clock, *gdpr.clocks[1:]))
    later = dataclasses.replace(
        shipped, version="later", obligations={**shipped.obligations, "eu-gdpr": changed}
    )
    monkeypatch.setattr("duecare.law.applicable.register", lambda: later)
    before = told(case, viewer, FRIDAY + HOUR).of("eu-gdpr.authority")
    assert before
    assert before.strict_due
    assert before.strict_due.at == FRIDAY + timedelta(hours=72)

    client = browser()
    with clinic.at(FRIDAY + 2 * HOUR):
        sign_in(client, Role.OWNER)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(f"/incidents/cases/{case.pk}/clocks/").content.decode()
        assert "1 clock would stand otherwise by it" in page
        assert len(asked) < 30
        address = f"/incidents/cases/{case.pk}/clocks/take-over/"
        page = client.get(address).content.decode()
        assert "2026-10-27T09:20:00+01:00" in page
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        assert client.post(address, {"seen": seen, "reason": " "}).status_code == 400
        assert client.post(address, {"seen": seen, "reason": "Counsel wants it."}).status_code == 302
    after = told(case, viewer, FRIDAY + 2 * HOUR).of("eu-gdpr.authority")
    assert after
    assert after.strict_due
    assert after.strict_due.at == FRIDAY + timedelta(hours=96)
    with pytest.raises(Refused, match="changed this while you wrote"):
        clock_actions.take_over_law(TERMINAL, case.pk, "Again.", int(seen), FRIDAY + 3 * HOUR)


def test_an_answer_that_would_stop_a_clock_names_it_and_is_taken_only_once_it_is_confirmed(
    case: Case, viewer: Viewer
) -> None:
    aware(case)
    answer(case, "personal_data_breach", True)
    with pytest.raises(clock_actions.Stops, match="competent or lead supervisory authority") as stops:
        answer(case, "risk_to_individuals", "unlikely")
    assert [one.clock.obligation for one in stops.value.clocks] == ["eu-gdpr"]
    assert told(case, viewer, FRIDAY + HOUR).of("eu-gdpr.authority").state is State.RUNNING  # type: ignore[union-attr]
    client = browser()
    with clinic.at(FRIDAY + HOUR):
        sign_in(client, Role.OWNER)
        address = f"/incidents/cases/{case.pk}/clocks/answer/risk_to_individuals/"
        page = client.post(address, {"value": "unlikely", "words": "Encrypted.", "seen": ""})
        assert page.status_code == 400
        assert 'name="clock" value="eu-gdpr.authority"' in page.content.decode()
        assert "Encrypted." in page.content.decode()
        assert not CaseFact.objects.filter(fact="risk_to_individuals").exists()
        confirmed = {"confirmed": "on", "clock": "eu-gdpr.authority"}
        client.post(address, {"value": "unlikely", "words": "Encrypted.", "seen": "", **confirmed})
    assert told(case, viewer, FRIDAY + HOUR).of("eu-gdpr.authority").state is State.NOT_TRIGGERED  # type: ignore[union-attr]


def test_an_answer_about_the_organisation_that_would_stop_a_clock_is_confirmed_wherever_it_is_given(
    case: Case, viewer: Viewer
) -> None:
    aware(case)
    answer(case, "personal_data_breach", True)
    with clinic.at(FRIDAY + HOUR):
        rehearsed, other = clinic.case("Rehearsed", exercise=True), clinic.case("Another")
        aware(rehearsed)
        answer(rehearsed, "personal_data_breach", True)
        off = {"eu_gdpr_scope": False}
        with pytest.raises(Unconfirmed, match="Incident 1: the clock to competent") as stops:
            actions.answer_facts(TERMINAL, off)
        with pytest.raises(Unconfirmed):
            actions.change_profile(TERMINAL, facts={**clinic.FACTS, **off})
        with pytest.raises(Refused, match="in the settings"):
            clock_actions.answer_about_us(TERMINAL, other.pk, "profile.eu_gdpr_scope", False, FRIDAY + HOUR)
        client = browser()
        token = make_token(sign_in(client, Role.OWNER), "x", list(Scope), 1, FRIDAY + HOUR)
        sent: dict[str, Any] = {
            "content_type": "application/json",
            "headers": {"Authorization": f"Bearer {token}"},
        }
        facts = {**clinic.FACTS, **off}
        program = Client(SERVER_NAME="localhost")
        refused = program.patch("/api/profile", {"facts": facts}, **sent)
        assert refused.status_code == 403, refused.content
        assert told(case, viewer, FRIDAY + HOUR).of("eu-gdpr.authority").state is State.RUNNING  # type: ignore[union-attr]
        agreed = {"facts": facts, "confirmed": list(stops.value.stops)}
        assert program.patch("/api/profile", agreed, **sent).status_code == 200
    assert told(case, viewer, FRIDAY + HOUR).of("eu-gdpr.authority").state is State.NOT_APPLICABLE  # type: ignore[union-attr]


def test_striking_the_event_from_which_a_clock_runs_is_taken_only_once_it_is_confirmed(
    case: Case, viewer: Viewer
) -> None:
    entry = aware(case)
    answer(case, "personal_data_breach", True)
    case.refresh_from_db()
    with pytest.raises(clock_actions.Stops, match=r"eu-gdpr\.authority") as stops:
        strike_entry(TERMINAL, case, entry.pk, "It was another case.", FRIDAY + HOUR)
    entry.refresh_from_db()
    assert entry.struck_at is None
    ids = [clock_id(one) for one in stops.value.clocks]
    strike_entry(TERMINAL, case, entry.pk, "It was another case.", FRIDAY + HOUR, confirmed=ids)
    assert told(case, viewer, FRIDAY + HOUR).of("eu-gdpr.authority").state is State.WAITING  # type: ignore[union-attr]


def test_a_case_whose_law_cannot_be_read_takes_no_other_with_it_and_is_mended_by_newer_law(
    case: Case, viewer: Viewer
) -> None:
    with clinic.at(FRIDAY):
        broken = clinic.case("Broken")
    for one in (case, broken):
        aware(one)
        answer(one, "personal_data_breach", True)
    strange = blobs.keep(b"[]")
    with clinic.at(FRIDAY + HOUR), recording(TERMINAL, "break the law of a case"):
        row = Case.objects.get(pk=broken.pk)
        row.law = strange
        row.save()
    rows = cases_of(viewer, FRIDAY + HOUR)
    assert [row.case.pk for row in rows] == [broken.pk, case.pk]
    assert isinstance(rows[1], CaseBoard)
    assert any("cannot be counted" in one for one in hindrances(row, FRIDAY + HOUR))
    client = browser()
    with clinic.at(FRIDAY + HOUR):
        sign_in(client, Role.OWNER)
        for path in ("board/", f"cases/{broken.pk}/clocks/", f"cases/{broken.pk}/clocks/place/"):
            page = client.get(f"/incidents/{path}")
            assert page.status_code == 200, path
            assert "cannot be counted" in page.content.decode(), path
        address = f"/incidents/cases/{broken.pk}/clocks/take-over/"
        page = client.get(address).content.decode()
        assert "another release" in page
        seen = page.partition('name="seen" value="')[2].partition('"')[0]
        assert client.post(address, {"seen": seen, "reason": "It cannot be read."}).status_code == 302
    assert told(broken, viewer, FRIDAY + HOUR).of("eu-gdpr.authority")


def test_two_who_answer_at_once_are_told_of_each_other_and_an_unknown_answer_stops_nothing(
    case: Case, viewer: Viewer
) -> None:
    row = answer(case, "affected_individuals", 1200)
    with pytest.raises(Refused, match="changed this while you wrote"):
        answer(case, "affected_individuals", 900)
    row.refresh_from_db()
    assert row.value == 1200
    for value in (True, "many", -1, 1.5):
        with pytest.raises(BadInput, match="no answer to that question"):
            answer(case, "affected_individuals", value)
    for fact in ("no_such_fact", "residents_affected.", "residents_affected.the moon"):
        with pytest.raises(BadInput, match="asks nothing called"):
            answer(case, fact, None)


def test_an_event_in_the_hour_that_came_twice_asks_which_and_one_to_come_is_refused(case: Case) -> None:
    client = browser()
    with clinic.at(FRIDAY + timedelta(days=3)):
        sign_in(client, Role.OWNER)
        address = f"/incidents/cases/{case.pk}/clocks/happened/determination_of_materiality/"
        sent = {"at": "2026-10-25 02:30", "zone": "Europe/Berlin", "obligation": "us-sec-8k"}
        page = client.post(address, sent)
        assert page.status_code == 400
        assert "Was it the first time, 2026-10-25T02:30+02:00" in page.content.decode()
        assert client.post(address, {**sent, "at": "2026-11-25 02:30"}).status_code == 400
        assert not TimelineEntry.objects.filter(trigger="determination_of_materiality").exists()
        assert client.post(address, {**sent, "at": "2026-10-25T02:30+01:00"}).status_code == 302
    entry = TimelineEntry.objects.get(trigger="determination_of_materiality")
    assert (entry.happened_at, entry.obligation) == (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "us-sec-8k")


def test_of_a_day_alone_the_time_is_asked_and_told_anew_in_its_place(case: Case, viewer: Viewer) -> None:
    answer(case, "personal_data_breach", True)
    day = clock_actions.record_event(
        TERMINAL, case.pk, "awareness", moment("2026-10-23", "Europe/Berlin", "at"), FRIDAY + HOUR
    )
    before = told(case, viewer, FRIDAY + HOUR).of("eu-gdpr.authority")
    assert before
    assert before.state is State.NEEDS_DECISION
    client = browser()
    with clinic.at(FRIDAY + HOUR):
        sign_in(client, Role.OWNER)
        page = client.get(f"/incidents/cases/{case.pk}/clocks/").content.decode()
        assert f'name="instead_of" value="{day.pk}"' in page
        address = f"/incidents/cases/{case.pk}/clocks/happened/awareness/"
        client.post(address, {"at": "2026-10-23 10:20", "zone": "Europe/Berlin", "instead_of": day.pk})
    day.refresh_from_db()
    assert day.struck_because == "told anew with its time"
    told_now = TimelineEntry.objects.get(trigger="awareness", struck_at=None)
    for event, instead in (("detection", told_now), ("awareness", told_now)):
        at = moment("2026-10-23 10:20", "Europe/Berlin", "at")
        with pytest.raises(BadInput, match="by its day alone"):
            clock_actions.record_event(TERMINAL, case.pk, event, at, FRIDAY + HOUR, instead_of=instead.pk)
    after = told(case, viewer, FRIDAY + HOUR).of("eu-gdpr.authority")
    assert after
    assert after.state is State.RUNNING


def test_a_closed_case_is_read_with_what_was_answered_about_the_organisation_then(
    case: Case, viewer: Viewer
) -> None:
    aware(case)
    answer(case, "personal_data_breach", True)
    assert any("eu-gdpr.authority" in one for one in hindrances(case, FRIDAY + HOUR))
    with clinic.at(FRIDAY + 2 * HOUR), recording(TERMINAL, "close"):
        found = Case.objects.get(pk=case.pk)
        found.closed_at, found.closed_as = FRIDAY + 2 * HOUR, "resolved"
        found.save()
    with clinic.at(FRIDAY + 3 * HOUR):
        actions.change_profile(TERMINAL, facts={})
    clocks = told(case, viewer, FRIDAY + timedelta(days=30))
    gdpr = clocks.of("eu-gdpr.authority")
    assert gdpr
    assert gdpr.state is State.RUNNING, "as it stood when the case closed"
    with pytest.raises(Refused, match="closed"):
        aware(case)


def test_programs_read_answer_and_tell_what_happened_and_the_terminal_prints_the_same(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duecare.cli._opened", lambda: None)
    with clinic.at(FRIDAY + HOUR):
        viewer = sign_in(browser(), Role.OWNER)
        secret = make_token(viewer, "test", [Scope.READ, Scope.INCIDENTS], 30, FRIDAY + HOUR)
        client = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {secret}"})
        address = f"/api/incidents/cases/{case.pk}"

        def send(method: str, path: str, body: object) -> Any:
            return client.generic(method, path, json.dumps(body), content_type="application/json")

        event = {"event": "awareness", "at": "2026-10-23 10:20"}
        assert send("POST", f"{address}/events", event).status_code == 201
        answered = send("PUT", f"{address}/facts/personal_data_breach", {"value": True})
        assert answered.status_code == 200
        stops = send("PUT", f"{address}/facts/risk_to_individuals", {"value": "unlikely"})
        assert 400 <= stops.status_code < 500
        assert "would stop" in stops.json()["error"]["what"]
        assert stops.json()["error"]["place"] == "confirmed"
        clocks = client.get(f"{address}/clocks").json()["clocks"]
        gdpr = next(one for one in clocks if one["id"] == "eu-gdpr.authority")
        assert (gdpr["group"], gdpr["strict_due"]) == ("running", "2026-10-26T09:20:00+01:00")
        draft = {"clock": gdpr["id"], "recipient": "Authority", "subject": "A breach", "words": "Text."}
        made = send("POST", f"{address}/notices", draft).json()
        handed = {"at": "2026-10-23 11:10", "reference": "AZ 7"}
        told = send("POST", f"/api/incidents/notices/{made['id']}/hand-in", handed).json()
        assert (told["state"], told["reference"]) == ("sent", "AZ 7")
        printed = CliRunner().invoke(app, ["incidents", "clocks", "1", "--json"])
        assert printed.exit_code == 0, printed.output
        found = {one["id"]: one for one in json.loads(printed.stdout)["clocks"]}
        assert found["eu-gdpr.authority"]["state"] == "met"
        lines = CliRunner().invoke(app, ["incidents", "clocks", "1"]).stdout
        assert "eu-gdpr.authority: competent or lead supervisory authority" in lines
