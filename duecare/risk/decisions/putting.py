"""Putting a decision before whoever signs it: what it rests on is read, computed and frozen.

It is computed before the act, so that no lock waits for it, and read once more within: what is frozen is what
was computed of, and what was known at that very moment.
"""

from __future__ import annotations

import json
from datetime import datetime

import numpy
import scipy
from django.utils.translation import gettext as _

from duecare import __version__
from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger import blobs
from duecare.ledger.naming import PERSON
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Viewer
from duecare.program.models import Person
from duecare.program.task_queries import today_at
from duecare.program.unchanged import demand_unchanged
from duecare.risk.curve_files import FORMAT
from duecare.risk.decisions import reminding, telling
from duecare.risk.decisions.actions import open_row
from duecare.risk.decisions.freezing import Frozen, freeze
from duecare.risk.decisions.gathering import Evidence, gather
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import Condition, asked_by, find_decision, who_may_sign
from duecare.risk.decisions.reasons import frozen_tests
from duecare.risk.decisions.replaying import Replayed, replay
from duecare.risk.decisions.rules import RULES
from duecare.risk.decisions.tests_again import beside, input_of
from duecare.risk.money import digits
from duecare.risk.register.actions import lock_terms
from duecare.risk.register.models import Scenario
from duecare.web.recorded import recorded


def versions_now() -> dict[str, str]:
    """Under which figures are computed here and now, by name."""
    return {
        "duecare": __version__,
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "curve file": str(FORMAT),
        "rules": str(RULES),
    }


def put(
    viewer: Viewer, key: str, before: str | None, seen: int, now: datetime, *, outside: bool = False
) -> RiskDecision:
    """Put a decision before a person (by key), or before whoever may sign it, and freeze what it rests on.

    Raises NotFound; BadInput for what it lacks, or for a person who may not sign that amount; Refused if it
    is no draft, was changed since `seen`, or rests on what was changed while it was computed.
    """
    row = find_decision(key, viewer)
    demand_unchanged(row, seen)
    read = gather(row, viewer, now)
    frozen, legal = computed(read), frozen_tests(read.legal)
    tests = input_of(read.legal, legal)
    text = json.dumps({**frozen.inputs, **tests}, sort_keys=True, ensure_ascii=False)
    digest = blobs.keep(text.encode())
    with recording(viewer.actor, "put a decision about risk before an approver") as act:
        # Nobody estimates, or judges a safeguard anew, until it is frozen.
        lock_terms()
        list(Scenario.objects.select_for_update().filter(pk__in=row.scenarios).order_by("pk"))
        row = open_row(key, seen)
        again = gather(row, viewer, now)
        if not again.agrees(read):
            raise Refused(
                _("What it rests on was changed meanwhile."),
                _("Look again at the figures that would be put, then put it."),
            )
        act.reason = recorded("put the decision D-%(number)s before an approver", number=row.number)
        row.currency, row.inputs = again.currency, digest
        row.results, row.figures = dict(frozen.results), dict(frozen.figures)
        row.versions = versions_now()
        row.known = {**again.known, "tests": legal | ({"replays": True} if tests else {})}
        row.state, row.put_at, row.put_by = Condition.PUT.value, now, viewer.actor
        row.put_before = _approver(row, before, now)
        row.outside = bool(outside and row.put_before)
        row.signed_at = None
        row.save()
        reminding.ask_to_sign(row, now)
        telling.of_putting(row, now)
    return row


def _approver(row: RiskDecision, before: str | None, now: datetime) -> Person | None:
    if not before:
        return None
    able = dict(who_may_sign(row, today_at(now)))
    if f"{PERSON}{before}" in asked_by(row):
        raise BadInput(
            _("Nobody signs what they drew up, changed or put themselves, unless nobody else may."),
            _("Choose another, or leave it open who signs."),
            "before",
        )
    if before not in able:
        raise BadInput(
            _("That person may not sign this amount."),
            _("Choose one of: %s.") % (", ".join(able.values()) or _("an owner")),
            "before",
        )
    found: Person | None = Person.objects.filter(pk=before).first()
    if found is None:
        raise NotFound(_("There is no such person who may sign in."), _("Choose one from the list."))
    return found


def computed(read: Evidence) -> Frozen:
    """What is frozen of what was read. Raises BadInput as `freeze` does."""
    return freeze(read.options, read.chosen, read.kind, digits(read.currency))


# ── Computing it again ───────────────────────────────────────────────────────────────────────────────────


def frozen_of(row: RiskDecision) -> Frozen:
    """What was frozen with a decision. Raises Refused for a draft; NotFound or Tampered if the blob of its
    inputs is gone or was altered."""
    if not row.inputs:
        raise Refused(_("Nothing is frozen with this decision yet."), _("Put it before an approver first."))
    return Frozen(json.loads(blobs.fetch(row.inputs)), row.results, row.figures)


def replayed(row: RiskDecision, viewer: Viewer) -> Replayed:
    """A decision computed again from what was frozen with it, here and now, with the tests of law for who
    reads them. Raises as `frozen_of` does."""
    frozen = frozen_of(row)
    return replay(
        frozen,
        row.kind,
        row.chosen or 0,
        digits(row.currency),
        row.versions,
        versions_now(),
        beside=beside(row, frozen.inputs, viewer),
    )
