"""What a check is and what it answers: the words that every area's checks are written in.

A check is a plain function over the facts of one subject (a host's report, say) and the organisation's
target. It sees nothing else: no clock, no database, no network, so an old outcome can be run again. The
runner (`assessing.py`) feeds it every subject of its population and adds the answers up to one outcome.

Nothing is met on evidence that is empty, stale, failed or skipped: that is unknown, and it shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from duecare.words import Text
from duecare.words import gettext as _


class Verdict(StrEnum):
    """The four answers a check can give."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


class Grade(StrEnum):
    """How far the evidence stands by itself, best first."""

    INDEPENDENT = "independent source"
    SIGNED = "host-signed"
    OWN = "Duecare's own reading"
    """Read by Duecare itself, on the machine that it runs on or over a connection whose other end it knew;
    whoever is root there can forge it."""
    IMPORTED = "imported by hand"
    STATED = "stated by a person"


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One thing that does not meet the question, or cannot be told, and why.

    `name` is what it is within the subject ("account backup", "port 3306/tcp"); empty for the subject itself.
    """

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """A check's answer about one subject: how many things it looked at, and which of them fall short."""

    population: int
    unmet: tuple[Item, ...] = ()
    unknown: tuple[Item, ...] = ()
    measure: int | None = None
    """A number worth keeping, in the check's `unit`; the outcome shows the largest."""
    not_applicable: str = ""
    """Why the question does not arise for this subject; the subject then leaves the population."""

    @property
    def verdict(self) -> Verdict:
        if self.not_applicable:
            return Verdict.NOT_APPLICABLE
        if self.unmet:
            return Verdict.UNMET
        if self.unknown or self.population == 0:
            return Verdict.UNKNOWN
        return Verdict.MET


def met(population: int = 1, *, measure: int | None = None) -> Judgement:
    """All of `population` things (at least one) meet the question."""
    if population < 1:
        raise ValueError("nothing is met on an empty population: answer unknown or not_applicable")
    return Judgement(population, measure=measure)


def unmet(reason: str, *, measure: int | None = None) -> Judgement:
    """The subject as a whole does not meet the question."""
    return Judgement(1, unmet=(Item("", reason),), measure=measure)


def unknown(reason: str) -> Judgement:
    """It cannot be told for this subject."""
    return Judgement(1, unknown=(Item("", reason),))


def not_applicable(reason: str) -> Judgement:
    """The question does not arise for this subject, and the evidence shows that it does not."""
    return Judgement(0, not_applicable=reason)


def judged(
    population: int, unmet: Iterable[Item], unknown: Iterable[Item] = (), *, measure: int | None = None
) -> Judgement:
    """An answer about the several things in a subject: accounts, mounts, sockets."""
    return Judgement(population, tuple(sorted(unmet)), tuple(sorted(unknown)), measure)


class Unread(Exception):
    """A section that a check needs was not read; the runner turns this into unknown with its text."""


@dataclass(frozen=True, slots=True)
class Section(Mapping[str, Any]):
    """One section of a report (docs/report-format.md): a mapping, with what could not be read."""

    name: str
    facts: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.facts[key]

    def __iter__(self) -> Any:
        return iter(self.facts)

    def __len__(self) -> int:
        return len(self.facts)

    @property
    def complete(self) -> bool:
        """Whether all that was looked for could be read. Lists of a partial section may lack members."""
        return self.facts["state"] in ("read", "absent")

    @property
    def absent(self) -> bool:
        return bool(self.facts["state"] == "absent")

    @property
    def problems(self) -> str:
        """What could not be read, in words, at most three."""
        rows = [f"{p['what']}: {p['reason']}" for p in self.facts["problems"][:3]]
        return "; ".join(rows) or _("the report does not say why")


@dataclass(frozen=True, slots=True)
class Facts:
    """The evidence about one subject, as a check sees it."""

    now: datetime
    """The moment of judging, aware, UTC."""
    observed_at: datetime
    """When the evidence was gathered, aware, UTC."""
    sections: Mapping[str, Mapping[str, Any]] = field(repr=False)
    live: bool = True
    """False for a mounted tree: what is configured could be read, what runs could not."""

    def section(self, name: str) -> Section:
        """The section, read at least in part.

        Raises Unread if it is missing or unreadable.
        """
        facts = self.sections.get(name)
        if facts is None:
            raise Unread(_("the report has no section %(name)s") % {"name": name})
        section = Section(name, facts)
        if facts["state"] == "unreadable":
            raise Unread(section.problems)
        return section


Judge = Callable[[Facts, Any], Judgement]


@dataclass(frozen=True, slots=True)
class Check:
    """A test of a safeguard against evidence."""

    id: str
    """`<area>.<name>`; never reused for another question."""
    safeguard: str
    """The catalogue id of the safeguard it tests."""
    question: str
    """In words, answered by yes."""
    of: str
    """The population: a registered source of subjects, for example "hosts"."""
    counts: str
    """What the population's number counts, plural: "hosts", "accounts"."""
    fresh_for: timedelta
    """How old evidence may be before the answer is unknown."""
    target: str | None
    """The id of the target whose number the judge is given; None when it takes none."""
    unit: str
    """Of the measure, plural: "days"; empty without a measure."""
    advice: str
    """What to do about an exception: one sentence, imperative."""
    judge: Judge = field(repr=False, compare=False)
    revision: int = 1


_checks: dict[str, Check] = {}


def check(
    id: str,
    *,
    safeguard: str,
    question: str,
    advice: str,
    fresh_for: timedelta,
    of: str = "hosts",
    counts: str = "hosts",
    target: str | None = None,
    unit: str = "",
    revision: int = 1,
) -> Callable[[Judge], Judge]:
    """Register the decorated function as the check `id`. See `Check` for the words.

    The function takes (facts, target) and returns a Judgement; it may let Unread through. A changed
    function gets the next `revision`, and the old one stays beside it under `revisions`.
    """

    def register(judge: Judge) -> Judge:
        if id in _checks:
            raise ValueError(f"the check {id} is registered twice")
        _checks[id] = Check(
            id,
            safeguard,
            Text(question),
            of,
            Text(counts),
            fresh_for,
            target,
            Text(unit),
            Text(advice),
            judge,
            revision,
        )
        return judge

    return register


def checks() -> Sequence[Check]:
    """All registered checks, by id."""
    return [_checks[key] for key in sorted(_checks)]


def find_check(id: str) -> Check | None:
    return _checks.get(id)


_told_by_people: set[str] = set()


def register_told(id: str) -> None:
    """Say that findings under this id are opened and closed by what people do; no assessment closes them."""
    if id in _checks:
        raise ValueError(f"{id} is a check, whose findings are its own")
    _told_by_people.add(id)


def told_by_people() -> frozenset[str]:
    """The ids under which people's acts open and close findings."""
    return frozenset(_told_by_people)
