"""debsecan and pip-audit beside `duecare patching match`, on the same hosts: time and verdicts.

Both run as they are used, as processes, against a server on this machine (`services.py`). debsecan is GPL and
a program of Debian's (`apt-get install debsecan`), pip-audit gets an environment of its own; neither is
imported. What the three take is the whole of a process, from its start to its last line.

The data pack's lists of Debian end before Debian 12 came, so that packages are held against those of Debian
11: this machine's own, as dpkg knows them, as if they were of that release; and all that the generated fleet
has of it, each version as a package of its own that was built from the source in question.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench import generator, peers
from bench.figures import Figure
from bench.services import RELEASE, SUITE, serving
from duecare.patching.advisories.loading import load_directory

ROOT = Path(__file__).parents[1]
PIP_AUDIT = "pip-audit==2.10.1"
STATUS = Path("/var/lib/dpkg/status")
DEBIAN = ("debian-dsa-list.txt.gz", "debian-dla-list.txt.gz")
PYPI = ("osv-pypa.jsonl.gz", "osv-psf.jsonl.gz")
ROUNDS = 3
Found = set[tuple[str, str]]
"""Package and advisory."""


@dataclass(frozen=True, slots=True)
class Took:
    """What one program said, and how long it took."""

    seconds: float
    processor: float
    """Seconds of it, without what the server here did."""
    found: Found


def figures(feeds: Path) -> list[Figure]:
    """Times and verdicts of both, each on the same input as ours."""
    with tempfile.TemporaryDirectory(prefix="duecare-bench-") as name, serving(feeds) as address:
        place = Path(name)
        return [*_debsecan(feeds, place, address), *_pip_audit(feeds, place, address)]


# ── debsecan ─────────────────────────────────────────────────────────────────────────────────────────────


def _debsecan(feeds: Path, place: Path, address: str) -> list[Figure]:
    if shutil.which("debsecan") is None:
        return [Figure("debsecan beside it", "not run: apt-get install debsecan")]
    chosen = _only(feeds, place / "debian", DEBIAN)
    made = place / "status"
    made.write_text(_status_of_the_fleet(feeds))
    found = []
    for what, status in (("this machine's", STATUS), ("the fleet's", made)):
        if not status.exists():
            found.append(Figure(f"debsecan on {what} packages", "not run: there is no dpkg here"))
            continue
        packages = _read_status(status)
        ours = _ours(packages, chosen, place / "inventory.jsonl")
        theirs = _best(
            ["debsecan", "--suite", SUITE, "--source", f"{address}/debsecan", "--status", str(status)],
            _debsecan_says,
        )
        count = len({one["name"] for one in packages})
        found.append(_figure(f"debsecan on {what} {count:,} packages, held against {SUITE}", ours, theirs))
    return found


def _debsecan_says(text: str) -> Found:
    lines = (line.split() for line in text.splitlines())
    return {(line[1], line[0]) for line in lines if len(line) >= 2}


def _read_status(status: Path) -> list[dict[str, str]]:
    """What dpkg says is installed, as lines of an inventory."""
    packages = []
    for paragraph in status.read_text(errors="replace").split("\n\n"):
        told = dict(
            line.partition(": ")[::2] for line in paragraph.splitlines() if line[:1] not in ("", " ", "\t")
        )
        if "installed" in told.get("Status", "").split():
            packages.append(
                {
                    "host": "here", "ecosystem": "Debian", "release": RELEASE, "name": told["Package"],
                    "source": told.get("Source", told["Package"]), "version": told["Version"],
                }
            )  # fmt: skip
    return packages


def _status_of_the_fleet(feeds: Path) -> str:
    """All that hosts of the fleet have of RELEASE, as dpkg would tell it."""
    made = generator.make(load_directory(feeds).advisories, 500, 400)
    used = sorted({one for held in made.hosts for one in held})
    told = [(one, made.triples[one]) for one in used]
    return "\n".join(
        f"Package: p{number}\nStatus: install ok installed\nArchitecture: amd64\n"
        f"Source: {one.source}\nVersion: {one.version}\n"
        for number, one in told
        if (one.ecosystem, one.release) == ("Debian", RELEASE)
    )


# ── pip-audit ────────────────────────────────────────────────────────────────────────────────────────────


def _pip_audit(feeds: Path, place: Path, address: str) -> list[Figure]:
    if not peers.has("pip-audit", PIP_AUDIT):
        return [Figure("pip-audit beside it", f"not run: {PIP_AUDIT} could not be installed")]
    chosen = _only(feeds, place / "pypi", PYPI)
    made = generator.make(load_directory(chosen).advisories, 50, 400)
    held = {one for host in made.hosts for one in host if made.triples[one].ecosystem == "PyPI"}
    one_each = {
        made.triples[one].name: made.triples[one] for one in Random(4).sample(sorted(held), len(held))
    }
    packages = [
        {"host": "here", "ecosystem": "PyPI", "name": name, "version": one.version}
        for name, one in sorted(one_each.items())
    ]
    ours = _ours(packages, chosen, place / "inventory.jsonl")
    wanted = place / "requirements.txt"
    wanted.write_text("".join(f"{one['name']}=={one['version']}\n" for one in packages))
    theirs = _best(
        [
            str(peers.PYTHON.with_name("pip-audit")), "-r", str(wanted), "--no-deps", "--disable-pip",
            "-f", "json", "-s", "osv", "--osv-url", f"{address}/v1/query", "--progress-spinner", "off",
            "--desc", "off",
            "--cache-dir", str(place / "cache"),
        ],
        _pip_audit_says,
    )  # fmt: skip
    return [_figure(f"pip-audit on {len(packages):,} packages of the fleet, asking OSV", ours, theirs)]


def _pip_audit_says(text: str) -> Found:
    return {
        (package["name"], weak["id"])
        for package in json.loads(text)["dependencies"]
        for weak in package.get("vulns", ())
    }


# ── Both ─────────────────────────────────────────────────────────────────────────────────────────────────


def _only(feeds: Path, place: Path, names: Sequence[str]) -> Path:
    """A directory with these feeds alone: the peers read no others either."""
    place.mkdir()
    for name in names:
        shutil.copy(feeds / name, place)
    return place


def _ours(packages: Iterable[dict[str, str]], feeds: Path, inventory: Path) -> Took:
    inventory.write_text("".join(f"{json.dumps(one)}\n" for one in packages))
    command = [
        str(Path(sys.executable).with_name("duecare")), "patching", "match", "--inventory", str(inventory),
        "--advisories", str(feeds), "--json", "--only", "affected,undecided",
    ]  # fmt: skip
    return _best(command, _we_say)


def _we_say(text: str) -> Found:
    lines = (json.loads(line) for line in text.splitlines())
    return {(line["name"], line["advisory"]) for line in lines if line["verdict"] == "affected"}


def _best(command: Sequence[str], read: Callable[[str], Found]) -> Took:
    """The answer, and the least time of some rounds: what else ran meanwhile only adds to it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    times, worked, said = [], [], ""
    for _ in range(ROUNDS):
        begun, working = time.perf_counter(), _children()
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        times.append(time.perf_counter() - begun)
        worked.append(_children() - working)
        assert done.returncode in (0, 1), done.stderr
        said = done.stdout
    return Took(min(times), min(worked), read(said))


def _children() -> float:
    """Seconds of processor that processes started from here have taken."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _figure(what: str, ours: Took, theirs: Took) -> Figure:
    both, only_ours, only_theirs = (
        len(ours.found & theirs.found),
        ours.found - theirs.found,
        theirs.found - ours.found,
    )
    value = (
        f"{theirs.seconds:.2g} s ({theirs.processor:.2g} s of processor), ours {ours.seconds:.2g} s "
        f"({ours.processor:.2g} s); {both:,} findings of both, "
        f"{len(only_ours):,} of ours alone, {len(only_theirs):,} of theirs alone"
    )
    print(f"  {what}: {value}; {sorted(only_ours)[:20]} {sorted(only_theirs)[:20]}", file=sys.stderr)
    return Figure(what, value)
