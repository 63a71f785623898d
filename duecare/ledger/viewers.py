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

from duecare.errors import NotFound, Refused


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


class Scope(StrEnum):
    """What a token of the API may be used for; never more than its owner may do on the pages."""

    READ = "read"
    """Everything that its owner may read."""
    TASKS = "tasks"
    REMARKS = "remarks"
    """Comments and files."""
    STATEMENTS = "statements"
    EXCEPTIONS = "exceptions"
    SYSTEMS = "systems"
    """Hosts, their reports, what they are exposed to, and names of ours."""
    PRODUCTS = "products"
    """Products, and bills of what they contain."""
    PATCHING = "patching"
    """Drawing up patch runs, which people sign."""
    INCIDENTS = "incidents"
    """Reports of what may be an incident, alerts, cases and what belongs to them."""
    RISK = "risk"
    """Scenarios, measures, decisions about risk, insurance."""
    LAW = "law"
    """Obligations of one's own, and what is said of those that apply."""
    REPORTS = "reports"
    SETTINGS = "settings"
    """Profile, data sets, targets."""
    LEDGER = "ledger"
    """Signing the record, and taking it away."""


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
    matters: frozenset[str] = field(default=frozenset())
    """Keys of the matters that they are a member of. No role brings any; the terminal has none."""
    by_mail: bool = False
    """Whether they signed in by mail, and so have a member's rights, whatever else they hold."""
    areas: frozenset[str] | None = None
    """The areas that their rights are limited to; None for all of them."""

    @property
    def reads(self) -> bool:
        return bool(self.roles & READERS)

    @property
    def changes(self) -> bool:
        return bool(self.roles & CHANGERS)

    def has(self, *roles: Role) -> bool:
        return bool(self.roles.intersection(roles))

    def covers(self, area: str) -> bool:
        """Whether their rights reach an area, by its id; what is of none ("") needs rights without limit."""
        return self.areas is None or area in self.areas

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
    scopes: frozenset[Scope] = frozenset()
    """What the token allows that a request of the API came with; empty on pages."""


def demand_reader(request: Request) -> Viewer:
    """The viewer, if they may read the organisation's weaknesses. Raises NotFound for all others."""
    if not request.viewer.reads:
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    return request.viewer


def demand_area(request: Request, area: str) -> Viewer:
    """The viewer, if they may read this area. Raises NotFound for all others."""
    viewer = demand_reader(request)
    if not viewer.covers(area):
        raise NotFound(_("There is no such page, or none that you may see."), _("Begin at the home page."))
    return viewer


def demand_whole(request: Request) -> Viewer:
    """The viewer, if they may read what is of no area: the record as a whole, reports, settings.

    Raises NotFound for who reads nothing, Refused for whose right is limited to areas.
    """
    viewer = demand_reader(request)
    if viewer.areas is not None:
        raise Refused(
            _("Your right is limited to areas, and this page is about the whole organisation."),
            _("Ask an owner for what you need of it."),
        )
    return viewer


M = TypeVar("M", bound=models.Model)


class VisibleQuerySet(models.QuerySet[M, M]):
    """A queryset that knows who may read its rows: by default those who may read everything."""

    def visible_to(self, viewer: Viewer) -> VisibleQuerySet[M]:
        """The rows that `viewer` may see; none for a stranger."""
        if not viewer.reads:
            return self.none()
        return self.all() if viewer.areas is None else self.within(viewer.areas)

    def within(self, areas: frozenset[str]) -> VisibleQuerySet[M]:
        """The rows of these areas: all or none, as the model is of one (`Record.room`) or of none."""
        return self.all() if getattr(self.model, "room", "") in areas else self.none()


VisibleManager = models.Manager.from_queryset(VisibleQuerySet)
"""The manager of every record and entry."""
