"""A person's rights of this moment, always from the live tables: a past view never brings back a right."""

from __future__ import annotations

from datetime import date, datetime

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from duecare.ledger.asof import LIVE
from duecare.ledger.viewers import Role, Viewer
from duecare.program.models import Person, Right
from duecare.program.queries import live_profile, zone_of
from duecare.site.models import User

STRANGER = Viewer(actor="stranger", name="")


def viewer_of(user: User | AnonymousUser, now: datetime) -> Viewer:
    """Who `user` is to the record; a stranger if nobody, or if no right of theirs holds today."""
    if not isinstance(user, User) or not user.is_active:
        return STRANGER
    today = now.astimezone(zone_of(live_profile())).date()
    rights = list(holding_rights(today).filter(person_id=user.person).select_related("person"))
    if not rights:
        return STRANGER
    roles = frozenset(Role(right.role) for right in rights)
    return Viewer(
        actor=f"person:{user.person}",
        name=rights[0].person.name,
        roles=roles,
        person=user.person,
        period=_period(rights) if roles <= {Role.AUDITOR, Role.MEMBER} else (None, None),
    )


def holding_rights(today: date) -> QuerySet[Right]:
    """The rights that hold on a day, of everybody."""
    return Right.objects.using(LIVE).filter(Q(until=None) | Q(until__gte=today), ended_at=None)


def _period(rights: list[Right]) -> tuple[date | None, date | None]:
    """The widest of an auditor's periods; open ends stay open."""
    audits = [right for right in rights if right.role == Role.AUDITOR]
    starts, ends = [right.sees_from for right in audits], [right.sees_to for right in audits]
    first = None if None in starts else min((day for day in starts if day), default=None)
    last = None if None in ends else max((day for day in ends if day), default=None)
    return first, last


def owners(today: date) -> int:
    """How many people are owners today."""
    people = Person.objects.using(LIVE).filter(rights__in=holding_rights(today).filter(role=Role.OWNER))
    return people.distinct().count()
