"""What pages and programs read of the law: the table of answers, one obligation, who may do what."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import NotFound, Refused
from duecare.law.answering import Answered
from duecare.law.applicable import answers, overrides_now, read_own, register_now
from duecare.law.models import Applying, Override, OwnObligation
from duecare.law.obligations import Obligation, Register
from duecare.ledger import asof
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.viewers import Request, Role, Viewer, VisibleQuerySet, demand_area, demand_whole
from duecare.program.subjects import register_reference

AREA, APPLYING, OWN_OBLIGATION = "law", "law.applying", "law.ownobligation"
KEEPERS = (Role.OWNER, Role.MANAGER)
"""Who answers questions about the organisation, and keeps obligations of its own."""


for kind in (APPLYING, OWN_OBLIGATION):
    register_reference(kind, lambda key: reverse("obligation", args=[key]))


@dataclass(frozen=True, slots=True)
class Found:
    """One obligation as it stands."""

    one: Obligation
    register: Register
    answered: Answered | None
    """None for one of one's own that was ended."""
    row: OwnObligation | None
    """Its record, if it is of one's own."""


def rows(viewer: Viewer) -> VisibleQuerySet[Applying]:
    """The table of answers, as far as the viewer may see."""
    found: VisibleQuerySet[Applying] = Applying.objects.all().visible_to(viewer)
    return found


def find(id: str, viewer: Viewer) -> Found:
    """An obligation, whoever wrote it, if the viewer may see the law. Raises NotFound otherwise, BadInput for
    one of one's own that the content of this release cannot read."""
    held = register_now()
    row = OwnObligation.objects.all().visible_to(viewer).filter(pk=id).first()
    if not viewer.covers(AREA):
        raise _unknown()
    if id in held.obligations:
        return Found(held.obligations[id], held, answers()[id], row)
    if row is None:
        raise _unknown()
    return Found(read_own(row), held, None, row)


def read_then(one: Obligation, viewer: Viewer) -> Applying | None:
    """On a past day, how the content answered that was read then, if it was another version than what is
    shown; else None."""
    if asof.current() is None:
        return None
    row: Applying | None = rows(viewer).filter(pk=one.id).first()
    return row if row is not None and row.version != one.version else None


def find_holding(id: str, viewer: Viewer) -> tuple[Obligation, Answered]:
    """An obligation that holds, with its answer. Raises NotFound otherwise."""
    found = find(id, viewer)
    if found.answered is None:
        raise _unknown()
    return found.one, found.answered


def find_own(id: str, viewer: Viewer) -> OwnObligation:
    """One of one's own that holds. Raises NotFound, or Refused if it has ended."""
    row: OwnObligation | None = OwnObligation.objects.all().visible_to(viewer).filter(pk=id).first()
    if row is None:
        raise NotFound(
            _("There is no such obligation of ours."),
            _("What ships with Duecare is not changed here: decide otherwise on its page."),
        )
    if row.ended_at is not None:
        raise Refused(_("This obligation has ended."), _("Add it anew if it binds again."))
    return row


@dataclass(frozen=True, slots=True)
class Decision:
    """What people decided about an obligation."""

    row: Override
    who: str
    ended_by: str
    holds: bool


def decisions(id: str, viewer: Viewer) -> list[Decision]:
    """What people decided about an obligation, newest first."""
    found = Override.objects.all().visible_to(viewer).filter(obligation=id)
    named = found.annotate(maker=name_of(OuterRef("made_by")), ender=name_of(OuterRef("ended_by")))
    holding = {one.key for one in overrides_now().values()}
    return [
        Decision(
            row,
            actor_words(row.made_by, row.maker),
            actor_words(row.ended_by, row.ender),
            row.pk in holding,
        )
        for row in named.order_by("-made_at", "-id")
    ]


def changed_by(row: OwnObligation) -> str:
    """Who wrote its newest version, in words."""
    found = OwnObligation.objects.filter(pk=row.pk).annotate(who=name_of(OuterRef("changed_by"))).first()
    return actor_words(row.changed_by, getattr(found, "who", None))


def find_decision(key: str, viewer: Viewer) -> Override:
    """A decision that was not ended. Raises NotFound or Refused."""
    row: Override | None = Override.objects.all().visible_to(viewer).filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such decision."), _("Look on the page of the obligation."))
    if row.ended_at is not None:
        raise Refused(_("This decision has ended already."), _("Look on the page of the obligation."))
    return row


def decision_of(obligation: str, viewer: Viewer) -> Override:
    """What people decided about an obligation and was not ended. Raises NotFound."""
    rows = Override.objects.all().visible_to(viewer).filter(obligation=obligation, ended_at=None)
    row: Override | None = rows.first()
    if row is None:
        raise NotFound(_("Nobody has decided about this obligation."), _("Look on its page."))
    return row


def decider(request: Request) -> Viewer:
    """The viewer, if they may decide whether an obligation applies. Raises Refused or NotFound."""
    viewer = demand_area(request, AREA)
    if not viewer.changes:
        raise Refused(_("An auditor changes nothing."), _("Ask an owner, a manager or an approver."))
    return viewer


def keeper(request: Request) -> Viewer:
    """The viewer, if they may keep obligations of one's own. Raises Refused or NotFound."""
    viewer = demand_area(request, AREA)
    if not viewer.has(*KEEPERS):
        raise Refused(
            _("Only an owner or a manager keeps obligations of the organisation’s own."),
            _("Ask one of them."),
        )
    return viewer


def answerer(request: Request) -> Viewer:
    """The viewer, if they may answer questions about the organisation, which is of no area."""
    viewer = keeper(request)
    return demand_whole(request) if viewer.areas is not None else viewer


def may_answer(viewer: Viewer) -> bool:
    """The same, to show a form or not."""
    return viewer.has(*KEEPERS) and viewer.areas is None and asof.current() is None


def _unknown() -> NotFound:
    return NotFound(
        _("There is no such obligation, or none that you may see."), _("Look in the list of obligations.")
    )
