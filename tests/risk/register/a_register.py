"""A register with its terms set, and somebody who keeps it."""

from __future__ import annotations

import re

from django.test import Client

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.risk.register.actions import Draft, add_scenario
from duecare.risk.register.believing import Belief
from duecare.risk.register.estimate_actions import Estimated, estimate
from duecare.risk.register.models import Scenario
from duecare.risk.register.terms_actions import TermsDraft, set_terms
from tests.people import browser, sign_in

STORY = {
    "title": "The laptop with the list is lost", "who": "A thief", "does": "takes a laptop",
    "to": "The customer list", "harm": "Customers have to be told.",
}  # fmt: skip
WHY = {"reason": "Two in ten years.", "confidence": "medium", "source": ""}


def told(client: Client, address: str, status: int = 200) -> str:
    """The text of a page, with single spaces between words."""
    answer = client.get(address, follow=status == 200)
    assert answer.status_code == status, address
    return words(answer.content.decode())


def words(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " "))


def keeper() -> tuple[Client, Viewer]:
    """An owner at a browser; the terms are in EUR, with a turnover of one million."""
    client = browser()
    viewer = sign_in(client, Role.OWNER)
    set_terms(viewer, TermsDraft("EUR", 100_000_000, 20_000_000), -1)
    return client, viewer


def scenario(viewer: Viewer, **changed: str) -> Scenario:
    return add_scenario(viewer, Draft(**{**STORY, **changed}), utc_now())


def believe(
    viewer: Viewer, row: Scenario, what: str, *numbers: int, kind: str = "range", confirmed: bool = False
) -> None:
    said = Estimated(Belief(what, kind, numbers), "Two in ten years.", "medium", confirmed=confirmed)
    estimate(viewer, row.pk, said, utc_now())
