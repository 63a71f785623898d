"""What the join finds about an inventory, host by host, as lines of JSON or for people to read.

One line for each host, package, version and advisory that names the package, whatever the verdict, sorted by
these. What no feed speaks of makes no line and is counted: it is unknown, not clean.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from duecare.patching.advisories.interface import Enrichment, Verdict
from duecare.patching.ecosystems import WITH_RELEASES
from duecare.patching.matching.inventory_lines import Inventory
from duecare.patching.matching.joining import settled
from duecare.patching.matching.reasons import why
from duecare.patching.matching.rules import Known, Rules
from duecare.patching.matching.segments import Rank
from duecare.patching.matching.tables import Tables
from duecare.patching.matching.triples import Triple

KEPT = 20_000
"""Of how many pieces of software the lines are remembered: hosts of a fleet run much the same."""


class Line(NamedTuple):
    """One finding, without its host."""

    name: str
    version: str
    advisory: str
    rank: Rank
    aliases: tuple[str, ...]
    fixed: str
    kev: bool | None
    why: str

    json: str
    """The same as the rest of a JSON object that begins with a host."""

    @property
    def verdict(self) -> Verdict:
        """What it comes to."""
        return self.rank.verdict

    def as_json(self, host: str) -> str:
        """The line for a program. `host` is in JSON already."""
        return f'{{"host": {host}, {self.json}'


def _line(triple: Triple, known: Known, rank: Rank, fixed: str, kev: bool | None, reason: str) -> Line:
    """A line in both forms; the second is made once for all hosts."""
    shown = {
        "name": triple.name,
        "version": triple.version,
        "advisory": known.id,
        "aliases": known.aliases,
        "verdict": rank.verdict,
        "fixed": fixed or None,
        "kev": kev,
        "why": reason,
    }
    text = json.dumps(shown, ensure_ascii=False)
    return Line(triple.name, triple.version, known.id, rank, known.aliases, fixed, kev, reason, text[1:])


@dataclass(slots=True)
class Unknown:
    """Of how many packages nothing is known, each counted on every host that has it."""

    packages: int = 0
    no_feed: Counter[str] = field(default_factory=Counter)
    """By ecosystem, for those of which no feed was loaded."""
    no_release: Counter[str] = field(default_factory=Counter)
    """By ecosystem and release, for releases of which no feed says anything."""
    unnamed: int = 0
    """Named by no advisory, in an ecosystem of which there is a feed."""


class Findings:
    """The answers for an inventory, ready to be read host by host."""

    def __init__(
        self, inventory: Inventory, rules: Rules, enrichment: Mapping[str, Enrichment], tables: Tables
    ) -> None:
        self.inventory = inventory
        self.rules = rules
        self.unknown = Unknown()
        self._exploited = {cve for cve, known in enrichment.items() if known.kev_added is not None}
        self._begins = array("Q", [0])
        self._advisories, self._answers, self._beaten = array("I"), array("Q"), array("Q")
        tables.add_rules(rules)
        tables.add_triples(enumerate(inventory.triples))
        self._gather(tables)
        self._count()
        self._lines = lru_cache(maxsize=KEPT)(self._made)

    def _gather(self, tables: Tables) -> None:
        """Keep the answers as numbers, 20 bytes each: a fleet has millions."""
        for triple, advisory, answer, beaten in tables.rows():
            while len(self._begins) <= triple:
                self._begins.append(len(self._answers))
            self._advisories.append(advisory)
            self._answers.append(answer)
            self._beaten.append(beaten or 0)
        while len(self._begins) <= len(self.inventory.triples):
            self._begins.append(len(self._answers))

    def of_hosts(self, only: Collection[Verdict] = tuple(Verdict)) -> Iterator[tuple[str, list[Line]]]:
        """Each host with its lines, in their order; hosts without lines are left out."""
        for host in sorted(self.inventory.hosts):
            found = self.of_host(host, only)
            if found:
                yield host, found

    def of_host(self, host: str, only: Collection[Verdict] = tuple(Verdict)) -> list[Line]:
        """The lines of a host. Of two under the same name, version and advisory the graver counts."""
        software = self.inventory.triples
        spoken_of = filter(self._has_answers, set(self.inventory.hosts[host]))
        found: list[Line] = []
        last = ("", "")
        for number in sorted(spoken_of, key=lambda one: (software[one].name, software[one].version)):
            lines = self._lines(number)
            same = last == (last := (software[number].name, software[number].version))
            found += self._graver(found, lines) if same else lines
        return [line for line in found if line.verdict in only] if len(only) < len(Verdict) else found

    def _has_answers(self, number: int) -> bool:
        return self._begins[number] < self._begins[number + 1]

    @staticmethod
    def _graver(found: list[Line], lines: Sequence[Line]) -> Sequence[Line]:
        """Lines in the place of those at the end of `found` that are about the same name and version."""
        begin = len(found)
        while begin and found[begin - 1][:2] == lines[0][:2]:
            begin -= 1
        best: dict[str, Line] = {}
        for line in (*found[begin:], *lines):
            other = best.get(line.advisory)
            if other is None or (line.rank, line.why) > (other.rank, other.why):
                best[line.advisory] = line
        del found[begin:]
        return [best[advisory] for advisory in sorted(best)]

    def _made(self, number: int) -> tuple[Line, ...]:
        triple = self.inventory.triples[number]
        places = range(self._begins[number], self._begins[number + 1])
        return tuple(sorted((self._of(triple, place) for place in places), key=lambda line: line.advisory))

    def _of(self, triple: Triple, place: int) -> Line:
        known = self.rules.advisories[self._advisories[place]]
        answer, beaten = settled(self._answers[place], self._beaten[place] or None)
        fixed = self.rules.rules[answer.rule].segment.fixed if answer.rank is Rank.AFFECTED else ""
        kev = self._listed(known.id, known.aliases, known.related)
        return _line(triple, known, answer.rank, fixed, kev, why(self.rules, triple, answer, beaten))

    def _listed(self, identity: str, aliases: tuple[str, ...], related: tuple[str, ...]) -> bool | None:
        """Whether CISA lists it as exploited; None without CISA's list.

        An erratum of a distribution has no CVE of its own, and repairs those that it calls related.
        """
        if not self._exploited:
            return None
        names = (identity, *aliases)
        if not any(name.startswith("CVE-") for name in names):
            names = related
        return not self._exploited.isdisjoint(names)

    def _count(self) -> None:
        """Count what no feed speaks of, on every host."""
        held = Counter(number for numbers in self.inventory.hosts.values() for number in set(numbers))
        self.unknown.packages = held.total()
        ecosystems = {ecosystem for ecosystem, _ in self.rules.covered}
        for number, times in held.items():
            triple = self.inventory.triples[number]
            place = (triple.ecosystem, triple.release)
            if triple.ecosystem not in ecosystems:
                self.unknown.no_feed[triple.ecosystem] += times
            elif self._has_answers(number):
                continue
            elif (
                place in self.rules.covered
                or (triple.ecosystem, "") in self.rules.covered
                or (triple.ecosystem in WITH_RELEASES and not triple.release)
            ):
                self.unknown.unnamed += times
            else:
                self.unknown.no_release[f"{triple.ecosystem}:{triple.release}"] += times
