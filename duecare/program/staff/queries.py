"""What can be asked of the staff: what became of each, their manager, and who of them may still sign in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from enum import StrEnum

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from duecare.ledger.viewers import Viewer
from duecare.program.staff.models import StaffAnswer, StaffMember, StaffSource
from duecare.words import gettext_noop


class State(StrEnum):
    """What is known of somebody on a day."""

    HERE = gettext_noop("here")
    COMING = gettext_noop("still to come")
    ASKED = gettext_noop("asked after")
    """Their list does not name them any more, and nobody has said why."""
    LEFT = gettext_noop("left")
    NOBODY = gettext_noop("no person")


STATES = (
    (State.HERE, gettext_lazy("Here")),
    (State.COMING, gettext_lazy("Still to come")),
    (State.ASKED, gettext_lazy("Asked after")),
    (State.LEFT, gettext_lazy("Left")),
    (State.NOBODY, gettext_lazy("No person")),
)


def state_of(member: StaffMember, today: date) -> State:
    """What is known of somebody on a day."""
    if member.answer == StaffAnswer.NOBODY:
        return State.NOBODY
    if member.leaves_on is not None and member.leaves_on < today:
        return State.LEFT
    if member.gone_at is not None and member.answer == StaffAnswer.NONE and member.leaves_on is None:
        return State.ASKED
    if member.starts_on is not None and member.starts_on > today:
        return State.COMING
    return State.HERE


def in_state(state: str, today: date) -> Q:
    """Those of whom that is known on a day, by the same rules as `state_of`."""
    nobody = Q(answer=StaffAnswer.NOBODY)
    left = ~nobody & Q(leaves_on__lt=today)
    there = ~nobody & (Q(leaves_on=None) | Q(leaves_on__gte=today))
    asked = ~nobody & Q(leaves_on=None, gone_at__isnull=False, answer=StaffAnswer.NONE)
    coming = Q(starts_on__gt=today)
    return {
        State.NOBODY: nobody,
        State.LEFT: left,
        State.ASKED: asked,
        State.COMING: there & ~asked & coming,
        State.HERE: there & ~asked & (Q(starts_on=None) | Q(starts_on__lte=today)),
    }[State(state)]


def rows(viewer: Viewer) -> QuerySet[StaffMember]:
    """Everybody, with their source and the name of their manager (`managed_by`)."""
    managers = StaffMember.objects.all().visible_to(viewer).filter(pk=OuterRef("manager")).values("name")[:1]
    found: QuerySet[StaffMember] = StaffMember.objects.all().visible_to(viewer).select_related("source")
    return found.annotate(managed_by=Coalesce(Subquery(managers), Value("")))


def sources(viewer: Viewer) -> list[StaffSource]:
    """Where people are known from, each with how many it tells of (`there`)."""
    counted = Count("staff", filter=Q(staff__gone_at=None))
    return list(StaffSource.objects.all().visible_to(viewer).annotate(there=counted).order_by("name", "id"))


Addresses = Callable[[], Collection[str]]
_signing_in: list[Addresses] = []


def register_sign_ins(addresses: Addresses) -> None:
    """Say who may sign in now, by their addresses in lower case: the site alone knows."""
    _signing_in.append(addresses)


def sign_in_addresses() -> frozenset[str]:
    """The addresses by which somebody may sign in now, in lower case."""
    return frozenset(address for one in _signing_in for address in one())


LISTED = 20
"""Leavers that the page of the staff names; its list has the others."""


def still_signing_in(today: date) -> Q:
    """Those who left, or are asked after, and may still sign in to Duecare now."""
    away = in_state(State.LEFT, today) | in_state(State.ASKED, today)
    return away & Q(email__in=sign_in_addresses())


def leavers_who_sign_in(viewer: Viewer, today: date) -> tuple[list[StaffMember], int]:
    """The first of those who left and may still sign in, and how many others there are."""
    found = StaffMember.objects.all().visible_to(viewer).filter(still_signing_in(today))
    count = found.count()
    named = found.order_by(F("leaves_on").asc(nulls_first=True), "name", "id")[:LISTED]
    return list(named), max(count - LISTED, 0)
