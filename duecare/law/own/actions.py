"""Adding obligations of one's own, changing them, ending them. Each is one act, with what it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.law.applicable import register_now
from duecare.law.following.actions import follow_within
from duecare.law.models import LawChange, OwnObligation
from duecare.law.obligations import Obligation, Register
from duecare.law.own.entries import demand_displaced, read, slug, without_version
from duecare.ledger.recording import recording
from duecare.program.task_queries import today_at
from duecare.program.unchanged import demand_unchanged
from duecare.web.recorded import recorded


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it."""

    rows: tuple[OwnObligation, ...]
    """The obligations that were added or changed."""
    changes: tuple[LawChange, ...]


def add(actor: str, entry: Mapping[str, Any], now: datetime) -> Done:
    """Add one. An entry without an id is given one of its name.

    Raises BadInput naming the field, Refused for an id that was used before.
    """
    given = dict(entry)
    with recording(actor, "add an obligation of our own") as act:
        if not given.get("id"):
            taken = OwnObligation.objects.values_list("pk", flat=True)
            given = {"id": "", **given} | {"id": slug(str(given.get("name", "")), taken)}
        row, _one = _add(actor, given, now, register_now())
        act.reason = recorded("add the obligation %(name)s", name=row.name)
        return Done((row,), tuple(follow_within(actor, now)))


def change(actor: str, key: str, entry: Mapping[str, Any], why: str, now: datetime, *, seen: int) -> Done:
    """Say anew what one asks for. `seen` is the newest entry that whoever changes it had before them.

    Raises BadInput naming the field or without a reason, NotFound, Refused if it has ended or if somebody
    else changed it meanwhile.
    """
    if not why.strip():
        what = _("An obligation is not changed without a reason.")
        raise BadInput(what, _("Say what changed and by which paper."), "why")
    with recording(actor, "change an obligation of our own") as act:
        row = _held(key)
        demand_unchanged(row, seen)
        act.reason = recorded("change the obligation %(name)s", name=row.name)
        changed = _change(row, actor, entry, why, now, register_now())
        return Done((row,) if changed is not None else (), tuple(follow_within(actor, now)))


def bring(actor: str, entries: Sequence[Mapping[str, Any]], why: str, now: datetime) -> Done:
    """Take in the entries of a file: those that are new are added, the others become new versions.

    An entry may say of which version it was saved (`version`): one that is older than what stands is
    refused. Raises as `add` and `change` do; then none of them was taken in.
    """
    with recording(actor, "take in obligations of our own") as act:
        found, register = [], register_now()
        for entry in entries:
            row = OwnObligation.objects.select_for_update().filter(pk=str(entry.get("id", ""))).first()
            if row is None:
                row, one = _add(actor, entry, now, register)
            elif (said := _change(row, actor, entry, why, now, register)) is None:
                continue
            else:
                one = said
            found.append(row)
            register = _with(register, one)
        act.reason = recorded(
            "take in obligations of our own: %(names)s", names=", ".join(row.name for row in found)[:200]
        )
        return Done(tuple(found), tuple(follow_within(actor, now)))


def end(actor: str, key: str, words: str, now: datetime) -> Done:
    """It binds no longer; its past stays. Raises NotFound, Refused if it has ended, BadInput without a
    reason, or while another of one's own names it."""
    if not words.strip():
        raise BadInput(
            _("An obligation is not ended without a reason."), _("Say why it no longer binds."), "reason"
        )
    with recording(actor, "end an obligation of our own") as act:
        row = _held(key)
        act.reason = recorded("end the obligation %(name)s", name=row.name)
        for other in OwnObligation.objects.filter(ended_at=None).exclude(pk=key):
            if key in other.body.get("displaces", ()):
                raise Refused(
                    _("“%s” says that it stands in this one’s place.") % other.name,
                    _("Change or end that one first."),
                )
        row.ended_at, row.ended_by, row.ended_words = now, actor, words.strip()
        row.save()
        return Done((row,), tuple(follow_within(actor, now)))


def _with(register: Register, one: Obligation) -> Register:
    """The register with one more, or one that says something else."""
    return replace(register, obligations=MappingProxyType({**register.obligations, one.id: one}))


def _add(
    actor: str, entry: Mapping[str, Any], now: datetime, register: Register
) -> tuple[OwnObligation, Obligation]:
    entry, _version = without_version(entry)
    id = str(entry.get("id", ""))
    today = today_at(now)
    one = read(entry, f"{id}/1", today.isoformat(), register)
    demand_displaced(one, register)
    if OwnObligation.objects.filter(pk=id).exists():
        raise Refused(_("There was an obligation %s before.") % id, _("Give it another id."))
    made: OwnObligation = OwnObligation.objects.create(
        id=id,
        name=str.__str__(one.name),
        body=dict(entry),
        number=1,
        read=today,
        made_by=actor,
        made_at=now,
        changed_by=actor,
        changed_at=now,
    )
    return made, one


def _change(
    row: OwnObligation, actor: str, entry: Mapping[str, Any], why: str, now: datetime, register: Register
) -> Obligation | None:
    """What it says now; None where that is what it said before. Raises Refused if it has ended or the entry
    is of an older version, BadInput for what cannot be, or without a reason."""
    entry, version = without_version(entry)
    if row.ended_at is not None:
        raise Refused(_("The obligation %s has ended.") % row.pk, _("Add it anew under another id."))
    if entry.get("id") != row.pk:
        raise BadInput(
            _("The id of %s cannot change.") % row.pk, _("Leave it, or add another obligation."), "id"
        )
    if row.body == entry:
        return None
    if version is not None and version < row.number:
        raise Refused(
            _("%(id)s was saved of version %(old)s, and version %(number)s stands by now.")
            % {"id": row.pk, "old": version, "number": row.number},
            _("Save it as YAML again, and make your changes in that."),
        )
    if not why.strip():
        raise BadInput(
            _("%s would change, and no obligation is changed without a reason.") % row.pk,
            _("Say what changed and by which paper."),
            "why",
        )
    today = today_at(now)
    one = read(entry, f"{row.pk}/{row.number + 1}", today.isoformat(), register)
    demand_displaced(one, register)
    row.name, row.body, row.number, row.read = str.__str__(one.name), dict(entry), row.number + 1, today
    row.why, row.changed_by, row.changed_at = why.strip(), actor, now
    row.save()
    return one


def _held(key: str) -> OwnObligation:
    """The obligation, locked until the act ends. Raises NotFound, or Refused if it has ended."""
    row: OwnObligation | None = OwnObligation.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such obligation of ours."), _("Look in the list of obligations."))
    if row.ended_at is not None:
        raise Refused(_("This obligation has ended."), _("Add it anew if it binds again."))
    return row
