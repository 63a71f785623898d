"""The tests of law on the paper: was each measure that was weighed owed? As of the day of putting, each by
itself, never added up to one score.

They are computed and frozen only if an owner has switched them on and no matter holds them: what a matter
holds is for its members alone and never stands in a record that others read. Who reads what was frozen is
decided by the terms of today (`judging_views.reads_tests`), so that a matter takes them out later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.ledger.viewers import Viewer
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.definitions import DEFINITIONS
from duecare.risk.measures.harbours import STATES
from duecare.risk.measures.judging import Tests, tests_of
from duecare.risk.measures.judging_views import reads_tests
from duecare.risk.measures.models import Measure
from duecare.risk.measures.picturing import per_cent
from duecare.risk.measures.working import SIDES, Register, register_now
from duecare.risk.money import from_units, shown
from duecare.risk.register.forms_of_loss import SIDE_WORDS
from duecare.risk.register.models import RiskTerms
from duecare.risk.register.queries import live_terms
from duecare.web.recorded import in_the_records_language
from duecare.web.words import STATUSES
from duecare.words import Text

OFF, HELD, ON = "off", "held", "on"
LONGEST = 8.0
"""Seconds within which the tests of another measure are begun while somebody waits; what is left over then is
named without. Those of the first are always computed."""
MILLION = 1_000_000
DUTY: Mapping[str, Text] = {
    "harm": Text("No harm that needs remedy is left"),
    "burden": Text("The burden does not exceed the risk that it lowers"),
    "objectives": Text("Legitimate objectives are not curtailed"),
}


@dataclass(frozen=True, slots=True)
class Basis:
    """What the tests would be computed of."""

    state: str
    register: Register | None = None
    """The whole register; None unless they are computed."""
    measures: tuple[Measure, ...] = ()

    @property
    def told(self) -> tuple[Any, ...]:
        """What has to be the same when they are frozen."""
        rows = self.register.rows if self.register else ()
        names = ("pk", "effects", "once", "yearly", "years", "curtails", "must")
        said = [tuple(getattr(one, name) for name in names) for one in self.measures]
        return self.state, rows, said


def basis(said: RiskTerms, measures: Sequence[Measure], viewer: Viewer) -> Basis:
    """What the tests of these measures rest on, by the terms of this moment."""
    if not said.legal_tests:
        return Basis(OFF)
    if said.matter:
        return Basis(HELD)
    return Basis(ON, register_now(viewer, said), tuple(measures))


def frozen_tests(on: Basis, clock: Callable[[], float] = monotonic) -> dict[str, Any]:
    """The tests as a decision keeps them: amounts in minor units, probabilities in millionths. `clock`
    counts seconds."""
    if on.register is None:
        return {"state": on.state}
    until = clock() + LONGEST
    found: list[dict[str, Any]] = []
    with in_the_records_language():
        for one in on.measures:
            if found and clock() > until:
                break
            found.append(_kept(on.register, one))
    return {"state": ON, "of": found, "without": [one.pk for one in on.measures[len(found) :]]}


def _kept(register: Register, row: Measure) -> dict[str, Any]:
    try:
        found = tests_of(register, row)
    except BadInput as error:
        return {"measure": row.pk, "failure": error.what}
    currency = register.terms.currency

    def minor(units: float | None) -> int | None:
        return None if units is None else from_units(units, currency)

    duty = {name: getattr(found.duty, name) for name in DUTY}
    return {
        "measure": row.pk,
        "must": row.must,
        "needs": sorted(Measure.objects.filter(pk__in=row.needs).values_list("title", flat=True)),
        "hand": {side: _hand(found, side, minor) for side in SIDES},
        "duty": {name: [STATES[one.answer], one.reason] for name, one in duty.items()},
        "ceiling": minor(found.ceiling),
        "probable": minor(found.probable),
        "floor": [STATES[found.floor.answer], found.floor.reason] if found.floor else [],
    }


def _hand(found: Tests, side: str, minor: Any) -> dict[str, Any] | None:
    one = found.hands[side]
    if one is None:
        return None
    return {
        "met": one.met,
        "reduction": minor(one.expected_reduction),
        "burden": minor(one.expected_burden),
        "probability": round(one.probability_met * MILLION),
        "lacking": list(found.lacking[side]),
    }


# ── Read ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One answer of one test."""

    measure: str
    """What the measure was called."""
    test: str
    state: str
    """`owed`, `not owed`, `met`, `unmet` or `unknown`: a key of the statuses; empty for a figure alone."""
    words: str


def may_read(viewer: Viewer) -> bool:
    """Whether the viewer reads tests of law today."""
    return reads_tests(viewer, live_terms())


def apart_words() -> str:
    return _(
        "Each asks something else, so they are never added up to one score. They rest on estimates and are "
        "no legal advice."
    )


def answer_words(state: str) -> str:
    """A state of a line as a sentence."""
    if not state:
        return ""
    word = _("Cannot say") if state == "unknown" else STATUSES[state].word
    return f"{word}."


def note_of(row: RiskDecision, viewer: Viewer) -> str:
    """What the paper says of the tests where it shows none; empty where it does, or nothing is frozen."""
    kept = row.known.get("tests", {})
    if kept.get("state") == OFF:
        return _("They were off when this was put: no owner had switched them on.")
    if kept and (kept["state"] == HELD or not may_read(viewer)):
        return _("They do not stand on this paper.")
    if kept and not kept["of"]:
        return _("No measure was weighed, so there was nothing to test.")
    return ""


def kept_for(row: RiskDecision, viewer: Viewer) -> dict[str, Any]:
    """The tests for programs: as they are kept, for who reads them."""
    kept: dict[str, Any] = row.known.get("tests", {})
    shows = kept.get("state") == OFF or (kept.get("state") == ON and may_read(viewer))
    return kept if shows else {"state": "not shown"}


def answers_of(row: RiskDecision, viewer: Viewer) -> list[AnswerLine]:
    """What the tests said when the decision was put; nothing for who does not read them."""
    kept = row.known.get("tests", {})
    if kept.get("state") != ON or not may_read(viewer):
        return []
    names = {one["key"]: one["name"] for one in row.known.get("measures", ())}
    found = [line for one in kept["of"] for line in _lines(names.get(one["measure"], ""), one, row.currency)]
    words = _("Not computed when it was put: it would have taken too long.")
    return [*found, *(AnswerLine(names.get(key, key), "", "unknown", words) for key in kept["without"])]


def _lines(measure: str, one: Mapping[str, Any], currency: str) -> Iterator[AnswerLine]:
    if "failure" in one:
        yield AnswerLine(measure, "", "unknown", one["failure"])
        return
    if one["must"]:
        words = _("An obligation leaves no choice, and overrides every weighing below:")
        yield AnswerLine(measure, "", "", f"{words} {one['must']}")
    if one["needs"]:
        words = _("It needs other measures. Neither what they cost nor what they change is in these figures:")
        yield AnswerLine(measure, "", "", f"{words} {'; '.join(one['needs'])}")
    names = {id: str(definition.name) for id, definition in DEFINITIONS.items()}
    for side, hand in one["hand"].items():
        test = f"{names['hand']}: {_(SIDE_WORDS[side])}"
        if hand is None:
            yield AnswerLine(
                measure, test, "unknown", _("Nobody has estimated this side of what it changes.")
            )
            continue
        words = _("It takes away %(reduction)s a year and costs %(burden)s; met with probability %(share)s.")
        told = words % {
            "reduction": shown(hand["reduction"], currency),
            "burden": shown(hand["burden"], currency),
            "share": per_cent(hand["probability"] / MILLION, 0),
        }
        if hand["lacking"]:
            without = _("Without: %s.") % "; ".join(hand["lacking"])
            told = f"{told} {without}"
        yield AnswerLine(measure, test, "owed" if hand["met"] else "not owed", told)
    for name, (state, reason) in one["duty"].items():
        yield AnswerLine(measure, f"{names['duty-of-care']}: {DUTY[name]}", state, reason)
    if one["ceiling"] is None:
        words = _("Nobody has estimated the own loss of what it changes.")
        yield AnswerLine(measure, names["gordon-loeb"], "unknown", words)
    else:
        words = _("At most %s a year for all that lowers these scenarios.")
        yield AnswerLine(measure, names["gordon-loeb"], "", words % shown(one["ceiling"], currency))
    if one["probable"] is None:
        words = _("No own loss is estimated yet, or its curve cannot be had exactly.")
        yield AnswerLine(measure, names["maximum-probable-loss"], "unknown", words)
    else:
        state, reason = one["floor"] or ("", "")
        words = _("Maximum probable loss: %s.") % shown(one["probable"], currency)
        yield AnswerLine(measure, names["maximum-probable-loss"], state, f"{words} {reason}".strip())
