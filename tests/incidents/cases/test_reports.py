"""Anybody reports; who must know is told; one person judges, and a second is told so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from duecare.errors import BadInput, Refused
from duecare.incidents.cases import telling, triage_actions
from duecare.incidents.cases.report_actions import File, report
from duecare.incidents.cases.triage_actions import Waiting
from duecare.incidents.models import Case, IncidentReport, TimelineEntry
from duecare.ledger.models import Head
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.mail.models import MailServer, OutboxMessage
from duecare.program.models import Attachment, Task
from tests.incidents.somebody import Somebody

SECRET = "the payroll of the ward"


def test_a_member_reports_in_one_page_and_reads_what_became_of_it(home: Path) -> None:
    owner, member, other = Somebody(Role.OWNER), Somebody(Role.MEMBER), Somebody(Role.MEMBER)
    limited = Somebody(Role.MANAGER, areas=["patching"])
    MailServer.objects.create(
        host="mail.example", port=25, security="plain", sender="d@clinic.example", short=False,
        address="http://localhost", changed_at=utc_now(),
    )  # fmt: skip
    assert "Report something" in member.page("/")
    assert "take it off the network" in member.page("/incidents/report/")
    file = SimpleUploadedFile("../<b>screen</b>.png", b"not a picture")
    where = member.send(
        "/incidents/report/",
        words=f"<script>alert(1)</script> asked me for {SECRET}.",
        kind="mail-takeover",
        noticed="2026-11-20 09:15",
        file=file,
    )
    row = IncidentReport.objects.get()
    page = member.page(where)
    assert "It waits to be looked at." in page
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page
    kept = Attachment.objects.get()
    assert kept.name == "b>.png"
    assert member.page(f"/remarks/files/{kept.pk}/") == "not a picture"
    for address in (where, f"/remarks/files/{kept.pk}/"):
        other.page(address, 404)
        limited.page(address, 404)
    told = list(OutboxMessage.objects.all())
    assert [one.to for one in told] == [owner.person], "who leads, and not whose right ends elsewhere"
    assert SECRET not in str(told[0].content)
    assert "Takeover of a mail account" in str(told[0].content)
    other.page(f"/incidents/waiting/reports/{row.pk}/", 404)

    owner.send(
        f"/incidents/waiting/reports/{row.pk}/",
        what="new", title="Payroll asked for", kind="mail-takeover", severity="high", words="Thank you, Ada.",
    )  # fmt: skip
    case = Case.objects.get()
    assert "Thank you, Ada." in member.page(where)
    assert "people work on it" in member.page(where)
    assert "Payroll asked for" not in member.page(where), "a case is for those who have a role in it"
    assert SECRET in owner.page(f"/incidents/cases/{case.pk}/belongs/")
    marks = dict(TimelineEntry.objects.exclude(mark="").values_list("mark", "happened_at"))
    assert marks["reported"] == row.reported_at
    assert marks["detected"] == row.noticed_at
    assert Task.objects.filter(origin__startswith=f"incidents.case:{case.pk}:").count() > 5


def test_the_second_of_two_who_judge_is_told_and_nothing_of_theirs_is_half_done(home: Path) -> None:
    owner, manager = Somebody(Role.OWNER), Somebody(Role.MANAGER)
    now = utc_now()
    one, two = report(owner.actor, "One.", now), report(owner.actor, "Two.", now)
    assert "One." in manager.page("/incidents/waiting/")
    triage_actions.set_aside(owner.actor, Waiting([one.pk]), "A test of ours.", now)
    size = Head.objects.get().size
    with pytest.raises(Refused, match="Owner Example has settled this as no incident meanwhile"):
        triage_actions.take_up(manager.actor, Waiting([two.pk, one.pk]), now, title="Both")
    assert Head.objects.get().size == size
    assert not Case.objects.exists()
    case = triage_actions.take_up(owner.actor, Waiting([two.pk]), now, title="Two")
    with pytest.raises(Refused, match="Owner Example has put this to incident 1 meanwhile"):
        triage_actions.set_aside(manager.actor, Waiting([two.pk]), "No.", now)
    with pytest.raises(BadInput, match="Say why it is no incident"):
        triage_actions.set_aside(manager.actor, Waiting([two.pk]), " ", now)
    assert "A test of ours." in owner.page(f"/incidents/reports/{one.pk}/")
    again = "/incidents/waiting/again/incidents.incidentreport:%s/"
    assert "Only what was settled as no incident" in owner.send(again % two.pk, 400, words="x")
    owner.send(again % one.pk, words="It was no test.")
    assert "One." in manager.page("/incidents/waiting/")
    triage_actions.detach_report(owner.actor, case.pk, two.pk, "It was of yesterday.", now)
    two.refresh_from_db()
    assert (two.case, two.triaged_at) == (None, None)
    assert "Two." in manager.page("/incidents/waiting/")
    row = TimelineEntry.objects.get(case=case, words="Reported: Two.")
    assert row.struck_because == "It was of yesterday.", "what it told is not of the case either"
    assert "1 report waits since" in manager.page("/").replace("2 reports wait, the oldest", "1 report waits")
    triage_actions.set_aside(owner.actor, Waiting([two.pk]), "Ours.", now)
    page = manager.send(
        f"/incidents/waiting/reports/{two.pk}/", 400, what="new", title="Two", words="Thank you, Grace."
    )
    assert "Owner Example has settled this as no incident meanwhile" in page
    assert "Thank you, Grace." in page, "nothing typed is lost"


def test_a_lead_without_a_right_to_read_is_told_whom_to_call_and_a_report_without_mail_says_so(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, member = Somebody(Role.OWNER), Somebody(Role.MEMBER)
    where = member.send("/incidents/report/", words="The door stands open.")
    assert "Nobody could be told by mail. Call whoever leads here." in member.page(where)
    MailServer.objects.create(
        host="mail.example", port=25, security="plain", sender="d@clinic.example", short=True,
        address="http://localhost", changed_at=utc_now(),
    )  # fmt: skip
    monkeypatch.setattr(telling, "who_must_know", lambda now: [owner.person, member.person])
    report(owner.actor, "The window, too.", utc_now())
    letters = {one.to: str(one.content) for one in OutboxMessage.objects.all()}
    assert "/incidents/waiting/reports/" in letters[owner.person]
    assert "/incidents/waiting/" not in letters[member.person], "that page is not open to them"
    assert "Call an owner or a manager now" in letters[member.person]


def test_what_cannot_be_reported_says_why_and_loses_no_word(home: Path) -> None:
    member = Somebody(Role.MEMBER)
    page = member.send("/incidents/report/", 400, words="", kind="")
    assert "What did you see?" in page
    for noticed, said in (
        ("soon", "is no time"),
        ("2026-11-20", "Write the time too"),
        ("2199-01-01 10:00", "still to come"),
    ):
        page = member.send("/incidents/report/", 400, words="The door.", noticed=noticed)
        assert said in page
        assert "The door." in page
    now = utc_now()
    with pytest.raises(BadInput, match="bytes"):
        report(member.actor, "x", now, files=[File("empty.txt", b"")])
    with pytest.raises(BadInput, match="no such kind"):
        report(member.actor, "x", now, kind="flood")
    with pytest.raises(BadInput, match="still to come"):
        report(member.actor, "x", now, noticed_at=now + timedelta(hours=1))
    assert not IncidentReport.objects.exists()
