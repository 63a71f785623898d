"""The versions that the real advisories name, by scheme: as they stand there, junk and all."""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from duecare.patching.versions import find_scheme
from tests.patching.versions.oracles import Pair

_OSV = {"pypi": "osv-pypa", "go": "osv-go", "semver": "osv-rustsec", "rpm": "osv-almalinux"}
_SPLIT = re.compile(r"[<>=~^! |,]+")
SCHEMES = (*_OSV, "deb", "npm", "composer")


def _lines(shared: Path, name: str) -> Iterator[Any]:
    with gzip.open(shared / "advisories" / f"{name}.jsonl.gz", "rt") as lines:
        yield from map(json.loads, lines)


def _osv(shared: Path, name: str) -> Iterator[str]:
    for record in _lines(shared, name):
        for affected in record.get("affected", []):
            yield from affected.get("versions") or []
            for spans in affected.get("ranges") or []:
                for event in spans["events"] if spans["type"] != "GIT" else []:
                    yield from event.values()


def _named(shared: Path, scheme: str) -> Iterator[str]:
    if scheme in _OSV:
        yield from _osv(shared, _OSV[scheme])
    elif scheme == "deb":
        for record in _lines(shared, "debian-dsa-dla"):
            yield from (package["fixed"] for package in record["pkgs"])
    elif scheme == "npm":
        for record in _lines(shared, "npm-nodejs-security-wg"):
            for key in ("vulnerable_versions", "patched_versions", "vulnerable", "patched"):
                yield from _SPLIT.split(str(record.get(key) or ""))
    else:
        for record in _lines(shared, "php-friendsofphp"):
            for branch in (record["branches"] or {}).values():
                for version in branch["versions"]:
                    yield from _SPLIT.split(version)


@cache
def versions(shared: Path, scheme: str) -> tuple[str, ...]:
    """Each once, in the order of text; what no line of text can hold is left out."""
    return tuple(sorted(one for one in set(_named(shared, scheme)) if one and one.isprintable()))


def pairs(shared: Path, scheme: str, count: int = 12_000) -> list[Pair]:
    """Every version with its neighbour in our order, then any two, up to `count`."""
    named = versions(shared, scheme)
    key = find_scheme(scheme).key
    ordered = sorted(named, key=lambda version: key(version) or b"")
    found = list(pairwise(ordered))
    chance = random.Random(4)
    found += [(chance.choice(named), chance.choice(named)) for _ in range(count - len(found))]
    return found
