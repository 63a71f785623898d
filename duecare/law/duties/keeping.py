"""What obligations want kept, by kind of records: where it lies here, for how long, and which rule wins.

What several obligations ask for of one kind is kept once, for the longest of their times. An area that keeps
a kind of records in Duecare itself registers where (`register_kept`): the incidents do so for the register of
breaches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from duecare.law.applicable import answers, register_now
from duecare.law.applies import Answer
from duecare.law.duties.models import KeptPlace
from duecare.law.limits import months_after
from duecare.law.obligations import RECORD_KINDS, Keeping, Obligation
from duecare.ledger.viewers import Viewer
from duecare.program.holds import Hold, held

KINDS: Mapping[str, str | Promise] = {
    "incidents": _("Incidents and breaches"),
    "logs": _("Logs"),
    "programme": _("The programme of security: policies, assessments, reports, contracts"),
    "processing": _("Processing of personal data"),
    "traces": _("Traces of an incident: images, captures"),
    "disclosures": _("Disclosures"),
    "products": _("Products that we make"),
    "transactions": _("Financial transactions"),
    "customers": _("Who our customers are"),
    "": _("Other records"),
}
"""What each kind of records is called, in the order in which pages list them."""
assert set(KINDS) == {*RECORD_KINDS, ""}  # noqa: S101  # a kind without a name would vanish from the page


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a kind of records lies in Duecare itself."""

    label: str | Promise
    url: str
    count: int
    first: date | None
    """Day from which they are kept: of the first that was finished. None for none, or while the oldest is
    not finished."""
    held_as: str = ""
    """The kind of reference by which a legal hold names them all; empty for none."""


Keeper = Callable[[Viewer, datetime], Kept | None]
_keepers: dict[str, Keeper] = {}


def register_kept(kind: str, keeper: Keeper) -> None:
    """Say where records of a kind lie here; the keeper answers None to who may not see them."""
    _keepers[kind] = keeper


@dataclass(frozen=True, slots=True)
class Rule:
    """That an obligation wants records kept."""

    obligation: Obligation
    keeping: Keeping
    certain: bool
    """Whether it applies and binds; otherwise it may."""

    @property
    def term(self) -> str:
        """How long, in words; empty where there is no number."""
        return told_term(self.keeping.term)

    @property
    def months(self) -> float:
        """How long, about: for comparing terms, of which a month of days is the only thing uneven."""
        return _months(self.keeping.term)


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of records."""

    kind: str
    name: str | Promise
    rules: tuple[Rule, ...]
    """The longest first; those without a number, which no time ends, before all."""
    longest: Rule | None
    """That of the certain rules which asks for most; None where none has a number, and for records that are
    of no kind: these are not one and the same, and the time of one is not that of another."""
    kept: Kept | None
    place: KeptPlace | None
    holds: tuple[Hold, ...]

    @property
    def unbounded(self) -> bool:
        """Whether a rule that applies sets no number: then nothing here ends the keeping."""
        return any(rule.certain and not rule.keeping.term for rule in self.rules)

    @property
    def until(self) -> date | None:
        """Before which day nothing of what lies here now may go: by the longest rule, from when the first of
        it was finished. None while that cannot be told."""
        if self.kept is None or self.kept.first is None or self.longest is None:
            return None
        return kept_until(self.kept.first, self.longest.keeping.term)


def keeping_lines(viewer: Viewer, now: datetime) -> list[Line]:
    """Each kind of records that an obligation wants kept which applies, or may apply."""
    rules = _rules()
    places = {row.kind: row for row in KeptPlace.objects.all().visible_to(viewer)}
    lines = []
    for kind, name in KINDS.items():
        mine = sorted(
            (rule for rule in rules if rule.keeping.kind == kind),
            key=lambda rule: (not rule.certain, bool(rule.keeping.term), -rule.months, rule.obligation.name),
        )
        if not mine:
            continue
        timed = [rule for rule in mine if rule.certain and rule.keeping.term]
        kept = _keepers[kind](viewer, now) if kind in _keepers else None
        holds = held(kept.held_as, viewer) if kept is not None and kept.held_as else ()
        longest = max(timed, key=lambda rule: rule.months, default=None) if kind else None
        lines.append(Line(kind, name, tuple(mine), longest, kept, places.get(kind), holds))
    return lines


def _rules() -> list[Rule]:
    found = answers()
    rules = []
    for one in register_now().obligations.values():
        answer = found[one.id]
        if not answer.asks or not one.binding:
            continue
        rules += [Rule(one, keeping, answer.answer is Answer.APPLIES) for keeping in one.records]
    return rules


def told_term(term: str) -> str:
    """A term in words: "5 years"; empty where there is none."""
    if not term:
        return ""
    count = int(term[1:-1])
    words = {
        "D": ngettext("%(n)s day", "%(n)s days", count),
        "M": ngettext("%(n)s month", "%(n)s months", count),
        "Y": ngettext("%(n)s year", "%(n)s years", count),
    }
    return words[term[-1]] % {"n": count}


def kept_until(first: date, term: str) -> date:
    """The day until which something of a day is kept, by a term of `law.reading.TERM`."""
    count = int(term[1:-1])
    if term.endswith("D"):
        return first + timedelta(days=count)
    return months_after(first, count * (12 if term.endswith("Y") else 1))


def _months(term: str) -> float:
    if not term:
        return 0.0
    count = int(term[1:-1])
    return count / 30.4 if term.endswith("D") else float(count * (12 if term.endswith("Y") else 1))
