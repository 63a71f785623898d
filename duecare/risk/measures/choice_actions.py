"""Keeping a choice: one act, of what was computed before it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duecare import __version__
from duecare.errors import BadInput
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.record_form import LONG
from duecare.risk.measures.actions import LINE
from duecare.risk.measures.models import Choice
from duecare.risk.measures.weighing import Weighed
from duecare.web.recorded import recorded


def keep_choice(
    viewer: Viewer, weighed: Weighed, currency: str, name: str, reason: str, now: datetime
) -> Choice:
    """Keep an answer with all that it was computed from. Raises BadInput naming the field that cannot be."""
    name, reason = name.strip(), reason.strip()
    for field, text, least, most in (("name", name, 1, LINE), ("reason", reason, 0, LONG)):
        if not least <= len(text) <= most:
            raise BadInput(
                _("This takes from %(least)s to %(most)s characters.") % {"least": least, "most": most},
                _("Say it in other words."),
                field,
            )
    inputs = blobs.keep(weighed.inputs.encode())
    result = blobs.keep(weighed.result.encode())
    with recording(viewer.actor, recorded("keep the choice %(name)s", name=name)):
        made: Choice = Choice.objects.create(
            id=new_key(),
            name=name,
            objective=weighed.asked.objective,
            currency=currency,
            budget=weighed.asked.budget,
            chosen=list(weighed.answer["chosen"]),
            inputs=inputs,
            result=result,
            program=__version__,
            reason=reason,
            made_at=now,
            made_by=viewer.actor,
        )
    return made
