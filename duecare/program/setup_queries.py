"""What pages and jobs read of the set-up: what was arranged, who keeps checkpoints, who else approves."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from duecare.ledger.once import once
from duecare.ledger.viewers import Role, Viewer, VisibleQuerySet
from duecare.program.models import Keeper, Person, Setup
from duecare.program.services import Service

SETUP = "setup"


def setup(viewer: Viewer) -> Setup:
    """What was arranged, as far as the viewer may see it; an empty one, not saved, while nothing was."""
    rows = Setup.objects.all().visible_to(viewer).filter(pk=SETUP)
    return once(f"set-up for {viewer.actor}", rows.first) or Setup(id=SETUP)


def services_of(arranged: Setup) -> frozenset[Service]:
    """The systems in use; those that this release does not know are left out."""
    return frozenset(Service(id) for id in arranged.services if id in set(Service))


def keepers(viewer: Viewer) -> list[Keeper]:
    """Who keeps checkpoints, as far as the viewer may see it."""
    rows = Keeper.objects.all().visible_to(viewer).filter(ended_at=None)
    return list(rows.select_related("person").order_by("made_at", "id"))


def other_approvers(viewer: Viewer, day: date) -> VisibleQuerySet[Person]:
    """The people besides the viewer who may approve on a day, by name."""
    return approvers(day).visible_to(viewer).exclude(pk=viewer.person).order_by("name", "id")


def approvers(day: date) -> VisibleQuerySet[Person]:
    """The people whose rights let them approve on a day."""
    holding = Q(rights__ended_at=None, rights__role__in=[Role.APPROVER.value, Role.OWNER.value]) & (
        Q(rights__until=None) | Q(rights__until__gte=day)
    )
    found: VisibleQuerySet[Person] = Person.objects.filter(holding).distinct()
    return found
