"""How the decisions of a case stand: signed or only asked for, and whether their grounds still hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import DuecareError, NotFound
from duecare.incidents.cases.models import Case, cases_held_by
from duecare.incidents.decisions.models import CaseDecision
from duecare.incidents.timeline.models import TimelineEntry
from duecare.law.applies import facts_in
from duecare.law.conditions import Facts
from duecare.law.moments import Moment
from duecare.law.obligations import Register
from duecare.law.saying import event_words
from duecare.law.terms import LATEST, PROFILE, SUBMISSION, YEAR_END, Clock
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.viewers import Role, Viewer
from duecare.program.approval_queries import Approvable, Shown, decisions_about, register_approvable
from duecare.program.models import Decided
from duecare.program.remark_models import register_remarked
from duecare.program.remarks import register_remarking
from duecare.program.subjects import register_reference
from duecare.words import number

DECISION = "incidents.casedecision"
EVENT, COUNTRY = "event.", "case.country"
"""What a decision rests on beside answers: when an event of the law happened, and where the case counts."""
REFUSED = "refused by whoever decides"
READER = Viewer("server", "", frozenset({Role.OWNER}))
"""Reads approvals on behalf of whoever sees the case, who may be a mere member with a role in it. Nobody
signs in as it."""


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
    about = signatures([row.pk for row in found])
    of_key = {case.pk: case for case in cases}
    events = events_of({row.case_id for row in found if row.obligation}, viewer)
    standing: dict[str, list[Standing]] = {key: [] for key in of_key}
    for row in found:
        shown = about.get(reference(row.pk), [])
        counting = next((one for one in shown if one.counts), None)
        case = of_key[row.case_id]
        changed = _changed(row, facts[row.case_id], events[row.case_id], case)
        standing[row.case_id].append(Standing(row, counting, changed))
    return standing


def signatures(keys: Sequence[str]) -> dict[str, list[Shown]]:
    """What was signed about decisions that somebody sees, newest first, by reference."""
    return decisions_about([reference(key) for key in keys], READER) if keys else {}


def by_clock(rows: Sequence[Standing]) -> dict[str, Standing]:
    """The decision that stands about each clock: the newest that has not ended."""
    found: dict[str, Standing] = {}
    for one in rows:
        if one.clock and not one.ended:
            found.setdefault(one.clock, one)
    return found


def _changed(
    row: CaseDecision, facts: Facts, events: Sequence[TimelineEntry], case: Case
) -> tuple[Changed, ...]:
    def stands(fact: str) -> Any:
        if fact == COUNTRY:
            return case.country
        if fact.startswith(EVENT):
            return happened(events, fact.removeprefix(EVENT), row.obligation)
        return facts.get(fact)

    return tuple(
        Changed(known["fact"], known["value"], now)
        for known in row.known
        if known["rests"] and (now := stands(known["fact"])) != known["value"]
    )


def events_of(cases: Collection[str], viewer: Viewer) -> dict[str, list[TimelineEntry]]:
    """The events of the law that stand in the timelines of these cases."""
    found: dict[str, list[TimelineEntry]] = defaultdict(list)
    if cases:
        rows = (
            TimelineEntry.objects.all()
            .visible_to(viewer)
            .filter(case__in=cases, struck_at=None)
            .exclude(trigger="")
        )
        for entry in rows.order_by("happened_at", "id"):
            found[entry.case_id].append(entry)
    return found


def happened(events: Sequence[TimelineEntry], trigger: str, obligation: str) -> str | None:
    """When that happened from which a clock of an obligation counts, as it is kept; None if it is not
    recorded. As `law/incidents.py` chooses among several."""
    plain = trigger.removeprefix(LATEST).removeprefix(YEAR_END)
    names = (plain, f"{SUBMISSION}{obligation}.{plain.removeprefix(SUBMISSION)}")
    found = [
        Moment(one.happened_at, one.zone, one.whole_day)
        for one in events
        if one.trigger in names and one.obligation in ("", obligation)
    ]
    if not found:
        return None
    choose = max if trigger.startswith(LATEST) else min
    return choose(found, key=lambda one: one.at).written()


def known_moments(events: Sequence[TimelineEntry], clock: Clock, case: Case) -> list[dict[str, Any]]:
    """What a decision about a notice rests on beside answers: when its clock began, and where it counts."""
    triggers = dict.fromkeys(one for one in (clock.trigger, clock.start_from) if one)
    rows = [(f"{EVENT}{one}", happened(events, one, clock.obligation)) for one in triggers]
    return [{"fact": fact, "value": value, "rests": True} for fact, value in (*rows, (COUNTRY, case.country))]


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
    if fact == COUNTRY:
        return _("In which country do you act?")
    if fact.startswith(EVENT):
        return _("When it was that %s:") % event_words(fact.removeprefix(EVENT), register)
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
    if value is None or value == "":
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
    from duecare.incidents.notices.law_of_case import law_of, law_today

    try:
        register = law_of(record.case).content.register
    except DuecareError:  # only for the words of the questions
        register = law_today().register
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


def _works_on(key: str, viewer: Viewer) -> bool:
    held = CaseDecision.objects.filter(pk=key, case__in=cases_held_by(viewer))
    return bool(held.exists())


register_remarked(DECISION, CaseDecision)
register_remarking(DECISION, _works_on)
register_reference(DECISION, lambda key: reverse("case-decision", args=[key]))
register_approvable(DECISION, Approvable(_name, told_facts, _closed, _decided))
