"""What an incident touches: say so, say how it stands, take off what was put there by mistake."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound
from duecare.incidents.cases.acts import held, say
from duecare.incidents.cases.models import Affected, Case
from duecare.incidents.cases.naming import STATUSES
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.record_form import LONG
from duecare.program.subjects import name_of
from duecare.program.unchanged import demand_unchanged
from duecare.web.recorded import in_the_records_language, recorded

NAME = 200
REFERENCE = 120


def add_affected(
    viewer: Viewer, key: str, *, about: str = "", name: str = "", status: str, words: str = "", now: datetime
) -> Affected:
    """Say that an incident touches something: a thing that is known here, or one in words.

    Raises BadInput for what cannot be, or stands there already; NotFound for a thing that is not there.
    """
    name, words = name.strip(), _words(words)
    _demand_status(status)
    if about:
        name = name_of(about, viewer)[:NAME]
        if not name or len(about) > REFERENCE:
            raise NotFound(_("There is no such thing, or none that you may see."), _("Search for it again."))
    if not 0 < len(name) <= NAME:
        raise BadInput(
            _("What is affected needs a name of at most %s characters.") % NAME,
            _("Choose it among what was found, or name it."),
            "name",
        )
    with recording(viewer.actor, "say what an incident affects"):
        case = held(key)
        there = Affected.objects.filter(case=case, removed_at=None)
        if there.filter(about=about).exists() if about else there.filter(about="", name=name).exists():
            raise BadInput(_("%s stands there already.") % name, _("Say there how it stands now."), "name")
        made: Affected = Affected.objects.create(
            id=new_key(),
            case=case,
            about=about,
            name=name,
            status=status,
            words=words,
            said_by=viewer.actor,
            said_at=now,
        )
        _say(viewer.actor, case, made, now)
    return made


def change_affected(
    actor: str, key: str, row: str, status: str, words: str | None, now: datetime, *, seen: int | None = None
) -> Affected:
    """Say how something stands now; without `words` (None) those that are there stay.

    Raises NotFound if it is not there, BadInput for no such status, Refused if somebody changed it since the
    entry `seen`.
    """
    _demand_status(status)
    words = None if words is None else _words(words)
    with recording(actor, "say how what is affected stands"):
        case = held(key)
        found = _there(case, row)
        if seen is not None:
            demand_unchanged(found, seen)
        moved = found.status != status
        found.status, found.said_by, found.said_at = status, actor, now
        found.words = found.words if words is None else words
        found.save()
        if moved:
            _say(actor, case, found, now)
    return found


def remove_affected(actor: str, key: str, row: str, now: datetime) -> None:
    """Take off what was put there by mistake. What was affected and is well again is `clean` instead."""
    with recording(actor, "take off what was not affected"):
        case = held(key)
        found = _there(case, row)
        found.removed_at, found.said_by, found.said_at = now, actor, now
        found.save()
        say(
            actor,
            case,
            now,
            recorded("%(name)s: taken off, put there by mistake.", name=found.name),
            found.about,
        )


def _say(actor: str, case: Case, row: Affected, now: datetime) -> None:
    with in_the_records_language():
        status = _(row.status)
    if row.words:
        told = recorded("%(name)s: %(status)s. %(words)s", name=row.name, status=status, words=row.words)
    else:
        told = recorded("%(name)s: %(status)s.", name=row.name, status=status)
    say(actor, case, now, told, row.about)


def _there(case: Case, row: str) -> Affected:
    found: Affected | None = (
        Affected.objects.select_for_update().filter(case=case, pk=row, removed_at=None).first()
    )
    if found is None:
        raise NotFound(_("It does not stand there any more."), _("Load the page again."))
    return found


def _demand_status(status: str) -> None:
    if status not in STATUSES:
        raise BadInput(_("There is no such status."), _("Choose one of %s.") % ", ".join(STATUSES), "status")


def _words(words: str) -> str:
    if len(words.strip()) > LONG:
        raise BadInput(_("The text is too long."), _("Use at most %s characters.") % LONG, "words")
    return words.strip()
