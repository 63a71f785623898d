"""A contract of another room as an entry in the form of the files, so that its clocks are counted like those
of a law. Pure: no Django, no clock, no network."""

from __future__ import annotations

from typing import Any

from duecare.law.obligations import Obligation, Register
from duecare.law.own.entries import LEFT_OUT, read
from duecare.law.own.guided import COUNTED
from duecare.program.contract_clocks import Contract, NoticePeriod


def entry_of(one: Contract) -> dict[str, Any]:
    """The entry that says what the contract says."""
    return {
        **LEFT_OUT,
        "id": one.id,
        "name": one.name,
        "kind": "contract",
        "asked_by": one.asked_by,
        "citation": one.citation,
        "jurisdiction": "GLOBAL",
        "status": {"state": "in_force", "since": one.since.isoformat()},
        "applies_when": "always",
        "clocks": [_clock(notice) for notice in one.notices],
        "confidence": "verified-in-source",
    }


def read_contract(one: Contract, register: Register) -> Obligation:
    """What it asks for. Raises BadInput naming the field that cannot be."""
    return read(entry_of(one), f"{one.id}/{one.version}", one.read.isoformat(), register)


def _clock(notice: NoticePeriod) -> dict[str, Any]:
    unit, counting = COUNTED[notice.counted]
    found = {
        "id": notice.id,
        "recipient": notice.recipient,
        "trigger": notice.trigger,
        "unit": unit,
        "counting": counting,
        "citation": notice.citation,
        "confidence": "verified-in-source",
    }
    return found if notice.amount is None else {**found, "amount": notice.amount}
