"""Versions of Alpine packages: version.c of apk-tools 3 (the grammar of `apk version --check`).

`digits{.digits}{letter}{_suffix{digits}}{~hash}{-rdigits}`. After the first, a number with a leading zero is
compared as text, and sorts before all without. Where one version goes on and the other does otherwise, the
kind of the next piece decides: a suffix of a pre-release (`alpha beta pre rc`) sorts before the end, and what
sorts after it does so in the order revision, hash, number of a suffix, suffix (`cvs svn git hg p`), letter,
number.

apk-tools 2 read leading zeros otherwise (their count, negated, was the number) and knew no hash. apk keeps
numbers in 64 bits and lets larger ones overflow; here they sort as numbers.
"""

from __future__ import annotations

import re

from duecare.patching.versions.encoding import Pieces, number
from duecare.patching.versions.interface import Scheme

_BEFORE = ("alpha", "beta", "pre", "rc")
_AFTER = ("cvs", "svn", "git", "hg", "p")
_PRE, _END, _REVISION, _HASH, _COUNT, _POST, _LETTER, _DIGITS = "\x01\x02\x03\x04\x05\x06\x07\x08"
_SUFFIXES = {name: _PRE + chr(place) for place, name in enumerate(_BEFORE)} | {
    name: _POST + chr(place) for place, name in enumerate(_AFTER)
}
_WHOLE = re.compile(
    r"([0-9]+)((?:\.[0-9]+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)[0-9]*)*)"
    r"(?:~([0-9a-f]+))?(?:-r([0-9]+))?"
)
_find_suffixes = re.compile(r"_([a-z]+)([0-9]*)").findall


def _encode_digits(piece: str) -> str:
    """A number after a dot; with a leading zero its digits themselves, below every count of digits."""
    return f"{_DIGITS}\x00{piece}\x00" if piece[0] == "0" else _DIGITS + number(piece)


_digits = Pieces(_encode_digits).__getitem__


def _encode(text: str) -> str | None:
    found = _WHOLE.fullmatch(text)
    if found is None:
        return None
    first, dotted, letter, suffixes, commit, revision = found.groups()
    key = [number(first)]
    if dotted:
        key.extend(map(_digits, dotted[1:].split(".")))
    if letter:
        key.append(_LETTER + letter)
    if suffixes:
        for name, count in _find_suffixes(suffixes):
            key.append(_SUFFIXES[name] + (_COUNT + number(count) if count else ""))
    if commit:
        key.append(f"{_HASH}{commit}\x00")
    if revision:
        key.append(_REVISION + number(revision))
    key.append(_END)
    return "".join(key)


APK = Scheme("apk", "apk-tools 3, version.c", _encode)
