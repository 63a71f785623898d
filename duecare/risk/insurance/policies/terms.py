"""What a policy says, as values: its parts, what each pays of one event and in the period, and its notices.

Money is in whole minor units. A part without terms of its own shares those of the policy with the others of
that kind; one with terms of its own stands for itself. Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any, TypeVar

from duecare.errors import BadInput
from duecare.risk.register.forms_of_loss import FORMS
from duecare.words import Text, ngettext, number
from duecare.words import gettext as _

KINDS: Mapping[str, str] = {
    "cyber": Text("Cyber"),
    "crime": Text("Crime and fraud"),
    "liability": Text("Professional liability"),
    "directors": Text("Directors and officers"),
    "property": Text("Property and business interruption"),
    "other": Text("Other"),
}
"""What kind of policy it is, by id."""
PARTS: Mapping[str, str] = {
    "response": Text("Response: forensics, counsel, telling people"),
    "extortion": Text("Extortion"),
    "restoration": Text("Restoring data and systems"),
    "interruption": Text("Business interruption"),
    "liability": Text("Liability to others"),
    "regulatory": Text("Inquiries and fines of authorities"),
    "fraud": Text("Fraudulent payments"),
    "reputation": Text("Reputation"),
    "other": Text("Other"),
}
"""What a part pays for, by id."""
USUAL_FORMS: Mapping[str, tuple[str, ...]] = {
    "response": ("response",),
    "restoration": ("replacement",),
    "interruption": ("productivity",),
    "liability": ("liability",),
    "regulatory": ("fines",),
    "reputation": ("reputation",),
}
"""Which forms of loss of the register a part usually covers; offered, never taken for granted."""
TRIGGERS: Mapping[str, str] = {
    "awareness": Text("we are aware of it"),
    "suspicion": Text("we begin to suspect it"),
    "discovery": Text("it was discovered, or would have been with ordinary diligence"),
}
"""The event from which a notice period is counted: ids of events that cases know."""
N = TypeVar("N", int, float)
HOURS, DAYS, UNDELAYED = "hours", "days", "undelayed"
COUNTED: Mapping[str, str] = {
    HOURS: Text("hours"),
    DAYS: Text("calendar days"),
    UNDELAYED: Text("without undue delay: no number"),
}
MOST_PARTS, MOST_NOTICES = 20, 10
MOST_WAITING, MOST_AMOUNT = 8760, 3660


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a policy pays for."""

    id: str
    kind: str
    """A key of PARTS."""
    retention: int | None = None
    """What we keep of each event; None for the policy's."""
    limit: int | None = None
    """What it pays of one event at most; None for the policy's."""
    aggregate: int | None = None
    """What it pays in the period at most; None for the policy's."""
    waiting_hours: int | None = None
    """Hours that have to pass before it pays; None for none."""
    forms: tuple[str, ...] = ()
    """The forms of loss of the register that it covers; none if the register knows no such loss."""
    exclusions: str = ""
    """What it does not pay for, in words."""

    @property
    def apart(self) -> bool:
        """Whether it has terms of its own."""
        return (self.retention, self.limit, self.aggregate) != (None, None, None)


@dataclass(frozen=True, slots=True)
class Notice:
    """Within how long whom to tell how."""

    id: str
    recipient: str
    how: str
    """By which way, and which way is none: a hotline call is mostly no notice."""
    trigger: str
    """A key of TRIGGERS."""
    counted: str
    """A key of COUNTED."""
    amount: int | None = None
    """Of hours or days; None without a number."""

    @property
    def words(self) -> str:
        """The period in words: "within 72 hours after we are aware of it"."""
        after = _("after %s") % TRIGGERS.get(self.trigger, self.trigger)
        if self.amount is None:
            return _("without undue delay %s") % after
        if self.counted == HOURS:
            told = ngettext("within %(n)s hour", "within %(n)s hours", self.amount)
        else:
            told = ngettext("within %(n)s day", "within %(n)s days", self.amount)
        return f"{told % {'n': number(self.amount)}} {after}"

    def due(self, known: datetime, zone: tzinfo) -> datetime | None:
        """When it ends for what was known at a moment; None without a number. Days are whole days where the
        organisation is, and that of the event does not count."""
        if self.amount is None:
            return None
        if self.counted == HOURS:
            return known + timedelta(hours=self.amount)
        last = known.astimezone(zone).date() + timedelta(days=self.amount)
        return datetime.combine(last + timedelta(days=1), time.min, zone)


@dataclass(frozen=True, slots=True)
class Layer:
    """What is kept of each event, and paid of one event and in the period at most."""

    retention: int
    limit: int | None
    aggregate: int | None

    @property
    def top(self) -> int | None:
        """The loss of one event above which nothing more is paid; None if there is none."""
        most = least(self.limit, self.aggregate)
        return None if most is None else self.retention + most


@dataclass(frozen=True, slots=True)
class Group:
    """Parts that pay under the same terms."""

    parts: tuple[Part, ...]
    forms: tuple[str, ...]
    layer: Layer


def least(*amounts: N | None) -> N | None:
    """The least of those that are given; None if none is."""
    return min((one for one in amounts if one is not None), default=None)


def groups(parts: Sequence[Part], shared: Layer) -> tuple[Group, ...]:
    """The parts of a policy by the terms under which they pay; those that cover no form of loss of the
    register are left out."""
    together = tuple(one for one in parts if not one.apart and one.forms)
    found = [Group(together, _forms(together), shared)] if together else []
    for one in parts:
        if one.apart and one.forms:
            layer = Layer(
                shared.retention if one.retention is None else one.retention,
                least(one.limit, shared.limit),
                least(one.aggregate, shared.aggregate),
            )
            found.append(Group((one,), _forms((one,)), layer))
    return tuple(found)


def _forms(parts: Iterable[Part]) -> tuple[str, ...]:
    wanted = {form for one in parts for form in one.forms}
    return tuple(form for form in FORMS if form in wanted)


def demand_layer(layer: Layer) -> None:
    """Raises BadInput naming the field for terms that cannot be."""
    for field, amount in (("limit", layer.limit), ("aggregate", layer.aggregate)):
        if amount is not None and amount <= 0:
            raise BadInput(
                _("A limit of nothing pays nothing."), _("Leave it empty where there is none."), field
            )
    if layer.retention < 0:
        raise BadInput(_("A retention is not below 0."), _("Write 0 where there is none."), "retention")
    if layer.limit is not None and layer.aggregate is not None and layer.aggregate < layer.limit:
        raise BadInput(
            _("The limit of the period is below that of one event."),
            _("Look into the policy again: the two were perhaps exchanged."),
            "aggregate",
        )


def demand_parts(parts: Sequence[Part], shared: Layer) -> None:
    """Raises BadInput naming the field for a part that cannot be, or forms of loss that would count twice."""
    if len(parts) > MOST_PARTS:
        raise BadInput(
            _("A policy has at most %s parts here.") % MOST_PARTS, _("Put some of them together."), "kind"
        )
    for one in parts:
        if one.kind not in PARTS:
            raise BadInput(_("“%s” is no part of a policy.") % one.kind, _("Choose one."), "kind")
        if unknown := [form for form in one.forms if form not in FORMS]:
            raise BadInput(_("“%s” is no form of loss.") % unknown[0], _("Choose from the list."), "forms")
        if one.waiting_hours is not None and not 0 <= one.waiting_hours <= MOST_WAITING:
            raise BadInput(
                _("%s hours are no waiting period.") % number(one.waiting_hours),
                _("Give hours, such as 12."),
                "waiting_hours",
            )
        demand_layer(Layer(one.retention or 0, one.limit, one.aggregate))
    seen: dict[str, Group] = {}
    for group in groups(parts, shared):
        for form in group.forms:
            if form in seen:
                raise BadInput(
                    _("Two parts with different terms would pay for the same form of loss: %s.")
                    % FORMS[form],
                    _(
                        "The register does not tell them apart, and the loss would count twice. Let one of "
                        "them cover it, and say of the other in words what it pays for."
                    ),
                    "forms",
                )
            seen[form] = group


def demand_notice(one: Notice) -> None:
    """Raises BadInput naming the field for a notice period that cannot be."""
    if one.trigger not in TRIGGERS:
        raise BadInput(_("“%s” starts no notice period.") % one.trigger, _("Choose one."), "trigger")
    if one.counted not in COUNTED:
        raise BadInput(_("“%s” is no way to count.") % one.counted, _("Choose one."), "counted")
    if one.counted == UNDELAYED and one.amount is not None:
        raise BadInput(
            _("A period without a number has none."), _("Leave it empty, or count hours or days."), "amount"
        )
    if one.counted != UNDELAYED and not (one.amount is not None and 0 < one.amount <= MOST_AMOUNT):
        raise BadInput(_("How long is it?"), _("Give a number above 0, such as 72."), "amount")
    for field, text, most in (("recipient", one.recipient, 200), ("how", one.how, 1000)):
        if not text.strip() or len(text) > most:
            raise BadInput(
                _("This takes from 1 to %s characters.") % number(most), _("Say it in other words."), field
            )


def part_of(written: Mapping[str, Any]) -> Part:
    """A part as the record keeps it."""
    return Part(**{**written, "forms": tuple(written["forms"])})


def notice_of(written: Mapping[str, Any]) -> Notice:
    """A notice period as the record keeps it."""
    return Notice(**written)


def as_json(one: Part | Notice) -> dict[str, Any]:
    """What the record keeps of it."""
    found = asdict(one)
    return {**found, "forms": list(found["forms"])} if "forms" in found else found
