"""A fleet that does not exist: which host runs what, from the packages that the advisories themselves name.

What decides how long matching takes is how many distinct pieces of software there are and how many
advisories name each. Both are made to be those of a fleet that is run with some care:

- Five kinds of hosts (`KINDS`): Debian 11 and 10, AlmaLinux 8 and 9, in the shares given there. Three of four
  packages of a host are its distribution's, the rest come from PyPI, npm, Go, crates.io and Packagist.
- Each ecosystem (and release) has a pool of packages. Half of them are named by advisories, taken evenly from
  those with few and many; the other half are named by none. Which of them a host has follows Zipf's law: some
  are on nearly all, most on few. So the pool is far larger than what one host has.
- A package is at large in a few versions: those that its advisories name as fixed, and one before them. Which
  of them a host has depends on how far behind it is: half of the hosts run the newest or the one before, the
  others lag up to the oldest. Packages without advisories have one to four versions.

5,000 hosts of 400 packages come to some 50,000 distinct pieces, and ten times as many hosts to hardly more:
that is why the join is over distinct software. Everything follows from one seed.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from random import Random

from duecare.patching.advisories.interface import Advisory, EventKind
from duecare.patching.ecosystems import SCHEMES
from duecare.patching.matching.triples import Triple, triple
from duecare.patching.versions import find_scheme

KINDS = (("Debian", "11", 0.3), ("Debian", "10", 0.2), ("AlmaLinux", "8", 0.25), ("AlmaLinux", "9", 0.25))
OF_DISTRIBUTION = 0.75
LANGUAGES = (("PyPI", 0.35), ("npm", 0.35), ("Go", 0.15), ("crates.io", 0.08), ("Packagist", 0.07))
POOL = 2_000
"""Packages of a distribution's release, or of a language, that are on any host at all."""
OLDEST = "0.0.1"
Place = tuple[str, str]


@dataclass(slots=True)
class Fleet:
    """Who runs what."""

    triples: list[Triple] = field(default_factory=list)
    hosts: list[array[int]] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """The same as an inventory in JSON lines."""
        for number, held in enumerate(self.hosts):
            for place in held:
                one = self.triples[place]
                yield json.dumps(
                    {
                        "host": f"host{number:05}",
                        "ecosystem": one.ecosystem,
                        "release": one.release,
                        "name": one.name,
                        "source": one.source,
                        "version": one.version,
                    }
                )


def make(
    advisories: list[Advisory],
    hosts: int,
    packages: int,
    seed: int = 4,
    everywhere: frozenset[str] = frozenset(),
) -> Fleet:
    """A fleet of that many hosts, each with that many packages.

    Packages named in `everywhere` are on every host whose distribution has one of that name, or in whose
    language there is one, and nowhere in their newest version.
    """
    chance = Random(seed)
    named = _named(advisories)
    fleet = Fleet()
    kinds = {
        (ecosystem, release): _Pool(named, (ecosystem, release), fleet, chance, everywhere)
        for ecosystem, release, _ in KINDS
    }
    languages = {name: _Pool(named, (name, ""), fleet, chance, everywhere) for name, _ in LANGUAGES}
    shares = [share for *_, share in KINDS]
    for _ in range(hosts):
        ecosystem, release, _share = chance.choices(KINDS, shares)[0]
        lag = chance.random() ** 2
        held = kinds[ecosystem, release].pick(int(packages * OF_DISTRIBUTION), lag, chance)
        rest = packages - len(held)
        for name, share in LANGUAGES:
            last = name == LANGUAGES[-1][0]
            count = packages - len(held) if last else round(rest * share)
            held += languages[name].pick(count, lag, chance)
        fleet.hosts.append(array("I", held))
    return fleet


class _Pool:
    """The packages of one ecosystem and release that are at large, each in some versions."""

    def __init__(
        self,
        named: dict[Place, dict[str, list[str]]],
        place: Place,
        fleet: Fleet,
        chance: Random,
        everywhere: frozenset[str],
    ) -> None:
        ecosystem, release = place
        versions = named.get(place, {})
        kept = sorted(versions)
        chance.shuffle(kept)
        kept = kept[: POOL // 2]
        kept += [name for name in sorted(everywhere) if name in versions and name not in kept]
        self.choices: list[list[int]] = []
        always: list[list[int]] = []
        for name in [*kept, *(f"unnamed-{number}" for number in range(POOL - len(kept)))]:
            at_large = versions.get(name) or [f"1.{minor}.0" for minor in range(chance.randint(1, 4))]
            numbers = []
            for version in at_large:
                numbers.append(len(fleet.triples))
                fleet.triples.append(triple(ecosystem, release, name, name, version))
            (always if name in everywhere else self.choices).append(numbers)
        chance.shuffle(self.choices)
        self.always = always
        self.weights = list(accumulate(1 / (rank + 20) for rank in range(len(self.choices))))

    def pick(self, count: int, lag: float, chance: Random) -> list[int]:
        """So many packages of a host that is so far behind, 0 to 1."""
        chosen: set[int] = set()
        always = [self._version(one[:-1] or one, lag, chance) for one in self.always]
        count -= len(always)
        while len(chosen) < count:
            chosen.update(
                chance.choices(range(len(self.choices)), cum_weights=self.weights, k=count - len(chosen))
            )
        return [*always, *(self._version(self.choices[one], lag, chance) for one in sorted(chosen))]

    @staticmethod
    def _version(numbers: list[int], lag: float, chance: Random) -> int:
        behind = int(lag * len(numbers) + chance.random())
        return numbers[max(len(numbers) - 1 - behind, 0)]


def _named(advisories: list[Advisory]) -> dict[Place, dict[str, list[str]]]:
    """By ecosystem and release the packages that advisories name, each with its versions in their order."""
    found: dict[Place, dict[str, set[str]]] = {}
    for advisory in advisories:
        for one in advisory.affected:
            versions = found.setdefault((one.ecosystem, one.release), {}).setdefault(one.name, set())
            for events in one.ranges:
                versions.update(event.version for event in events if event.kind is EventKind.FIXED)
    return {
        place: {
            name: ordered for name, versions in names.items() if (ordered := _ordered(place[0], versions))
        }
        for place, names in found.items()
    }


def _ordered(ecosystem: str, versions: set[str]) -> list[str]:
    scheme = SCHEMES.get(ecosystem)
    if scheme is None:
        return []
    key = find_scheme(scheme).key
    keyed = sorted((place, version) for version in versions if (place := key(version)) is not None)
    return [OLDEST, *(version for _, version in keyed)] if keyed else []
