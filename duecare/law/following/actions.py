"""Keeping the table of answers up to date, and telling what changed and why.

What applies is always computed (`applicable.py`); the table remembers what it was, so that a change is told.
It is followed after every change of the profile, of an override, of an obligation of one's own or of a
contract that another room keeps, and by the worker for what nobody does: new content came with a release, an
override or a contract ran out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from duecare.law.answering import Answered
from duecare.law.applicable import answers, facts_now, register_now, unreadable
from duecare.law.applies import Answer, Facts, facts_in
from duecare.law.following.models import Applying, LawChange
from duecare.law.obligations import OWN, Obligation
from duecare.law.parts import digests
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.program.contract_clocks import register_contract_follower
from duecare.program.profile_followers import register_profile_follower
from duecare.program.queries import live_profile

REASON = "see what applies to us"


class Cause(StrEnum):
    """What had changed."""

    FACTS = "facts"
    """Answers about the organisation;"""
    CONTENT = "content"
    """what ships;"""
    OWN = "own"
    """an obligation of one's own;"""
    OVERRIDE = "override"
    """that people decided, or that their decision ended;"""
    UNREADABLE = "unreadable"
    """that one of one's own names what the content of this release no longer has;"""
    OTHER = "other"
    """whether another obligation stands in its place."""


def follow(actor: str, now: datetime) -> list[LawChange]:
    """See what applies, in an act of its own. No entry if all is as it was. Returns what changed."""
    with recording(actor, REASON):
        return follow_within(actor, now)


def follow_within(actor: str, now: datetime) -> list[LawChange]:
    """The same within an act that is open, which may have changed what the answers rest on.

    The first time the table is filled there is nothing to compare with, and nothing is told.
    """
    rows = {row.pk: row for row in Applying.objects.select_for_update()}
    wanted = _wanted(rows)
    changes = [change for id, values in wanted.items() if (change := _compared(rows.get(id), id, values))]
    changes += [_gone(row) for id, row in rows.items() if id not in wanted]
    _write(rows, wanted, now)
    if not rows:
        return []
    for change in changes:
        change.at, change.by = now, actor
        change.save(force_insert=True)
    return changes


def is_due(now: datetime) -> bool:
    """Whether the table differs from what applies, for the worker."""
    if live_profile() is None:
        return False
    rows = {row.pk: row for row in Applying.objects.all()}
    wanted = _wanted(rows)
    return rows.keys() != wanted.keys() or any(_differs(rows[id], wanted[id]) for id in wanted)


def _follow(actor: str) -> None:
    follow(actor, utc_now())


register_profile_follower(_follow)
register_contract_follower(_follow)


def _wanted(rows: Mapping[str, Applying]) -> dict[str, dict[str, Any]]:
    """The table as it ought to be, by obligation id; all but since when. `rows` is how it is: one of one's
    own that cannot be read keeps what was read of it before, and its answer is open."""
    held, found, facts = register_now(), answers(), facts_now()
    wanted = {id: _values(one, found[id], facts) for id, one in held.obligations.items()}
    lost = {row.pk for row, _fault in unreadable()} & rows.keys()
    return wanted | {id: _unread(rows[id]) for id in sorted(lost)}


def _unread(row: Applying) -> dict[str, Any]:
    kept = ("name", "citation", "kind", "jurisdiction", "state", "confidence", "facts", "parts")
    open_now = Answer.CANNOT_TELL.value
    return {
        **{name: getattr(row, name) for name in kept},
        "answer": open_now,
        "says": open_now,
        "override": "",
        "displaced_by": "",
        "deciding": [],
        "missing": [],
        "version": UNREAD,
    }


UNREAD = "unreadable"
"""In the place of a version: none was read."""


def _values(one: Obligation, found: Answered, facts: Facts) -> dict[str, Any]:
    plain = str.__str__  # the English that is kept, not the reader's language
    return {
        "name": plain(one.name),
        "citation": plain(one.citation),
        "kind": one.kind.value,
        "jurisdiction": one.jurisdiction,
        "state": one.state.value,
        "confidence": one.confidence.value,
        "answer": found.answer.value,
        "says": found.applicability.answer.value,
        "override": found.override.key if found.override else "",
        "displaced_by": found.displaced_by,
        "deciding": list(found.applicability.deciding),
        "missing": list(found.applicability.missing),
        "facts": {id: facts[id] for id in facts_in(one.applies_when) if facts.get(id) is not None},
        "parts": digests(one),
        "version": one.version,
    }


def _differs(row: Applying, values: Mapping[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _write(rows: Mapping[str, Applying], wanted: Mapping[str, Mapping[str, Any]], now: datetime) -> None:
    for id, values in wanted.items():
        row = rows.get(id)
        if row is None:
            Applying.objects.create(id=id, since=now, **values)
        elif _differs(row, values):
            if row.answer != values["answer"]:
                row.since = now
            for name, value in values.items():
                setattr(row, name, value)
            row.save()
    Applying.objects.filter(pk__in=rows.keys() - wanted.keys()).delete()


def _compared(row: Applying | None, id: str, values: Mapping[str, Any]) -> LawChange | None:
    """What became of an obligation; None if it answers and says the same as before."""
    if row is None:
        cause = Cause.OWN if id.startswith(OWN) else Cause.CONTENT
        return _change(id, values["name"], [cause], after=values["answer"], version_after=values["version"],
                       displaced_after=values["displaced_by"])  # fmt: skip
    parts = [part for part, digest in values["parts"].items() if row.parts.get(part) != digest]
    if values["version"] in (row.version, UNREAD):
        parts = []  # one version says one thing: it is Python that writes it otherwise now
    told = ("answer", "displaced_by", "override")
    lost = values["version"] == UNREAD != row.version
    if not parts and not lost and all(getattr(row, name) == values[name] for name in told):
        return None
    facts = _changed_facts(row.facts, values["facts"])
    return _change(
        id,
        values["name"],
        list(_causes(row, id, values, parts, facts)),
        before=row.answer,
        after=values["answer"],
        displaced_before=row.displaced_by,
        displaced_after=values["displaced_by"],
        parts=parts,
        facts=facts,
        version_before=row.version,
        version_after=values["version"],
    )


def _causes(
    row: Applying, id: str, values: Mapping[str, Any], parts: Iterable[str], facts: Mapping[str, Any]
) -> Iterable[Cause]:
    if values["version"] == UNREAD != row.version:
        yield Cause.UNREADABLE
        return
    if facts:
        yield Cause.FACTS
    if parts:
        yield Cause.OWN if id.startswith(OWN) else Cause.CONTENT
    if row.override != values["override"]:
        yield Cause.OVERRIDE
    if row.displaced_by != values["displaced_by"] and row.answer == values["answer"]:
        yield Cause.OTHER


def _changed_facts(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Facts that are answered otherwise, with the new answer; null for one that is open again."""
    return {id: after.get(id) for id in {**before, **after} if before.get(id) != after.get(id)}


def _gone(row: Applying) -> LawChange:
    cause = Cause.OWN if row.pk.startswith(OWN) else Cause.CONTENT
    return _change(row.pk, row.name, [cause], before=row.answer, displaced_before=row.displaced_by,
                   version_before=row.version)  # fmt: skip


def _change(id: str, name: str, causes: list[Cause], **values: Any) -> LawChange:
    return LawChange(
        id=new_key(), obligation=id, name=name, causes=[cause.value for cause in causes], **values
    )


def told_in_short(changes: Iterable[LawChange]) -> str:
    """What changed, in a sentence for whoever has just caused it; empty if no answer did."""
    turned = [change for change in changes if change.before != change.after]
    if not turned:
        return ""
    words = {
        "applies": _("applies now"),
        "does not apply": _("does not apply"),
        "cannot tell": _("cannot be told"),
        "": _("is gone"),
    }
    lines = [f"{_(change.name)}: {words[change.after]}" for change in turned[:NAMED]]
    if len(turned) > NAMED:
        lines.append(_("and %s more") % (len(turned) - NAMED))
    return "; ".join(lines)


NAMED = 5
"""Changes that a message names."""
