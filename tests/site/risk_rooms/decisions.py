"""What the walks know of risk's room `decisions`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Viewer
from duecare.program.unchanged import seen_entry
from duecare.risk.decisions import actions, putting, saying
from duecare.risk.decisions.drafts import Draft, Option
from duecare.risk.models import DecisionWord, Estimate, RiskDecision, RiskTerms, Scenario
from tests.site.answers import AUDITOR, READ, READERS, Page, act, form
from tests.site.calls import DAILY, WHY, Call, changed, read

PUT, DRAFT = "Do we keep paying by mail?", "Do we keep the old till?"
ABOUT = "risk/decisions/{risk decision}/"
OPEN = "risk/decisions/{risk draft}/"
DRAWN = {
    "question": PUT, "scenarios": ["{risk decided scenario}"], "kind": "accept", "recommendation": "x",
    "expires_on": "2027-01-02", "reopen": "y",
}  # fmt: skip
SAID = {"words": "x"}
SCENARIO = "Invoices in our name"


def _work(sample: str) -> Page:
    return form(sample, *DAILY, told=(AUDITOR,), object=True)


PAGES: Mapping[str, Page] = {
    "risk/decisions/": Page("risk/decisions/", READ),
    "risk/decisions/new/": form("risk/decisions/new/", *DAILY, told=(AUDITOR,)),
    "risk/decisions/<str:key>/": Page(ABOUT, READ, object=True),
    "risk/decisions/<str:key>/change/": _work(f"{OPEN}change/"),
    "risk/decisions/<str:key>/options/new/": _work(f"{OPEN}options/new/"),
    "risk/decisions/<str:key>/options/<int:place>/": _work(f"{OPEN}options/1/"),
    "risk/decisions/<str:key>/options/<int:place>/out/": act(
        f"{OPEN}options/1/out/", *DAILY, told=(AUDITOR,)
    ),
    "risk/decisions/<str:key>/put/": _work(f"{OPEN}put/"),
    "risk/decisions/<str:key>/withdraw/": _work(f"{OPEN}withdraw/"),
    "risk/decisions/<str:key>/replay/": Page(f"{ABOUT}replay/", READ, object=True),
    "risk/decisions/<str:key>/inputs/<str:name>/": Page(f"{ABOUT}inputs/both.today/", READ, object=True),
    "risk/decisions/<str:key>/paper/": Page(f"{ABOUT}paper/", READ, object=True),
    "risk/decisions/<str:key>/paper/pdf/": act(f"{ABOUT}paper/pdf/", *READERS),
    "risk/decisions/<str:key>/paper/back/": _work(f"{ABOUT}paper/back/"),
    "risk/decisions/<str:key>/paper/ask/": _work(f"{ABOUT}paper/ask/"),
    "risk/decisions/<str:key>/paper/ask/<str:word>/": _work(f"{ABOUT}paper/ask/{{risk question}}/"),
    "risk/decisions/<str:key>/paper/dissent/": _work(f"{ABOUT}paper/dissent/"),
    "risk/decisions/<str:key>/paper/delegate/": _work(f"{ABOUT}paper/delegate/"),
}
CALLS: Mapping[str, Call] = {
    "GET risk/decisions": read("risk/decisions?state=put"),
    "POST risk/decisions": changed("risk/decisions", DRAWN, *DAILY, told=(AUDITOR,)),
    "GET risk/decisions/{key}": read(ABOUT.rstrip("/"), object=True),
    "PUT risk/decisions/{key}": changed(OPEN.rstrip("/"), DRAWN, *DAILY, told=(AUDITOR,)),
    "POST risk/decisions/{key}/put": changed(f"{OPEN}put", {}, *DAILY, told=(AUDITOR,)),
    "POST risk/decisions/{key}/withdraw": changed(f"{OPEN}withdraw", WHY, *DAILY, told=(AUDITOR,)),
    "POST risk/decisions/{key}/questions": changed(f"{ABOUT}questions", SAID, *DAILY, told=(AUDITOR,)),
    "POST risk/decisions/{key}/questions/{word}": changed(
        f"{ABOUT}questions/{{risk question}}", SAID, *DAILY, told=(AUDITOR,)
    ),
    "POST risk/decisions/{key}/dissents": changed(f"{ABOUT}dissents", SAID, *DAILY, told=(AUDITOR,)),
    "GET risk/decisions/{key}/inputs": read(f"{ABOUT}inputs", object=True),
    "GET risk/decisions/{key}/replay": read(f"{ABOUT}replay", object=True),
}
FILES: frozenset[str] = frozenset({"risk/decisions/<str:key>/inputs/<str:name>/"})


def write(owner: Viewer, at: datetime) -> None:
    """A scenario of the room's own, a draft about it, and a decision that was put and asked about."""
    with recording(owner.actor, "put down what is decided on"):
        if not RiskTerms.objects.exists():
            RiskTerms.objects.create(id="risk", currency="EUR", tolerance=20_000_000)
        number = max(Scenario.objects.values_list("number", flat=True), default=0) + 1
        scenario = Scenario.objects.create(
            id=new_key(), number=number, title=SCENARIO, who="A fraudster", does="writes in our name",
            to="our payments", harm="Money is gone.", made_at=at, made_by=owner.actor,
        )  # fmt: skip
        for what, kind, numbers in (
            ("rate", "pert", [50_000, 200_000, 800_000]),
            ("response", "range", [1_000_000, 30_000_000]),
        ):
            Estimate.objects.create(
                id=new_key(), scenario=scenario, what=what, kind=kind, numbers=numbers,
                frequency_left=1_000_000, magnitude_left=1_000_000, reason="Asked.", confidence="low",
                made_at=at,
            )  # fmt: skip
    options = (Option("Do nothing", chosen=True), Option("Stop paying", cost=100_000, rejected="We owe it."))
    draft = Draft(
        DRAFT, (scenario.pk,), "accept", "It costs little.", (at + timedelta(days=400)).date(),
        "A false invoice that was paid.", "", options,
    )  # fmt: skip
    actions.draw_up(owner, draft, at)
    row = actions.draw_up(owner, replace(draft, question=PUT), at)
    putting.put(owner, row.pk, None, seen_entry(row), at)
    saying.ask(owner, row.pk, "Why not insure it?", at)


def keys() -> dict[str, str]:
    return {
        "risk decision": RiskDecision.objects.get(question=PUT).pk,
        "risk draft": RiskDecision.objects.get(question=DRAFT).pk,
        "risk question": DecisionWord.objects.get(words="Why not insure it?").pk,
        "risk decided scenario": Scenario.objects.get(title=SCENARIO).pk,
    }
