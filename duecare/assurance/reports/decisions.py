"""What was decided within a time: targets that were adopted, exceptions, and what approvers said to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import Shown, approvable, decisions_about
from duecare.program.exception_queries import safeguard_title
from duecare.program.models import Approval, Decided, SafeguardException, Statement, Target
from duecare.program.statement_queries import names_of
from duecare.program.subjects import referred
from duecare.program.targets import definitions
from duecare.words import day, number


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision."""

    at: datetime
    what: str
    why: str
    by: str
    """Who, and whether they signed it."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of a time."""

    shown: tuple[Decision, ...]
    """The newest."""
    total: int
    statements: str
    """How many statements people made meanwhile, in a sentence; empty for none."""


def decisions(begin: datetime, end: datetime, viewer: Viewer, most: int) -> Decisions:
    """What was decided from `begin` to `end`, as the view in force has it, newest first."""
    within = (begin, end)
    targets = Target.objects.all().visible_to(viewer).filter(adopted_at__range=within)
    exceptions = SafeguardException.objects.all().visible_to(viewer).filter(asked_at__range=within)
    approvals = Approval.objects.all().visible_to(viewer).filter(at__range=within)
    made = Statement.objects.all().visible_to(viewer).filter(made_at__range=within).count()
    found = [
        *_targets(list(targets.order_by("-adopted_at")[:most]), viewer),
        *_exceptions(list(exceptions.order_by("-asked_at", "-id")[:most]), viewer),
        *_approvals(list(approvals.order_by("-at", "-id")[:most]), viewer),
    ]
    found.sort(key=lambda one: one.at, reverse=True)
    return Decisions(
        tuple(found[:most]),
        targets.count() + exceptions.count() + approvals.count(),
        ngettext("People made %(n)s statement.", "People made %(n)s statements.", made) % {"n": number(made)}
        if made
        else "",
    )


def _targets(rows: list[Target], viewer: Viewer) -> Iterator[Decision]:
    names = names_of({row.adopted_by for row in rows}, viewer)
    for row in rows:
        definition = definitions().get(row.pk)
        words = {
            "name": definition.name if definition else row.pk,
            "number": definition.counted(row.value) if definition else number(row.value),
        }
        what = _("Target adopted: %(name)s, %(number)s") % words
        yield Decision(row.adopted_at, what, row.reason, names[row.adopted_by])


def _exceptions(rows: list[SafeguardException], viewer: Viewer) -> Iterator[Decision]:
    names = names_of({row.asked_by for row in rows}, viewer)
    for row in rows:
        what = _("Exception asked for, until %(until)s: %(safeguard)s") % {
            "until": day(row.expires),
            "safeguard": safeguard_title(row.safeguard),
        }
        yield Decision(row.asked_at, what, row.reason, names[row.asked_by])


def _approvals(rows: list[Approval], viewer: Viewer) -> Iterator[Decision]:
    about = decisions_about({row.about for row in rows}, viewer)
    wanted = {row.pk for row in rows}
    for shown in (one for found in about.values() for one in found if one.approval.pk in wanted):
        row = shown.approval
        record = referred(row.about, viewer)
        words = {"name": approvable(row.about).name(record) if record else row.about}
        approved = row.decided == Decided.APPROVED
        what = (_("Approved: %(name)s") if approved else _("Refused: %(name)s")) % words
        yield Decision(row.at, what, row.words, f"{shown.by}, {vouched(shown)}")


def vouched(shown: Shown) -> str:
    """What vouches for a decision, and what speaks against it, in words."""
    told = [_("with a passkey’s signature") if shown.signed else _("asserted by the server")]
    if shown.fault:
        told = [_("its signature does not hold (%s)") % shown.fault]
    if shown.approval.alone:
        told.append(_("approved alone"))
    if not shown.current:
        told.append(_("about an earlier version"))
    return ", ".join(told)
