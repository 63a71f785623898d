"""What the walks know of risk's room `measures`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from duecare.ledger.recording import recording
from duecare.ledger.viewers import Viewer
from duecare.risk.measures.actions import Change, Draft, add_measure
from duecare.risk.measures.choice_actions import keep_choice
from duecare.risk.measures.weighing import Asked, table, weigh
from duecare.risk.models import Choice, Measure, RiskTerms, Scenario
from duecare.risk.register.models import TERMS
from tests.risk.measures.samples import scenario
from tests.site.answers import (
    APPROVER,
    AUDITOR,
    BAD,
    MANAGER,
    OWNER,
    READ,
    READERS,
    SENT_ON,
    Page,
    answers,
    form,
)
from tests.site.calls import DAILY, Call, changed, read

TITLE, NEW = "Backups that cannot be altered", "Sign-in with a second factor everywhere"
PUT = {
    "title": "Segments", "safeguard": "network_security", "once": [100_000, 200_000, 300_000],
    "yearly": [0, 0, 0], "years": 3,
}  # fmt: skip


def _form(sample: str) -> Page:
    return form(f"risk/measures/{sample}", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object="{" in sample)


PAGES: Mapping[str, Page] = {
    "risk/measures/": Page("risk/measures/", READ),
    "risk/measures/new/": _form("new/"),
    "risk/measures/table.<str:format>": Page("risk/measures/table.csv", READ, object=True),
    "risk/measures/<str:key>/": Page("risk/measures/{measure}/", READ, object=True),
    "risk/measures/<str:key>/change/": _form("{measure}/change/"),
    "risk/measures/<str:key>/end/": _form("{measure}/end/"),
    "risk/measures/<str:key>/reasonableness/": Page(
        "risk/measures/{measure}/reasonableness/", READ, object=True
    ),
    "risk/safe-harbours/": Page("risk/safe-harbours/", READ),
    # Sent on to the page of the tests: nobody has chosen that they are computed.
    "risk/safe-harbours/answers/": Page(
        "risk/safe-harbours/answers/",
        answers(SENT_ON, OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
        answers(SENT_ON, OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    ),
    "risk/choice/": Page("risk/choice/", READ, answers(BAD, OWNER, MANAGER, APPROVER, told=(AUDITOR,))),
    # Without a budget there is nothing to compute.
    "risk/choice/choice.json": Page("risk/choice/choice.json", answers(BAD, *READERS)),
    "risk/choice/kept/": Page("risk/choice/kept/", READ),
    "risk/choice/kept/<str:key>/": Page("risk/choice/kept/{choice}/", READ, object=True),
    "risk/choice/kept/<str:key>/choice.json": Page(
        "risk/choice/kept/{choice}/choice.json", READ, object=True
    ),
}
CALLS: Mapping[str, Call] = {
    "GET risk/measures": read("risk/measures"),
    "GET risk/measures/{key}": read("risk/measures/{measure}", object=True),
    "POST risk/measures": changed("risk/measures", PUT, *DAILY, told=(AUDITOR,)),
    "PUT risk/measures/{key}": changed("risk/measures/{measure}", PUT, *DAILY, told=(AUDITOR,)),
    "POST risk/measures/{key}/end": changed(
        "risk/measures/{measure}/end", {"how": "dropped", "reason": "x"}, *DAILY, told=(AUDITOR,)
    ),
    "GET risk/choice": read("risk/choice?budget=10000000&objective=own", object=True),
    "GET risk/choices": read("risk/choices"),
    "GET risk/choices/{key}": read("risk/choices/{choice}", object=True),
    "POST risk/choices": changed(
        "risk/choices", {"name": "x", "budget": 10_000_000, "objective": "own"}, *DAILY, told=(AUDITOR,)
    ),
}
FILES: frozenset[str] = frozenset(
    {
        "risk/measures/table.<str:format>",
        "risk/choice/choice.json",
        "risk/choice/kept/<str:key>/choice.json",
    }
)


def write(owner: Viewer, at: datetime) -> None:
    """Two measures, of which one needs the other, and a choice between them."""
    if not RiskTerms.objects.exists():
        with recording(owner.actor, "set the terms of risk"):
            RiskTerms.objects.create(id=TERMS, currency="EUR", legal_tests=True)
    row = Scenario.objects.order_by("number").first() or scenario(owner, at, forms=("response", "others"))
    first = add_measure(
        owner,
        Draft(
            TITLE, "backups", (1_000_000, 2_000_000, 4_000_000), (500_000, 600_000, 900_000), 3,
            about="Copies that nobody can change for thirty days.",
            effects=(Change(row.pk, "magnitude", (300, 500, 800), 900, 950),),
        ),
        at,
    )  # fmt: skip
    add_measure(
        owner,
        Draft(
            NEW, "mfa", (0, 0, 0), (4_000_000, 6_000_000, 12_000_000), 1,
            effects=(Change(row.pk, "frequency", (200, 500, 700), 1000, 950),), needs=(first.pk,),
            must="Contract with Northwind", curtails="Emergency access on the ward.",
        ),
        at,
    )  # fmt: skip
    on = table(owner, RiskTerms.objects.get())
    weighed = weigh(on, Asked(20_000_000, "own", None), lambda: 0.0)
    keep_choice(owner, weighed, "EUR", "Budget of next year", "For the board.", at)


def keys() -> dict[str, str]:
    """By the name of an address's part."""
    return {"measure": Measure.objects.get(title=TITLE).pk, "choice": Choice.objects.get().pk}
