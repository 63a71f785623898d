"""What is measured of matching, in a process of its own: `python -m bench.matching_times HOSTS`; JSON.

Two threads and 2 GB for DuckDB. The clock is the wall's, since DuckDB has threads of its own; what the
processors did (of all threads) is told besides, because on a busy machine it says more.
"""

from __future__ import annotations

import gc
import json
import pickle
import resource
import sys
import time
from array import array
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

from bench import generator
from duecare.patching.advisories.interface import Advisory
from duecare.patching.advisories.loading import load_directory
from duecare.patching.matching.joining import RANK, settled
from duecare.patching.matching.rules import Rules
from duecare.patching.matching.segments import Rank
from duecare.patching.matching.tables import Tables

FEEDS = Path(__file__).parents[2] / "shared" / "data" / "advisories"
PACKAGES = 400
DELTA = 100
LOOPED, SAMPLE = 200, 10_000
"""Hosts that the loop goes through, and distinct pieces of software of which verdicts are compared."""


Package = tuple[str, str, str, str, str]
"""Ecosystem, release, name, source, version."""


class Fleeted(Tables):
    """The tables, and which host runs what."""

    def add_hosts(self, hosts: list[array[int]]) -> None:
        """One row for each host and piece of software."""
        self._connection.execute("CREATE TABLE held (host INTEGER, triple BIGINT)")
        place = Path(self._place.name) / "held.csv"
        with place.open("w") as file:
            for number, held in enumerate(hosts):
                file.write("".join(f"{number},{one}\n" for one in held))
        self._connection.execute(
            "INSERT INTO held SELECT * FROM read_csv(?, header = false, "
            "columns = {'host': 'INTEGER', 'triple': 'BIGINT'})",
            [str(place)],
        )
        place.unlink()

    def on_hosts(self) -> dict[int, int]:
        """How many findings all hosts have, by rank, after the join."""
        rows = self._connection.execute(
            f"SELECT answer >> {RANK} AS rank, count(*) FROM found JOIN held USING (triple) GROUP BY rank"
        )
        return {int(rank): int(count) for rank, count in rows.fetchall()}


def measure(hosts: int, peers: Path | None) -> dict[str, Any]:
    """All figures for a fleet of that size; for the loop of the peer, its input is written to `peers`."""
    start, work = time.perf_counter(), time.process_time()
    advisories = load_directory(FEEDS).advisories
    read = time.perf_counter() - start
    gc.freeze()
    rules = Rules()
    rules.take(advisories)
    loaded = time.perf_counter() - start
    loading = time.process_time() - work
    made = generator.make(advisories, hosts, PACKAGES)
    used = sorted({one for held in made.hosts for one in held})
    with Fleeted("2GB", 2) as tables:
        start = time.perf_counter()
        tables.add_rules(rules)
        tables.add_triples((one, made.triples[one]) for one in used)
        inserted = time.perf_counter() - start
        tables.add_hosts(made.hosts)
        joins = [_timed(tables.join) for _ in range(3)]
        spread = [_timed(tables.on_hosts) for _ in range(3)]
        work = time.process_time()
        tables.join()
        tables.on_hosts()
        matching = time.process_time() - work
        start = time.perf_counter()
        tables.join()
        answers = list(tables.rows())
        whole = time.perf_counter() - start
        found = tables.on_hosts()
        delta = _delta(advisories, made, used)
        result = {
            "read": read,
            "loaded": loaded,
            "loading_processor": loading,
            "matching_processor": matching,
            "inserted": inserted,
            "join": sorted(joins)[1],
            "spread": sorted(spread)[1],
            "whole": whole,
            "delta": delta,
            "hosts": hosts,
            "rows": sum(map(len, made.hosts)),
            "distinct": len(used),
            "rules": len(rules.rules),
            "advisories": len(rules.advisories),
            "answers": len(answers),
            "findings": sum(found.values()),
            "affected": found.get(int(Rank.AFFECTED), 0),
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        }
        if peers is not None:
            result["packages"], result["sample"] = _for_peers(advisories, rules, made, used, answers, peers)
        return result


def _timed(work: Any) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _delta(advisories: list[Advisory], made: generator.Fleet, used: list[int]) -> dict[str, float]:
    """What it takes until a hundred new advisories have their answers, compiled and all."""
    new = Random(4).sample([one for one in advisories if one.withdrawn is None], DELTA)
    ids = {one.id for one in new}
    rules = Rules()
    rules.take([one for one in advisories if one.id not in ids])
    with Tables("2GB", 2) as tables:
        tables.add_rules(rules)
        tables.add_triples((one, made.triples[one]) for one in used)
        tables.join()
        start = time.perf_counter()
        numbers = rules.take([one for one in advisories if one.id in ids])
        tables.add_rules(rules)
        answers = list(tables.rows(advisories=numbers))
        took = time.perf_counter() - start
        again = _timed(lambda: list(tables.rows(advisories=numbers)))
    return {"seconds": took, "join": again, "answers": len(answers)}


def _for_peers(
    advisories: list[Advisory],
    rules: Rules,
    made: generator.Fleet,
    used: list[int],
    answers: list[tuple[int, int, int, int | None]],
    place: Path,
) -> tuple[list[Package], list[dict[str, list[str]]]]:
    """Write what the loop needs; give the sample, and the ids by verdict for each of it."""
    chosen = Random(4).sample(used, min(SAMPLE, len(used)))
    packages = [_plain(made, one) for one in chosen]
    given = {
        "said": list(_said(advisories)),
        "hosts": [[_plain(made, one) for one in held] for held in made.hosts[:LOOPED]],
        "sample": packages,
    }
    place.write_bytes(pickle.dumps(given))
    said: dict[int, dict[str, list[str]]] = {one: {} for one in chosen}
    for triple, advisory, answer, beaten in answers:
        if triple in said:
            settled_, _other = settled(answer, beaten)
            name = f"{settled_.rank.name}/{settled_.obstacle.name}"
            said[triple].setdefault(name, []).append(rules.advisories[advisory].id)
    return packages, [said[one] for one in chosen]


def _plain(made: generator.Fleet, number: int) -> Package:
    one = made.triples[number]
    return (one.ecosystem, one.release, one.found_as, one.source, one.version)


def _said(advisories: list[Advisory]) -> Iterator[tuple[str, Any, Any, Any]]:
    for advisory in advisories:
        if advisory.withdrawn is None:
            for one in advisory.affected:
                place = (one.ecosystem, one.release, one.name, one.by_source)
                ranges = [[(str(event.kind), event.version) for event in events] for events in one.ranges]
                yield advisory.id, place, ranges, list(one.versions)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)))
