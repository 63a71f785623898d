"""What checks look at here: every scenario that stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.program.judgement import Facts, Grade
from duecare.program.subjects import (
    Subject,
    register_name,
    register_reference,
    register_source,
    register_visible,
)
from duecare.program.task_queries import today_at
from duecare.risk.checks import SCENARIOS
from duecare.risk.register.forms_of_loss import RATE
from duecare.risk.register.models import Estimate, Scenario
from duecare.risk.register.queries import SCENARIO
from duecare.risk.register.reviewing import looked_at
from duecare.risk.rooms import ROOM

PAGE = "risk.page"
"""The kind of reference to the register as a whole, for what is asked of it while it is empty."""


def scenarios(now: datetime) -> Iterator[Subject]:
    """Every scenario that stands; where there is none, the register as a whole, of which nothing is known."""
    standing = Estimate.objects.filter(ended_at=None)
    rated = set(standing.filter(what=RATE).values_list("scenario_id", flat=True))
    weighed = set(standing.exclude(what=RATE).values_list("scenario_id", flat=True))
    none = True
    for row in Scenario.objects.filter(ended_at=None).order_by("number").iterator(chunk_size=2000):
        none = False
        told = {
            "state": "read",
            "problems": [],
            "rate": row.pk in rated,
            "loss": row.pk in weighed,
            "looked_on": today_at(looked_at(row)).isoformat(),
        }
        yield Subject(f"{SCENARIO}:{row.pk}", str(row), Grade.STATED, Facts(now, now, {SCENARIOS: told}))
    if none:
        yield Subject(
            f"{PAGE}:{SCENARIOS}",
            _called(SCENARIOS),
            Grade.STATED,
            None,
            _("no scenario was put down so far"),
        )


def _called(page: str) -> str:
    return _("The register of scenarios")


register_source(SCENARIOS, scenarios)
register_reference(SCENARIO, lambda key: reverse("risk-scenario", args=[key]))
register_reference(PAGE, lambda key: reverse("scenarios"))
register_visible(PAGE, lambda key, viewer: key == SCENARIOS and viewer.reads and viewer.covers(ROOM))
register_name(PAGE, _called)
