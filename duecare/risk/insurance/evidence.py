"""What evidence says to a question of an insurer: yes, no, or that it cannot say. Pure.

`said` adds up what each check or safeguard that the question rests on shows by itself:

- any that is unmet: no, with every exception that is known by name;
- else any that is unknown, stale, partial, never judged, or that does not arise: it cannot say, and why;
- else, all met on fresh evidence over something: yes, unless the evidence does not reach all that is asked (a
  second factor at the firewall alone is none for mail): then it cannot say, and what is lacking is said.

Nothing at all to rest on cannot say either. A person's word is no evidence here: whoever answers may lean on
it, and says so. What was approved as an exception is an exception to the question, too.

`worse` tells whether an answer that was signed can still stand by what evidence says later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from duecare.program.judgement import Verdict
from duecare.words import Text, number
from duecare.words import gettext as _

MOST_NAMED = 60
"""Counterexamples that are kept by name; how many there are is always said."""


class Answer(StrEnum):
    """What can be answered."""

    YES = "yes"
    NO = "no"
    CANNOT_SAY = "cannot say"


ANSWERS: Mapping[str, str] = {
    Answer.YES.value: Text("Yes"),
    Answer.NO.value: Text("No"),
    Answer.CANNOT_SAY.value: Text("We cannot say"),
}
SHOWN: Mapping[str, str] = {
    Answer.YES.value: "met",
    Answer.NO.value: "unmet",
    Answer.CANNOT_SAY.value: "unknown",
}
"""The look of what evidence says, by answer: a key of `web/words.py`."""


@dataclass(frozen=True, slots=True)
class Counter:
    """One thing of which it is not true."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What one check or safeguard shows at a moment."""

    id: str
    """`check:access.accounts_second_factor` or `safeguard:mfa`."""
    title: str
    verdict: Verdict
    """At that moment: what has gone stale is unknown."""
    population: int
    """Of how many things it speaks."""
    why: str = ""
    """In words, where it is not met."""
    counters: tuple[Counter, ...] = ()
    unmet: int = 0
    """How many things do not meet it, named or not."""
    evidence_at: str = ""
    """When the oldest evidence was gathered, ISO; empty for none."""


@dataclass(frozen=True, slots=True)
class Said:
    """What evidence says, as it is shown, frozen and compared."""

    answer: Answer
    why: tuple[str, ...]
    counters: tuple[Counter, ...]
    unmet: int
    population: int
    looked: tuple[Looked, ...]

    @property
    def unnamed(self) -> int:
        """Counterexamples beyond those that are named."""
        return max(self.unmet - len(self.counters), 0)

    @property
    def look(self) -> str:
        return SHOWN[self.answer]


def said(looked: Sequence[Looked], lacks: str = "") -> Said:
    """What all of it says together. `lacks` is what the evidence does not reach of the question, in words."""
    unmet = [one for one in looked if one.verdict is Verdict.UNMET]
    blind = [one for one in looked if not _shows(one)]
    counters = _named(unmet)
    total = sum(one.unmet for one in unmet)
    population = sum(one.population for one in looked)
    if unmet:
        answer, why = Answer.NO, [f"{one.title} {one.why}".strip() for one in unmet]
    elif blind or not looked:
        answer = Answer.CANNOT_SAY
        why = [f"{one.title} {_why_blind(one)}".strip() for one in blind] or [
            _("No check or safeguard of ours is named that could show it.")
        ]
    else:
        answer, why = Answer.YES, [_all(one) for one in looked]
        if lacks.strip():
            answer = Answer.CANNOT_SAY
            why.append(_("It does not show: %s.") % lacks.strip().rstrip("."))
    return Said(answer, tuple(why), counters, max(total, len(counters)), population, tuple(looked))


def _shows(one: Looked) -> bool:
    return one.verdict is Verdict.UNMET or (one.verdict is Verdict.MET and one.population > 0)


def _why_blind(one: Looked) -> str:
    if one.verdict is Verdict.MET:
        return _("There was nothing that it could have looked at.")
    if one.verdict is Verdict.NOT_APPLICABLE:
        return _("The question did not arise there, which shows nothing. %s") % one.why
    return one.why


def _all(one: Looked) -> str:
    return _("%(title)s Met by all %(n)s.") % {"title": one.title, "n": number(one.population)}


def _named(unmet: Iterable[Looked]) -> tuple[Counter, ...]:
    by_name: dict[str, Counter] = {}
    for one in unmet:
        for counter in one.counters:
            by_name.setdefault(counter.name, counter)
    return tuple(by_name.values())[:MOST_NAMED]


def worse(signed: str, before: Said, now: Said) -> str:
    """Why an answer that was signed no longer stands, in words; empty while it does.

    `before` is what evidence said when it was signed, or when the insurer was last told. Only a signed yes
    can drift: who said no, or that they could not say, promised nothing. Evidence that can say less than
    before is a drift, too: nobody could uphold the answer any more.
    """
    if signed != Answer.YES or now.answer is Answer.YES:
        return ""
    if now.answer is Answer.CANNOT_SAY:
        if before.answer is not Answer.YES:
            return ""
        return _("Evidence can no longer show it: %s") % " ".join(now.why)
    if before.answer is not Answer.NO:
        return _("Evidence says no: %s") % " ".join(now.why)
    known = {one.name for one in before.counters}
    fresh = [one.name for one in now.counters if one.name not in known]
    if before.unnamed == 0 and fresh:
        return _("There are counterexamples that were not there before: %s") % ", ".join(fresh[:5])
    if now.unmet > before.unmet:
        return _("There are %(now)s counterexamples, and %(before)s were known.") % {
            "now": number(now.unmet),
            "before": number(before.unmet),
        }
    return ""


def as_json(one: Said) -> dict[str, Any]:
    """What a record keeps of it."""
    found = asdict(one)
    found["answer"] = one.answer.value
    for each in found["looked"]:
        each["verdict"] = str(each["verdict"].value)
        each["counters"] = []  # they stand once, above
    return found


def said_of(written: Mapping[str, Any]) -> Said | None:
    """What a record keeps as a value; None while nothing was asked."""
    if not written:
        return None
    return Said(
        Answer(written["answer"]),
        tuple(written["why"]),
        tuple(Counter(**one) for one in written["counters"]),
        written["unmet"],
        written["population"],
        tuple(
            Looked(**{**one, "verdict": Verdict(one["verdict"]), "counters": ()}) for one in written["looked"]
        ),
    )
