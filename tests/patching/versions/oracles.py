"""The programs that define each order, asked in processes of their own: many pairs a process, none imported.

Each takes pairs of versions without tabs and line ends and says -1, 0, 1 or None (undecided) for each.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Pair = tuple[str, str]
Oracle = Callable[[Sequence[Pair]], list[int | None]]
HERE = Path(__file__).parent / "oracles"
GOPATH = Path("/usr/share/gocode")
MAVEN_JARS = (Path("/usr/share/java/maven3-artifact.jar"), Path("/usr/share/java/commons-lang3.jar"))
_SIGNS = {"-1": -1, "0": 0, "1": 1, "undecided": None}


def needed(program: str, package: str, *files: Path) -> str:
    """The program's path; without it, or the files it reads, the test is left out (and in CI fails)."""
    found = shutil.which(program)
    if not found or not all(file.exists() for file in files):
        pytest.skip(f"needs {package}: apt-get install {package}")
    return found


def asked(command: Sequence[str], pairs: Sequence[Pair]) -> list[int | None]:
    """What a program says that reads a pair a line."""
    lines = "".join(f"{first}\t{second}\n" for first, second in pairs)
    done = subprocess.run(
        command, input=lines, capture_output=True, text=True, check=False, timeout=300, env=_environment()
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = [_SIGNS[line] for line in done.stdout.split()]
    assert len(said) == len(pairs), done.stderr[-2000:]
    return said


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "NODE_PATH": "/usr/share/nodejs"}


def dpkg_perl() -> Oracle:
    perl = needed("perl", "libdpkg-perl", Path("/usr/share/perl5/Dpkg/Version.pm"))
    return lambda pairs: asked([perl, str(HERE / "deb.pl")], pairs)


def dpkg(pairs: Sequence[Pair]) -> list[int | None]:
    """dpkg itself, up to three processes a pair. Where it warns of bad syntax, its guess counts as None."""
    return [_dpkg_pair(first, second) for first, second in pairs]


def _dpkg_pair(first: str, second: str) -> int | None:
    for operator, sign in (("lt", -1), ("eq", 0), ("gt", 1)):
        done = subprocess.run(
            ["dpkg", "--compare-versions", first, operator, second],
            capture_output=True,
            check=False,
            timeout=60,
            env=_environment(),
        )
        if done.stderr or done.returncode > 1:
            return None
        if done.returncode == 0:
            return sign
    raise AssertionError(f"dpkg gives {first} and {second} no order")


def rpm() -> Oracle:
    program = needed("rpm", "rpm")
    lua = (
        r"for line in io.lines() do local a, b = line:match('([^\t]*)\t(.*)')"
        r" io.write(rpm.vercmp(a, b), '\n') end"
    )
    return lambda pairs: asked([program, "--eval", f"%{{lua:{lua}}}"], pairs)


def node() -> Oracle:
    program = needed("node", "node-semver", Path("/usr/share/nodejs/semver"))
    return lambda pairs: asked([program, str(HERE / "npm.js")], pairs)


def ruby() -> Oracle:
    program = needed("ruby", "ruby")
    return lambda pairs: asked([program, str(HERE / "gem.rb")], pairs)


def php() -> Oracle:
    program = needed("php", "php-composer-semver", Path("/usr/share/php/Composer/Semver/autoload.php"))
    return lambda pairs: asked([program, str(HERE / "composer.php")], pairs)


def go(directory: Path) -> Oracle:
    """x/mod's semver, built in that directory against Debian's copy."""
    program = needed("go", "golang-golang-x-mod-dev", GOPATH / "src/golang.org/x/mod/semver")
    environment = _environment() | {
        "HOME": str(directory),
        "GOCACHE": str(directory / "cache"),
        "GOPATH": str(GOPATH),
        "GO111MODULE": "off",
        "GOFLAGS": "",
        "GOPROXY": "off",
        "CGO_ENABLED": "0",
    }
    built = directory / "compare"
    command = [program, "build", "-o", str(built), str(HERE / "go" / "compare.go")]
    subprocess.run(command, env=environment, check=True, timeout=300, capture_output=True)
    return lambda pairs: asked([str(built)], pairs)


def maven() -> Oracle:
    """ComparableVersion of Debian's Maven 3: its own main compares each argument with the one before."""
    program = needed("java", "libmaven3-core-java", *MAVEN_JARS)
    command = [program, "-cp", ":".join(map(str, MAVEN_JARS))]
    command.append("org.apache.maven.artifact.versioning.ComparableVersion")
    return lambda pairs: _maven_pairs(command, pairs)


def _maven_pairs(command: Sequence[str], pairs: Sequence[Pair], at_once: int = 5_000) -> list[int | None]:
    said: list[int | None] = []
    for begin in range(0, len(pairs), at_once):
        some = pairs[begin : begin + at_once]
        words = [version for pair in some for version in pair]
        done = subprocess.run([*command, *words], capture_output=True, text=True, check=True, timeout=300)
        compared = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("   ")]
        said += [{"<": -1, "==": 0, ">": 1}[sign] for sign in compared[::2]]
    return said
