"""Reading evidence again, a piece at a time, to see that it is what it was.

Once a week the worker reads every file. A change is written into its custody, opens a finding and tells
whoever answers, at once; that nothing changed is written once a month, and in between is a note of the job.
"""

from __future__ import annotations

import json
import logging
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import DuecareError, NotFound
from duecare.incidents.evidence.actions import note_reading
from duecare.incidents.evidence.checks import INTACT
from duecare.incidents.evidence.models import Custody, Evidence
from duecare.incidents.evidence.subjects import subject
from duecare.ledger import blobs
from duecare.ledger.models import Entry, Payload
from duecare.ledger.recording import recording
from duecare.program.assessing import open_at_once
from duecare.program.mail.notices import notify_now
from duecare.web.recorded import in_the_records_language

logger = logging.getLogger(__name__)
EVERY = timedelta(days=7)
SECONDS = 120
"""Of one run of the worker, which has reminders to send meanwhile."""
STOPPED = "incidents.evidence-reading"
"""The kind of the note after which piece a run stopped before the end."""
TOLD_EVERY = timedelta(days=30)
"""How often it is written into the custody that nothing changed."""


def rehash(actor: str, now: datetime, *, seconds: float = SECONDS) -> dict[str, Any]:
    """Read evidence again, from where the last run stopped, for so many seconds.

    How many files were read, how many were not what they had been, how many could not be read, and how many
    are left: if any are, it is to be called again soon, and goes on from there.
    """
    until = monotonic() + seconds
    stopped = _stopped_after()
    kept = Evidence.objects.exclude(content="").filter(pk__gt=stopped)
    keys = list(kept.order_by("pk").values_list("pk", flat=True))
    done = changed = failed = 0
    for key in keys:
        try:
            changed += not read_again(actor, Evidence.objects.select_related("case").get(pk=key), now)
        except Exception:
            logger.exception("the evidence %s could not be read again", key)
            failed += 1
        done += 1
        if monotonic() > until:
            break
    left = len(keys) - done
    if left or stopped:
        with recording(actor, "read evidence again") as act:
            act.note(STOPPED, "evidence", {"after": keys[done - 1] if left else ""})
    return {"read": done - failed, "changed": changed, "failed": failed, "left": left}


def _stopped_after() -> str:
    """Key of the last piece that the run before read, if it did not come to the end."""
    last = Entry.objects.filter(kind=STOPPED).order_by("-index").first()
    if last is None:
        return ""
    data = Payload.objects.filter(pk=last.index).values_list("data", flat=True).first()
    return str(json.loads(bytes(data))["note"]["after"]) if data else ""


def read_again(actor: str, evidence: Evidence, now: datetime, *, always: bool = False) -> bool:
    """Read one file again, and write down what is worth it, or `always`. Whether it is what it was.

    Raises OSError if that cannot be told: the file is there, and cannot be read now.
    """
    found, before = _digest(evidence), last_reading(evidence)
    intact: bool = found == evidence.content
    news = before is None or before.intact != intact or before.digest != found
    if news or always or (before is not None and now - before.recorded_at >= TOLD_EVERY):
        with in_the_records_language():
            words = "" if intact else _("The file is gone.") if not found else _("The file was changed.")
        note_reading(actor, evidence, found, words, now)
    if not intact and news and not evidence.case.exercise:
        _raise_alarm(actor, evidence, now)
    return intact


def last_reading(evidence: Evidence) -> Custody | None:
    """The newest reading of a file that was written into its custody."""
    found: Custody | None = (
        Custody.objects.filter(evidence=evidence, intact__isnull=False)
        .order_by("-recorded_at", "-id")
        .first()
    )
    return found


def _digest(evidence: Evidence) -> str:
    """SHA-256 of what lies there now; empty if nothing does."""
    try:
        return blobs.digest_now(evidence.content)
    except NotFound:
        return ""


def _raise_alarm(actor: str, evidence: Evidence, now: datetime) -> None:
    """Open the finding, and tell whoever answers for the daily work."""
    try:
        open_at_once(actor, INTACT, subject(evidence, last_reading(evidence), now), now)
    except DuecareError:
        logger.exception("the finding about evidence %s was not opened", evidence.pk)
    about = f"evidence:{evidence.pk}:{now.date().isoformat()}"
    path = reverse("evidence", args=[evidence.case_id, evidence.pk])
    with in_the_records_language():
        title = _("Evidence is not what it was: %(what)s") % {"what": evidence.what}
        words = [
            _("A file that was kept as evidence was changed or is gone. Look at once who could reach it.")
        ]
        with recording(actor, "tell of evidence that was changed") as act:
            told = notify_now(about, title, words, path, now)
            act.note("incidents.evidence-changed", evidence.pk, {"told": told})
