"""The plan before approvers: what they read, and when there is nothing to approve yet."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.incidents.cases.models import ROOM
from duecare.incidents.plans.models import Plan
from duecare.incidents.plans.queries import KIND, PLAN
from duecare.incidents.plans.steps import missing
from duecare.incidents.plans.stored import FIELDS, plan_of
from duecare.incidents.plans.telling import facts
from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import Approvable, register_approvable
from duecare.program.subjects import register_name, register_reference, register_visible

CONTACT = "incidents.plancontact"


def _closed(record: Plan, now: datetime) -> str:
    lacking = missing(plan_of({name: getattr(record, name) for name in FIELDS}))
    if not lacking:
        return ""
    return _("The plan is not whole yet: %s.") % ", ".join(str(one.name) for one in lacking)


def _visible(key: str, viewer: Viewer) -> bool:
    """The page of the plan is there before the plan is."""
    return key == PLAN and viewer.reads and viewer.covers(ROOM)


register_approvable(KIND, Approvable(lambda record: _("incident response plan"), facts, _closed))
register_reference(KIND, lambda key: reverse("incident-plan"))
register_visible(KIND, _visible)
register_name(KIND, lambda key: _("Incident plan"))
register_reference(CONTACT, lambda key: reverse("plan-contact", args=[key]))
