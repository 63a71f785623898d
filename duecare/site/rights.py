"""A person's rights of this moment, always from the live tables: a past view never brings back a right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet

from duecare.ledger.asof import LIVE
from duecare.ledger.viewers import Role, Viewer
from duecare.program.models import Right
from duecare.program.queries import live_profile, zone_of
from duecare.site.models import User

STRANGER = Viewer(actor="stranger", name="")


def viewer_of(user: User | AnonymousUser, now: datetime, day: date | None = None) -> Viewer:
    """Who `user` is to the record: a stranger if nobody; without a role if no right of theirs holds today.

    `day` is the organisation's at `now`, where the caller knows it already.
    """
    if not isinstance(user, User) or not user.is_active:
        return STRANGER
    held = holding_rights(day or today(now)).filter(person_id=user.person).select_related("person")
    rows = list(held.annotate(limit=F("areas__area")))  # a row for each area, and one for a right without
    rights = list({right.pk: right for right in rows}.values())
    if not rights:
        return Viewer(actor=f"person:{user.person}", name="", person=user.person)
    roles = frozenset(Role(right.role) for right in rights)
    return Viewer(
        actor=f"person:{user.person}",
        name=rights[0].person.name,
        roles=roles,
        person=user.person,
        period=_period(rights) if roles <= {Role.AUDITOR, Role.MEMBER} else (None, None),
        areas=_areas(rows),
    )


def today(now: datetime) -> date:
    """The day of the organisation, by which rights begin and end, at a moment."""
    return now.astimezone(zone_of(live_profile())).date()


def holding_rights(day: date) -> QuerySet[Right]:
    """The rights that hold on a day, of everybody, by the live tables."""
    return holding(Right.objects.using(LIVE), day)


def holding(rights: QuerySet[Right], day: date) -> QuerySet[Right]:
    """Those of the rights that hold on a day."""
    return rights.filter(Q(until=None) | Q(until__gte=day), ended_at=None)


def _areas(rows: Iterable[Any]) -> frozenset[str] | None:
    """The areas that rights are limited to, given a row with `limit` for each area of each.

    An owner's never are. Rights to read are given with the same areas only (`people.give_right`); should they
    differ all the same, what all of them allow is left.
    """
    limits: dict[str, set[str]] = {}
    for row in rows:
        if row.role == Role.OWNER:
            return None
        if row.limit is not None:
            limits.setdefault(row.pk, set()).add(row.limit)
    return frozenset(set.intersection(*limits.values())) if limits else None


def _period(rights: Sequence[Right]) -> tuple[date | None, date | None]:
    """An auditor's period; nobody holds two rights of one role at a time (`people.give_right`)."""
    audit = next((right for right in rights if right.role == Role.AUDITOR), None)
    return (audit.sees_from, audit.sees_to) if audit else (None, None)
