"""A case with what belongs to it, written into an organisation, and the keys of its parts."""

from __future__ import annotations

from datetime import datetime, timedelta

from duecare.incidents.alerts.actions import take_in
from duecare.incidents.alerts.reading import Told
from duecare.incidents.cases import affected_actions, link_actions, role_actions, triage_actions
from duecare.incidents.cases.actions import end_as_none, open_case
from duecare.incidents.cases.report_actions import report
from duecare.incidents.cases.triage_actions import Waiting
from duecare.incidents.decisions.actions import Draft as Decided
from duecare.incidents.decisions.actions import put_down
from duecare.incidents.evidence.actions import add_elsewhere
from duecare.incidents.exercises.actions import begin_exercise, give, plan_exercise
from duecare.incidents.exercises.scenarios import shipped
from duecare.incidents.indicators.actions import add as add_indicators
from duecare.incidents.indicators.kinds import read
from duecare.incidents.lessons.actions import Draft as Gap
from duecare.incidents.lessons.actions import add_lesson
from duecare.incidents.models import (
    Affected,
    Alert,
    Case,
    CaseDecision,
    CaseLink,
    CaseRole,
    Evidence,
    Exercise,
    IncidentReport,
    Indicator,
    Lesson,
    Notice,
    Plan,
    PlanContact,
    TimelineEntry,
)
from duecare.incidents.notices import clock_actions
from duecare.incidents.notices.notice_actions import draft_notice
from duecare.incidents.plans.actions import save_fields
from duecare.incidents.plans.contact_actions import add_contact
from duecare.incidents.timeline.actions import add_entry
from duecare.incidents.timeline.rows import Draft
from duecare.law.moments import Moment
from duecare.ledger.models import Entry
from duecare.ledger.viewers import Viewer

TITLE, CLOSED = "Mail account taken over", "A mail that was real"
REPORTED, WAITING = "I typed my password.", "The screen is odd."


def happen(owner: Viewer, at: datetime) -> None:
    """What the owner did then: a plan that they began, and a case with all that belongs to it."""
    _plan(owner, at)
    _case(owner, at)
    _timeline(owner, at)
    _clocks(owner, at)
    _lessons(owner, at)


def keys() -> dict[str, str]:
    """By the name of an address's part."""
    case = Case.objects.get(title=TITLE)
    return {
        "plan contact": PlanContact.objects.get(name="Claims desk").pk,
        "plan version": str(Entry.objects.filter(kind="incidents.plan").order_by("-index")[0].index),
        "case": case.pk,
        "closed case": Case.objects.get(title=CLOSED).pk,
        "incident report": IncidentReport.objects.get(words=REPORTED).pk,
        "waiting report": IncidentReport.objects.get(words=WAITING).pk,
        "alert": Alert.objects.get(source_id="1").pk,
        "case alert": Alert.objects.get(source_id="2").pk,
        "case role": CaseRole.objects.filter(case=case, role="scribe").order_by("-since", "-pk")[0].pk,
        "affected": Affected.objects.get(case=case).pk,
        "case link": CaseLink.objects.get(case=case).pk,
        "timeline entry": TimelineEntry.objects.get(words__startswith="Mails went out").pk,
        "evidence": Evidence.objects.get(what="Phone of the director").pk,
        "indicator": Indicator.objects.get(value="evil.example").pk,
        "case notice": Notice.objects.get(subject="The lost laptop").pk,
        "lesson": Lesson.objects.get(gap="The bank was told too late.").pk,
        "exercise": Exercise.objects.get(title="The bag").pk,
        "case decision": CaseDecision.objects.get(question="Whether to notify; asked by letter.").pk,
    }


def _plan(owner: Viewer, at: datetime) -> None:
    if not Plan.objects.exists():
        save_fields(owner.actor, {"scope": "All that we run."}, -1, at)
    insurer = {"name": "Claims desk", "kind": "insurer", "what_for": "Before we spend", "phone": "+49 30 1"}
    add_contact(owner.actor, insurer, at)


def _case(owner: Viewer, at: datetime) -> None:
    """A case with its parts, one that was none, a report and an alert that wait."""
    case = open_case(owner.actor, at, title=TITLE)
    report(owner.actor, WAITING, at)
    told = report(owner.actor, REPORTED, at, kind="mail-takeover", noticed_at=at - timedelta(hours=1))
    take_in(owner.actor, [_alert("1", at), _alert("2", at)], at)
    waiting = Waiting([told.pk], [Alert.objects.get(source_id="2").pk])
    triage_actions.put_to(owner.actor, waiting, case.pk, "Thank you.", at)
    role_actions.give_role(owner.actor, case.pk, "scribe", at, person=owner.person)
    affected_actions.add_affected(owner, case.pk, name="Mailbox of Ada", status="affected", now=at)
    link_actions.attach(owner, case.pk, "program.safeguard:mfa", "It was lacking.", at)
    none = open_case(owner.actor, at, title=CLOSED)
    end_as_none(owner.actor, none.pk, "The sender confirmed it.", None, at)


def _alert(number: str, at: datetime) -> Told:
    return Told("EDR", number, "Odd sign-in", "high", at, about_name="web-1", account="ada")


def _timeline(owner: Viewer, at: datetime) -> None:
    """An entry of its timeline, a piece of evidence that is kept elsewhere, an indicator."""
    case = Case.objects.get(title=TITLE)
    seen = Draft(
        Moment(at, "UTC"), "Mails went out that nobody wrote", mark="detected", techniques=("T1078",)
    )
    add_entry(owner.actor, case, seen, at)
    phone = {"what": "Phone of the director", "place": "Safe", "collected_by": "Niamh", "collected_at": at}
    add_elsewhere(owner.actor, case, at, **phone)
    add_indicators(owner.actor, case, [read("evil[.]example")], "amber", at)


def _clocks(owner: Viewer, at: datetime) -> None:
    """An event and an answer from which clocks run, a draft of a notice, a decision."""
    case = Case.objects.get(title=TITLE)
    aware = Moment(at, case.zone)
    clock_actions.record_event(owner.actor, case.pk, "awareness", aware, at, words="Niamh saw it.")
    clock_actions.answer_fact(owner.actor, case.pk, "personal_data_breach", True, "we can", at, seen=-1)
    draft_notice(
        owner.actor, case.pk, "eu-gdpr.authority", "Ada Example", "The lost laptop", "On a train.", at
    )
    options = [("Ada Example", ""), ("Ward", "")]
    asked = "Whether to notify; asked by letter."
    put_down(owner.actor, case.pk, Decided(asked, options, "Ada Example", "The insurer asks."), at)


def _lessons(owner: Viewer, at: datetime) -> None:
    """A lesson of the case, and an exercise of which the first turn was given."""
    case = Case.objects.get(title=TITLE)
    add_lesson(owner.actor, case.pk, Gap("The bank was told too late.", "ir_plan", "No number."), at)
    exercise = plan_exercise(owner.actor, shipped()["lost-laptop"], "The bag", at.date(), "The nurses", at)
    begin_exercise(owner.actor, exercise.pk, at)
    give(owner.actor, exercise.pk, "train", at)
