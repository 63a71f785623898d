"""A person's rights of this moment, always from the live tables: a past view never brings back a right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, FilteredRelation, Q, QuerySet

from duecare.ledger.asof import LIVE
from duecare.ledger.viewers import CHANGERS, Role, Viewer
from duecare.program.models import Right
from duecare.program.queries import live_profile, zone_of
from duecare.site.models import User

STRANGER = Viewer(actor="stranger", name="")


def viewer_of(
    user: User | AnonymousUser, now: datetime, day: date | None = None, *, by_mail: bool = False
) -> Viewer:
    """Who `user` is to the record: a stranger if nobody; without a role if no right of theirs holds today.

    `day` is the organisation's at `now`, where the caller knows it already. Who signed in `by_mail` has a
    member's rights, whatever else they hold (SECURITY.md 14).
    """
    if not isinstance(user, User) or not user.is_active:
        return STRANGER
    rows = _rights_with_all(user.person, day or today(now))
    rights = list({right.pk: right for right in rows}.values())
    if not rights:
        return Viewer(actor=f"person:{user.person}", name="", person=user.person)
    roles = frozenset(Role(right.role) for right in rights)
    viewer = Viewer(
        actor=f"person:{user.person}",
        name=rights[0].person.name,
        roles=roles,
        person=user.person,
        period=_period(rights) if roles <= {Role.AUDITOR, Role.MEMBER} else (None, None),
        # Who may not change anything has no second factor, and reads no matter.
        matters=frozenset(row.matter for row in rows if row.matter) if roles & CHANGERS else frozenset(),
        areas=limited_to(rows),
    )
    return _as_member(viewer, day or today(now)) if by_mail else viewer


def _as_member(viewer: Viewer, day: date) -> Viewer:
    """The viewer with a member's rights, if they may see anything today."""
    roles = frozenset({Role.MEMBER}) if viewer.may_see_day(day) else frozenset()
    return replace(viewer, roles=roles, period=(None, None), by_mail=True)


def _rights_with_all(person: str, day: date) -> list[Any]:
    """The rights of a person that hold on a day: a row for each `matter` that they are a member of and each
    area to which the right is limited (`limit`); one row where there is neither.

    In one query, because every page asks it.
    """
    joined = FilteredRelation(
        "person__matter_memberships", condition=Q(person__matter_memberships__ended_at=None)
    )
    rights = holding_rights(day).filter(person_id=person).select_related("person")
    return list(rights.annotate(membership=joined, matter=F("membership__matter_id"), limit=F("areas__area")))


def today(now: datetime) -> date:
    """The day of the organisation, by which rights begin and end, at a moment."""
    return now.astimezone(zone_of(live_profile())).date()


def holding_rights(day: date) -> QuerySet[Right]:
    """The rights that hold on a day, of everybody, by the live tables."""
    return holding(Right.objects.using(LIVE), day)


def holding(rights: QuerySet[Right], day: date) -> QuerySet[Right]:
    """Those of the rights that hold on a day."""
    return rights.filter(Q(until=None) | Q(until__gte=day), ended_at=None)


def limited_to(rows: Iterable[Any]) -> frozenset[str] | None:
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
