"""What the pages of pictures have in common: their filter, and what they offer."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from duecare.ledger import asof
from duecare.ledger.viewers import Request
from duecare.risk.picture.choosing import Choice
from duecare.risk.picture.queries import Ground
from duecare.risk.register.forms_of_loss import SIDE_WORDS


def scenario_url(key: str) -> str:
    """Where a scenario has its page."""
    return reverse("risk-scenario", args=[key])


def framed(request: Request, found: Ground | None, here: str, choice: Choice | None = None) -> dict[str, Any]:
    """The context of a page; `here` names it among the pages of risk."""
    may = request.viewer.changes and asof.current() is None
    context: dict[str, Any] = {"here": here, "ground": found, "may_change": may}
    if choice is not None:
        context |= {
            "choice": choice,
            "side_words": SIDE_WORDS[choice.side],
            "side_choices": [(id, words, id == choice.side) for id, words in SIDE_WORDS.items()],
            "plain_url": f"?side={choice.side}",
            "bad_url": choice.query(bad="yes"),
            "csv_url": choice.query(format="csv"),
            "json_url": choice.query(format="json"),
        }
    if choice is not None and found is not None:
        context |= {
            "scenario_choices": [(one.pk, str(one), one.pk in choice.scenarios) for one in found.all],
            "chosen_scenarios": "; ".join(str(one) for one in found.scenarios) if choice.scenarios else "",
            "chosen_measures": "; ".join(one.title for one in found.measures),
            "measure_choices": [(one.pk, one.title, one.pk in choice.measures) for one in found.offered],
        }
    return context
