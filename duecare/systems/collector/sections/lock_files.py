"""Lock files: which versions of which packages a project was built with, as its package manager wrote it.

Each reader takes the text of one file and gives (ecosystem, name, version), in the file's order; it raises
ValueError where the text is not what such a file holds. Only what names a version exactly counts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple


class Named(NamedTuple):
    """A package in a version, by the names that OSV has for ecosystems (ossf.github.io/osv-schema)."""

    ecosystem: str
    name: str
    version: str


def read_lock(name: str, text: str) -> list[Named]:
    """What the lock file of that name (a key of READERS) holds. Raises ValueError."""
    try:
        return list(READERS[name](text))
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except (AttributeError, KeyError, TypeError):
        raise ValueError("it is not as such files are") from None


# ── npm ──────────────────────────────────────────────────────────────────────────────────────────────────


def _package_lock(text: str) -> Iterator[Named]:
    """npm's package-lock.json, lockfileVersion 1 to 3 (docs.npmjs.com, "package-lock.json")."""
    told = json.loads(text)
    if "packages" not in told:
        yield from _dependencies(told.get("dependencies") or {})
        return
    for place, package in told["packages"].items():
        name = package.get("name") or place.rpartition("node_modules/")[2]
        if "node_modules/" in place and not package.get("link") and package.get("version"):
            yield Named("npm", name, package["version"])


def _dependencies(found: Mapping[str, Any]) -> Iterator[Named]:
    for name, package in found.items():
        version = package["version"]
        alias = re.fullmatch(r"npm:(.+)@([^@]+)", version)
        if alias:
            yield Named("npm", alias[1], alias[2])
        elif ":" not in version and "/" not in version:
            yield Named("npm", name, version)
        yield from _dependencies(package.get("dependencies") or {})


_YARN = re.compile(
    r'^"?(?P<name>(?:@[^@/"\s]+/)?[^@"\s]+)@(?P<range>[^\n]*):\n(?:  [^\n]*\n)*?'
    r'  version:? "?(?P<version>[^"\s]+)"?$',
    re.MULTILINE,
)


def _yarn_lock(text: str) -> Iterator[Named]:
    """yarn.lock, of yarn 1 and of later ones."""
    if "yarn lockfile" not in text[:500] and "__metadata:" not in text:
        raise ValueError("it is not as such files are")
    for found in _YARN.finditer(text):
        source = re.match(r"npm:((?:@[^@/\s]+/)?[^@\s\"]+)@", found["range"])
        if not re.match(r"(?:workspace|link|portal|file|patch):", found["range"]):
            yield Named("npm", source[1] if source else found["name"], found["version"])


# ── Python ───────────────────────────────────────────────────────────────────────────────────────────────


def _blocks(text: str, head: str) -> Iterator[dict[str, str]]:
    """The plain `key = "value"` lines of each `[[head]]` of a TOML file, as package managers write them."""
    if f"[[{head}]]" not in text and "=" not in text:
        raise ValueError("it is not as such files are")
    for block in re.split(rf"^\[\[{head}\]\]\s*$", text, flags=re.MULTILINE)[1:]:
        own = re.split(r"^\[", block, maxsplit=1, flags=re.MULTILINE)[0]
        yield dict(re.findall(r'^([\w-]+) *= *"([^"\n]*)" *$', own, re.MULTILINE))


def _poetry_lock(text: str) -> Iterator[Named]:
    for block in _blocks(text, "package"):
        yield Named("PyPI", block["name"], block["version"])


def _pipfile_lock(text: str) -> Iterator[Named]:
    told = json.loads(text)
    for part in ("default", "develop"):
        for name, package in told.get(part, {}).items():
            version = package.get("version", "")
            if version.startswith("=="):
                yield Named("PyPI", name, version.lstrip("="))


_PINNED = re.compile(
    r"([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*===?\s*([^\s;,#\\*]+)\s*(?:[;#\\].*)?(?:--hash.*)?"
)


def _requirements(text: str) -> Iterator[Named]:
    """The lines of a requirements.txt that pin one version (pip, "Requirements File Format")."""
    for line in text.splitlines():
        found = _PINNED.fullmatch(line.strip())
        if found:
            yield Named("PyPI", found[1], found[2])


# ── Go, Rust, PHP, Ruby ──────────────────────────────────────────────────────────────────────────────────


def _go_mod(text: str) -> Iterator[Named]:
    """What go.mod requires, replaced where it says so (go.dev/ref/mod).

    Since Go 1.17 that is every module of which a package is built in; go.sum names more than is used.
    """
    if not re.search(r"^module\s", text, re.MULTILINE):
        raise ValueError("it names no module")
    required: dict[str, str] = {}
    replaced: dict[str, tuple[str, str] | None] = {}
    for word, line in _directives(re.sub(r"//.*", "", text)):
        if word == "require":
            found = re.fullmatch(r"(\S+)\s+(v\S+)", line)
            if found:
                required[found[1]] = found[2]
        elif word == "replace":
            found = re.fullmatch(r"(\S+)(?:\s+v\S+)?\s+=>\s+(\S+)(?:\s+(v\S+))?", line)
            if found:
                replaced[found[1]] = (found[2], found[3]) if found[3] else None
    for name, version in required.items():
        used = replaced.get(name, (name, version))
        if used:
            yield Named("Go", used[0], used[1])


def _directives(text: str) -> Iterator[tuple[str, str]]:
    block = ""
    for line in map(str.strip, text.splitlines()):
        opened = re.fullmatch(r"(\w+)\s*\(", line)
        if opened:
            block = opened[1]
        elif line == ")":
            block = ""
        elif line and block:
            yield block, line
        elif line:
            word, _, rest = line.partition(" ")
            yield word, rest.strip()


def _go_sum(text: str) -> Iterator[Named]:
    """The modules whose own content go.sum vouches for, where no go.mod says which of them is used."""
    for line in text.splitlines():
        fields = line.split()
        if len(fields) != 3 or not fields[2].startswith("h1:"):
            raise ValueError("a line is not module, version and h1: digest")
        if not fields[1].endswith("/go.mod"):
            yield Named("Go", fields[0], fields[1])


def _cargo_lock(text: str) -> Iterator[Named]:
    """Cargo.lock; what has no source is the project itself."""
    for block in _blocks(text, "package"):
        if block.get("source", "").startswith(("registry+", "sparse+")):
            yield Named("crates.io", block["name"], block["version"])


def _composer_lock(text: str) -> Iterator[Named]:
    told = json.loads(text)
    for part in ("packages", "packages-dev"):
        for package in told.get(part) or ():
            yield Named("Packagist", package["name"], package["version"])


def _gemfile_lock(text: str) -> Iterator[Named]:
    """The specs of the part GEM of a Gemfile.lock; a version there may be followed by its platform."""
    for part in re.split(r"^(?=[A-Z][A-Z ]*$)", text, flags=re.MULTILINE):
        if part.startswith("GEM\n"):
            for name, version in re.findall(r"^ {4}(\S+) \(([^()\s]+)\)$", part, re.MULTILINE):
                yield Named("RubyGems", name, version.partition("-")[0])


READERS: Mapping[str, Callable[[str], Iterator[Named]]] = {
    "package-lock.json": _package_lock,
    "yarn.lock": _yarn_lock,
    "poetry.lock": _poetry_lock,
    "Pipfile.lock": _pipfile_lock,
    "requirements.txt": _requirements,
    "go.mod": _go_mod,
    "go.sum": _go_sum,
    "Cargo.lock": _cargo_lock,
    "composer.lock": _composer_lock,
    "Gemfile.lock": _gemfile_lock,
}
"""By the name of the file."""
