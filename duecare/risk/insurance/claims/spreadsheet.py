"""Claims as CSV and XLSX: brought through the one way that lists have, and given as the same columns.

A row finds its claim by the insurer's number, else by its title, and its policy by that one's number and the
day on which we were aware. Part and incident are said on the pages. An empty cell says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role, Viewer
from duecare.program.imports.changes import Values
from duecare.program.imports.fields import Field, Type
from duecare.program.imports.interface import List, Taking, register_list
from duecare.program.imports.mapping import Wanted
from duecare.program.record_form import LONG
from duecare.risk.amounts import read_amount, written
from duecare.risk.insurance.claims.actions import Draft, demand
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.claims.states import STATES, UNTOLD
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.table_files import as_they_stand

MONEY = ("claimed", "paid")
MOMENTS = ("known_at", "noticed_at")


@dataclass(frozen=True, slots=True)
class _Context:
    """What rows are held against."""

    policies: Sequence[InsurancePolicy]
    claims: Sequence[Claim]


class ClaimList(List[Claim]):
    """All claims."""

    id = "insurance-claims"
    name = _("Insurance claims")
    model = Claim
    keys = ("number", "title")
    called = "title"
    page = "insurance-claims"
    roles = (Role.OWNER, Role.MANAGER, Role.APPROVER)
    undivided = True
    about = _(
        "A row finds its claim by the insurer’s number, else by what happened, and its policy by that one’s "
        "number and the day on which you were aware. A file tells the insurer nothing. Amounts are in the "
        "currency of the policy. An empty cell changes nothing."
    )
    fields = (
        Field("policy", _("Number of the policy"), required=True, longest=100, heads=("policy",)),
        Field("title", _("What happened, in short"), required=True, longest=200, heads=("claim", "title")),
        Field("number", _("The insurer’s number"), empty="", longest=100, heads=("claim number", "number")),
        Field("known_at", _("When we became aware"), Type.MOMENT, required=True, heads=("known", "aware")),
        Field("noticed_at", _("When the insurer was told"), Type.MOMENT, heads=("noticed", "reported")),
        Field("noticed_how", _("To whom, and by which way"), empty="", longest=LONG, heads=("how",)),
        Field("state", _("Where it stands"), Type.CHOICE, choices=tuple(STATES), heads=("state", "status")),
        Field("claimed", _("Claimed"), empty="", longest=60),
        Field("paid", _("Paid"), empty="", longest=60),
        Field("words", _("In words"), empty="", longest=LONG, heads=("words", "notes")),
    )

    def records(self, taking: Taking) -> QuerySet[Claim]:
        return Claim.objects.select_related("policy").order_by("known_at", "id")

    def values(self, record: Claim) -> dict[str, Any]:
        return values_of(record)

    def context(self, taking: Taking, rows: Sequence[Wanted]) -> _Context:
        return _Context(
            list(InsurancePolicy.objects.order_by("period_from", "id")), list(self.records(taking))
        )

    def complete(self, values: Mapping[str, Any], taking: Taking, context: _Context) -> dict[str, Any]:
        """With its policy, and amounts as the table writes them; what is empty says nothing. `bad` is
        (field, reason)."""
        done = {name: value for name, value in values.items() if value not in (None, "")}
        known = _known(done, context.claims)
        as_they_stand(done, values_of(known) if known else {})
        try:
            policy = _policy(done, known, taking, context.policies)
            done["policy"], done["under"] = policy.number, policy.pk
            for name in MONEY:
                if name in done:
                    done[name] = written(read_amount(done[name], policy.currency, name), policy.currency)
            _demand(done, known, policy, taking)
        except BadInput as error:
            done["bad"] = (error.place, str(error).rstrip("."))
        return done

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if "bad" in values:
            yield values["bad"]

    def make(self, values: Values, taking: Taking, scope: Any) -> Claim:
        record = Claim(
            id=new_key(),
            policy_id=values["under"],
            state=UNTOLD,
            made_at=taking.now,
            made_by=taking.actor,
        )
        self.change(record, values, taking, scope)
        return record

    def change(self, record: Claim, values: Values, taking: Taking, scope: Any) -> None:
        for name, value in values.items():
            if name in MONEY:
                setattr(record, name, read_amount(value, record.policy.currency))
            elif name not in ("policy", "under"):
                setattr(record, name, value)
        record.changed_at, record.changed_by = taking.now, taking.actor


def values_of(record: Claim) -> dict[str, Any]:
    """A claim as the table tells it: times to the second."""
    return {
        **{one.name: getattr(record, one.name) for one in ClaimList.fields},
        **{name: written(getattr(record, name), record.policy.currency) for name in MONEY},
        **{name: _second(getattr(record, name)) for name in MOMENTS},
        "policy": record.policy.number,
        "under": record.policy_id,
    }


def rows_told(viewer: Viewer) -> Iterator[list[str]]:
    """The table: its head, then a row a claim that the viewer may see."""
    yield [str(one.label) for one in ClaimList.fields]
    rows = Claim.objects.all().visible_to(viewer).select_related("policy")
    for record in rows.order_by("known_at", "id"):
        values = values_of(record)
        values |= {name: values[name].isoformat() if values[name] else "" for name in MOMENTS}
        yield [str(values[one.name]) for one in ClaimList.fields]


def _second(value: datetime | None) -> datetime | None:
    return None if value is None else value.replace(microsecond=0)


def _known(done: Mapping[str, Any], claims: Sequence[Claim]) -> Claim | None:
    """The claim that a row means: by the insurer's number, else by the title of one without another."""
    number, title = str(done.get("number", "")).casefold(), str(done["title"]).casefold()
    if number and (found := [one for one in claims if one.number.casefold() == number]):
        return found[0]
    return next(
        (one for one in claims if one.title.casefold() == title and not (number and one.number)), None
    )


def _policy(
    done: Mapping[str, Any], known: Claim | None, taking: Taking, policies: Sequence[InsurancePolicy]
) -> InsurancePolicy:
    """The policy that a row means. Raises BadInput whose place is the field for none, or several."""
    number = str(done["policy"]).casefold()
    if known is not None:
        if known.policy.number.casefold() != number:
            raise BadInput(gettext("The claim is under another policy."), "", "policy")
        return known.policy
    found = [one for one in policies if one.number.casefold() == number]
    if len(found) > 1:
        day = done["known_at"].astimezone(taking.zone).date()
        found = [one for one in found if one.period_from <= day <= one.period_to]
    if len(found) != 1:
        raise BadInput(
            gettext("No policy has this number, or several have it on the day on which you were aware."),
            gettext("Write the claim down on the policy’s page."),
            "policy",
        )
    return found[0]


def _demand(done: Mapping[str, Any], known: Claim | None, policy: InsurancePolicy, taking: Taking) -> None:
    """Raises BadInput whose place is the field for what cannot be of a claim."""
    told = {**(values_of(known) if known else {}), **done}
    money: dict[str, Any] = {
        name: read_amount(told[name], policy.currency, name) if told.get(name) else None for name in MONEY
    }
    values = {name: told[name] for name in Draft.__slots__ if name in told and name not in MONEY}
    part, about = (known.part, known.about) if known else ("", "")
    draft = Draft(**values, **money, part=part, about=about)
    demand(Viewer(taking.actor, ""), draft, {part}, about, taking.now)


CLAIMS = ClaimList()
register_list(CLAIMS)
