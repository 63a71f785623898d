"""What the walks know of risk's room `register`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from duecare.ledger.viewers import Viewer
from duecare.risk.register.actions import Draft, add_scenario
from duecare.risk.register.believing import Belief
from duecare.risk.register.effect_actions import EffectDraft, add_effect
from duecare.risk.register.estimate_actions import Estimated, estimate
from duecare.risk.register.models import Effect, Estimate, RiskTerms, Scenario
from duecare.risk.register.terms_actions import TermsDraft, set_terms
from tests.site.answers import APPROVER, AUDITOR, BAD, MANAGER, OWNER, READ, Page, act, answers, form
from tests.site.calls import DAILY, WHY, Call, changed, read

TITLE = "The laptop with the list is lost"
SAID = {
    "title": "Another", "who": "A thief", "does": "takes it", "to": "The safe", "harm": "It is gone.",
}  # fmt: skip
BELIEVED = {
    "what": "rate", "kind": "range", "numbers": [100_000, 500_000], "reason": "Counted.", "confidence": "low",
}  # fmt: skip
HELD = {
    "safeguard": "mfa", "on": "frequency", "efficacy": [100, 500, 900], "coverage": 900, "reliability": 900,
    "reason": "Tried.",
}  # fmt: skip


def _kept(sample: str) -> Page:
    """A form about a scenario, for who changes the register."""
    return form(
        f"risk/scenarios/{{risk scenario}}/{sample}", OWNER, MANAGER, APPROVER, told=(AUDITOR,), object=True
    )


PAGES: Mapping[str, Page] = {
    "risk/terms/": Page("risk/terms/", READ, answers(BAD, OWNER, MANAGER, APPROVER, told=(AUDITOR,))),
    "risk/scenarios/": Page("risk/scenarios/", READ),
    "risk/estimates/": Page("risk/estimates/", READ),
    "risk/scenarios/new/": Page(
        "risk/scenarios/new/", answers(200, OWNER, MANAGER, APPROVER, told=(AUDITOR,))
    ),
    "risk/scenarios/new/words/": form("risk/scenarios/new/words/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)),
    "risk/scenarios/table.<str:format>": Page("risk/scenarios/table.csv", READ, object=True),
    "risk/effects/table.<str:format>": Page("risk/effects/table.csv", READ),
    "risk/scenarios/<str:key>/": Page("risk/scenarios/{risk scenario}/", READ, object=True),
    "risk/scenarios/<str:key>/change/": _kept("change/"),
    "risk/scenarios/<str:key>/review/": act(
        "risk/scenarios/{risk scenario}/review/", OWNER, MANAGER, APPROVER, told=(AUDITOR,)
    ),
    "risk/scenarios/<str:key>/end/": _kept("end/"),
    "risk/scenarios/<str:key>/guide/<str:id>/": _kept("guide/rate/"),
    "risk/scenarios/<str:key>/estimate/<str:what>/": _kept("estimate/fines/"),
    "risk/scenarios/<str:key>/estimates/<str:estimate>/withdraw/": form(
        "risk/scenarios/{risk scenario}/estimates/{risk estimate}/withdraw/",
        OWNER,
        told=(AUDITOR,),
        object=True,
    ),
    "risk/scenarios/<str:key>/safeguards/add/": _kept("safeguards/add/"),
    "risk/scenarios/<str:key>/safeguards/<str:effect>/change/": _kept("safeguards/{risk effect}/change/"),
    "risk/scenarios/<str:key>/safeguards/<str:effect>/end/": _kept("safeguards/{risk effect}/end/"),
}
CALLS: Mapping[str, Call] = {
    "GET risk/terms": read("risk/terms", object=True),
    "PUT risk/terms": changed("risk/terms", {"currency": "EUR"}, *DAILY, told=(AUDITOR,)),
    "GET risk/scenarios": read("risk/scenarios?state=standing"),
    "POST risk/scenarios": changed("risk/scenarios", SAID, *DAILY, told=(AUDITOR,)),
    "GET risk/scenarios/{key}": read("risk/scenarios/{risk scenario}", object=True),
    "PUT risk/scenarios/{key}": changed("risk/scenarios/{risk scenario}", SAID, *DAILY, told=(AUDITOR,)),
    "POST risk/scenarios/{key}/review": changed(
        "risk/scenarios/{risk scenario}/review", None, *DAILY, told=(AUDITOR,)
    ),
    "POST risk/scenarios/{key}/end": changed(
        "risk/scenarios/{risk scenario}/end", WHY, *DAILY, told=(AUDITOR,)
    ),
    "POST risk/scenarios/{key}/estimates": changed(
        "risk/scenarios/{risk scenario}/estimates", BELIEVED, *DAILY, told=(AUDITOR,)
    ),
    "GET risk/estimates": read("risk/estimates?state=standing"),
    "POST risk/estimates/{key}/withdraw": changed(
        "risk/estimates/{risk estimate}/withdraw", WHY, OWNER, told=(MANAGER, APPROVER, AUDITOR)
    ),
    "POST risk/scenarios/{key}/effects": changed(
        "risk/scenarios/{risk scenario}/effects", HELD, *DAILY, told=(AUDITOR,)
    ),
    "PUT risk/effects/{key}": changed("risk/effects/{risk effect}", HELD, *DAILY, told=(AUDITOR,)),
    "POST risk/effects/{key}/end": changed("risk/effects/{risk effect}/end", WHY, *DAILY, told=(AUDITOR,)),
}
FILES: frozenset[str] = frozenset({"risk/scenarios/table.<str:format>", "risk/effects/table.<str:format>"})


def write(owner: Viewer, at: datetime) -> None:
    """Terms, and a scenario with what people believe of it and what holds it down."""
    if not RiskTerms.objects.exists():
        set_terms(owner, TermsDraft("EUR", 500_000_000, 20_000_000), -1)
    draft = Draft(
        TITLE, "A thief", "takes a laptop", "The list", "People have to be told.", library="lost-device"
    )
    row = add_scenario(owner, draft, at)
    for what, low, high in (
        ("rate", 100_000, 500_000),
        ("response", 500_000, 5_000_000),
        ("others", 100_000, 900_000),
    ):
        said = Estimated(Belief(what, "range", (low, high)), "Two in ten years.", "medium", "IRIS, 2025")
        estimate(owner, row.pk, said, at)
    held = EffectDraft("encryption_rest", "magnitude", (500, 800, 900), 900, 1000, "Nine in ten have it.")
    add_effect(owner, row.pk, held, at)


def keys() -> dict[str, str]:
    row = Scenario.objects.get(title=TITLE)
    return {
        "risk scenario": row.pk,
        "risk estimate": Estimate.objects.get(scenario=row, what="rate").pk,
        "risk effect": Effect.objects.get(scenario=row).pk,
    }
