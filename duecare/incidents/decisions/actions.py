"""What people do with decisions: put one down, and take one back. Signing is an approval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.decisions.models import CaseDecision
from duecare.incidents.decisions.queries import known_facts, known_moments, reference
from duecare.incidents.notices.clock_actions import clocks_within, open_case_of
from duecare.incidents.timeline.actions import put
from duecare.law.moments import Moment
from duecare.ledger.models import Head
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.web.recorded import recorded


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody puts down as decided."""

    question: str
    options: Sequence[tuple[str, str]]
    """Name, and what speaks for and against it."""
    chosen: str
    """Name of an option."""
    reasons: str
    known_words: str = ""
    clock: str = ""
    """Id of the clock ("eu-gdpr.authority") on whose notice it decides; empty for another matter."""
    reportable: bool | None = None
    """For a notice: whether it is owed."""


def put_down(actor: str, case: str, draft: Draft, now: datetime) -> CaseDecision:
    """Put a decision down, with what is known as it is put down. It counts once an approver has signed it.

    One about the same notice takes the place of an earlier one. Raises BadInput for what cannot be, NotFound
    for no such case, Refused if it is closed.
    """
    _demand_whole(draft)
    with recording(actor, "put down a decision") as act:
        found = open_case_of(case)
        act.reason = recorded("put down the decision %(question)s", question=draft.question.strip())
        clocks = clocks_within(found, now)
        told = clocks.of(draft.clock) if draft.clock else None
        if draft.clock and told is None:
            raise BadInput(
                _("The law of this case has no clock “%s”.") % draft.clock[:80],
                _("Begin from the clock on the page of the case."),
                "clock",
            )
        obligation, clock = (told.clock.obligation, told.clock.id) if told else ("", "")
        if told:
            _replace(found.pk, obligation, clock, now)
        made: CaseDecision = CaseDecision.objects.create(
            id=new_key(),
            case=found,
            question=draft.question.strip(),
            options=[{"name": name, "words": words} for name, words in draft.options],
            chosen=draft.chosen,
            reasons=draft.reasons.strip(),
            known=[
                *known_facts(clocks.incident.facts, clocks.register, told.clock if told else None),
                *(known_moments(clocks.events, told.clock, found) if told else ()),
            ],
            known_words=draft.known_words.strip(),
            seen_entry=Head.objects.values_list("size", flat=True).get(),
            obligation=obligation,
            clock=clock,
            reportable=draft.reportable if told else None,
            made_by=actor,
            made_at=now,
        )
        words = recorded(
            "Put down as decided, to be signed: %(question)s %(chosen)s",
            question=made.question,
            chosen=made.chosen,
        )
        put(actor, found, now, words, Moment(now, found.zone), "decision", about=reference(made.pk))
    return made


def end_decision(actor: str, key: str, because: str, now: datetime) -> CaseDecision:
    """Take a decision back. Raises BadInput without a reason, NotFound, Refused if it has ended."""
    if not because.strip():
        raise BadInput(_("A decision is not taken back without a reason."), _("Say why."), "reason")
    with recording(actor, "take back a decision") as act:
        found: CaseDecision | None = CaseDecision.objects.select_for_update().filter(pk=key).first()
        if found is None:
            raise NotFound(_("There is no such decision."), _("Look in the case."))
        case = open_case_of(found.case_id)
        if found.ended_at is not None:
            raise Refused(_("This decision has ended already."), _("Put down another."))
        act.reason = recorded("take back the decision %(question)s", question=found.question)
        found.ended_at, found.ended_because = now, because.strip()
        found.save()
        words = recorded(
            "Taken back: %(question)s %(because)s", question=found.question, because=because.strip()
        )
        put(actor, case, now, words, Moment(now, case.zone), "decision", about=reference(key))
    return found


def _replace(case: str, obligation: str, clock: str, now: datetime) -> None:
    standing: Any = CaseDecision.objects.select_for_update().filter(
        case=case, obligation=obligation, clock=clock, ended_at=None
    )
    for row in standing:
        row.ended_at, row.ended_because = now, recorded("another decision took its place")
        row.save()


def _demand_whole(draft: Draft) -> None:
    names = [name for name, _words in draft.options]
    if not draft.question.strip():
        raise BadInput(_("A decision answers a question."), _("Write the question."), "question")
    if len(names) < 2 or len(set(names)) < len(names) or not all(names):
        raise BadInput(
            _("A decision has at least two options, each with a name of its own."),
            _("Say what else could have been done; doing nothing is an option as well."),
            "options",
        )
    if draft.chosen not in names:
        raise BadInput(_("What was chosen is none of the options."), _("Choose one of them."), "chosen")
    if not draft.reasons.strip():
        raise BadInput(_("A decision needs its reasons."), _("Say why, for whoever asks later."), "reasons")
    if draft.clock and draft.reportable is None:
        raise BadInput(_("A decision about a notice says whether it is owed."), _("Say so."), "reportable")
