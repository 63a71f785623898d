"""Contacts as pages and papers read them: how each is reached, and whether anybody tried it lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import NotFound
from duecare.incidents.plans.contacts import KINDS, only_by_our_mail
from duecare.incidents.plans.models import PlanContact
from duecare.ledger.viewers import Viewer
from duecare.program.queries import current_targets
from duecare.systems.models import Name, NameKind
from duecare.web.listing import Column, Empty, Filter, FilterKind, Kind, Listing

TARGET = "contact_days"
IN_FILES = frozenset(("organisation", "kind", "hours"))
"""Columns that only CSV, JSON and the API have: the page would be too wide for a laptop."""
CONFIRMED, LATE, NEVER, ENDED = "confirmed", "not confirmed lately", "never confirmed", "ended"


@dataclass(frozen=True, slots=True)
class Reached:
    """A contact as it is printed."""

    key: str
    person: str
    """Key of the person of ours that it is; empty for others."""
    kind: str
    called: str
    """Name and organisation."""
    what_for: str
    ways: str
    """Telephone and other ways."""
    hours: str
    confirmed_at: datetime | None

    @property
    def ways_and_hours(self) -> str:
        return "\n".join(filter(None, (self.ways, self.hours)))


def rows(viewer: Viewer) -> QuerySet[PlanContact]:
    """All contacts, ended ones too, with the name of the person that it is."""
    found: QuerySet[PlanContact] = PlanContact.objects.all().visible_to(viewer)
    return found.annotate(person_name=F("person__name"))


def find_contact(key: str, viewer: Viewer) -> PlanContact:
    """Raises NotFound if there is no such contact that the viewer may see."""
    found = rows(viewer).filter(pk=key).first()
    if found is None:
        raise NotFound(gettext("There is no such contact."), gettext("Look in the list of contacts."))
    return found


def since(now: datetime) -> datetime:
    """From when on a contact counts as confirmed, by the target."""
    return now - timedelta(days=current_targets()[TARGET].value)


def state_of(row: PlanContact, confirmed_since: datetime) -> str:
    """A word of `web/words.py`."""
    if row.ended_at is not None:
        return ENDED
    if row.confirmed_at is None:
        return NEVER
    return CONFIRMED if row.confirmed_at >= confirmed_since else LATE


def mail_domains(viewer: Viewer) -> frozenset[str]:
    """The domains of our mail, as the list of names has them."""
    found = Name.objects.all().visible_to(viewer).filter(kind=NameKind.MAIL, removed_at=None)
    return frozenset(name.casefold() for name in found.values_list("name", flat=True))


def lost_with_our_mail(row: PlanContact, domains: frozenset[str]) -> bool:
    """Whether they could not be reached if our mail is lost."""
    return only_by_our_mail(row.phone, row.other, domains)


def reached(viewer: Viewer, now: datetime) -> Sequence[Reached]:
    """Those to call, by kind and name."""
    order = list(KINDS)
    found = [
        Reached(
            row.pk,
            row.person_id or "",
            row.kind,
            ", ".join(filter(None, (row.name, row.organisation))),
            row.what_for,
            "\n".join(filter(None, (row.phone, row.other))),
            row.hours,
            row.confirmed_at,
        )
        for row in rows(viewer).filter(ended_at=None).order_by("name", "id")
    ]
    return sorted(found, key=lambda one: order.index(one.kind))


def listing(fresh: datetime) -> Listing[PlanContact]:
    """The list of contacts, of which those count as confirmed that were tried since `fresh`."""
    states = {
        CONFIRMED: Q(ended_at=None, confirmed_at__gte=fresh),
        LATE: Q(ended_at=None, confirmed_at__lt=fresh),
        NEVER: Q(ended_at=None, confirmed_at=None),
        ENDED: Q(ended_at__isnull=False),
    }
    return Listing(
        name="plan-contacts",
        caption=_("Contacts for an incident"),
        columns=(
            Column(
                "name",
                _("Name"),
                lambda row: ", ".join(filter(None, (row.name, row.organisation))),
                export=lambda row: row.name,
                link=lambda row: reverse("plan-contact", args=[row.pk]),
                order="name",
            ),
            Column("organisation", _("Organisation"), lambda row: row.organisation or None),
            Column("kind", _("Kind"), lambda row: str(KINDS[row.kind]), export=lambda row: row.kind),
            Column("what_for", _("For what"), lambda row: row.what_for),
            Column("phone", _("Telephone"), lambda row: row.phone or None),
            Column("other", _("Another way"), lambda row: row.other or None),
            Column("hours", _("When"), lambda row: row.hours or None),
            Column("state", _("State"), lambda row: state_of(row, fresh), Kind.STATUS),
            Column("confirmed_at", _("Tried"), lambda row: row.confirmed_at, Kind.DATE, order="confirmed_at"),
        ),
        sort=("name",),
        search=("name", "organisation", "what_for"),
        filters=(
            Filter("kind", _("Kind"), "kind", choices=tuple(KINDS.items())),
            Filter(
                "state",
                _("State"),
                lambda value: states[value],
                choices=(
                    (CONFIRMED, _("Confirmed")),
                    (LATE, _("Not confirmed lately")),
                    (NEVER, _("Never confirmed")),
                    (ENDED, _("Ended")),
                ),
            ),
            Filter("tried_until", _("Tried until"), "confirmed_at", FilterKind.UNTIL),
        ),
        empty=Empty(
            _("No contacts yet"),
            _("Add whom you would call: those of us with a role, help with incidents, the insurer, counsel."),
        ),
    )
