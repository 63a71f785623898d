"""What pages, programs and jobs read of decisions: which there are, how each stands, who may sign it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import NotFound, Refused
from duecare.ledger.naming import PERSON
from duecare.ledger.viewers import Request, Role, Viewer, demand_area
from duecare.program.approval_queries import Shown, decisions_about, others_who_decide, who_decides
from duecare.program.models import Decided
from duecare.program.queries import current_targets
from duecare.program.statement_queries import names_of
from duecare.program.subjects import register_reference
from duecare.risk.decisions.amounts import LIMITS, may_sign, stricter
from duecare.risk.decisions.models import DecisionWord, RiskDecision
from duecare.risk.money import digits
from duecare.risk.rooms import ROOM

DECISION = "risk.riskdecision"
KINDS: Mapping[str, str | Promise] = {
    "accept": gettext_lazy("Accept"),
    "reduce": gettext_lazy("Reduce"),
    "transfer": gettext_lazy("Transfer"),
    "avoid": gettext_lazy("Avoid"),
}


class Condition(StrEnum):
    """How a decision stands; each is a key of `web/words.py`."""

    DRAFT = "draft"
    PUT = "put"
    SIGNED = "signed"
    BACK = "sent back"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    """Signed, and its last day has passed."""


OPEN = (Condition.DRAFT.value, Condition.BACK.value)
"""The states in which it can be changed."""


class Said(StrEnum):
    """The kinds of what people say of a decision."""

    BACK = "back"
    ASK = "ask"
    ANSWER = "answer"
    DISSENT = "dissent"
    DELEGATE = "delegate"


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody said, told."""

    row: DecisionWord
    who: str
    to: str
    answered: bool
    """Of a question: whether somebody answered it."""


def reference(key: str) -> str:
    return f"{DECISION}:{key}"


def demand_worker(request: Request) -> Viewer:
    """The viewer, if they may change decisions. Raises NotFound for strangers, Refused for who only reads."""
    viewer = demand_area(request, ROOM)
    if not viewer.changes:
        raise Refused(_("You may read decisions about risk, and change none."), _("Ask who draws them up."))
    return viewer


def find_decision(key: str, viewer: Viewer) -> RiskDecision:
    """The decision, if the viewer may see it. Raises NotFound otherwise."""
    rows = RiskDecision.objects.all().visible_to(viewer).select_related("put_before")
    found: RiskDecision | None = rows.filter(pk=key).first()
    if found is None:
        raise NotFound(_("There is no such decision."), _("Look in the list of decisions about risk."))
    return found


def decision_called(name: str, viewer: Viewer) -> RiskDecision:
    """The decision that somebody calls "D-3", "3" or by its key. Raises NotFound otherwise."""
    number = name.strip().upper().removeprefix("D-")
    if number.isascii() and number.isdecimal() and len(number) < 10:
        rows = RiskDecision.objects.all().visible_to(viewer).filter(number=int(number))
        found: RiskDecision | None = rows.first()
        if found is not None:
            return found
    return find_decision(name.strip(), viewer)


def condition_of(row: RiskDecision, today: date) -> Condition:
    """How a decision stands on a day of the organisation."""
    stands = Condition(row.state)
    return Condition.EXPIRED if stands is Condition.SIGNED and row.expires_on < today else stands


def in_condition(condition: str, today: date) -> Q:
    """The same, asked of the database."""
    if condition == Condition.EXPIRED:
        return Q(state=Condition.SIGNED.value, expires_on__lt=today)
    if condition == Condition.SIGNED:
        return Q(state=Condition.SIGNED.value, expires_on__gte=today)
    return Q(state=Condition(condition).value)


def said_of(row: RiskDecision, viewer: Viewer) -> list[Word]:
    """All that was said of a decision, in order."""
    rows = list(
        DecisionWord.objects.all()
        .visible_to(viewer)
        .filter(decision=row)
        .select_related("to")
        .order_by("at", "id")
    )
    names = names_of({one.by for one in rows}, viewer)
    answered = {one.answers for one in rows if one.answers}
    return [
        Word(one, names.get(one.by, one.by), one.to.name if one.to else "", one.pk in answered)
        for one in rows
    ]


def signatures(rows: Collection[RiskDecision], viewer: Viewer) -> dict[str, Shown]:
    """By key of a decision: the newest approval of it, whether it still counts or not."""
    found = decisions_about([reference(row.pk) for row in rows], viewer) if rows else {}
    approved = {
        name.partition(":")[2]: next(
            (one for one in shown if one.approval.decided == Decided.APPROVED.value), None
        )
        for name, shown in found.items()
    }
    return {key: one for key, one in approved.items() if one is not None}


# ── Who may sign ─────────────────────────────────────────────────────────────────────────────────────────


def limits(currency: str) -> dict[str, int]:
    """Up to how much each role signs today, in minor units."""
    targets = current_targets()
    return {role: targets[id].value * 10 ** digits(currency) for role, id in LIMITS.items()}


def roles_of(row: RiskDecision) -> tuple[Role, ...]:
    """The roles that may sign a decision that was put, by its amount: under the limits frozen with it and
    those of today, whichever are stricter. Where scenarios are not in the amount, only an owner may."""
    amount = row.figures.get("amount")
    if amount is None or without_figures(row):
        return (Role.OWNER,)
    most = stricter(limits(row.currency), row.known.get("limits", {}))
    return tuple(Role(role) for role in may_sign(amount, most))


def without_figures(row: RiskDecision) -> list[str]:
    """Names of the scenarios of a decision that was put of which nothing was estimated: its amount holds
    nothing of them, which is not that they cost nothing."""
    names = {one["key"]: one["name"] for one in row.known.get("scenarios", ())}
    return [names.get(key, key) for key in row.known.get("lacking", {}).get("both", ())]


def who_may_sign(row: RiskDecision, today: date) -> list[tuple[str, str]]:
    """The people who may sign a decision on a day: key and name."""
    return who_decides(today, ROOM, roles_of(row))


def addressee_of(row: RiskDecision, viewer: Viewer) -> str:
    """The name of whoever is to sign, after all delegations; empty for whoever may."""
    words = DecisionWord.objects.all().visible_to(viewer).filter(decision=row, kind=Said.DELEGATE.value)
    newest = (
        words.filter(at__gte=row.put_at).order_by("-at", "-id").values_list("to__name", flat=True).first()
    )
    return newest or (row.put_before.name if row.put_before else "")


def others_who_may_sign(row: RiskDecision, actor: str, today: date) -> list[tuple[str, str]]:
    """Those of them who neither are this actor nor asked for it themselves: by the rule of all approvals."""
    return others_who_decide(today, ROOM, roles_of(row), {actor, *asked_by(row)})


def signed_from_outside(row: RiskDecision, signed: Shown | None) -> str:
    """The name of whoever signed, if it is the very person of whom it was said that they are none of the
    organisation's own; empty where another signed, of whom nothing was said."""
    return signed.by if row.outside and signed and signed.approval.by_id == row.put_before_id else ""


def with_addressee(rows: QuerySet[RiskDecision]) -> QuerySet[RiskDecision]:
    """The rows with `addressee`: key of the person who is to sign, after all delegations; null for nobody in
    particular."""
    newest = DecisionWord.objects.filter(
        decision=OuterRef("pk"), kind=Said.DELEGATE.value, at__gte=OuterRef("put_at")
    ).order_by("-at", "-id")
    handed_on = Subquery(newest.values("to")[:1], output_field=CharField())
    return rows.annotate(addressee=Coalesce(handed_on, "put_before", output_field=CharField()))


def asked_by(row: RiskDecision) -> tuple[str, ...]:
    """The actors who drew a decision up, changed it or put it: none of them signs it while another may."""
    asked = (row.drawn_by, row.put_by, *row.known.get("asked", ()))
    return tuple(dict.fromkeys(one for one in asked if one))


def drafter_of(row: RiskDecision) -> str:
    """Key of the person who drew it up; empty for one drawn up at the terminal."""
    return row.drawn_by.removeprefix(PERSON) if row.drawn_by.startswith(PERSON) else ""


def by_words(one: Shown) -> str:
    """Who approved, how, and whether alone: always said."""
    parts = [one.by]
    parts.append(_("with a passkey") if one.signed else _("asserted by the server"))
    if one.approval.alone:
        parts.append(_("approved alone"))
    if one.fault:
        parts.append(_("the signature does not hold"))
    elif not one.current:
        parts.append(_("the record was changed since"))
    return ", ".join(parts)


register_reference(DECISION, lambda key: reverse("risk-decision", args=[key]))
