"""How the decisions of a case stand: signed or only asked for, and whether their grounds still hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import NotFound
from duecare.incidents.cases.models import Case
from duecare.incidents.decisions.models import CaseDecision
from duecare.law.applies import facts_in
from duecare.law.conditions import Facts
from duecare.law.obligations import Register
from duecare.law.terms import PROFILE, Clock
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import Approvable, Shown, decisions_about, register_approvable
from duecare.program.models import Decided
from duecare.program.subjects import register_reference
from duecare.words import number

DECISION = "incidents.casedecision"
REFUSED = "refused by whoever decides"


@dataclass(frozen=True, slots=True)
class Changed:
    """An answer on which a decision rested, and what it is now."""

    fact: str
    was: Any
    now: Any


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision and how it stands."""

    decision: CaseDecision
    signed: Shown | None
    """The approval that counts; None while nobody has signed."""
    changed: tuple[Changed, ...]
    """Answers that it rested on and that are others by now."""

    @property
    def ended(self) -> bool:
        return self.decision.ended_at is not None

    @property
    def silences(self) -> bool:
        """Whether it answers that a notice is not owed: signed, standing, on answers that still hold."""
        return (
            self.decision.reportable is False
            and self.signed is not None
            and not self.ended
            and not self.changed
        )

    @property
    def state(self) -> str:
        """A word of `web/words.py`."""
        if self.ended:
            return "ended"
        if self.signed is None:
            return "asked"
        return "doubted" if self.changed else "approved"

    @property
    def words(self) -> str:
        return {
            "ended": _("Ended"),
            "asked": _("Asked for, not decided"),
            "doubted": _("Rests on an answer that changed since"),
            "approved": _("Decided and signed") if self.signed and self.signed.signed else _("Decided"),
        }[self.state]

    @property
    def made_by(self) -> str:
        return actor_words(self.decision.made_by, getattr(self.decision, "maker", None))

    @property
    def clock(self) -> str:
        """Id of the clock on whose notice it decides; empty for another matter."""
        return f"{self.decision.obligation}.{self.decision.clock}" if self.decision.obligation else ""


def reference(key: str) -> str:
    return f"{DECISION}:{key}"


def find_decision(key: str, viewer: Viewer) -> CaseDecision:
    """The decision, if the viewer may see it. Raises NotFound otherwise."""
    rows = CaseDecision.objects.all().visible_to(viewer).select_related("case")
    found: CaseDecision | None = rows.annotate(maker=name_of(OuterRef("made_by"))).filter(pk=key).first()
    if found is None:
        raise NotFound(
            _("There is no such decision, or none that you may see."), _("Look in the list of incidents.")
        )
    return found


def standings(
    cases: Sequence[Case], viewer: Viewer, facts: Mapping[str, Facts], *, only_notices: bool = False
) -> dict[str, list[Standing]]:
    """The decisions of these cases, newest first, by the case's key; `facts` holds what is known now."""
    rows = CaseDecision.objects.all().visible_to(viewer).filter(case__in=[case.pk for case in cases])
    if only_notices:
        rows = rows.filter(ended_at=None).exclude(obligation="")
    found = list(rows.annotate(maker=name_of(OuterRef("made_by"))).order_by("-made_at", "-id"))
    about = decisions_about([reference(row.pk) for row in found], viewer) if found else {}
    standing: dict[str, list[Standing]] = {case.pk: [] for case in cases}
    for row in found:
        shown = about.get(reference(row.pk), [])
        counting = next((one for one in shown if one.counts), None)
        standing[row.case_id].append(Standing(row, counting, _changed(row, facts[row.case_id])))
    return standing


def by_clock(rows: Sequence[Standing]) -> dict[str, Standing]:
    """The decision that stands about each clock: the newest that has not ended."""
    found: dict[str, Standing] = {}
    for one in rows:
        if one.clock and not one.ended:
            found.setdefault(one.clock, one)
    return found


def _changed(row: CaseDecision, facts: Facts) -> tuple[Changed, ...]:
    return tuple(
        Changed(known["fact"], known["value"], now)
        for known in row.known
        if known["rests"] and (now := facts.get(known["fact"])) != known["value"]
    )


def known_facts(facts: Facts, register: Register, clock: Clock | None) -> list[dict[str, Any]]:
    """What is known, for a decision to keep: every answer of the case, and for a notice whatever its clock
    turns on, with null for what is not known. `rests` marks what the decision rests on."""
    turns = dict.fromkeys(_turns_on(register, clock)) if clock else {}
    answered = {fact: None for fact, value in facts.incident.items() if value is not None}
    return [
        {"fact": fact, "value": facts.get(fact), "rests": clock is None or fact in turns}
        for fact in (*turns, *(fact for fact in answered if fact not in turns))
    ]


def _turns_on(register: Register, clock: Clock) -> Iterator[str]:
    for fact in facts_in(register.obligations[clock.obligation].applies_when):
        yield f"{PROFILE}{fact}"
    for test in (*clock.when, *clock.when_any, *clock.unless):
        yield test.fact
    if clock.override:
        yield clock.override.fact


def fact_words(fact: str, register: Register) -> str:
    """A fact as people read it: its question, or what is asked of the organisation."""
    if fact.startswith(PROFILE):
        id = fact.removeprefix(PROFILE)
        return str(register.profile_facts.get(id, id))
    known = register.incident_facts.get(fact)
    return str(known.asks) if known else fact


WORDS: Mapping[str, str | Promise] = {
    "unlikely": gettext_lazy("unlikely"),
    "likely": gettext_lazy("likely"),
    "high": gettext_lazy("high"),
    "controller": gettext_lazy("controller"),
    "processor": gettext_lazy("processor"),
    "service_provider": gettext_lazy("service provider"),
    "third_party_agent": gettext_lazy("agent of a third party"),
    "data_holder_not_owner": gettext_lazy("holder of the data, not owner"),
    "owner": gettext_lazy("owner of the data"),
}
"""The words that the law's questions let one choose from."""


def value_words(value: Any) -> str:
    """An answer in words."""
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int):
        return number(value)
    return str(WORDS.get(value, value))


# ── How decisions are signed ─────────────────────────────────────────────────────────────────────────────


def _name(record: CaseDecision) -> str:
    return record.question


def told_facts(record: CaseDecision, viewer: Viewer) -> Sequence[tuple[str, Any]]:
    """What whoever signs has to read."""
    from duecare.incidents.notices.law_of_case import law_of

    register = law_of(record.case).content.register
    options = "\n".join(
        f"{option['name']}: {option['words']}" if option["words"] else option["name"]
        for option in record.options
    )
    known = "\n".join(
        f"{fact_words(one['fact'], register)} {value_words(one['value'])}" for one in record.known
    )
    return [
        (_("Case"), f"{record.case.called}: {record.case.title}"),
        (_("Question"), record.question),
        (_("What could have been done"), options),
        (_("Chosen"), record.chosen),
        (_("Why"), record.reasons),
        (_("What was known"), known or _("nothing was answered")),
        (_("What else was known, and what was not"), record.known_words or "–"),
    ]


def _closed(record: CaseDecision, now: datetime) -> str:
    return _("This decision has ended: %s") % record.ended_because if record.ended_at else ""


def _decided(record: CaseDecision, decided: Decided, now: datetime) -> None:
    """A refusal ends it: the clock goes on."""
    if decided is Decided.REFUSED:
        record.ended_at, record.ended_because = now, REFUSED
        record.save()


register_reference(DECISION, lambda key: reverse("case-decision", args=[key]))
register_approvable(DECISION, Approvable(_name, told_facts, _closed, _decided))
