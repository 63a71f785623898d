"""What people do with legal holds: place one, change what it covers, end it. Each is one act."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.law.holds.models import LegalHold
from duecare.law.holds.queries import KINDS
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.record_form import LONG
from duecare.program.subjects import visible_among
from duecare.program.task_queries import today_at
from duecare.program.unchanged import demand_unchanged
from duecare.web.recorded import recorded

MOST = 200
"""Things that one hold names."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a hold is to say."""

    name: str
    why: str
    covers: str
    things: tuple[str, ...]
    asked_by: str
    since: date


def place_hold(viewer: Viewer, draft: Draft, now: datetime) -> LegalHold:
    """Put something under a hold, at once. Raises BadInput naming the field that cannot be."""
    values = _values(viewer, draft, now)
    with recording(viewer.actor, recorded("place the legal hold %(name)s", name=values["name"])):
        made: LegalHold = LegalHold.objects.create(id=new_key(), made_by=viewer.actor, made_at=now, **values)
    return made


def change_hold(viewer: Viewer, key: str, draft: Draft, seen: int, now: datetime) -> LegalHold:
    """Change what a hold says. What it holds already may stay, also what the viewer cannot see. Raises
    NotFound, Refused if it has ended or somebody changed it since `seen`, BadInput naming the field that
    cannot be."""
    with recording(viewer.actor, "change a legal hold") as act:
        row = _standing(key)
        demand_unchanged(row, seen)
        values = _values(viewer, draft, now, row.things)
        act.reason = recorded("change the legal hold %(name)s", name=values["name"])
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
    return row


def end_hold(viewer: Viewer, key: str, reason: str, now: datetime) -> LegalHold:
    """Let go what is held. Raises NotFound, Refused if it has ended before, BadInput without a reason."""
    if not (reason := reason.strip()) or len(reason) > LONG:
        raise BadInput(
            _("A hold does not end without a reason of at most %s characters.") % LONG,
            _("Say who let it go, and why."),
            "reason",
        )
    with recording(viewer.actor, "end a legal hold") as act:
        row = _standing(key)
        act.reason = recorded("end the legal hold %(name)s", name=row.name)
        row.ended_at, row.ended_by, row.ended_because = now, viewer.actor, reason
        row.save()
    return row


def _standing(key: str) -> LegalHold:
    row: LegalHold | None = LegalHold.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such hold."), _("Look in the list of legal holds."))
    if row.ended_at is not None:
        raise Refused(_("This hold has ended already."), _("Place a new one if it is needed again."))
    return row


def _values(viewer: Viewer, draft: Draft, now: datetime, kept: Collection[str] = ()) -> dict[str, object]:
    texts = {"name": draft.name, "why": draft.why, "covers": draft.covers, "asked_by": draft.asked_by}
    for field, text in texts.items():
        most = 200 if field in ("name", "asked_by") else LONG
        if not text.strip() or len(text.strip()) > most:
            raise BadInput(
                _("This takes from 1 to %s characters.") % most, _("Say it in other words."), field
            )
    if draft.since > today_at(now):
        raise BadInput(_("A hold begins today or began before."), _("Give that day."), "since")
    return {
        **{field: text.strip() for field, text in texts.items()},
        "things": _things(viewer, draft.things, kept),
        "since": draft.since,
    }


def _things(viewer: Viewer, things: Iterable[str], kept: Collection[str]) -> list[str]:
    """What is held, each once; `kept` is held already. Raises BadInput for what is not there, or not for the
    viewer."""
    wanted = list(dict.fromkeys(one.strip() for one in things if one.strip()))
    if len(wanted) > MOST:
        raise BadInput(_("More than %s things are named.") % MOST, _("Hold the kind as a whole."), "things")
    seen = visible_among([one for one in wanted if ":" in one and one not in kept], viewer)
    for one in wanted:
        if one not in KINDS and one not in seen and one not in kept:
            raise BadInput(
                _("“%s” is nothing that is there to be held.") % one[:80],
                _("Write it as its page’s “Put under a hold” does, such as incidents.case:k3…"),
                "things",
            )
    return sorted(wanted)
