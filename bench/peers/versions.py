"""The common course for the order of versions: put many distinct versions of a scheme in order.

Run as a script in a process of its own: `python versions.py RUNNER SCHEME COUNT`. Prints JSON: versions a
second of processor time, and the digest of the order in which they came out.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

ENDS = {
    "deb": [
        "-1",
        "-1+deb12u1",
        "-2ubuntu3.4",
        "~rc1-1",
        "+dfsg-1+b2",
        "-0+deb13u1",
        "+git20230101.abc-1",
        "",
    ],
    "rpm": [
        "-1.el9",
        "-3.el9_4",
        "-5.module_el8.10.0+3779+d5938d28",
        "~rc1-1.fc40",
        "-2.el8_6.1",
        "-1",
        "^git1-1",
    ],
    "apk": ["-r0", "-r1", "_rc1-r0", "_p2-r3", "a-r0", "_alpha1-r0", "_beta2-r1"],
    "pypi": ["", "", "rc1", ".post1", "a2", ".dev3", "b1.dev2", "+local.1"],
    "npm": ["", "", "-alpha.1", "-beta.2", "-rc.10", "-next.20230101", "-0"],
    "semver": ["", "", "-alpha.1", "-beta.2", "-rc.10", "-next.20230101", "-0"],
    "go": ["", "", "-rc.1", "-0.20230101120000-abcdef123456", "-beta", "-20200202020202-abcdef123456"],
    "maven": ["", "", "-SNAPSHOT", "-rc1", "-alpha-2", "-jre", "-M1", "-b01"],
    "gem": ["", "", ".pre", ".rc1", ".beta.2", ".1", ".a"],
    "composer": ["", "", "-alpha1", "-beta2", "-RC3", "-p1", "-dev"],
}
"""How versions of each scheme end; before that they are three numbers, as most are."""


def versions(scheme: str, count: int) -> list[str]:
    """Distinct versions, spread as far as `count` allows, in no order."""
    ends = sorted(set(ENDS[scheme]))
    made = []
    for number in range(count):
        place, end = divmod(number * 7919 % count, len(ends))
        made.append(f"{place // 1600 % 3000}.{place // 40 % 40}.{place % 40}{ends[end]}")
    return made


def _ours(scheme: str) -> Callable[[str], Any]:
    from duecare.patching.versions import find_scheme

    return find_scheme(scheme).key


def _packaging(scheme: str) -> Callable[[str], Any]:
    from packaging.version import Version

    return Version


def _univers(scheme: str) -> Callable[[str], Any]:
    from univers import versions as univers

    found: dict[str, Callable[[str], Any]] = {
        "deb": univers.DebianVersion,
        "rpm": univers.RpmVersion,
        "apk": univers.AlpineLinuxVersion,
        "pypi": univers.PypiVersion,
        "npm": univers.SemverVersion,
        "semver": univers.SemverVersion,
        "go": univers.GolangVersion,
        "maven": univers.MavenVersion,
        "gem": univers.RubygemsVersion,
        "composer": univers.ComposerVersion,
    }
    return found[scheme]


RUNNERS = {"ours": _ours, "packaging": _packaging, "univers": _univers}


def race(runner: str, scheme: str, count: int) -> dict[str, Any]:
    place = RUNNERS[runner](scheme)
    made = versions(scheme, count)
    start = time.process_time()
    placed = [(place(version), version) for version in made]
    keyed = time.process_time() - start
    placed.sort(key=lambda one: one[0])
    took = time.process_time() - start
    order = hashlib.sha256("\n".join(version for _, version in placed).encode()).hexdigest()
    return {"keyed": count / keyed, "ordered": count / took, "seconds": took, "order": order}


if __name__ == "__main__":
    print(json.dumps(race(sys.argv[1], sys.argv[2], int(sys.argv[3]))))
