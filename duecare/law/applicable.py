"""What applies to this organisation: the one place that everything asks, whatever it asks it for.

    register = register_now()
    found = answers()
    found["eu-nis2"].answer

The register is what ships, what the organisation added itself, and contracts of other rooms whose notice
periods are clocks (`program/contract_clocks.py`); the answers are those of the facts, and of
people where they override them. Facts, overrides and obligations of one's own are of the day that is viewed
(`?as_of=`). What ships is that of this release, whatever the day: which version was read on a past day, and
how it answered then, stands in the table of answers (`following/models.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType

from duecare.errors import BadInput
from duecare.law.answering import Answered, Overriding, answered
from duecare.law.applies import Answer, Facts
from duecare.law.models import Override, OwnObligation
from duecare.law.obligations import Obligation, Register, register
from duecare.law.own.contracts import read_contract
from duecare.law.own.entries import read
from duecare.ledger import asof
from duecare.ledger.once import once
from duecare.ledger.records import utc_now
from duecare.program.contract_clocks import Contract, contracts
from duecare.program.queries import profile
from duecare.program.task_queries import today_at

logger = logging.getLogger(__name__)


def register_now() -> Register:
    """What ships, the obligations of one's own that were not ended, and the contracts that hold."""
    return once("law register", _register)


def read_own(row: OwnObligation) -> Obligation:
    """What an obligation of one's own says. Raises BadInput where the content of this release, on which it
    leans, no longer has what it names."""
    return read(row.body, row.version, row.read.isoformat(), register())


def unreadable() -> list[tuple[OwnObligation, BadInput]]:
    """Obligations of one's own that cannot be read and so count nowhere, each with its fault."""
    found = []
    for row in _own():
        try:
            read_own(row)
        except BadInput as error:
            found.append((row, error))
    return found


def facts_now() -> Facts:
    """What the profile answers; what it does not is open."""
    here = profile()
    return dict(here.facts) if here else {}


def overrides_now(day: date | None = None) -> Mapping[str, Overriding]:
    """The overrides that hold on a day, by obligation id; without one on the day that is viewed."""
    last = day or day_viewed()
    rows = once("law overrides", lambda: list(Override.objects.filter(ended_at=None)))
    return {row.obligation: overriding(row) for row in rows if row.until is None or row.until >= last}


def overriding(row: Override) -> Overriding:
    """A record as the answers take it."""
    return Overriding(row.pk, Answer(row.answer), row.reason, row.made_by, row.until)


def answers(facts: Facts | None = None, day: date | None = None) -> Mapping[str, Answered]:
    """Whether each obligation applies, by id in the register's order.

    Without `facts` by those of the profile; `day` is the one for which overrides are asked.
    """
    if facts is None and day is None:
        return once("law answers", lambda: answered(register_now(), facts_now(), overrides_now()))
    return answered(register_now(), facts_now() if facts is None else facts, overrides_now(day))


def day_viewed() -> date:
    """The organisation's day that is viewed: today, or the past one."""
    view = asof.current()
    return today_at(view.instant if view else utc_now())


def _own() -> list[OwnObligation]:
    return once("own obligations", lambda: list(OwnObligation.objects.filter(ended_at=None).order_by("id")))


def contracts_now() -> Mapping[str, Contract]:
    """The contracts of other rooms that hold on the day that is viewed, by id."""
    return once("contracts", lambda: {one.id: one for one in contracts(day_viewed())})


def _register() -> Register:
    shipped, found = register(), {}
    for row in _own():
        try:
            found[row.pk] = read_own(row)
        except BadInput:
            # It stands on the list of obligations with its fault; it must not take every other page with it.
            logger.warning("the obligation %s cannot be read", row.pk)
    for id, contract in contracts_now().items():
        try:
            found[id] = read_contract(contract, shipped)
        except BadInput:
            logger.warning("the contract %s cannot be read", id)
    if not found:
        return shipped
    return replace(shipped, obligations=MappingProxyType({**shipped.obligations, **found}))
