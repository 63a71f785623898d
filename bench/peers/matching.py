"""The common course for matching, as a loop over hosts with univers: what a program without a join does.

Run as a script in a process of its own: `python matching.py PICKLE`. The pickle, made by `bench/matching.py`,
holds what each advisory says and what each host runs, as plain tuples. Everything that can be done before the
first host is done before the clock starts: bounds are univers' versions, found by package. Then each host's
packages are read and compared, one after another. Prints JSON.
"""

from __future__ import annotations

import json
import pickle
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from univers import versions as univers

CLASSES: dict[str, Callable[[str], Any]] = {
    "Debian": univers.DebianVersion,
    "AlmaLinux": univers.RpmVersion,
    "PyPI": univers.PypiVersion,
    "npm": univers.SemverVersion,
    "crates.io": univers.SemverVersion,
    "Go": univers.GolangVersion,
    "Packagist": univers.ComposerVersion,
}
Place = tuple[str, str, str, bool]
Bound = tuple[str, Any]


def read(ecosystem: str, text: str) -> Any:
    """A version, or None where univers refuses it."""
    try:
        return CLASSES[ecosystem](text)
    except Exception:  # noqa: BLE001 - whatever it raises, it did not read it
        return None


def index(said: list[tuple[str, Place, list[list[tuple[str, str]]], list[str]]]) -> dict[Place, list[Any]]:
    """By package: id, ranges with bounds in order, versions; None for a range that univers does not read."""
    found: dict[Place, list[Any]] = {}
    for identity, place, ranges, versions in said:
        ecosystem = place[0]
        if ecosystem not in CLASSES:
            continue
        made = [_range(ecosystem, events) for events in ranges]
        named = set(versions)
        found.setdefault(place, []).append((identity, [one for one in made if one is not None], named))
    return found


def _range(ecosystem: str, events: list[tuple[str, str]]) -> list[Bound] | None:
    start = [("zero", None) for kind, text in events if kind == "introduced" and text == "0"]
    rest = [
        (kind, read(ecosystem, text)) for kind, text in events if not (kind == "introduced" and text == "0")
    ]
    if any(version is None for _, version in rest):
        return None
    rest.sort(key=lambda one: one[1])
    return [*start, *_settled(rest, bool(start))]


def _settled(bounds: list[Bound], inside: bool) -> list[Bound]:
    """At the same version, what ends an open range before what begins the next."""
    made: list[Bound] = []
    while bounds:
        here = [one for one in bounds if one[1] == bounds[0][1]]
        bounds = bounds[len(here) :]
        if inside:
            here.sort(key=lambda one: one[0] in ("introduced", "after"))
        made += here
        inside = here[-1][0] in ("introduced", "after")
    return made


def affected(version: Any, text: str, ranges: list[list[Bound]], named: set[str]) -> bool:
    """The evaluation of the OSV schema."""
    if text in named:
        return True
    for bounds in ranges:
        inside = False
        for kind, bound in bounds:
            if (
                kind == "zero"
                or (kind == "introduced" and version >= bound)
                or (kind == "after" and version > bound)
            ):
                inside = True
            elif (kind in ("fixed", "below") and version >= bound) or (
                kind == "last_affected" and version > bound
            ):
                inside = False
        if inside:
            return True
    return False


def look(packages: list[tuple[str, str, str, str, str]], found: dict[Place, list[Any]]) -> list[list[str]]:
    """For each package of a host the advisories that affect it."""
    said = []
    for ecosystem, release, name, source, text in packages:
        advisories = [
            *found.get((ecosystem, release, name, False), ()),
            *found.get((ecosystem, release, source, True), ()),
        ]
        version = read(ecosystem, text) if advisories else None
        said.append(
            []
            if version is None
            else sorted({one for one, ranges, named in advisories if affected(version, text, ranges, named)})
        )
    return said


def main(path: str) -> None:
    given = pickle.loads(Path(path).read_bytes())  # noqa: S301 - made by the benchmark itself
    found = index(given["said"])
    start = time.perf_counter()
    for packages in given["hosts"]:
        look(packages, found)
    took = time.perf_counter() - start
    print(json.dumps({"seconds": took, "sample": look(given["sample"], found)}))


if __name__ == "__main__":
    main(sys.argv[1])
