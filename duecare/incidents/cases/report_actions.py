"""Telling that something may be wrong: anybody who is signed in, in under a minute."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.incidents.cases import telling
from duecare.incidents.cases.acts import sentence
from duecare.incidents.cases.models import IncidentReport
from duecare.incidents.cases.queries import REPORT
from duecare.incidents.plans.queries import plan_content
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.models import Attachment
from duecare.program.remarks import SIZE_LIMIT, clean_name
from duecare.words import number

MOST_FILES = 5


@dataclass(frozen=True, slots=True)
class File:
    """A file with a report."""

    name: str
    data: bytes


def report(
    actor: str,
    words: str,
    now: datetime,
    *,
    kind: str = "",
    noticed_at: datetime | None = None,
    files: Sequence[File] = (),
) -> IncidentReport:
    """Tell what was seen. Who must know is told in the same act.

    Raises BadInput for what cannot be kept; nothing is told then.
    """
    words = sentence(words, _("Say in a few words what you saw."))
    if kind and kind not in plan_content(None).playbooks:
        raise BadInput(_("There is no such kind."), _("Choose one of the list, or leave it open."), "kind")
    if noticed_at is not None and noticed_at > now:
        raise BadInput(_("That moment is still to come."), _("Say when you noticed it."), "noticed")
    if len(files) > MOST_FILES:
        raise BadInput(
            _("At most %s files are taken with a report.") % MOST_FILES, _("Put them into one."), "file"
        )
    kept = [(clean_name(one.name), len(one.data), _keep(one)) for one in files]
    with recording(actor, "report what may be an incident"):
        made: IncidentReport = IncidentReport.objects.create(
            id=new_key(), words=words, kind=kind, noticed_at=noticed_at, reported_by=actor, reported_at=now
        )
        for name, size, content in kept:
            Attachment.objects.create(
                id=new_key(),
                about=f"{REPORT}:{made.pk}",
                name=name,
                size=size,
                content=content,
                made_by=actor,
                made_at=now,
            )
        telling.tell_of_report(made, now)
    return made


def _keep(one: File) -> str:
    if not 0 < len(one.data) <= SIZE_LIMIT:
        raise BadInput(
            _("The file has %(size)s bytes; 1 to %(most)s are taken.")
            % {"size": number(len(one.data)), "most": number(SIZE_LIMIT)},
            _("Leave it out, and say where it is."),
            "file",
        )
    return blobs.keep(one.data)
