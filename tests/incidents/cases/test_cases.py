"""What is done with a case: what is known, how grave it is, its kind and phase, who does what, its end."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases import actions, affected_actions, link_actions, merge_actions, role_actions
from duecare.incidents.cases.overview import departures_of
from duecare.incidents.cases.queries import CASE, may_work, workable_cases
from duecare.incidents.cases.report_actions import report
from duecare.incidents.cases.triage_actions import Waiting, put_to
from duecare.incidents.models import Affected, Case, CaseLink, CaseRole, IncidentReport, TimelineEntry
from duecare.incidents.timeline.actions import put
from duecare.law.moments import Moment
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.matter_actions import open_matter
from duecare.program.matter_models import MatterPaper, PaperKind
from duecare.program.models import Ending, Task
from duecare.program.unchanged import seen_entry
from duecare.site.keeping import _register_of_breaches
from tests.incidents.somebody import Somebody

HOUR = timedelta(hours=1)


def said(case: Case) -> set[str]:
    """What its timeline says."""
    return set(TimelineEntry.objects.filter(case=case).values_list("words", flat=True))


def tasks(case: Case) -> list[Task]:
    return list(Task.objects.filter(about=f"{CASE}:{case.pk}", ended_at=None))


def test_severity_kind_and_phase_change_with_a_word_and_the_timeline_says_so(home: Path) -> None:
    owner = Somebody(Role.OWNER)
    now = utc_now()
    case = actions.open_case(owner.actor, now, title=" Odd mails ", kind="mail-takeover")
    assert (case.number, case.title, case.phase, case.plan_entry) == (1, "Odd mails", "identify", None)
    made = tasks(case)
    assert made
    assert all(task.origin.startswith(f"{CASE}:{case.pk}:mail-takeover.") for task in made)
    assert all(task.due is None or task.due >= now.date() for task in made)
    done = made[0]
    with recording(owner.actor, "do it"):
        Task.objects.filter(pk=done.pk).update(ended_at=now, ended_as=Ending.DONE)
    actions.set_severity(owner.actor, case.pk, "medium", "", None, now)
    with pytest.raises(BadInput, match="Say why it is graver"):
        actions.set_severity(owner.actor, case.pk, "high", " ", None, now)
    actions.set_severity(owner.actor, case.pk, "high", "Two accounts.", None, now)
    with pytest.raises(BadInput, match="another kind"):
        actions.set_kind(owner.actor, case.pk, "ransomware", "", None, now)
    actions.set_kind(owner.actor, case.pk, "ransomware", "Files are locked.", None, now)
    assert not {task.pk for task in made} & {task.pk for task in tasks(case)}
    dropped = Task.objects.filter(ended_as=Ending.DROPPED)
    assert dropped.count() == len(made) - 1
    assert set(dropped.values_list("ended_words", flat=True)) == {
        "The incident is of another kind: Files are locked."
    }
    actions.move_phase(owner.actor, case.pk, "recover", "Cut off.", None, now)
    actions.move_phase(owner.actor, case.pk, "contain", "It came back.", None, now)
    kinds = "Kind: Ransomware, no longer Takeover of a mail account; %s tasks made. Files are locked."
    assert said(case) == {
        "The case is opened.",
        "Severity: Medium.",
        "Severity: from Medium to High. Two accounts.",
        kinds % len(tasks(case)),
        "Phase: from Identify to Recover. Cut off.",
        "Phase: back from Recover to Contain. It came back.",
    }
    for wrong in ("prepare", "nowhere"):
        with pytest.raises(BadInput, match="no such phase"):
            actions.move_phase(owner.actor, case.pk, wrong, "x", None, now)
    case.refresh_from_db()
    late = {one.what for one in departures_of(case, owner.viewer, now + timedelta(days=90))}
    assert late == {"late", "unfilled"}
    actions.end_as_none(owner.actor, case.pk, "It was a drill of the vendor.", None, now)
    assert not tasks(case)
    with pytest.raises(Refused, match="closed"):
        actions.move_phase(owner.actor, case.pk, "recover", "x", None, now)
    again = actions.open_again(owner.actor, case.pk, "The vendor denies it.", now)
    assert (again.closed_at, again.closed_as) == (None, "")
    assert len(tasks(case)) > 1, "the playbook's tasks are there again"
    actions.set_kind(owner.actor, case.pk, "mail-takeover", "Not locked after all.", None, now)
    assert len(tasks(case)) == len(made) - 1, "what was done of this kind stays done"
    assert all(task.origin.startswith(f"{CASE}:{case.pk}:mail-takeover.") for task in tasks(case))


def test_a_second_editor_is_told_who_was_first_and_keeps_their_words(home: Path) -> None:
    owner, manager = Somebody(Role.OWNER), Somebody(Role.MANAGER)
    case = actions.open_case(owner.actor, utc_now(), title="Odd mails")
    address, seen = f"/incidents/cases/{case.pk}/change/", seen_entry(case)
    owner.send(address, title="Odd mails", summary="One account.", seen=seen)
    page = manager.send(address, 400, title="Odd mails", summary="Two <b>accounts</b>.", seen=seen)
    assert "Owner Example changed this while you wrote" in page
    assert "Two &lt;b&gt;accounts&lt;/b&gt;." in page
    assert "One account." in page, "how it stands now"
    assert Case.objects.get().summary == "One account."
    newest = seen_entry(Case.objects.get())
    assert f'value="{newest}"' in page
    manager.send(address, title="Odd mails", summary="Two accounts.", seen=newest)
    assert Case.objects.get().summary == "Two accounts."
    forms = {
        "severity": {"severity": "low"},
        "kind": {"kind": "insider"},
        "phase": {"phase": "contain", "words": "x"},
        "no-incident": {"words": "x"},
    }
    for form, values in forms.items():
        page = owner.send(f"/incidents/cases/{case.pk}/{form}/", 400, seen=seen, **values)
        assert "Manager Example changed this" in page, form


def test_who_has_a_role_works_on_the_case_with_its_tasks_until_it_ends(home: Path) -> None:
    owner, member, other = Somebody(Role.OWNER), Somebody(Role.MEMBER), Somebody(Role.MEMBER)
    now = utc_now()
    case = actions.open_case(owner.actor, now, title="Odd mails", kind="mail-takeover")
    address = f"/incidents/cases/{case.pk}/"
    member.page(address, 404)
    given = role_actions.give_role(owner.actor, case.pk, "technical", now, person=member.person)
    assert "Odd mails" in member.page(address)
    assert "Odd mails" in member.page("/incidents/")
    assert "Odd mails" not in other.page("/incidents/")
    mine = Task.objects.filter(owner=member.person).count()
    assert mine
    time.sleep(0.01)
    during = utc_now().isoformat().replace("+", "%2B")
    past = f"{address}?as_of={during}"
    assert "You see your own tasks" in member.page(past)
    member.send(f"{address}affected/add/", name="Mailbox of Ada", status="suspected")
    member.send(f"{address}phase/", phase="contain", words="Locked.", seen=seen_entry(case))
    member.page("/incidents/waiting/", 404)
    with pytest.raises(BadInput, match="already"):
        role_actions.give_role(owner.actor, case.pk, "technical", now, person=member.person)
    role_actions.give_role(
        owner.actor, case.pk, "technical", now, name="Grace, of the forensics firm", instead=given.pk
    )
    member.page(address, 404)
    member.page(past, 404)  # a role that has ended does not come back with the past
    assert not Task.objects.filter(owner=member.person).exists(), "nobody outside is given a task"
    role_actions.give_role(owner.actor, case.pk, "technical", now, person=other.person)
    assert Task.objects.filter(owner=other.person).count() == mine
    row = CaseRole.objects.get(person=other.person)
    other.send(f"{address}roles/{row.pk}/end/")
    other.page(address, 404)
    role_actions.give_role(owner.actor, case.pk, "technical", now, person=other.person)
    auditor = Viewer(other.actor, "", frozenset({Role.AUDITOR}), other.person)
    assert may_work(case, other.viewer)
    assert not may_work(case, auditor), "who only reads by now"
    assert not workable_cases(auditor)
    assert any("handed over from Member Example to Grace" in words for words in said(case))
    for role, values in (("king", {"name": "x"}), ("lead", {}), ("lead", {"person": "nobody"})):
        with pytest.raises(BadInput):
            role_actions.give_role(owner.actor, case.pk, role, now, **values)


def test_what_is_affected_is_found_or_named_and_its_status_is_told(home: Path) -> None:
    owner = Somebody(Role.OWNER)
    now = utc_now()
    case = actions.open_case(owner.actor, now, title="Odd mails")
    other = actions.open_case(owner.actor, now, title="Other")
    address = f"/incidents/cases/{case.pk}/affected/"
    assert "Nothing of that name is known here" in owner.page(f"{address}add/?q=web-1")
    owner.send(f"{address}add/", name="Old <phone>", status="suspected", words="In the ward.")
    row = Affected.objects.get()
    assert "Old &lt;phone&gt;" in owner.page(address)
    assert "stands there already" in owner.send(f"{address}add/", 400, name="Old <phone>", status="clean")
    owner.page(f"/incidents/cases/{other.pk}/affected/{row.pk}/", 404)
    seen = seen_entry(row)
    owner.send(f"{address}{row.pk}/", status="contained", words="In the safe.", seen=seen)
    page = owner.send(f"{address}{row.pk}/", 400, status="clean", words="Wiped.", seen=seen)
    assert "changed this while you wrote" in page
    assert "In the safe." in page
    assert "Wiped." in page
    kept = affected_actions.change_affected(owner.actor, case.pk, row.pk, "contained", None, now)
    assert kept.words == "In the safe."
    assert "Old <phone>: contained. In the safe." in said(case)
    rows = json.loads(owner.page(f"{address}?format=json&status=contained"))["rows"]
    assert [one["name"] for one in rows] == ["Old <phone>"]
    with pytest.raises(NotFound):
        affected_actions.add_affected(
            owner.viewer, case.pk, about="systems.host:none", status="clean", now=now
        )
    owner.send(f"{address}{row.pk}/remove/")
    assert json.loads(owner.page(f"{address}?format=json"))["rows"] == []


def test_merging_takes_along_what_belongs_and_loses_no_limit_from_sight(home: Path) -> None:
    owner, member = Somebody(Role.OWNER), Somebody(Role.MEMBER)
    now = utc_now()
    case = actions.open_case(owner.actor, now, title="First", kind="mail-takeover")
    target = actions.open_case(owner.actor, now, title="Second", kind="mail-takeover")
    exercise = actions.open_case(owner.actor, now, title="Drill", exercise=True)
    told = report(member.actor, "Odd.", now)
    with pytest.raises(Refused, match="not put to an exercise"):
        put_to(owner.actor, Waiting([told.pk]), exercise.pk, "", now)
    assert "Drill" not in owner.page(f"/incidents/waiting/reports/{told.pk}/")
    put_to(owner.actor, Waiting([told.pk]), case.pk, "", now)
    for one in (case, target):
        status = "affected" if one == case else "clean"
        affected_actions.add_affected(owner.viewer, one.pk, name="Mailbox", status=status, now=now)
        link_actions.attach(owner.viewer, one.pk, "program.safeguard:mfa", "Lacking.", now)
    affected_actions.add_affected(owner.viewer, case.pk, name="Phone", status="affected", now=now)
    link_actions.attach(owner.viewer, target.pk, f"{CASE}:{case.pk}", "The same sender.", now)
    role_actions.give_role(owner.actor, case.pk, "scribe", now, person=member.person)
    with recording(owner.actor, "do it"):
        by_hand = Task.objects.create(title="Ask her", about=f"{CASE}:{case.pk}", made_by="x", made_at=now)
    with pytest.raises(BadInput, match="exercise"):
        merge_actions.merge(owner.actor, case.pk, exercise.pk, "x", now)
    with recording(owner.actor, "tell"):
        entry = put(owner.actor, case, now, "Known.", Moment(now, "UTC"), "event", trigger="awareness")
    with pytest.raises(Refused, match="started a clock"):
        merge_actions.merge(owner.actor, case.pk, target.pk, "x", now)
    with recording(owner.actor, "strike"):
        TimelineEntry.objects.filter(pk=entry.pk).update(struck_at=now)
    steps = len(tasks(target))
    merge_actions.merge(owner.actor, case.pk, target.pk, "One sender.", now)
    case.refresh_from_db()
    assert (case.closed_as, case.merged_into) == ("merged", target)
    assert IncidentReport.objects.get().case == target
    names = Affected.objects.filter(case=target).order_by("name").values_list("name", flat=True)
    assert list(names) == ["Mailbox", "Phone"]
    assert Affected.objects.get(case=target, name="Mailbox").status == "affected", "the graver of both"
    assert "Mailbox: affected, as it stood in incident 1." in said(target)
    assert not Task.objects.filter(origin__startswith=f"{CASE}:{case.pk}:", ended_at=None).exists()
    assert CaseLink.objects.filter(case=target, detached_at=None).count() == 1
    assert {task.pk for task in tasks(target)} >= {by_hand.pk}
    assert len(tasks(target)) == steps + 1
    assert "Merged into incident 2. One sender." in said(case)
    assert "Incident 1 was merged into this one. One sender." in said(target)
    assert "went up in incident 2" in member.page(f"/incidents/cases/{case.pk}/")
    assert "Merged into this one" in member.page(f"/incidents/cases/{target.pk}/")
    with pytest.raises(Refused, match="another one"):
        actions.open_again(owner.actor, case.pk, "x", now)


def test_of_two_who_open_a_case_at_once_the_second_gets_the_next_number(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, now = Somebody(Role.OWNER), utc_now()
    first = actions.open_case(owner.actor, now, title="First")
    numbers = iter((1, 2))
    monkeypatch.setattr(actions, "next_number", lambda: next(numbers))
    assert actions.open_case(owner.actor, now, title="Second").number == 2
    assert Case.objects.count() == 2
    actions.end_as_none(owner.actor, first.pk, "A test of ours.", None, now)
    kept = _register_of_breaches(owner.viewer, now)
    assert kept is not None
    assert kept.count == 1, "what was no incident is not counted as one"


def test_a_note_for_counsel_is_seen_by_members_of_the_matter_and_hinted_to_nobody(home: Path) -> None:
    owner, counsel, manager = Somebody(Role.OWNER), Somebody(Role.APPROVER), Somebody(Role.MANAGER)
    now = utc_now()
    case = actions.open_case(owner.actor, now, title="Odd mails")
    address, size = f"/incidents/cases/{case.pk}/", len(said(case))
    before = manager.page(address)
    open_matter(manager.viewer, "Quillfeather", "Asked by letter.", counsel.person, now)
    outside = owner.page(address)
    assert "For counsel" not in outside
    owner.page(f"{address}counsel/", 404)
    matter = next(iter(manager.viewer.matters))
    manager.send(f"{address}counsel/", matter=matter, title="Mistlethwaite", words="Oxentrudge")
    owner.send(f"{address}counsel/", 404, matter=matter, title="x", words="x")
    paper = MatterPaper.objects.get()
    assert paper.kind == PaperKind.NOTE
    assert "Mistlethwaite" in counsel.page(address)
    assert "Odd mails" in counsel.page(f"/matters/{matter}/papers/{paper.pk}/")
    assert len(said(case)) == size, "the case itself says nothing"
    then = f"{utc_now():%Y-%m-%dT%H:%M:%S.%fZ}"
    assert seen_entry(case) == seen_entry(Case.objects.get())
    for page in (owner.page(address), counsel.page(f"{address}?as_of={then}")):
        for word in ("For counsel", "Quillfeather", "Mistlethwaite", matter):
            assert word not in page
    assert "For counsel" not in before


def test_a_finding_is_put_to_a_case_from_its_page_and_detached_with_a_reason(home: Path) -> None:
    owner, auditor = Somebody(Role.OWNER), Somebody(Role.AUDITOR)
    address = "/incidents/attach/program.safeguard:mfa/"
    assert "no open incident" in owner.page(address, 403)
    case = actions.open_case(owner.actor, utc_now(), title="Odd mails")
    owner.send(address, case=case.pk, words="It was lacking.")
    assert "belongs to this case already" in owner.send(address, 400, case=case.pk, words="Again.")
    belongs = f"/incidents/cases/{case.pk}/belongs/"
    assert "It was lacking." in auditor.page(belongs)
    link = CaseLink.objects.get()
    auditor.page(f"{belongs}{link.pk}/detach/", 403)
    owner.send(f"{belongs}{link.pk}/detach/", 400, words="")
    owner.send(f"{belongs}{link.pk}/detach/", words="It was there all along.")
    assert "It was there all along." in auditor.page(belongs)
    owner.page(f"{belongs}{link.pk}/detach/", 404)
