"""What people do with scenarios: add one, change what it says, review it, end it. Each is one act."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.record_form import LONG
from duecare.program.subjects import visible_among
from duecare.program.task_queries import holding_people, today_at
from duecare.program.unchanged import demand_unchanged
from duecare.risk.register.library import library
from duecare.risk.register.models import TERMS, RiskTerms, Scenario
from duecare.web.recorded import recorded

MOST_THINGS = 100
"""Things that one scenario names."""
LENGTHS = {"title": 200, "who": 300, "does": 300, "to": 300, "harm": LONG}
"""Characters of its texts."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a scenario is to say."""

    title: str
    who: str
    does: str
    to: str
    harm: str
    things: tuple[str, ...] = ()
    """Typed references."""
    owner: str = ""
    """Key of a person; empty for nobody."""
    library: str = ""
    """Id of the scenario that ships from which it is made."""


def add_scenario(viewer: Viewer, draft: Draft, now: datetime) -> Scenario:
    """Put a scenario into the register. Raises BadInput naming the field, Refused before there are terms."""
    values = _values(viewer, draft, now)
    if draft.library and draft.library not in library():
        raise BadInput(
            _("There is no scenario “%s” in the library.") % draft.library[:60],
            _("Look at the library, or leave it empty."),
            "library",
        )
    with recording(viewer.actor, "add a scenario") as act:
        lock_terms()
        row = Scenario(
            id=new_key(),
            number=next_number(),
            library=draft.library,
            made_at=now,
            made_by=viewer.actor,
            **values,
        )
        act.reason = recorded("add the scenario %(name)s", name=str(row))
        row.save(force_insert=True)
    return row


def change_scenario(viewer: Viewer, key: str, draft: Draft, seen: int, now: datetime) -> Scenario:
    """Change what a scenario says. Its links may stay, also those that the viewer cannot see.

    Raises NotFound, Refused if it has ended or somebody changed it since `seen`, BadInput naming the field.
    """
    with recording(viewer.actor, "change a scenario") as act:
        row = standing(key)
        demand_unchanged(row, seen)
        values = _values(viewer, draft, now, row.things, row.owner_id or "")
        for name, value in values.items():
            setattr(row, name, value)
        act.reason = recorded("change the scenario %(name)s", name=str(row))
        row.save()
    return row


def review_scenario(viewer: Viewer, key: str, now: datetime) -> Scenario:
    """Say that a scenario stands as it is written. Raises NotFound, Refused if it has ended."""
    with recording(viewer.actor, "review a scenario") as act:
        row = standing(key)
        act.reason = recorded("say that the scenario %(name)s stands as written", name=str(row))
        mark_reviewed(row, viewer, now)
    return row


def end_scenario(viewer: Viewer, key: str, reason: str, now: datetime) -> Scenario:
    """Take a scenario out of what is counted; it stays in the record.

    Raises NotFound, Refused if it has ended before, BadInput without a reason.
    """
    if not (reason := reason.strip()) or len(reason) > LONG:
        raise BadInput(
            _("A scenario does not end without a reason of at most %s characters.") % LONG,
            _("Say what makes it impossible, or which other one holds it now."),
            "reason",
        )
    with recording(viewer.actor, "end a scenario") as act:
        row = standing(key)
        act.reason = recorded("end the scenario %(name)s", name=str(row))
        row.ended_at, row.ended_by, row.ended_because = now, viewer.actor, reason
        row.save()
    return row


# ── What other acts of the register need, within theirs ──────────────────────────────────────────────────


def standing(key: str) -> Scenario:
    """The scenario, locked. Raises NotFound, Refused if it has ended."""
    row: Scenario | None = Scenario.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFound(_("There is no such scenario."), _("Look in the register of scenarios."))
    if row.ended_at is not None:
        raise Refused(_("This scenario has ended."), _("Add a new one if it is possible again."))
    return row


def mark_reviewed(row: Scenario, viewer: Viewer, now: datetime) -> None:
    """That somebody looked at it now."""
    row.reviewed_at, row.reviewed_by = now, viewer.actor
    row.save()


def demand_terms_set() -> None:
    """Raises Refused before there are terms: no file with money is taken in without a currency."""
    if not RiskTerms.objects.filter(pk=TERMS).exists():
        raise _unset()


def lock_terms() -> RiskTerms:
    """The terms, locked, so that numbers are given one after another. Raises Refused before there are any."""
    found: RiskTerms | None = RiskTerms.objects.select_for_update().filter(pk=TERMS).first()
    if found is None:
        raise _unset()
    return found


def _unset() -> Refused:
    return Refused(
        _("The terms of risk are not set yet."), _("Set the currency first, under “Terms of risk”.")
    )


def next_number() -> int:
    """The number of the next scenario."""
    last: int | None = Scenario.objects.order_by("-number").values_list("number", flat=True).first()
    return (last or 0) + 1


def _values(
    viewer: Viewer, draft: Draft, now: datetime, kept: Collection[str] = (), owner: str = ""
) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, most in LENGTHS.items():
        text = getattr(draft, name).strip()
        if not text or len(text) > most:
            raise BadInput(_("This takes from 1 to %s characters.") % most, _("Say it in other words."), name)
        found[name] = text
    return {
        **found,
        "things": _things(viewer, draft.things, kept),
        "owner_id": _owner(draft.owner, owner, now),
    }


def _owner(key: str, kept: str, now: datetime) -> str | None:
    if not key:
        return None
    if key != kept and not holding_people(today_at(now)).filter(pk=key).exists():
        raise BadInput(
            _("This person may not sign in here."), _("Choose somebody who can look after it."), "owner"
        )
    return key


def _things(viewer: Viewer, things: Iterable[str], kept: Collection[str]) -> list[str]:
    """What it has to do with, each once; `kept` is there already. Raises BadInput for what is not there, or
    not for the viewer."""
    wanted = list(dict.fromkeys(one.strip() for one in things if one.strip()))
    if len(wanted) > MOST_THINGS:
        raise BadInput(
            _("More than %s things are named.") % MOST_THINGS, _("Name those that matter most."), "things"
        )
    seen = visible_among([one for one in wanted if ":" in one and one not in kept], viewer)
    for one in wanted:
        if one not in seen and one not in kept:
            raise BadInput(
                _("“%s” is nothing that is there.") % one[:80],
                _("Write kind and key as they stand in its record, such as systems.host:k3…"),
                "things",
            )
    return sorted(wanted)
