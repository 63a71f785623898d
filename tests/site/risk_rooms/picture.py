"""What the walks know of risk's room `picture`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from duecare.ledger.viewers import Viewer
from duecare.risk.register.models import RiskTerms, Scenario
from tests.risk.picture import made
from tests.site.answers import READ, Page
from tests.site.calls import Call

PAGES: Mapping[str, Page] = {
    "risk/": Page("risk/", READ),
    "risk/curves/": Page("risk/curves/", READ),
}
CALLS: Mapping[str, Call] = {}
FILES: frozenset[str] = frozenset()


def write(owner: Viewer, at: datetime) -> None:
    """Terms and scenarios with estimates, where no other room has made any."""
    if not RiskTerms.objects.exists() and not Scenario.objects.exists():
        made.clinic(at)


def keys() -> dict[str, str]:
    return {}
