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
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from duecare.program.judgement import Verdict
from duecare.words import Text, number
from duecare.words import gettext as _

MOST_NAMED = 60
"""Counterexamples that are kept by name; how many there are is always said."""
MOST_LINES = 40
"""Lines of what evidence said that a drift keeps, the newest."""
ASKED_WITHIN = timedelta(days=14)
"""How old what evidence said may be when somebody signs for it: a target of our own. Two weeks leave time to
read a renewal through; beyond that nobody signs for today with what was so last month."""


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
    of: str = ""
    """What found it, as `Looked.id`: one name can be wrong in two ways. Empty in older records."""


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
    counts: tuple[tuple[str, int], ...] = ()
    """How many each check of a safeguard as a whole found, by its id; empty where `unmet` says it all."""


@dataclass(frozen=True, slots=True)
class Said:
    """What evidence says, as it is shown, frozen and compared."""

    answer: Answer
    why: tuple[str, ...]
    counters: tuple[Counter, ...]
    unmet: int
    looked: tuple[Looked, ...]
    """Each with how many things it speaks of: accounts and computers do not add up."""

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
    total = sum(_counts(unmet).values())
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
    return Said(answer, tuple(why), counters, max(total, len(counters)), tuple(looked))


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
    found: dict[tuple[str, str], Counter] = {}
    for one in unmet:
        for counter in one.counters:
            mine = replace(counter, of=counter.of or one.id)
            found.setdefault((mine.of, mine.name), mine)
    return tuple(found.values())[:MOST_NAMED]


def _counts(looked: Iterable[Looked]) -> dict[str, int]:
    """How many things each check found unmet; one asked by itself and within its safeguard counts once."""
    found: dict[str, int] = {}
    for one in looked:
        for of, unmet in one.counts or ((one.id, one.unmet),):
            found[of] = max(found.get(of, 0), unmet)
    return found


def worse(signed: str, before: Said, now: Said) -> str:
    """Why an answer that was signed no longer stands, in words; empty while it does.

    `before` is what evidence said when it was signed, or what the insurer was last told. Only a signed yes
    can drift: who said no, or that they could not say, promised nothing. Evidence that can show less than
    before is a drift, too, check by check: nobody could uphold the answer any more.
    """
    if signed != Answer.YES or now.answer is Answer.YES:
        return ""
    told = [line for line in (_grown(before, now), _lost(before, now)) if line]
    return " ".join(told)


def _grown(before: Said, now: Said) -> str:
    """Which counterexamples there are that were not there before; empty for none."""
    if now.answer is not Answer.NO:
        return ""
    if before.answer is not Answer.NO:
        return _("Evidence says no: %s") % " ".join(now.why)
    known = {(one.of, one.name) for one in before.counters}
    were, are = _counts(before.looked), _counts(now.looked)
    named = {of: sum(one.of in (of, "") for one in before.counters) for of in are}
    fresh = [
        one.name
        for one in now.counters
        if (one.of, one.name) not in known
        and ("", one.name) not in known
        and named.get(one.of, 0) >= were.get(one.of, 0)
    ]
    if fresh:
        return _("There are counterexamples that were not there before: %s") % ", ".join(fresh[:5])
    more = [of for of, count in are.items() if count > were.get(of, 0)]
    if more:
        return _("There are %(now)s counterexamples, and %(before)s were known.") % {
            "now": number(sum(are[of] for of in more)),
            "before": number(sum(were.get(of, 0) for of in more)),
        }
    return ""


def _lost(before: Said, now: Said) -> str:
    """What could be shown before, be it with exceptions, and no longer can; empty for nothing."""
    still = {one.id for one in now.looked if _shows(one)}
    gone = {one.id for one in before.looked if _shows(one)} - still
    if not gone:
        return ""
    why = [f"{one.title} {_why_blind(one)}".strip() for one in now.looked if one.id in gone]
    return _("Evidence can no longer show it: %s") % " ".join(why or now.why)


def both(before: Said, now: Said) -> Said:
    """What has to be told of a change that got worse: what evidence says now, and in words what it said
    before. Only what it says now is held against what comes later."""
    earlier = [line for line in before.why if line not in now.why]
    marked = [line if line.endswith(_earlier()) else f"{line} {_earlier()}" for line in earlier]
    return replace(now, why=tuple([*now.why, *marked][:MOST_LINES]))


def _earlier() -> str:
    return _("(earlier)")


def too_old(asked_at: datetime | None, now: datetime) -> str:
    """Why nobody can sign for what evidence said at a moment, in words; empty while it is young enough."""
    if asked_at is None:
        return _("Evidence was never asked.")
    if now - asked_at > ASKED_WITHIN:
        return _("Evidence was asked more than %s days ago: ask it anew before somebody signs.") % number(
            ASKED_WITHIN.days
        )
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
        tuple(_looked_of(one) for one in written["looked"]),
    )


def _looked_of(one: Mapping[str, Any]) -> Looked:
    counts = tuple((of, unmet) for of, unmet in one.get("counts", ()))
    return Looked(**{**one, "verdict": Verdict(one["verdict"]), "counters": (), "counts": counts})
