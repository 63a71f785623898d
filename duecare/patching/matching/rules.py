"""Advisories as rules that a database joins: rows of package, interval and answer. Pure.

What the rows need to be shown (ranges, notes, ids) stays beside them under the number of the rule, so that
the join carries numbers and keys only. An advisory is what feeds say under one id. Its aliases are kept for
display; they join nothing. What its source withdrew makes no rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from duecare.errors import BadInput
from duecare.patching.advisories.interface import UNKNOWN_MODULE, Advisory, Affected, Fault, Verdict
from duecare.patching.ecosystems import SCHEMES, release_of
from duecare.patching.matching.intervals import BOTTOM, compile_affected
from duecare.patching.matching.segments import Ground, Rank, Segment, segments
from duecare.patching.matching.triples import Triple
from duecare.patching.versions import find_scheme
from duecare.words import gettext as _

_TAG = re.compile(r"\.(module[_+]el[0-9.]+\+[0-9]+\+[0-9a-f]+)")
COMMITS = "GIT"
"""The ecosystem of what names commits of a repository and no package: no inventory holds such."""


def tag_of(version: str) -> str:
    """The mark of the module build from which an RPM package comes (`module_el8.7.0+3343+ea2b7901`), or ''.

    AlmaLinux, Rocky Linux and Red Hat put it into the release. It names the build and not the stream.
    """
    if ".module" not in version:
        return ""
    found = _TAG.search(version)
    return found[1] if found else UNKNOWN_MODULE


class Place(NamedTuple):
    """The package that a rule is about."""

    ecosystem: str
    release: str
    name: str
    by_source: bool


class Rule(NamedTuple):
    """One answer of one feed for some versions of a package."""

    number: int
    advisory: int
    """Its place in `Rules.advisories`."""
    feed: int
    place: Place
    module: str
    """The stream that alone is meant, or UNKNOWN_MODULE; empty for none."""
    segment: Segment
    whole: bool
    """Whether it holds for every version, so that none needs to be read."""
    version: str = ""
    """The one version, letter by letter, for which it holds; empty where the segment says."""


@dataclass(slots=True)
class Known:
    """What is shown of an advisory."""

    id: str
    aliases: tuple[str, ...]
    related: tuple[str, ...]
    feeds: tuple[str, ...]


def names_of(triples: Iterable[Triple]) -> frozenset[tuple[str, str, bool]]:
    """Under which names rules may be about these pieces of software: what `Rules.wanted` takes."""
    found = set()
    for one in triples:
        found.add((one.ecosystem, one.found_as, False))
        if one.source:
            found.add((one.ecosystem, one.source, True))
    return frozenset(found)


@dataclass(slots=True)
class Rules:
    """What is known from all feeds; of packages alone that are `wanted`, unless that is None."""

    rules: list[Rule] = field(default_factory=list)
    advisories: list[Known] = field(default_factory=list)
    feeds: list[str] = field(default_factory=list)
    streams: set[tuple[str, str]] = field(default_factory=set)
    """Mark of a module build and stream, as far as advisories tell."""
    covered: set[tuple[str, str]] = field(default_factory=set)
    """Ecosystem and release of which anything is said."""
    packages: set[tuple[str, str, bool]] = field(default_factory=set)
    """Ecosystem, name and whether of sources, of which anything is said."""
    faults: list[Fault] = field(default_factory=list)
    withdrawn: int = 0
    wanted: frozenset[tuple[str, str, bool]] | None = None
    """Ecosystem, name and whether of sources, as in `packages`: of all others nothing is compiled, and the
    advisories that name no other are left out. What they tell of releases and of module streams is kept."""

    def take(self, advisories: Iterable[Advisory]) -> list[int]:
        """Add what these say, and give the places of those advisories.

        The rest stays as it is. What one feed says of an id should come at one time.
        """
        numbers = {one.id: place for place, one in enumerate(self.advisories)}
        said: dict[tuple[int, int], list[Affected]] = {}
        for advisory in advisories:
            if advisory.withdrawn is not None:
                self.withdrawn += 1
                continue
            if not self._is_wanted(advisory):
                continue
            number = numbers.setdefault(advisory.id, len(self.advisories))
            if number == len(self.advisories):
                self.advisories.append(Known(advisory.id, (), (), ()))
            if advisory.feed not in self.feeds:
                self.feeds.append(advisory.feed)
            self._know(number, advisory)
            said.setdefault((number, self.feeds.index(advisory.feed)), []).extend(advisory.affected)
        for (number, feed), affected in said.items():
            self._take(number, feed, affected)
        return list(dict.fromkeys(number for number, _feed in said))

    def _is_wanted(self, advisory: Advisory) -> bool:
        """Whether it names a package that is wanted; if not, what it tells besides is taken here."""
        if self.wanted is None or any(_name(one) in self.wanted for one in advisory.affected):
            return True
        for one in advisory.affected:
            self._note(one)
        return False

    def _note(self, affected: Affected) -> None:
        """What is known by this of releases, packages and streams, without a rule."""
        if affected.ecosystem == COMMITS or not _readable(affected):
            return
        self.covered.add((affected.ecosystem, release_of(affected.ecosystem, affected.release)))
        self.packages.add((affected.ecosystem, affected.name, affected.by_source))
        module = _module(affected)
        if module not in ("", UNKNOWN_MODULE):
            self.streams |= {(tag, module) for tag in _tags((affected,))}

    def _know(self, number: int, advisory: Advisory) -> None:
        known = self.advisories[number]
        self.advisories[number] = Known(
            known.id,
            _together(known.aliases, advisory.aliases),
            _together(known.related, advisory.related),
            _together(known.feeds, (advisory.feed,)),
        )

    def _take(self, number: int, feed: int, said: list[Affected]) -> None:
        where = f"{self.feeds[feed]}: {self.advisories[number].id}"
        groups: dict[tuple[Place, str], list[Affected]] = {}
        for affected in said:
            if affected.ecosystem == COMMITS:
                continue
            if self.wanted is not None and _name(affected) not in self.wanted:
                self._note(affected)
                continue
            if not _readable(affected):
                self.faults.append(Fault(where, _("the name of a package holds what no name holds.")))
                continue
            release = release_of(affected.ecosystem, affected.release)
            place = Place(affected.ecosystem, release, affected.name, affected.by_source)
            groups.setdefault((place, _module(affected)), []).append(affected)
        for (place, module), group in groups.items():
            self.covered.add((place.ecosystem, place.release))
            self.packages.add((place.ecosystem, place.name, place.by_source))
            for segment, whole, version in self._said(group, place, where):
                made = len(self.rules)
                self.rules.append(Rule(made, number, feed, place, module, segment, whole, version))
            if module not in ("", UNKNOWN_MODULE):
                self.streams |= {(tag, module) for tag in _tags(group)}

    def _said(self, group: list[Affected], place: Place, where: str) -> Iterator[tuple[Segment, bool, str]]:
        """The segments of one package in one advisory, and what it says of versions letter by letter."""
        name = SCHEMES.get(place.ecosystem)
        scheme = None if name is None else find_scheme(name)
        try:
            compiled = [compile_affected(affected, scheme) for affected in group]
        except BadInput as error:
            self.faults.append(Fault(where, str(error)))
            yield Segment(BOTTOM, None, Rank.UNDECIDED, Ground.REFUSED, str(error)), True, ""
            return
        cut = segments(compiled, without_scheme=scheme is None)
        whole = len(cut) == 1 and not any(one.named for one in compiled)
        for segment in cut:
            yield segment, whole, ""
        for one in compiled:
            rank = _LISTED[one.affected.said]
            for version in filter(str.isprintable, one.named):
                yield Segment(BOTTOM, None, rank, Ground.NAMED, version), True, version


_LISTED = {
    Verdict.AFFECTED: Rank.AFFECTED,
    Verdict.UNDECIDED: Rank.UNDECIDED,
    Verdict.NOT_AFFECTED: Rank.DENIED,
    Verdict.FIXED: Rank.FIXED,
}


def _together(known: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return new if not known else known if new == known else tuple(dict.fromkeys((*known, *new)))


def _readable(affected: Affected) -> bool:
    return bool(affected.name and affected.name.isprintable() and affected.ecosystem.isprintable())


def _name(affected: Affected) -> tuple[str, str, bool]:
    return affected.ecosystem, affected.name, affected.by_source


def _module(affected: Affected) -> str:
    if affected.module or SCHEMES.get(affected.ecosystem) != "rpm":
        return affected.module
    return UNKNOWN_MODULE if any(_tags((affected,))) else ""


def _tags(group: Iterable[Affected]) -> Iterator[str]:
    for affected in group:
        for events in affected.ranges:
            for event in events:
                if tag := tag_of(event.version):
                    yield tag
        for version in affected.versions:
            if tag := tag_of(version):
                yield tag
