"""What people do with policies: write one down, change it, its parts and notice periods, end it.

Each is one act. What follows the notice periods (the clocks of incidents) is told once it has committed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.contract_clocks import tell_contract_followers
from duecare.program.record_form import LONG
from duecare.program.unchanged import demand_unchanged
from duecare.risk.amounts import MOST
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import find_policy, layer_of, notices_of, parts_of
from duecare.risk.insurance.policies.terms import (
    KINDS,
    MOST_NOTICES,
    Layer,
    Notice,
    Part,
    as_json,
    demand_layer,
    demand_notice,
    demand_parts,
)
from duecare.risk.register.queries import terms
from duecare.web.recorded import recorded
from duecare.words import number

MOST_DAYS = 3660
"""Of a policy's period: about ten years."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a policy is to say, apart from its parts and notice periods."""

    insurer: str
    number: str
    kind: str
    period_from: date
    period_to: date
    premium: int
    retention: int
    limit: int | None = None
    aggregate: int | None = None
    wording: str = ""
    exclusions: str = ""
    conditions: str = ""
    contact: str = ""


def add_policy(viewer: Viewer, draft: Draft, now: datetime, like: str = "") -> InsurancePolicy:
    """Write a policy down. `like` is the key of one whose parts and notice periods it takes over.

    Raises BadInput naming the field, NotFound for no such policy, Refused while no terms of risk are set.
    """
    kept = terms(viewer)
    if kept is None:
        raise Refused(_("The register has no currency yet."), _("Set the terms of risk first."))
    before = find_policy(like, viewer) if like else None
    layer = demand(draft)
    if before is not None:
        demand_parts(parts_of(before), layer)
    with recording(viewer.actor, recorded("write down the insurance policy %(number)s", number=draft.number)):
        made: InsurancePolicy = InsurancePolicy.objects.create(
            id=new_key(),
            currency=kept.currency,
            parts=list(before.parts) if before else [],
            notices=list(before.notices) if before else [],
            made_at=now,
            made_by=viewer.actor,
            changed_at=now,
            changed_by=viewer.actor,
            **_values(draft),
        )
    tell_contract_followers(viewer.actor)
    return made


def change_policy(viewer: Viewer, key: str, draft: Draft, seen: int, now: datetime) -> InsurancePolicy:
    """Say anew what a policy says. Raises NotFound, Refused if it was ended or changed since `seen`,
    BadInput naming the field."""
    layer = demand(draft)

    def change(row: InsurancePolicy) -> None:
        demand_parts(parts_of(row), layer)
        for name, value in _values(draft).items():
            setattr(row, name, value)

    return _changed(viewer, key, seen, now, change)


def put_part(viewer: Viewer, key: str, part: Part, seen: int, now: datetime) -> InsurancePolicy:
    """Add a part (one without an id) or say one anew. Raises as `change_policy` does, and NotFound for a part
    that is not there."""
    if len(part.exclusions) > LONG:
        raise BadInput(_("This takes %s characters.") % number(LONG), _("Shorten it."), "exclusions")

    def change(row: InsurancePolicy) -> None:
        there = parts_of(row)
        if part.id and part.id not in {one.id for one in there}:
            raise _no_part()
        placed = replace(part, id=part.id or new_key())
        parts = tuple(placed if one.id == part.id else one for one in there) if part.id else (*there, placed)
        demand_parts(parts, layer_of(row))
        row.parts = [as_json(one) for one in parts]

    return _changed(viewer, key, seen, now, change)


def drop_part(viewer: Viewer, key: str, part: str, now: datetime) -> InsurancePolicy:
    """Take a part out. Raises NotFound, or Refused if the policy was ended."""

    def change(row: InsurancePolicy) -> None:
        left = [one for one in row.parts if one["id"] != part]
        if len(left) == len(row.parts):
            raise _no_part()
        row.parts = left

    return _changed(viewer, key, None, now, change)


def put_notice(viewer: Viewer, key: str, notice: Notice, seen: int, now: datetime) -> InsurancePolicy:
    """Add a notice period (one without an id) or say one anew. It counts as a clock of incidents from then
    on. Raises as `change_policy` does, and NotFound for one that is not there."""
    demand_notice(notice)

    def change(row: InsurancePolicy) -> None:
        there = notices_of(row)
        if notice.id and notice.id not in {one.id for one in there}:
            raise _no_notice()
        placed = replace(notice, id=notice.id or new_key())
        found = (
            tuple(placed if one.id == notice.id else one for one in there) if notice.id else (*there, placed)
        )
        if len(found) > MOST_NOTICES:
            raise BadInput(
                _("A policy has at most %s notice periods here.") % MOST_NOTICES,
                _("Keep those that end first."),
                "recipient",
            )
        row.notices = [as_json(one) for one in found]

    return _changed(viewer, key, seen, now, change)


def drop_notice(viewer: Viewer, key: str, notice: str, now: datetime) -> InsurancePolicy:
    """Take a notice period out. Cases that run keep its clock. Raises NotFound, or Refused if the policy was
    ended."""

    def change(row: InsurancePolicy) -> None:
        left = [one for one in row.notices if one["id"] != notice]
        if len(left) == len(row.notices):
            raise _no_notice()
        row.notices = left

    return _changed(viewer, key, None, now, change)


def end_policy(viewer: Viewer, key: str, reason: str, now: datetime) -> InsurancePolicy:
    """Say that it holds no longer before its period is over: cancelled, rescinded, written down by mistake.
    Raises NotFound, Refused if it was ended before, BadInput without a reason."""
    if not (reason := reason.strip()) or len(reason) > LONG:
        raise BadInput(
            _("A policy does not end without a reason of at most %s characters.") % number(LONG),
            _("Say who ended it, and why."),
            "reason",
        )

    def change(row: InsurancePolicy) -> None:
        row.ended_at, row.ended_by, row.ended_because = now, viewer.actor, reason

    return _changed(viewer, key, None, now, change)


def _changed(
    viewer: Viewer, key: str, seen: int | None, now: datetime, change: Callable[[InsurancePolicy], None]
) -> InsurancePolicy:
    """One change of a policy that stands, as one act."""
    with recording(viewer.actor, "change an insurance policy") as act:
        row: InsurancePolicy | None = InsurancePolicy.objects.select_for_update().filter(pk=key).first()
        if row is None:
            raise NotFound(_("There is no such policy."), _("Look in the list of insurance policies."))
        if row.ended_at is not None:
            raise Refused(_("This policy was ended."), _("Write down the one that took its place."))
        if seen is not None:
            demand_unchanged(row, seen)
        change(row)
        act.reason = recorded("change the insurance policy %(number)s", number=row.number)
        if row.ended_at is not None:
            act.reason = recorded("end the insurance policy %(number)s", number=row.number)
        row.version, row.changed_at, row.changed_by = row.version + 1, now, viewer.actor
        row.save()
    tell_contract_followers(viewer.actor)
    return row


def demand(draft: Draft) -> Layer:
    """The terms that its parts share. Raises BadInput naming the field that cannot be."""
    for field, text, least, most in (
        ("insurer", draft.insurer, 1, 200),
        ("number", draft.number, 1, 100),
        ("wording", draft.wording, 0, 100),
        ("exclusions", draft.exclusions, 0, LONG),
        ("conditions", draft.conditions, 0, LONG),
        ("contact", draft.contact, 0, LONG),
    ):
        if not least <= len(text.strip()) <= most:
            raise BadInput(
                _("This takes from %(least)s to %(most)s characters.")
                % {"least": least, "most": number(most)},
                _("Write it as the policy does, in short."),
                field,
            )
    if draft.kind not in KINDS:
        raise BadInput(_("“%s” is no kind of policy.") % draft.kind, _("Choose one."), "kind")
    days = (draft.period_to - draft.period_from).days
    if not 0 <= days <= MOST_DAYS:
        raise BadInput(
            _("The last day lies before the first, or more than ten years after it."),
            _("Give both days as the policy has them."),
            "period_to",
        )
    for field, amount in (
        ("premium", draft.premium),
        ("retention", draft.retention),
        ("limit", draft.limit),
        ("aggregate", draft.aggregate),
    ):
        if amount is not None and not 0 <= amount <= MOST:
            raise BadInput(_("This is no amount of a policy."), _("Give one from 0 on."), field)
    layer = Layer(draft.retention, draft.limit, draft.aggregate)
    demand_layer(layer)
    return layer


def _values(draft: Draft) -> dict[str, object]:
    return {
        name: value.strip() if isinstance(value := getattr(draft, name), str) else value
        for name in Draft.__slots__
    }


def _no_part() -> NotFound:
    return NotFound(_("There is no such part of the policy."), _("Look at the page of the policy."))


def _no_notice() -> NotFound:
    return NotFound(_("There is no such notice period."), _("Look at the page of the policy."))
