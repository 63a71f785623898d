"""What the walks know of risk's room `training`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from duecare.ledger.viewers import Viewer
from duecare.risk.training.actions import begin, finish
from duecare.risk.training.models import Calibration
from duecare.risk.training.questions import TEN
from tests.site.answers import APPROVER, AUDITOR, BAD, MANAGER, OK, OWNER, READ, Page, act, answers
from tests.site.calls import Call, read

PAGES: Mapping[str, Page] = {
    "risk/calibration/": Page("risk/calibration/", READ),
    "risk/calibration/begin/": act("risk/calibration/begin/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    "risk/calibration/exercises/": Page("risk/calibration/exercises/", READ),
    "risk/calibration/<str:key>/": Page("risk/calibration/{calibration}/", READ, object=True),
    # Its questions are for whose exercise it is alone, and asked today.
    "risk/calibration/<str:key>/ranges/": Page(
        "risk/calibration/{open calibration}/ranges/",
        answers(OK, OWNER, told=(AUDITOR,)),
        answers(BAD, OWNER, told=(AUDITOR,)),
        object=True,
        today=True,
    ),
}
CALLS: Mapping[str, Call] = {"GET risk/calibrations": read("risk/calibrations?state=done")}
FILES: frozenset[str] = frozenset()
_ENDED, _OPEN = "walked", "walked, open"
"""Seeds of the samples."""


def write(owner: Viewer, at: datetime) -> None:
    """An exercise of the owner's that ended, and one that is under way."""
    row = begin(owner, _ENDED, at)
    finish(owner, row.pk, [(Decimal(1), Decimal(1_000_000))] * TEN, at)
    begin(owner, _OPEN, at)


def keys() -> dict[str, str]:
    """Their keys."""
    return {
        "calibration": Calibration.objects.get(seed=_ENDED).pk,
        "open calibration": Calibration.objects.get(seed=_OPEN).pk,
    }
