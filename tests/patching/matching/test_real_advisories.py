"""Real advisories, from the file to the verdict, beside what others make of the same bytes.

The oracles read the records themselves and compare versions with the programs that define their order:
packaging, node-semver, dpkg. So they share nothing with the loaders, the keys and the join.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from packaging.version import InvalidVersion, Version

from duecare.patching.advisories.loading import load_directory
from duecare.patching.matching.rules import Rules
from duecare.patching.matching.tables import Tables
from duecare.patching.matching.triples import Triple, triple
from tests.patching.versions.oracles import dpkg_perl, needed

SATISFIES = Path(__file__).parents[1] / "advisories" / "oracles" / "satisfies.js"
Asked = tuple[str, Triple]
"""An advisory, and the software about which it is asked."""


def lines(shared: Path, name: str) -> Iterator[Any]:
    with gzip.open(shared / "advisories" / name, "rt") as file:
        yield from map(json.loads, file)


def verdicts(shared: Path, name: str, asked: list[Asked]) -> list[str]:
    """The verdict on each, by the whole way: loaded, compiled, joined."""
    rules = Rules()
    rules.take(load_directory(shared / "advisories" / name).advisories)
    software = list(dict.fromkeys(one for _, one in asked))
    with Tables() as tables:
        tables.add_rules(rules)
        tables.add_triples(enumerate(software))
        found = {
            (rules.advisories[one.advisory].id, software[one.triple]): str(one.answer.rank.verdict)
            for one in tables.match()
        }
    return [found.get(one, "nothing") for one in asked]


def test_python_packages_are_affected_where_packaging_finds_them_in_the_range(shared: Path) -> None:
    chance = Random(4)
    asked: list[Asked] = []
    expected: list[bool] = []
    for record in lines(shared, "osv-pypa.jsonl.gz"):
        if record.get("withdrawn"):
            continue
        for name in {one["package"]["name"] for one in record["affected"]}:
            said = [one for one in record["affected"] if one["package"]["name"] == name]
            for version in near(said, chance):
                asked.append((record["id"], triple("PyPI", "", name, "", version)))
                expected.append(any(python_affected(one, Version(version)) for one in said))
    found = verdicts(shared, "osv-pypa.jsonl.gz", asked)
    different = [
        (one, verdict, want)
        for one, verdict, want in zip(asked, found, expected, strict=True)
        if (verdict == "affected") != want and not (verdict == "undecided" and not want)
    ]
    assert len(asked) > 8_000
    assert different == []
    # Two advisories name a bound that PEP 440 does not know; whatever they do not list is undecided.
    assert found.count("undecided") < 20


def near(said: list[Any], chance: Random) -> list[str]:
    """Some versions that are named, and some right beside them."""
    named = {version for one in said for version in one.get("versions") or ()}
    for one in said:
        for span in one.get("ranges") or ():
            if span["type"] != "GIT":
                named |= {text for event in span["events"] for text in event.values()}
    some = chance.sample(sorted(named), min(2, len(named)))
    made = [*some, *(f"{text}.post1" for text in some), *(f"{text}.dev0" for text in some), "0", "9999"]
    return [text for text in chance.sample(made, min(4, len(made))) if version_of(text) is not None]


def version_of(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def python_affected(said: Any, version: Version) -> bool:
    """The schema's evaluation with packaging's order."""
    if any(version_of(text) == version for text in said.get("versions") or ()):
        return True
    for span in said.get("ranges") or ():
        if span["type"] == "GIT":
            continue
        events = [(kind, text) for event in span["events"] for kind, text in event.items()]
        if any(version_of(text) is None for _, text in events):
            continue
        affected = False
        # `0` is before everything, and packaging's 0 is not before 0.dev0.
        for kind, text in sorted(events, key=lambda one: (one[1] != "0", Version(one[1]))):
            if kind == "introduced" and (text == "0" or version >= Version(text)):
                affected = True
            elif (kind == "fixed" and version >= Version(text)) or (
                kind == "last_affected" and version > Version(text)
            ):
                affected = False
        if affected:
            return True
    return False


def test_npm_packages_are_affected_where_node_semver_is_satisfied(shared: Path) -> None:
    node = needed("node", "node-semver", Path("/usr/share/nodejs/semver"))
    chance = Random(4)
    asked: list[Asked] = []
    questions: list[str] = []
    for record in lines(shared, "npm-nodejs-security-wg.jsonl.gz"):
        span = record.get("vulnerable_versions")
        if not span or "\n" in span or not record.get("module_name"):
            continue
        number = str(record["id"])
        for version in chance.sample(
            ["0.0.1", "1.0.0", "1.2.3-rc.1", "2.4.0", "4.17.4", "10.0.0", "0.3.7"], 4
        ):
            asked.append((f"NSWG-ECO-{number}", triple("npm", "", record["module_name"], "", version)))
            questions.append(f"{span}\t{version}\n")
    environment = {"PATH": os.environ["PATH"], "NODE_PATH": "/usr/share/nodejs"}
    done = subprocess.run(
        [node, str(SATISFIES)],
        input="".join(questions),
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    found = verdicts(shared, "npm-nodejs-security-wg.jsonl.gz", asked)
    said = done.stdout.split()
    different = [
        (one, verdict, want)
        for one, verdict, want in zip(asked, found, said, strict=True)
        if (verdict == "affected") != (want == "1")
    ]
    assert len(asked) > 1_500
    assert different == []


def test_debian_packages_are_fixed_from_the_version_on_that_dpkg_puts_at_or_after_the_fix(
    shared: Path,
) -> None:
    oracle = dpkg_perl()
    chance = Random(4)
    asked: list[Asked] = []
    pairs: list[tuple[str, str]] = []
    fixes: dict[tuple[str, str, str], int] = {}
    records = list(lines(shared, "debian-dsa-dla.jsonl.gz"))
    for record in records:
        for package in record["pkgs"]:
            place = (record["id"], package["release"], package["source"])
            fixes[place] = fixes.get(place, 0) + 1
    for record in records:
        for package in record["pkgs"]:
            fix = package["fixed"]
            alone = fixes[record["id"], package["release"], package["source"]] == 1
            if fix.startswith("<") or package["release"] in ("sid",) or not alone:
                continue
            for version in chance.sample(
                [fix, f"{fix}~bpo1", f"{fix}+b1", "0~", "1:0", fix.split("-")[0]], 2
            ):
                of_source = triple("deb", package["release"], "thing", package["source"], version)
                asked.append((record["id"], of_source))
                pairs.append((version, fix))
    found = verdicts(shared, "debian-dsa-dla.jsonl.gz", asked)
    names = {-1: "affected", 0: "fixed", 1: "fixed", None: "undecided"}
    different = [
        (one, verdict, order)
        for one, verdict, order in zip(asked, found, oracle(pairs), strict=True)
        if verdict != names[order]
    ]
    assert len(asked) > 15_000
    assert different == []
