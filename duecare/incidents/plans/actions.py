"""What people do with the plan: save a part of it, and say that they read it again.

Each saved part is a version, and one entry of the ledger holds all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, Refused
from duecare.incidents.plans.models import Plan, PlanReview
from duecare.incidents.plans.queries import PLAN, approval
from duecare.incidents.plans.shipped import shipped
from duecare.incidents.plans.stored import FIELDS, stored
from duecare.ledger.canonical import encode
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.record_form import LONG
from duecare.program.unchanged import demand_unchanged
from duecare.web.recorded import in_the_records_language
from duecare.words import number

ROOM_FOR = 56_000
"""Bytes of a plan: what one entry takes, less what stands around it."""
Change = Callable[[Plan], None]
"""Changes fields of a plan that is about to be saved; it may raise an error of ours."""


def save_plan(actor: str, change: Change, seen: int, now: datetime) -> Plan:
    """Change the plan; the first change makes it, out of what ships, in the organisation's language.

    `seen` is the entry that the form was drawn from, -1 before there is a plan. Raises Refused if somebody
    changed it since, BadInput if it becomes too long; whatever `change` raises. Saving it as it is makes no
    version.
    """
    with recording(actor, "change the incident response plan"):
        plan = Plan.objects.select_for_update().filter(pk=PLAN).first()
        made = plan is None
        if plan is None:
            with in_the_records_language():
                plan = Plan(id=PLAN, **stored(shipped()))
        else:
            demand_unchanged(plan, seen)
        before = _bytes(plan)
        change(plan)
        after = _bytes(plan)
        _demand_room(len(after))
        if made or before != after:
            plan.changed_by, plan.changed_at = actor, now
            plan.save(force_insert=made)
    return plan


def _bytes(plan: Plan) -> bytes:
    return encode({name: getattr(plan, name) for name in FIELDS})


def _demand_room(size: int) -> None:
    if size > ROOM_FOR:
        raise BadInput(
            _("The plan would be %(size)s bytes long; it may be %(most)s.")
            % {"size": number(size), "most": number(ROOM_FOR)},
            _("Drop a playbook that you do not need, or shorten its steps."),
        )


def save_fields(actor: str, values: Mapping[str, Any], seen: int, now: datetime) -> Plan:
    """Change whole fields of the plan (`stored.FIELDS`)."""

    def change(plan: Plan) -> None:
        for name, value in values.items():
            setattr(plan, name, value)

    return save_plan(actor, change, seen, now)


def review_plan(actor: str, entry: int, words: str, now: datetime) -> PlanReview:
    """Say that the approved plan was read again and still holds.

    Raises Refused if the plan as it stands at `entry`, its newest, is not approved.
    """
    words = words.strip()
    if len(words) > LONG:
        raise BadInput(_("The words are too long."), _("Use at most %s characters.") % LONG, "words")
    with recording(actor, "review the incident response plan"):
        Plan.objects.select_for_update().filter(pk=PLAN).first()
        found = approval()
        if found is None or not found.current:
            raise Refused(
                _("The plan as it stands is not approved."), _("Have it approved; that counts as a review.")
            )
        if found.approval.entry != entry:
            raise Refused(_("The plan was changed while you read it."), _("Read it again as it stands now."))
        made: PlanReview = PlanReview.objects.create(
            id=new_key(), entry=entry, words=words, reviewed_by=actor, reviewed_at=now
        )
    return made
