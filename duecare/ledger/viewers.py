"""Who is looking: the one thing that decides which records and entries a person may see.

Every queryset of records that reaches a page, a command's output or an export passes `visible_to`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from duecare.errors import NotFound


class Role(StrEnum):
    """What a person may do in Duecare itself."""

    OWNER = "owner"
    """Everything, and who else may."""
    MANAGER = "manager"
    """The daily work."""
    APPROVER = "approver"
    """Reads all, decides."""
    AUDITOR = "auditor"
    """Reads all of a period, until a date; changes nothing."""
    MEMBER = "member"
    """Their own duties."""


READERS = frozenset({Role.OWNER, Role.MANAGER, Role.APPROVER, Role.AUDITOR})
"""Who may read the organisation's weaknesses."""
CHANGERS = frozenset({Role.OWNER, Role.MANAGER, Role.APPROVER})
"""Who may change anything, and so needs a second factor."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person, or the machine's owner at the command line, with their rights of this moment."""

    actor: str
    """How entries name them: `person:<key>` or `terminal:<operating-system user>`."""
    name: str
    roles: frozenset[Role] = field(default=frozenset())
    person: str = ""
    """Key of their person record; empty at the command line."""
    period: tuple[date | None, date | None] = (None, None)
    """For one who is an auditor only: the days whose state they may see."""

    @property
    def reads(self) -> bool:
        return bool(self.roles & READERS)

    @property
    def changes(self) -> bool:
        return bool(self.roles & CHANGERS)

    def has(self, *roles: Role) -> bool:
        return bool(self.roles.intersection(roles))

    def may_see_day(self, day: date) -> bool:
        """Whether a view as of `day` lies in their period."""
        first, last = self.period
        return (first is None or first <= day) and (last is None or day <= last)


class Request(HttpRequest):
    """A request that has come through the doors (`site/doors.py`)."""

    viewer: Viewer
    now: datetime
    """The moment of the request, aware, UTC."""
    view_now: datetime
    """The moment that the page speaks from: `now`, or the end of the past day that was asked for."""
    organisation: models.Model | None
    """The organisation's profile of today; None before the first run."""


def demand_reader(request: Request) -> Viewer:
    """The viewer, if they may read the organisation's weaknesses. Raises NotFound for all others."""
    if not request.viewer.reads:
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    return request.viewer


M = TypeVar("M", bound=models.Model)


class VisibleQuerySet(models.QuerySet[M, M]):
    """A queryset that knows who may read its rows: by default those who may read everything."""

    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[M]:
        """The rows that `viewer` may see; none for a stranger."""
        return self.all() if viewer.reads else self.none()


VisibleManager = models.Manager.from_queryset(VisibleQuerySet)
"""The manager of every record and entry."""
