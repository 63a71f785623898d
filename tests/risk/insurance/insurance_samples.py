"""Things of insurance that tests need: terms, a policy, scenarios, outcomes of checks, signed statements."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.test import Client

from duecare.ledger import blobs
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.judgement import find_check
from duecare.program.models import Assessment, Outcome
from duecare.risk.insurance.policies.actions import Draft, add_policy, put_notice, put_part
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.terms import Notice, Part
from duecare.risk.insurance.statements import actions
from duecare.risk.insurance.statements.models import InsurerStatement
from duecare.risk.insurance.statements.queries import reference
from duecare.risk.register.models import Estimate, RiskTerms, Scenario
from tests.people import browser, sign_in

CENT = 100
MFA = "access.accounts_second_factor"
"""Of the area `access`."""
NEVER = 1 << 62
"""Newer than any entry: of what was just made nothing can be overwritten."""


def terms() -> RiskTerms:
    with recording("terminal:test", "set the terms of risk"):
        made: RiskTerms = RiskTerms.objects.create(id="risk", currency="EUR")
    return made


def draft(today: date, **changed: object) -> Draft:
    said: dict[str, object] = {
        "insurer": "Northwind Mutual", "number": "CY-1", "kind": "cyber", "wording": "Edition 3",
        "period_from": today - timedelta(days=30), "period_to": today + timedelta(days=334),
        "premium": 30_000 * CENT, "retention": 50_000 * CENT, "limit": 1_000_000 * CENT,
        "aggregate": 1_000_000 * CENT, "contact": "+49 30 1", "exclusions": "War.", "conditions": "Backups.",
    }  # fmt: skip
    return Draft(**{**said, **changed})  # type: ignore[arg-type]


def policy(viewer: Viewer, now: datetime, **changed: object) -> InsurancePolicy:
    """A policy in force with a part and a notice period of 72 hours."""
    if not RiskTerms.objects.exists():
        terms()
    made = add_policy(viewer, draft(now.date(), **changed), now)
    put_part(viewer, made.pk, Part("", "response", forms=("response", "productivity")), NEVER, now)
    how = "In writing to claims@northwind.example; a call of the hotline is not notice."
    return put_notice(
        viewer, made.pk, Notice("", "Northwind, claims department", how, "awareness", "hours", 72), NEVER, now
    )


def scenario(now: datetime, number: int = 1, *, rate: bool = True) -> Scenario:
    """A scenario with what is believed of it."""
    with recording("terminal:test", "add a scenario"):
        made: Scenario = Scenario.objects.create(
            number=number, title="Ransomware", who="A gang", does="encrypts", to="the servers",
            harm="Work stands still.", made_at=now, made_by="terminal:test",
        )  # fmt: skip
        told = [("response", "range", [20_000 * CENT, 300_000 * CENT])]
        told += [("rate", "pert", [100_000, 400_000, 900_000])] if rate else []
        for what, kind, numbers in told:
            Estimate.objects.create(
                scenario=made, what=what, kind=kind, numbers=numbers, frequency_left=1_000_000,
                magnitude_left=1_000_000, reason="x", confidence="low", made_at=now,
            )  # fmt: skip
    return made


def outcome(
    check: str,
    now: datetime,
    *,
    verdict: str = "met",
    population: int = 3,
    unmet: Sequence[str] = (),
    days: int = 30,
) -> None:
    """What a check found, as if an assessment had written it; `days` until its evidence is stale."""
    found = find_check(check)
    assert found is not None
    lines = [
        {
            "item": "",
            "name": name,
            "reason": "has no second factor",
            "subject": f"x:{name}",
            "verdict": "unmet",
        }
        for name in unmet
    ]
    digest = blobs.keep("\n".join(json.dumps(line) for line in lines).encode()) if lines else ""
    with recording("terminal:test", "assess"):
        running = Assessment.objects.create(id=new_key(), started_at=now, finished_at=now, program="test")
        Outcome.objects.update_or_create(
            id=check,
            defaults={
                "safeguard": found.safeguard, "verdict": "unmet" if unmet else verdict, "revision": 1,
                "population": population, "subjects": population, "unmet": len(unmet), "unknown": 0,
                "evidence_at": now, "stale_at": now + timedelta(days=days), "judged_at": now, "since": now,
                "assessment": running, "looked_at": blobs.keep(b""), "exceptions": digest,
                "example": unmet[0] if unmet else "",
            },
        )  # fmt: skip


def statement(viewer: Viewer, **changed: object) -> InsurerStatement:
    said = {
        "question": "MFA everywhere?", "kind": "warranty", "scope": "All accounts.",
        "predicate": "A second factor.", "as_of": utc_now().date(), "continuity": "throughout",
        "consequence": "Rescission.", "tell_within": 14, "rests_on": (f"check:{MFA}",),
    }  # fmt: skip
    under = policy(viewer, utc_now())
    return actions.add_statement(viewer, under.pk, actions.Draft(**{**said, **changed}), utc_now())  # type: ignore[arg-type]


def sign(row: InsurerStatement, decided: str = "approved") -> Client:
    """A second person reads it and decides."""
    second = browser()
    sign_in(second, Role.APPROVER)
    address = f"/approvals/{reference(row.pk)}/decide/"
    assert second.get(address).status_code == 200
    entry = Entry.objects.filter(kind="risk.insurerstatement", subject=row.pk).order_by("-index")[0]
    answer = second.post(address, {"decided": decided, "words": "Read it.", "entry": entry.index})
    assert answer.status_code == 302, re.sub(r"<[^>]+>", " ", answer.content.decode())
    row.refresh_from_db()
    return second


def signed(viewer: Viewer, **changed: object) -> InsurerStatement:
    row = statement(viewer, **changed)
    actions.answer_statement(viewer, row.pk, "yes", "The list of accounts.", utc_now())
    sign(row)
    assert row.signed_at is not None
    return row
