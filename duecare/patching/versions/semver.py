"""Semantic versions: SemVer 2.0.0, section 11; the order of Cargo, of OSV's SEMVER ranges, and of npm.

Three numbers, then a pre-release of dotted identifiers: without one a version sorts after all that have one,
numbers sort before words, and a longer list after the shorter one that begins it. What follows `+` does not
count. `semver` takes exactly the grammar of section 9 and 10; `npm` also what node-semver's `valid` takes:
spaces around, a leading `v`, and no number beyond 2^53 - 1 in the three.
"""

from __future__ import annotations

import re

from duecare.patching.versions.encoding import Pieces, number
from duecare.patching.versions.interface import Scheme

_N = r"(0|[1-9][0-9]*)"
_ID = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
PRE = rf"(?:-({_ID}(?:\.{_ID})*))?"
BUILD = r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
_WHOLE = re.compile(rf"{_N}\.{_N}\.{_N}{PRE}{BUILD}")
_NUMBER, _WORD = "\x01", "\x02"
_END, RELEASED = "\x00", "\x03"
_MOST = 2**53 - 1


def _encode_identifier(text: str) -> str:
    return _NUMBER + number(text) if text.isdigit() else f"{_WORD}{text}\x00"


_identifier = Pieces(_encode_identifier).__getitem__


def encode_pre(text: str) -> str:
    """A pre-release of valid identifiers; it sorts before RELEASED, which stands where there is none."""
    return "".join(map(_identifier, text.split("."))) + _END


def _encode(text: str) -> str | None:
    found = _WHOLE.fullmatch(text)
    if found is None:
        return None
    major, minor, patch, pre = found.groups()
    end = encode_pre(pre) if pre is not None else RELEASED
    return f"{number(major)}{number(minor)}{number(patch)}{end}"


def _encode_npm(text: str) -> str | None:
    text = text.strip().removeprefix("v")
    found = _WHOLE.fullmatch(text)
    if found is None or (len(text) > 15 and any(int(part) > _MOST for part in found.groups()[:3])):
        return None
    return _encode(text)


SEMVER = Scheme("semver", "SemVer 2.0.0, section 11", _encode)
NPM = Scheme("npm", "SemVer 2.0.0 as node-semver reads it", _encode_npm)
