"""What people do with cases."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.queries import next_number
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.queries import live_profile, zone_of
from duecare.web.recorded import recorded

LONGEST = 200
"""Characters of a title."""


def open_case(
    actor: str, now: datetime, *, title: str, kind: str = "", exercise: bool = False, country: str = ""
) -> Case:
    """Take up an incident, or begin the case of an exercise. Raises BadInput for a title that cannot be."""
    title = title.strip()
    if not 0 < len(title) <= LONGEST:
        raise BadInput(
            _("A case needs a title of at most %s characters.") % LONGEST,
            _("Say in a few words what happened."),
            "title",
        )
    profile = live_profile()
    with recording(actor, recorded("open the case %(title)s", title=title)):
        made: Case = Case.objects.create(
            id=new_key(),
            number=next_number(),
            title=title,
            kind=kind,
            phase="identify",
            country=country or (profile.country if profile else ""),
            zone=str(zone_of(profile)),
            exercise=exercise,
            opened_at=now,
            opened_by=actor,
        )
    return made
