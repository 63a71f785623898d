"""When a scenario goes stale: nobody has looked at it for longer than the target."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from django.db.models import Q
from django.db.models.functions import Coalesce

from duecare.program.queries import current_targets
from duecare.risk.register.forms_of_loss import FORMS, RATE
from duecare.risk.register.models import Estimate, Scenario

TARGET = "scenario_review_days"


class Condition(StrEnum):
    """How a scenario stands."""

    ENDED = "ended"
    OPEN = "not estimated"
    """Nobody has said how often, or nobody how bad."""
    STALE = "stale"
    ESTIMATED = "estimated"


def review_days() -> int:
    """Days after which a scenario is to be looked at again."""
    found: int = current_targets()[TARGET].value
    return found


def stale_before(now: datetime) -> datetime:
    """What was last looked at before that moment is stale."""
    return now - timedelta(days=review_days())


def looked_at(row: Scenario) -> datetime:
    """When somebody last looked at it: said that it stands, estimated it, or wrote it."""
    return row.reviewed_at or row.made_at


def condition_of(row: Scenario, whats: Iterable[str], before: datetime) -> Condition:
    """How a scenario stands of which these things (`rate`, forms of loss) are estimated."""
    if row.ended_at is not None:
        return Condition.ENDED
    known = set(whats)
    if RATE not in known or not known.intersection(FORMS):
        return Condition.OPEN
    return Condition.STALE if looked_at(row) < before else Condition.ESTIMATED


def is_estimated() -> Q:
    """Scenarios of which somebody estimated how often, and somebody how bad."""
    standing = Estimate.objects.filter(ended_at=None)
    return Q(pk__in=standing.filter(what=RATE).values("scenario")) & Q(
        pk__in=standing.exclude(what=RATE).values("scenario")
    )


def is_stale(before: datetime) -> Q:
    """Standing scenarios that nobody has looked at since."""
    looked = Scenario.objects.alias(looked=Coalesce("reviewed_at", "made_at")).filter(looked__lt=before)
    return Q(ended_at=None, pk__in=looked.values("pk"))
