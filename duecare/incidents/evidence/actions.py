"""What people do with evidence: bring it, say in whose hands it is, take it out. Each leaves its custody."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.home import Home
from duecare.incidents.cases.models import Case
from duecare.incidents.evidence.kinds import BY_PEOPLE, kept_name
from duecare.incidents.evidence.models import Custody, Evidence
from duecare.incidents.timeline.actions import demand_open
from duecare.ledger import blobs
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.remarks import clean_name
from duecare.web.recorded import recorded
from duecare.words import number

MOST_BYTES = 1 << 30
"""Of a file that is kept here."""
LONGEST = 200
"""Characters of a short text."""
SPARE = 256 << 20
"""Bytes that stay free on the disk."""


def next_step() -> str:
    """What to do with a file that is too large."""
    return _("Keep it elsewhere, and write down where it is and its SHA-256.")


def demand_room(size: int, *, there: bool = False) -> None:
    """Raises BadInput for a file that is too large, or for which there is no room.

    Before it is read it needs room twice, as what was sent and as what is kept; once if it is `there`.
    """
    if size > MOST_BYTES:
        raise BadInput(
            _("The file has %(size)s bytes; at most %(most)s are taken.")
            % {"size": number(size), "most": number(MOST_BYTES)},
            next_step(),
            "file",
        )
    home: Home = settings.DUECARE_HOME
    if shutil.disk_usage(home.path).free < (1 if there else 2) * size + SPARE:
        raise BadInput(_("There is no room for this file on the server."), next_step(), "file")


def add_file(
    actor: str,
    case: Case,
    file: Path,
    given_name: str,
    now: datetime,
    **told: Any,
) -> Evidence:
    """Keep a file as evidence; its digest is computed while it is copied, whatever its length.

    `told` are the fields `what`, `source`, `collected_at` and `collected_by`. Raises BadInput for what cannot
    be, Refused if the case is closed; nothing is kept then but at most a blob that nothing names.
    """
    size = file.stat().st_size
    if not size:
        raise BadInput(_("The file is empty."), _("Copy it again."), "file")
    demand_room(size, there=True)
    name = _safe_name(given_name)
    digest = blobs.keep_file(file)
    with recording(actor, recorded("add evidence to the case %(title)s", title=case.title)):
        made = _add(
            actor,
            case,
            now,
            file_name=name,
            given_name=kept_name(given_name),
            size=size,
            content=digest,
            **told,
        )
        _put(actor, made, "collected", made.collected_at, made.collected_by, "", now, digest, intact=True)
    return made


def add_elsewhere(actor: str, case: Case, now: datetime, **told: Any) -> Evidence:
    """Say that there is evidence elsewhere. `told` also has `place` and perhaps `stated_digest`."""
    if not str(told.get("place", "")).strip():
        raise BadInput(_("Where is it?"), _("Say where it is kept, and by whom."), "place")
    digest = str(told.get("stated_digest", "")).strip().lower()
    if digest and (len(digest) != 64 or not set(digest) <= set("0123456789abcdef")):
        raise BadInput(
            _("A SHA-256 has 64 digits from 0 to 9 and a to f."), _("Copy it again."), "stated_digest"
        )
    with recording(actor, recorded("add evidence to the case %(title)s", title=case.title)):
        made = _add(actor, case, now, **{**told, "stated_digest": digest})
        _put(actor, made, "collected", made.collected_at, made.collected_by, "", now, digest)
    return made


def hand(
    actor: str, evidence: Evidence, kind: str, at: datetime, who: str, words: str, now: datetime
) -> Custody:
    """Write down that somebody used evidence, took it over or gave it back; `kind` is one of BY_PEOPLE.

    Also of a closed case: whose hands it is in goes on to matter.
    """
    if kind not in BY_PEOPLE:
        raise BadInput(
            _("“%s” is not known.") % kind[:40], _("Choose one of %s.") % ", ".join(BY_PEOPLE), "kind"
        )
    if not 0 < len(who.strip()) <= LONGEST:
        raise BadInput(
            _("A name has 1 to %s characters.") % LONGEST, _("Say who it was, and of whom."), "who"
        )
    if at > now:
        raise BadInput(_("This lies in the future."), _("Write down what has happened."), "at")
    if at < evidence.collected_at:
        raise BadInput(
            _("This lies before the evidence was collected."), _("Correct one of the two times."), "at"
        )
    with recording(actor, recorded("write the custody of %(what)s", what=evidence.what)):
        return _put(actor, evidence, kind, at, who.strip(), words.strip(), now)


def note_access(actor: str, evidence: Evidence, who: str, words: str, now: datetime) -> Custody:
    """Write down that a file is taken out; also of a closed case."""
    with recording(actor, recorded("take out the evidence %(what)s", what=evidence.what)):
        return _put(
            actor, evidence, "accessed", now, who[:LONGEST], words, now, evidence.content, intact=True
        )


def note_reading(actor: str, evidence: Evidence, found: str, words: str, now: datetime) -> Custody:
    """Write down what came of reading a file again; `found` is its digest now, empty if it is gone."""
    with recording(actor, recorded("read the evidence %(what)s again", what=evidence.what)):
        return _put(
            actor, evidence, "hashed", now, _("Duecare"), words, now, found, intact=found == evidence.content
        )


def _add(actor: str, case: Case, now: datetime, **told: Any) -> Evidence:
    """The evidence, within an act that is open already."""
    demand_open(case)
    texts: dict[str, Any] = {
        name: value.strip() if isinstance(value, str) else value for name, value in told.items()
    }
    for name in ("what", "collected_by"):
        if not 0 < len(texts.get(name, "")) <= LONGEST:
            raise BadInput(
                _("This has 1 to %s characters.") % LONGEST, _("Say what it is, and who took it."), name
            )
    for name in ("source", "place"):
        if len(texts.get(name, "")) > LONGEST:
            raise BadInput(_("This has at most %s characters.") % LONGEST, _("Say it shorter."), name)
    if texts["collected_at"] > now:
        raise BadInput(_("This lies in the future."), _("Write down what has happened."), "collected_at")
    most = Evidence.objects.filter(case=case).aggregate(most=Max("number"))["most"]
    made: Evidence = Evidence.objects.create(
        id=new_key(), case=case, number=(most or 0) + 1, added_at=now, added_by=actor, **texts
    )
    return made


def _put(
    actor: str,
    evidence: Evidence,
    kind: str,
    at: datetime,
    who: str,
    words: str,
    now: datetime,
    digest: str = "",
    *,
    intact: bool | None = None,
) -> Custody:
    made: Custody = Custody.objects.create(
        id=new_key(), evidence=evidence, kind=kind, at=at, who=who, words=words, digest=digest, intact=intact,
        recorded_at=now, recorded_by=actor,
    )  # fmt: skip
    return made


def _safe_name(given: str) -> str:
    try:
        return clean_name(kept_name(given))
    except BadInput:
        return "evidence"
