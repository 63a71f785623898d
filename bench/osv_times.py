"""What is measured of an archive as large as OSV's: `python -m bench.osv_times ZIP COUNT`; JSON."""

from __future__ import annotations

import gc
import gzip
import json
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bench import generator
from duecare.patching.advisories.loading import load_directory, load_stream
from duecare.patching.matching.rules import Rules, names_of
from duecare.patching.matching.tables import Tables

FEEDS = Path(__file__).parents[2] / "shared" / "data" / "advisories"
OF_OSV = ("osv-pypa", "osv-go", "osv-rustsec", "osv-almalinux", "osv-psf")
HOSTS, PACKAGES = 5_000, 400


def varied(count: int) -> Iterator[dict[str, Any]]:
    """Real records under new ids and aliases, again and again; in each third round their packages too are
    others."""
    real = [
        line
        for name in OF_OSV
        for line in gzip.decompress((FEEDS / f"{name}.jsonl.gz").read_bytes()).splitlines()
    ]
    for place in range(count):
        record = json.loads(real[place % len(real)])
        turn = place // len(real)
        if turn:
            record["id"] = f"{record['id']}-v{turn}"
            record["aliases"] = [f"{one}-v{turn}" for one in record.get("aliases", ())]
            if turn % 3 == 0:
                for one in record.get("affected", ()):
                    if "package" not in one:  # some name commits of a repository only
                        continue
                    one["package"]["name"] = f"{one['package']['name']}-{turn}"
        yield record


def write(place: Path, count: int) -> None:
    """An archive of so many records, a file each."""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number, record in enumerate(varied(count)):
            archive.writestr(f"{number}/{record['id']}.json", json.dumps(record))


def measure(place: Path) -> list[dict[str, Any]]:
    """Reading, compiling what a fleet has, putting it into tables, and the join; what each holds besides."""
    made = generator.make(load_directory(FEEDS).advisories, HOSTS, PACKAGES)
    used = sorted({one for held in made.hosts for one in held})
    software = [(one, made.triples[one]) for one in used]
    made.hosts.clear()
    gc.collect()
    before, steps = _held(), []

    def step(what: str, work: Callable[[], Any]) -> Any:
        begun = time.process_time()
        done = work()
        worked = time.process_time() - begun
        steps.append({"what": what, "processor": worked, "megabytes": _held() - before})
        return done

    with place.open("rb") as file:
        loaded = step("read", lambda: load_stream("all.zip", file))
    gc.freeze()
    rules = Rules(wanted=names_of(one for _, one in software))
    step("compiled, of packages that a fleet has", lambda: rules.take(loaded.advisories))
    named = {one.id for one in rules.advisories}
    loaded.advisories[:] = [one for one in loaded.advisories if one.id in named]
    with Tables("1GB", 2) as tables:
        step(f"{len(rules.rules):,} rules put into tables", lambda: tables.add_rules(rules))
        step(f"{len(software):,} pieces of software", lambda: tables.add_triples(software))
        step("the join", tables.join)
    return steps


def _held() -> int:
    """Megabytes that this process holds now."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) // 1024


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(measure(Path(sys.argv[1]))))
