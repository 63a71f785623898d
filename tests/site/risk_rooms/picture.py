"""What the walks know of risk's room `picture`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from duecare.ledger.viewers import Viewer
from duecare.risk.register.models import RiskTerms, Scenario
from tests.risk.picture import made
from tests.site.answers import READ, Page
from tests.site.calls import Call, read

PAGES: Mapping[str, Page] = {
    "risk/": Page("risk/", READ),
    "risk/curves/": Page("risk/curves/", READ),
    "risk/heat/": Page("risk/heat/", READ),
    "risk/safeguards/": Page("risk/safeguards/", READ),
    "risk/sensitivity/": Page("risk/sensitivity/", READ),
}
CALLS: Mapping[str, Call] = {
    "GET risk/curve": read("risk/curve?side=own", object=True),
    "GET risk/sensitivities": read("risk/sensitivities?side=own", object=True),
    "GET risk/safeguards": read("risk/safeguards?side=own", object=True),
}
FILES: frozenset[str] = frozenset()


def write(owner: Viewer, at: datetime) -> None:
    """Terms and scenarios with estimates, where no other room has made any."""
    if not RiskTerms.objects.exists() and not Scenario.objects.exists():
        made.clinic(at)


def keys() -> dict[str, str]:
    return {}
