"""Policies as CSV and XLSX: brought through the one way that lists have, and given as the same columns.

A row finds its policy by insurer, number and first day: a renewal is another policy under the same number.
Parts and notice periods are on the pages; a file leaves them as they are. An empty cell says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role, Viewer
from duecare.program.contract_clocks import tell_contract_followers
from duecare.program.imports.changes import Change, Values
from duecare.program.imports.fields import Field, Type
from duecare.program.imports.interface import List, Taking, register_list
from duecare.program.imports.mapping import Wanted
from duecare.program.record_form import LONG
from duecare.risk.amounts import read_amount, written
from duecare.risk.insurance.policies.actions import Draft, demand
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.queries import parts_of
from duecare.risk.insurance.policies.terms import KINDS, demand_parts
from duecare.risk.register.actions import demand_terms_set, lock_terms
from duecare.risk.register.models import TERMS, RiskTerms
from duecare.risk.table_files import as_they_stand

MONEY = ("premium", "retention", "limit", "aggregate")
NEEDED = ("kind", "period_to", "premium", "retention")
"""What a new policy needs beside what it is found by."""


@dataclass(frozen=True, slots=True)
class _Context:
    """What rows are held against."""

    currency: str
    known: Mapping[str, InsurancePolicy]


class PolicyList(List[InsurancePolicy]):
    """The policies that nobody ended."""

    id = "insurance-policies"
    name = _("Insurance policies")
    model = InsurancePolicy
    keys = ("called",)
    called = "called"
    page = "insurance"
    roles = (Role.OWNER, Role.MANAGER, Role.APPROVER)
    undivided = True
    about = _(
        "A row finds its policy by insurer, number and first day; a renewal is another policy. Parts and "
        "notice periods stay as they are: look at them on the policy’s page. Amounts are in the currency of "
        "the register. An empty cell changes nothing."
    )
    fields = (
        Field("insurer", _("Insurer"), required=True, longest=200, heads=("insurer", "carrier")),
        Field("number", _("Number"), required=True, longest=100, heads=("policy number", "policy", "no")),
        Field("kind", _("Kind"), Type.CHOICE, choices=tuple(KINDS), heads=("type", "line")),
        Field("period_from", _("From"), Type.DAY, required=True, heads=("first day", "inception", "start")),
        Field("period_to", _("Last day"), Type.DAY, heads=("to", "until", "expiry", "end")),
        Field("premium", _("Premium for the period"), empty="", longest=60, heads=("premium",)),
        Field("retention", _("Retention of each event"), empty="", longest=60, heads=("deductible",)),
        Field("limit", _("Limit of one event"), empty="", longest=60, heads=("limit",)),
        Field("aggregate", _("Limit of the period"), empty="", longest=60, heads=("aggregate",)),
        Field("wording", _("Conditions of"), empty="", longest=100, heads=("wording",)),
        Field("exclusions", _("What it does not pay for"), empty="", longest=LONG, heads=("exclusions",)),
        Field("conditions", _("What it asks of us"), empty="", longest=LONG, heads=("conditions",)),
        Field("contact", _("Whom to call"), empty="", longest=LONG, heads=("contact", "hotline")),
    )

    def demand(self, taking: Taking) -> None:
        demand_terms_set()

    def records(self, taking: Taking) -> QuerySet[InsurancePolicy]:
        return InsurancePolicy.objects.filter(ended_at=None).order_by("period_from", "id")

    def values(self, record: InsurancePolicy) -> dict[str, Any]:
        return values_of(record)

    def context(self, taking: Taking, rows: Sequence[Wanted]) -> _Context:
        known = {str(values_of(row)["called"]).casefold(): row for row in self.records(taking)}
        return _Context(RiskTerms.objects.get(pk=TERMS).currency, known)

    def complete(self, values: Mapping[str, Any], taking: Taking, context: _Context) -> dict[str, Any]:
        """With amounts as the table writes them; what is empty says nothing. `bad` is (field, reason)."""
        done = {name: value for name, value in values.items() if value not in (None, "")}
        done["called"] = _called(done["insurer"], done["number"], done["period_from"])
        known = context.known.get(done["called"].casefold())
        currency = known.currency if known else context.currency
        as_they_stand(done, values_of(known) if known else {})
        try:
            for name in MONEY:
                if name in done:
                    done[name] = written(read_amount(done[name], currency, name), currency)
            _demand(done, known, currency)
        except BadInput as error:
            done["bad"] = (error.place, str(error).rstrip("."))
        return done

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if "bad" in values:
            yield values["bad"]

    def begin(self, taking: Taking, added: Sequence[Change]) -> str:
        """The currency of what is new."""
        return lock_terms().currency

    def make(self, values: Values, taking: Taking, scope: str) -> InsurancePolicy:
        record = InsurancePolicy(
            id=new_key(), currency=scope, made_at=taking.now, made_by=taking.actor, version=0
        )
        self.change(record, values, taking, scope)
        return record

    def change(self, record: InsurancePolicy, values: Values, taking: Taking, scope: str) -> None:
        for name, value in values.items():
            if name in MONEY:
                setattr(record, name, read_amount(value, record.currency))
            elif name != "called":
                setattr(record, name, value)
        record.version, record.changed_at, record.changed_by = record.version + 1, taking.now, taking.actor

    def end(self, taking: Taking, scope: str, *, whole: bool) -> None:
        """The clocks of notice periods follow once all of it has committed."""
        transaction.on_commit(partial(tell_contract_followers, taking.actor))


def values_of(record: InsurancePolicy) -> dict[str, Any]:
    """A policy as the table tells it."""
    return {
        **{one.name: getattr(record, one.name) for one in PolicyList.fields},
        **{name: written(getattr(record, name), record.currency) for name in MONEY},
        "called": _called(record.insurer, record.number, record.period_from),
    }


def rows_told(viewer: Viewer) -> Iterator[list[str]]:
    """The table: its head, then a row a policy that the viewer may see and nobody ended."""
    yield [str(one.label) for one in PolicyList.fields]
    rows = InsurancePolicy.objects.all().visible_to(viewer).filter(ended_at=None)
    for record in rows.order_by("period_from", "id"):
        values = values_of(record)
        yield [str(values[one.name]) for one in PolicyList.fields]


def _called(insurer: str, number: str, first: date) -> str:
    """What tells one policy from another."""
    return f"{insurer}, {number}, {first.isoformat()}"


def _demand(done: Mapping[str, Any], known: InsurancePolicy | None, currency: str) -> None:
    """Raises BadInput whose place is the field for what cannot be of a policy."""
    if known is None and (lacking := next((name for name in NEEDED if name not in done), None)):
        raise BadInput(gettext("A new policy needs it."), "", lacking)
    told = {**(values_of(known) if known else {}), **done}
    money: dict[str, Any] = {
        name: read_amount(told[name], currency, name) if told.get(name) else None for name in MONEY
    }
    values = {name: told[name] for name in Draft.__slots__ if name in told and name not in MONEY}
    layer = demand(Draft(**values, **money))
    demand_parts(parts_of(known) if known else (), layer)


POLICIES = PolicyList()
register_list(POLICIES)
