"""A case with what belongs to it, written into an organisation, and the keys of its parts."""

from __future__ import annotations

from datetime import datetime

from duecare.incidents.cases.actions import open_case
from duecare.incidents.decisions.actions import Draft, put_down
from duecare.incidents.models import Case, CaseDecision, Notice
from duecare.incidents.notices import clock_actions
from duecare.incidents.notices.notice_actions import draft_notice
from duecare.law.moments import Moment
from duecare.ledger.viewers import Viewer


def happen(owner: Viewer, at: datetime) -> None:
    """A case that the owner opened then."""
    case = open_case(owner.actor, at, title="Mail account taken over")
    aware = Moment(at, case.zone)
    clock_actions.record_event(owner.actor, case.pk, "awareness", aware, at, words="Niamh saw it.")
    clock_actions.answer_fact(owner.actor, case.pk, "personal_data_breach", True, "we can", at, seen=-1)
    draft_notice(
        owner.actor, case.pk, "eu-gdpr.authority", "Ada Example", "The lost laptop", "On a train.", at
    )
    options = [("Ada Example", ""), ("Ward", "")]
    put_down(
        owner.actor,
        case.pk,
        Draft("Whether to notify; asked by letter.", options, "Ada Example", "The insurer asks."),
        at,
    )


def keys() -> dict[str, str]:
    """By the name of an address's part."""
    return {
        "case": Case.objects.get(title="Mail account taken over").pk,
        "case notice": Notice.objects.get(subject="The lost laptop").pk,
        "case decision": CaseDecision.objects.get(question="Whether to notify; asked by letter.").pk,
    }
