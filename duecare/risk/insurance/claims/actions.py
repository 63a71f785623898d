"""What people do with claims: write one down, say how it stands. Each is one act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.record_form import LONG
from duecare.program.subjects import visible
from duecare.program.unchanged import demand_unchanged
from duecare.risk.amounts import MOST
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.claims.states import STATES, UNTOLD
from duecare.risk.insurance.policies.queries import find_policy
from duecare.web.recorded import recorded
from duecare.words import number

CASE = "incidents.case"
"""The kind of reference that a claim's incident has."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a claim is to say."""

    title: str
    known_at: datetime
    part: str = ""
    about: str = ""
    number: str = ""
    noticed_at: datetime | None = None
    noticed_how: str = ""
    claimed: int | None = None
    paid: int | None = None
    state: str = UNTOLD
    words: str = ""


def add_claim(viewer: Viewer, policy: str, draft: Draft, now: datetime) -> Claim:
    """Write a claim down. Raises NotFound for no such policy, BadInput naming the field."""
    row = find_policy(policy, viewer)
    demand(viewer, draft, {part["id"] for part in row.parts}, "", now)
    with recording(viewer.actor, recorded("write down the insurance claim %(title)s", title=draft.title)):
        made: Claim = Claim.objects.create(
            id=new_key(),
            policy=row,
            made_at=now,
            made_by=viewer.actor,
            changed_at=now,
            changed_by=viewer.actor,
            **_values(draft),
        )
    return made


def change_claim(viewer: Viewer, key: str, draft: Draft, seen: int, now: datetime) -> Claim:
    """Say how a claim stands. Raises NotFound, Refused if somebody changed it since `seen`, BadInput naming
    the field."""
    with recording(viewer.actor, "change an insurance claim") as act:
        rows = Claim.objects.select_for_update(of=("self",)).select_related("policy")
        row: Claim | None = rows.filter(pk=key).first()
        if row is None:
            raise NotFound(_("There is no such claim."), _("Look in the list of claims."))
        demand_unchanged(row, seen)
        demand(viewer, draft, {part["id"] for part in row.policy.parts} | {row.part}, row.about, now)
        act.reason = recorded("change the insurance claim %(title)s", title=draft.title)
        for name, value in _values(draft).items():
            setattr(row, name, value)
        row.changed_at, row.changed_by = now, viewer.actor
        row.save()
    return row


def read_moment(text: str, place: str) -> datetime:
    """A moment as a program writes it. Raises BadInput for what is none, or has no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise BadInput(
            _("“%s” is no moment with a zone.") % text[:40], _("Write 2026-03-01T14:30:00Z."), place
        )
    return found.astimezone(UTC)


def demand(viewer: Viewer, draft: Draft, parts: set[str], kept: str, now: datetime) -> None:
    """Raises BadInput naming what cannot be. `kept` is the incident that it names already."""
    for field, text, least, most in (
        ("title", draft.title, 1, 200),
        ("number", draft.number, 0, 100),
        ("noticed_how", draft.noticed_how, 0, LONG),
        ("words", draft.words, 0, LONG),
    ):
        if not least <= len(text.strip()) <= most:
            raise BadInput(
                _("This takes from %(least)s to %(most)s characters.")
                % {"least": least, "most": number(most)},
                _("Say it in other words."),
                field,
            )
    if draft.state not in STATES:
        raise BadInput(_("“%s” is no state of a claim.") % draft.state, _("Choose one."), "state")
    if draft.part and draft.part not in parts:
        raise BadInput(_("The policy has no such part."), _("Choose one of its parts."), "part")
    if (
        draft.about
        and draft.about != kept
        and not (draft.about.startswith(f"{CASE}:") and visible(draft.about, viewer))
    ):
        raise BadInput(
            _("There is no such incident, or none that you may see."),
            _("Write it as incidents.case: and the key in its page’s address, or leave this empty."),
            "about",
        )
    if draft.known_at > now:
        raise BadInput(_("Nobody knows of it yet at that time."), _("Give when you knew."), "known_at")
    if draft.noticed_at is not None and not draft.known_at <= draft.noticed_at <= now:
        raise BadInput(
            _("The notice was given after it was known, and not after now."),
            _("Look at both times."),
            "noticed_at",
        )
    if draft.noticed_at is None and draft.state not in (UNTOLD, "closed"):
        raise BadInput(
            _("Without a notice the insurer cannot have answered."), _("Say when it was given."), "noticed_at"
        )
    if draft.noticed_at is not None and not draft.noticed_how.strip():
        raise BadInput(
            _("A notice counts by how it was given."),
            _("Say to whom and by which way: by mail to the claims department."),
            "noticed_how",
        )
    if draft.noticed_at is not None and draft.state == UNTOLD:
        raise BadInput(_("A notice was given, so it is told."), _("Choose “Notice given”."), "state")
    if draft.state == "paid" and draft.paid is None:
        raise BadInput(_("How much was paid?"), _("Give the amount."), "paid")
    for field, amount in (("claimed", draft.claimed), ("paid", draft.paid)):
        if amount is not None and not 0 <= amount <= MOST:
            raise BadInput(_("This is no amount of a claim."), _("Give one from 0 on."), field)


def _values(draft: Draft) -> dict[str, object]:
    return {
        name: value.strip() if isinstance(value := getattr(draft, name), str) else value
        for name in Draft.__slots__
    }
