"""What of the plan can be found: the plan, its playbooks, and contacts."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.cases.models import ROOM
from duecare.incidents.plans.contacts import KINDS
from duecare.incidents.plans.doors import CHANGERS
from duecare.incidents.plans.models import PlanContact
from duecare.incidents.plans.queries import find_plan
from duecare.incidents.plans.shipped import shipped
from duecare.incidents.plans.stored import FIELDS, plan_of
from duecare.ledger import asof
from duecare.ledger.viewers import Viewer
from duecare.program.search import Findable, Hit, Shelf, Thing, register_findable, register_shelf


def _contacts(viewer: Viewer) -> QuerySet[PlanContact]:
    found: QuerySet[PlanContact] = PlanContact.objects.all().visible_to(viewer)
    return found


def _contact(row: PlanContact) -> Hit:
    note = _("ended") if row.ended_at else ", ".join(filter(None, (str(KINDS[row.kind]), row.organisation)))
    return Hit(row.name, reverse("plan-contact", args=[row.pk]), note)


def _plan(viewer: Viewer) -> Iterator[Thing]:
    """The plan and the playbooks that hold here."""
    if not viewer.reads or not viewer.covers(ROOM):
        return
    row = find_plan(viewer)
    plan = shipped() if row is None else plan_of({name: getattr(row, name) for name in FIELDS})
    yield Thing(_("Incident plan"), reverse("incident-plan"), texts=("response emergency roles severity",))
    for one in plan.playbooks.values():
        yield Thing(str(one.name), reverse("playbook", args=[one.id]), texts=(str(one.signs),))


def _actions(viewer: Viewer) -> Iterator[Thing]:
    if viewer.has(*CHANGERS) and viewer.covers(ROOM) and asof.current() is None:
        yield Thing(_("Add a contact for an incident"), reverse("plan-contact-add"), texts=("call phone",))


register_shelf(Shelf("plan-actions", gettext_lazy("Be ready for incidents"), 6, _actions, offered=True))
register_shelf(Shelf("incident-plan", gettext_lazy("Incident plan"), 14, _plan))
register_findable(
    Findable(
        "plan-contacts",
        gettext_lazy("Contacts for an incident"),
        16,
        _contacts,
        (
            ("name", gettext_lazy("Name")),
            ("organisation", gettext_lazy("Organisation")),
            ("what_for", gettext_lazy("For what")),
        ),
        _contact,
        ("name", "pk"),
    )
)
