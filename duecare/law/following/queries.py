"""What pages read of the table of answers and of its changes."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duecare.law.following.actions import Cause
from duecare.law.models import LawChange
from duecare.law.obligations import profile_facts
from duecare.law.parts import PARTS
from duecare.ledger.viewers import Viewer, VisibleQuerySet

LISTED = 20


def changes(viewer: Viewer) -> VisibleQuerySet[LawChange]:
    """What changed, as far as the viewer may see."""
    found: VisibleQuerySet[LawChange] = LawChange.objects.all().visible_to(viewer)
    return found


def changed_since(moment: datetime, viewer: Viewer) -> list[LawChange]:
    """What changed at that moment or later, by name."""
    return list(changes(viewer).filter(at__gte=moment).order_by("name", "id"))


def changes_of(obligation: str, viewer: Viewer) -> list[LawChange]:
    """The newest changes of one obligation."""
    return list(changes(viewer).filter(obligation=obligation).order_by("-at", "-id")[:LISTED])


def cause_words(change: LawChange) -> str:
    """Why it changed, in sentences."""
    told = " ".join(_cause(Cause(cause), change) for cause in change.causes)
    return told or _("What the answer rests on had changed.")


def _cause(cause: Cause, change: LawChange) -> str:
    match cause:
        case Cause.FACTS:
            return _facts(change)
        case Cause.CONTENT:
            return _content(change)
        case Cause.OWN:
            return _own(change)
        case Cause.OVERRIDE:
            return _("What people decided about it began or ended.")
        case Cause.UNREADABLE:
            return _("It names something that the content of this release no longer has, and cannot be read.")
        case Cause.OTHER:
            return _("Another obligation stands in its place, or no longer does.")


def _facts(change: LawChange) -> str:
    answers = {True: _("yes"), False: _("no"), None: _("open")}
    words = "; ".join(
        f"{_(profile_facts().get(id, id))}: {answers[value]}" for id, value in change.facts.items()
    )
    return _("Answers about the organisation: %s.") % words


def _content(change: LawChange) -> str:
    if not change.before:
        return _("It is new in the content %s.") % change.version_after
    if not change.after:
        return _("It is no longer in the content.")
    return _("The content %(version)s reads otherwise: %(parts)s.") % {
        "version": change.version_after,
        "parts": _parts(change),
    }


def _own(change: LawChange) -> str:
    if not change.before:
        return _("Somebody here added it.")
    if not change.after:
        return _("Somebody here ended it.")
    return _("Somebody here changed it: %s.") % _parts(change)


def _parts(change: LawChange) -> str:
    return ", ".join(_(PARTS[part]) for part in change.parts if part in PARTS)
