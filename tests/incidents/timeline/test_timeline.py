"""The timeline of a case: three times, late ones marked, struck and never changed, taken from files whole."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duecare.errors import Refused
from duecare.incidents.models import Case, TimelineEntry
from duecare.incidents.notices.clock_actions import Stops, clocks_within
from duecare.incidents.notices.clocks import clock_id
from duecare.incidents.notices.models import MAIL
from duecare.incidents.notices.notice_actions import draft_notice, hand_in
from duecare.incidents.timeline import actions, guarding, queries
from duecare.incidents.timeline.rows import Draft
from duecare.law.moments import Moment
from duecare.ledger.models import Head
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from tests.incidents.begun import begin, close, refused, told
from tests.people import browser, sign_in
from tests.site.test_api import program

GOOD = {
    "words": "Clicked <script>alert(1)</script>",
    "happened": "2026-10-25T02:30+02:00",
    "zone": "Europe/Berlin",
    "kind": "event",
    "mark": "started",
    "trigger": "awareness",
    "techniques": "T1566.001",
}


ITS_OWN = ("The case is opened.", "The clocks begin.")
"""What a case writes of itself begins so."""


def entries() -> Any:
    """What the tests wrote."""
    return TimelineEntry.objects.exclude(words__startswith=ITS_OWN[0]).exclude(words__startswith=ITS_OWN[1])


def rows(client: Client, address: str, **query: str) -> list[dict[str, Any]]:
    answer = client.get(address, {**query, "format": "json"})
    assert answer.status_code == 200
    found: list[dict[str, Any]] = json.loads(answer.getvalue())["rows"]
    return [one for one in found if not one["words"].startswith(ITS_OWN)]


def test_an_entry_is_written_struck_and_told_anew_and_html_is_only_text(home: Path) -> None:
    client, viewer, case = begin()
    place = f"/incidents/cases/{case.pk}/timeline/"
    for name, value, said in (
        ("happened", "2026-10-25T02:30", "Was it the first time, 2026-10-25T02:30+02:00"),
        ("happened", "2026-03-29T02:30", "onexistent local time"),
        ("happened", "2200-01-01", "1990 to 2199"),
        ("observed", "2026-10-20T02:30", "seen before it happened"),
        ("observed", "2026-10-26", "At what time of that day"),
        ("techniques", "phishing", "no technique of ATT&amp;CK"),
        ("obligation", "eu-gdpr", "Choose the event of the law too"),
    ):
        values = {**GOOD, name: value, **({"trigger": ""} if name == "obligation" else {})}
        page = refused(client, f"{place}add/", values)
        assert said in page, (name, page[page.find("error-summary") :][:900])
        assert "Clicked &lt;script&gt;" in page, "what was typed is still there"
    assert not entries().exists()
    assert client.post(f"{place}add/", GOOD).status_code == 302
    (first,) = entries()
    page = told(client, place)
    assert "<script>alert" not in page
    assert "2026-10-25T00:30:00Z" in page
    assert "02:30" in page
    assert re.search(r"Late</span> \d+ days", page)
    assert "T1566.001" in page
    assert "you became aware" in page
    entry = f"{place}{first.pk}/"
    assert client.post(f"{entry}anew/", {**GOOD, "happened": "2026-10-25T02:30+01:00"}).status_code == 400
    again = {**GOOD, "happened": "2026-10-25T02:30+01:00", "reason": "It was the second time."}
    assert client.post(f"{entry}anew/", again).status_code == 302
    second = entries().get(struck_at=None)
    assert (second.instead_of_id, second.happened_at - first.happened_at) == (first.pk, timedelta(hours=1))
    page = told(client, entry)
    assert "It was the second time." in page
    assert second.pk in page
    assert client.post(f"{entry}strike/", {"reason": "again"}).status_code == 403
    assert [one["struck_because"] for one in rows(client, place)] == ["It was the second time.", ""]
    (shown,) = rows(
        client, place, state="standing", technique="t1566", law="yes", milestone="started", late="yes"
    )
    assert shown["happened"] == "2026-10-25T01:30:00Z"
    assert shown["words"] == GOOD["words"]
    assert rows(client, place, late="no") == []
    actions.add_entry(viewer.actor, case, Draft(Moment(utc_now(), "UTC"), "in time"), utc_now())
    assert [one["words"] for one in rows(client, place, late="no")] == ["in time"]
    close(case, viewer.actor)
    assert client.post(f"{place}add/", GOOD).status_code == 403
    with pytest.raises(Refused, match="closed"):
        actions.add_entry(viewer.actor, case, Draft(Moment(utc_now(), "UTC"), "x"), utc_now())


def test_events_of_the_law_are_guarded_and_clocks_that_would_stop_are_confirmed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, viewer, case = begin()

    def guard(case: Case, now: datetime) -> guarding.Check:
        told = clocks_within(case, now).told[:1]

        def check(confirmed: Collection[str]) -> None:
            assert entries().filter(struck_at__isnull=False).exists(), "after it was struck"
            if clock_id(told[0]) not in confirmed:
                raise Stops(told)

        return check

    monkeypatch.setattr(guarding, "_guards", [guard])
    happened = Moment(utc_now() - timedelta(hours=1), "UTC")
    made = actions.add_entry(viewer.actor, case, Draft(happened, "Known", trigger="awareness"), utc_now())
    case.refresh_from_db()
    assert case.law, "kept with the first event, whichever page it came from"
    entry = f"/incidents/cases/{case.pk}/timeline/{made.pk}/"
    page = refused(client, f"{entry}strike/", {"reason": "wrong"})
    assert "These clocks run, and would stop" in page
    (clock,) = re.findall(r'name="clock" value="([^"]+)"', page)
    values = {**GOOD, "words": "Known", "mark": "", "happened": happened.written(), "reason": "late"}
    assert "These clocks run, and would stop" in refused(client, f"{entry}anew/", values)
    assert entries().get().struck_at is None
    api, place = program(viewer), f"cases/{case.pk}/timeline/{made.pk}/strike"
    assert api.refused("POST", place, {"reason": "wrong"}) == "confirmed"
    sure = {"reason": "wrong", "confirmed": "on", "clock": clock}
    assert client.post(f"{entry}strike/", sure).status_code == 302
    assert entries().get().struck_because == "wrong"


def test_what_tells_of_a_notice_goes_on_telling_of_it_and_struck_the_notice_is_a_draft_again(
    home: Path,
) -> None:
    client, viewer, case = begin()
    now = utc_now()
    notice = draft_notice(viewer.actor, case.pk, "eu-gdpr.authority", "Authority", "Breach", "It was.", now)
    hand_in(viewer.actor, notice.pk, Moment(now, "UTC"), now, reference="AZ 7")
    first = entries().get(kind="notice")
    place = f"/incidents/cases/{case.pk}/timeline/{first.pk}/"
    page = told(client, f"{place}anew/")
    assert 'name="trigger"' not in page
    values = {**GOOD, "words": "Handed in", "kind": "notice", "mark": "", "reason": "the hour was wrong"}
    assert client.post(f"{place}anew/", values).status_code == 302
    again = entries().get(kind="notice", struck_at=None)
    kept = ("submission_of.eu-gdpr.authority", "eu-gdpr", first.about)
    assert (again.trigger, again.obligation, again.about) == kept
    # The notice was handed in when the entry says, not when the one before said.
    notice.refresh_from_db()
    assert notice.submitted_at == again.happened_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    # It was recorded by mistake: its page leads to the entry, and struck the notice is a draft as before.
    page = told(client, f"/incidents/notices/{notice.pk}/")
    strike = f"/incidents/cases/{case.pk}/timeline/{again.pk}/strike/"
    assert f'href="{strike}"' in page
    assert "is a draft again" in told(client, strike)
    assert client.post(strike, {"reason": "It was another one."}).status_code == 302
    notice.refresh_from_db()
    assert (notice.submitted_at, notice.how, notice.reference) == (None, "", "")
    assert "Record that it was handed in" in told(client, f"/incidents/notices/{notice.pk}/")
    found = clocks_within(case, now).of("eu-gdpr.authority")
    assert found is not None
    assert found.submitted is None


def test_that_the_mail_server_took_a_notice_is_not_struck_and_its_time_stays(home: Path) -> None:
    _client, viewer, case = begin()
    now = utc_now()
    notice = draft_notice(viewer.actor, case.pk, "eu-gdpr.authority", "Authority", "Breach", "It was.", now)
    hand_in(viewer.actor, notice.pk, Moment(now, "UTC"), now)
    with recording(viewer.actor, "as the mail server's acceptance writes it"):
        notice.refresh_from_db()
        notice.how = MAIL
        notice.save()
    entry = entries().get(kind="notice")
    with pytest.raises(Refused, match="taken by the mail server"):
        actions.strike_entry(viewer.actor, case, entry.pk, "wrong", now)
    again = Draft(Moment(now, "UTC"), "Mailed to the authority.", "notice")
    earlier = replace(again, happened=Moment(now - timedelta(hours=1), "UTC"))
    with pytest.raises(Refused, match="taken by the mail server"):
        actions.tell_anew(viewer.actor, case, entry.pk, earlier, "earlier", now)
    actions.tell_anew(viewer.actor, case, entry.pk, again, "other words", now)
    notice.refresh_from_db()
    assert notice.submitted_at == now


def test_entries_are_ordered_by_either_time_and_a_past_day_shows_what_was_known(home: Path) -> None:
    client, viewer, case = begin()
    now, place = utc_now(), f"/incidents/cases/{case.pk}/timeline/"
    for days, words in ((1, "second"), (3, "first"), (2, "between")):
        draft = Draft(Moment(now - timedelta(days=days), case.zone), words)
        actions.add_entry(viewer.actor, case, draft, now + timedelta(seconds=4 - days))
    assert [one["words"] for one in rows(client, place)] == ["first", "between", "second"]
    assert [one["words"] for one in rows(client, place, sort="-recorded")] == ["second", "between", "first"]
    assert [one["late"] for one in rows(client, place)] == ["yes", "yes", "yes"]
    member = browser()
    sign_in(member, Role.MEMBER)
    assert member.get(place).status_code == 404
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert auditor.get(place).status_code == 200
    assert auditor.post(f"{place}add/", GOOD).status_code == 403
    assert client.get(f"{place}?as_of=2026-01-01").status_code == 404


def bring(client: Client, case: Case, text: str, zone: str = "Europe/Berlin", name: str = "t.csv") -> Any:
    file = SimpleUploadedFile(name, text.encode())
    return client.post(f"/incidents/cases/{case.pk}/timeline/import/", {"file": file, "zone": zone})


def test_a_file_is_shown_first_and_taken_in_whole_once_or_not_at_all(home: Path) -> None:
    client, _viewer, case = begin()
    gap = "happened,words\n2026-10-24T10:00,good\n2026-03-29T02:30,in the gap\n"
    answer = bring(client, case, gap)
    assert answer.status_code == 302
    page = told(client, answer["Location"])
    assert "1 row cannot be used" in page
    assert "onexistent local time" in page
    assert client.post(answer["Location"]).status_code == 400
    assert not entries().exists()
    many = "happened,words\n" + "".join(
        f"2026-10-{day:02}T{hour:02}:{minute:02},event {day} {hour} {minute}\n"
        for day in range(1, 10) for hour in range(12) for minute in range(5)
    )  # fmt: skip
    answer = bring(client, case, many)
    assert "540 rows" in told(client, answer["Location"])
    before = Head.objects.get().size
    assert client.post(answer["Location"]).status_code == 302
    assert entries().filter(case=case).count() == 540
    assert Head.objects.get().size == before + 542, "two acts"
    assert client.post(answer["Location"]).status_code == 404, "it waits no more"
    answer = bring(client, case, many)
    assert "This very file was taken in" in told(client, answer["Location"])
    assert client.post(answer["Location"]).status_code == 400
    one = entries()[0]
    strike = f"/incidents/cases/{case.pk}/timeline/{one.pk}/strike-file/"
    assert client.post(strike, {"reason": "of another case"}).status_code == 302
    assert not entries().filter(struck_at=None).exists()
    assert "540 rows" in told(client, answer["Location"]), "all of it may come again"
    assert bring(client, case, "no list").status_code == 302
    assert "no column" in told(client, bring(client, case, "no list\nat all\n")["Location"])
    stranger = browser()
    sign_in(stranger, Role.MANAGER)
    assert stranger.get(answer["Location"]).status_code == 404, "a file that waits is its bringer's alone"


def test_what_broke_off_goes_on_from_there(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _client, viewer, case = begin()
    now = utc_now()
    drafts = [Draft(Moment(now - timedelta(minutes=n), "UTC"), f"n {n}") for n in range(7)]
    monkeypatch.setattr(actions, "AT_ONCE", 3)
    written: list[int] = []
    real = actions._put

    def breaks(*words: Any, **more: Any) -> Any:
        written.append(1)
        if len(written) == 5:
            raise KeyboardInterrupt
        return real(*words, **more)

    monkeypatch.setattr(actions, "_put", breaks)
    with pytest.raises(KeyboardInterrupt):
        actions.take_in(viewer.actor, case, drafts, "f" * 64, now)
    assert entries().count() == 3, "whole acts only"
    monkeypatch.setattr(actions, "_put", real)
    assert actions.take_in(viewer.actor, case, drafts, "f" * 64, now) == 4
    assert sorted(entries().values_list("words", flat=True)) == [f"n {n}" for n in range(7)]
    with pytest.raises(Refused, match="very file"):
        actions.take_in(viewer.actor, case, drafts, "f" * 64, now)


def test_programs_read_and_write_and_the_times_are_those_of_the_page(home: Path) -> None:
    client, viewer, case = begin()
    api, place = program(viewer), f"cases/{case.pk}/timeline"
    written = {"happened": "2026-11-20T10:00", "words": "It began", "mark": "started"}
    assert api.refused("POST", place, {**written, "happened": "2026-03-29T02:30"}) == "happened"
    assert api.refused("POST", place, {**written, "trigger": "no such"}) == "trigger"
    made = api.do("POST", place, {**written, "techniques": ["T1078"]}, 201)
    assert (made["happened_at"], made["late"], made["techniques"]) == (
        "2026-11-20T09:00:00Z",
        True,
        ["T1078"],
    )
    api.do("POST", place, {"happened": "2026-11-22T11:30", "words": "Seen", "mark": "detected"}, 201)
    assert [one["words"] for one in api.get(place)["rows"]][:2] == ["It began", "Seen"]
    detect = api.get(f"cases/{case.pk}/times")[0]
    assert (detect["id"], detect["least"], detect["why"]) == ("detect", 2 * 1440 + 90, "")
    assert "2 days 1 hour" in told(client, f"/incidents/cases/{case.pk}/timeline/")
    assert api.do("POST", f"{place}/{made['id']}/strike", {"reason": "wrong"})["struck_because"] == "wrong"
    assert api.get(f"cases/{case.pk}/times")[0]["least"] is None
    close(case, viewer.actor)
    (first, *_rest) = queries.figures(viewer)
    assert (first.known, first.unknown) == (0, 1)
