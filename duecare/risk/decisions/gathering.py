"""What a decision rests on at a moment, read for whoever asks: the same for everybody who may put it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, Refused
from duecare.ledger.models import Entry, Head, Payload
from duecare.ledger.records import read_payload, shapes
from duecare.ledger.viewers import Viewer
from duecare.program.models import Outcome
from duecare.program.task_queries import today_at
from duecare.risk.decisions.actions import draft_of
from duecare.risk.decisions.drafts import Option, lacking
from duecare.risk.decisions.freezing import Price, Weighed, lacking_of
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import DECISION, OPEN, Condition, limits
from duecare.risk.decisions.reasons import Basis, basis
from duecare.risk.measures.models import Measure
from duecare.risk.measures.offering import excluding
from duecare.risk.measures.queries import End
from duecare.risk.measures.working import Register
from duecare.risk.money import digits
from duecare.risk.register.models import Effect, Estimate, RiskTerms, Scenario
from duecare.risk.register.queries import rows_of, terms


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that a decision rests on as it was read at one moment, before anything is computed of it."""

    options: Sequence[Weighed]
    chosen: int
    kind: str
    known: Mapping[str, Any]
    currency: str
    legal: Basis
    """Of the tests of law, which are computed of the whole register."""

    def agrees(self, other: Evidence) -> bool:
        """Whether both were read of the same register; that the record grew elsewhere is no difference."""
        return self._told() == other._told()

    def _told(self) -> tuple[Any, ...]:
        known = {name: one for name, one in self.known.items() if name != "size"}
        return self.currency, self.kind, self.chosen, list(self.options), known, self.legal.told


def gather(row: RiskDecision, viewer: Viewer, now: datetime) -> Evidence:
    """What a decision rests on at this moment, and what the tests of law would be computed of.

    Raises BadInput for what it lacks, Refused without terms of risk.
    """
    said = terms(viewer)
    if said is None:
        raise Refused(
            _("The terms of risk are not set: no figure has a currency yet."),
            _("Set them first, on the page of risk."),
        )
    draft = draft_of(row)
    for words in lacking(draft):
        raise BadInput(words, _("Add it, then put the decision before an approver."))
    if draft.expires_on <= today_at(now):
        raise BadInput(
            _("The day until which it would stand has passed."), _("Choose another."), "expires_on"
        )
    if draft.kind == "accept" and said.tolerance is None:
        raise BadInput(
            _("Nobody has said yet what a bad year may cost us, so what is accepted cannot be compared."),
            _("Say it in the terms of risk, then put the decision before an approver."),
        )
    scenarios = _in_order(draft.scenarios, Scenario.objects.all().visible_to(viewer))
    rows = rows_of(scenarios, viewer)
    place = digits(said.currency)
    missing = lacking_of(rows, place)
    if len(missing.get("both", {})) == len(rows):
        raise BadInput(
            _("Nothing is estimated of these scenarios yet, so there are no figures to decide on."),
            _("Estimate a rate and a loss of at least one of them first."),
            "scenarios",
        )
    named = {key for one in draft.options for key in one.measures}
    measures = Measure.objects.all().visible_to(viewer).in_bulk(named)
    register = Register(said, {}, tuple(rows))
    options = [_weighed(one, register, measures, viewer) for one in draft.options]
    known = {
        **_known(row, scenarios, measures.values(), said, viewer),
        "lacking": missing,
        "limits": limits(said.currency),
    }
    chosen = next(number for number, one in enumerate(draft.options) if one.chosen)
    # What was not chosen first: it is what the tests ask of.
    by_weight = sorted(draft.options, key=lambda one: one.chosen)
    weighed = [measures[key] for key in dict.fromkeys(key for one in by_weight for key in one.measures)]
    legal = basis(said, weighed, viewer)
    return Evidence(options, chosen, draft.kind, known, said.currency, legal)


def _in_order(keys: Sequence[str], rows: Any) -> list[Scenario]:
    found = rows.in_bulk(list(keys))
    return [found[key] for key in keys if key in found]


def _weighed(option: Option, register: Register, measures: Mapping[str, Measure], viewer: Viewer) -> Weighed:
    """An option with its scenarios as they would be. Raises BadInput if its measures cannot be together."""
    taken = [measures[key] for key in option.measures]
    _demand_together(option, taken, viewer)
    prices = tuple(Price(_three(one.once), _three(one.yearly), one.years) for one in taken)
    return Weighed(list(register.with_measures(*taken).rows), prices, option.cost)


def _demand_together(option: Option, taken: Sequence[Measure], viewer: Viewer) -> None:
    """Raises BadInput naming two measures of an option that exclude each other (as the choice of measures
    has it: also those of one safeguard of which one would take the other's place), or one whose need is
    neither in the option nor done."""
    titles = {one.pk: one.title for one in taken}
    apart = excluding(taken, {one.pk: one.needs for one in taken})
    for one in taken:
        for other in sorted(apart[one.pk]):
            words = {"option": option.label, "one": one.title, "other": titles[other]}
            raise BadInput(
                _("In “%(option)s” are “%(one)s” and “%(other)s”, which exclude each other.") % words,
                _("Weigh them as two options, or take one of them out."),
                "options",
            )
    wanted = {key for one in taken for key in one.needs} - titles.keys()
    needed = Measure.objects.all().visible_to(viewer).in_bulk(wanted)
    for one in taken:
        for key in one.needs:
            if key not in wanted or (key in needed and needed[key].ended_as == End.DONE.value):
                continue
            words = {
                "option": option.label,
                "one": one.title,
                "needed": needed[key].title if key in needed else key,
            }
            raise BadInput(
                _("In “%(option)s” is “%(one)s”, which needs “%(needed)s”; that is not in it.") % words,
                _("Put what it needs into the option, or take it out."),
                "options",
            )


def _three(numbers: Sequence[int]) -> tuple[int, int, int]:
    least, likely, most = numbers
    return least, likely, most


def _known(
    row: RiskDecision,
    scenarios: Sequence[Scenario],
    measures: Iterable[Measure],
    said: RiskTerms,
    viewer: Viewer,
) -> dict[str, Any]:
    """The evidence of this moment, by key; what comes later is told apart from it (`since.py`).

    What checks found is frozen whole, whatever areas the rights of whoever puts it reach: the figures rest on
    all of it. Who reads it later is shown what lies within their own (`seeing.py`).
    """
    keys = [one.pk for one in scenarios]
    standing: dict[str, Any] = {"scenario__in": keys, "ended_at": None}
    effects = list(Effect.objects.all().visible_to(viewer).filter(**standing).order_by("id"))
    estimates = Estimate.objects.all().visible_to(viewer).filter(**standing)
    listed = sorted(measures, key=lambda one: one.pk)
    safeguards = sorted({one.safeguard for one in effects} | {one.safeguard for one in listed})
    return {
        "size": Head.objects.values_list("size", flat=True).get(),
        "terms": {
            name: getattr(said, name) for name in ("tolerance", "turnover", "horizon", "remedy", "programme")
        },
        "scenarios": [{"key": one.pk, "name": str(one), "things": list(one.things)} for one in scenarios],
        "estimates": sorted(estimates.values_list("pk", flat=True)),
        "effects": [one.pk for one in effects],
        "measures": [{"key": one.pk, "name": one.title} for one in listed],
        "safeguards": safeguards,
        "outcomes": [
            {"check": one.pk, "verdict": one.verdict, "judged_at": one.judged_at.isoformat()}
            for one in Outcome.objects.filter(safeguard__in=safeguards).order_by("id")
        ],
        "asked": _writers(row),
    }


def _writers(row: RiskDecision) -> list[str]:
    """The actors who drew the draft up, changed it or put it, by the record: sending it back or withdrawing
    it writes nothing of it. Where the words of an entry are gone its actor counts."""
    entries = dict(Entry.objects.filter(kind=DECISION, subject=row.pk).values_list("index", "actor"))
    said = dict(Payload.objects.filter(pk__in=entries).values_list("pk", "data"))
    found = {
        actor
        for index, actor in entries.items()
        if index not in said or _writes(read_payload(shapes()[DECISION], bytes(said[index])))
    }
    return sorted(found)


def _writes(snapshot: Mapping[str, Any] | None) -> bool:
    if snapshot is None:
        return True
    state = snapshot["state"]
    return state == Condition.PUT.value or (state in OPEN and snapshot["put_at"] is None)
