"""What belongs to a case: attach a finding, another case or any record, and detach it with a reason."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound
from duecare.incidents.cases.acts import held, say, sentence
from duecare.incidents.cases.models import CaseLink
from duecare.incidents.cases.queries import CASE
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.subjects import name_of
from duecare.web.recorded import recorded


def attach(viewer: Viewer, key: str, about: str, why: str, now: datetime) -> CaseLink:
    """Put a record to a case. Raises NotFound for what the viewer may not see, BadInput if it is there."""
    why = sentence(why, _("Say why it belongs to this case."))
    name = name_of(about, viewer)
    if not name:
        raise NotFound(_("There is no such thing, or none that you may see."), _("Open its page again."))
    if about == f"{CASE}:{key}":
        raise BadInput(_("A case does not belong to itself."), _("Choose another case."), "case")
    with recording(viewer.actor, "put something to a case"):
        case = held(key)
        if CaseLink.objects.filter(case=case, about=about, detached_at=None).exists():
            raise BadInput(_("It belongs to this case already."), _("There is nothing left to do."), "case")
        made: CaseLink = CaseLink.objects.create(
            id=new_key(), case=case, about=about, why=why, attached_by=viewer.actor, attached_at=now
        )
        say(viewer.actor, case, now, recorded("Attached: %(name)s. %(why)s", name=name, why=why), about)
    return made


def detach(viewer: Viewer, key: str, link: str, why: str, now: datetime) -> None:
    """Take a record from a case, with the reason. Raises NotFound if it was taken from it before."""
    why = sentence(why, _("Say why it does not belong to this case."))
    with recording(viewer.actor, "take something from a case"):
        case = held(key)
        found = CaseLink.objects.select_for_update().filter(case=case, pk=link, detached_at=None).first()
        if found is None:
            raise NotFound(_("It does not belong to this case any more."), _("Load the page again."))
        found.detached_at, found.detached_by, found.detached_why = now, viewer.actor, why
        found.save()
        name = name_of(found.about, viewer) or found.about
        say(viewer.actor, case, now, recorded("Detached: %(name)s. %(why)s", name=name, why=why), found.about)
