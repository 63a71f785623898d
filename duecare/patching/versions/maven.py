"""Versions of Maven artifacts: ComparableVersion of Maven 4, the POM reference's "version order".

A version is a list of numbers and words in which every hyphen, and every change between letters and digits,
opens a list within the list. `alpha beta milestone rc snapshot` sort before the release (nothing, or `ga`,
`final`, `release`), `sp` and then all other words after it, by alphabet and without regard to case; a number
after a hyphen sorts after those, a number after a dot last. What a list lacks counts as the release without
end, so zeros and `ga` at the end make no difference.

Maven takes any text for a version. Rejected here are only nothing, spaces and what is not printable ASCII.

Maven 3 orders rare forms otherwise, and in a circle: there `1.sp < 1-alpha < 1 < 1.sp`. For Maven 4, as for
the reference, a word after a dot is a word after a hyphen, and there is no such circle; so it can have a key.
"""

from __future__ import annotations

import re

from duecare.patching.versions.encoding import ZERO, Pieces, number
from duecare.patching.versions.interface import Scheme

_WHOLE = re.compile(r"[!-~]+")
_find = re.compile(r"[0-9]+|[^0-9.-]+|[.-]").findall
_RANKS = {word: chr(place) for place, word in enumerate(("alpha", "beta", "milestone", "rc", "snapshot"), 1)}
_RANKS |= {"cr": _RANKS["rc"], "ga": "\x06", "final": "\x06", "release": "\x06", "sp": "\x07"}
_SHORT = {"a": "alpha", "b": "beta", "m": "milestone"}
"""Single letters that stand for a word when a number follows."""
_OTHER, _LISTED_NUMBER, _NUMBER = "\x08\x09\x0a"
_LESS, _END, _MORE = "\x01\x02\x03"
_NO_COUNT = "\x00"
_RELEASE = _RANKS["ga"] + _NO_COUNT + _END
"""An element that equals nothing at all."""
_ZERO = _NUMBER + ZERO


def _encode_word(word: str) -> str:
    return _RANKS.get(word) or f"{_OTHER}{word}\x00"


_word = Pieces(_encode_word).__getitem__


def _counted(word: str, digits: str) -> str:
    """A word with the number that follows it: `alpha` before `alpha0`, but `ga0` is `ga`."""
    rank = _word(_SHORT.get(word, word))
    count = number(digits)
    return rank + (_NO_COUNT if rank == _RANKS["ga"] and count == ZERO else count)


def _parse(text: str) -> list[list[str]]:
    """The scalars of each list; each list but the first is the last element of the one before.

    A scalar is a number after _NUMBER, or a word's rank with its number.
    """
    lists: list[list[str]] = [[]]
    word = item = ""  # a word that may yet get a number; a number, or a word that has one
    pieces = _find(text)
    for place, piece in enumerate(pieces):
        if piece == "-" and word and place + 1 < len(pieces) and pieces[place + 1].isdigit():
            continue  # alpha-1 is alpha1
        if piece in ".-":
            lists[-1].append(item or (word and _word(word) + _NO_COUNT) or _ZERO)
            word = item = ""
            if piece == "-":
                lists.append([])
        elif not piece.isdigit():
            if item:
                lists[-1].append(item)
                lists.append([])
            word, item = piece, ""
        elif word:
            if lists[-1]:
                lists.append([])
            word, item = "", _counted(word, piece)
        else:
            item = _NUMBER + number(piece)
    if word and lists[-1]:
        lists.append([])
    if word or item:
        lists[-1].append(item or _word(word) + _NO_COUNT)
    return lists


def _without_zeros(scalars: list[str], following: str) -> list[str]:
    """The scalars without zeros that end them or stand before a word; `following` begins the next list."""
    kept: list[str] = []
    for scalar in reversed(scalars):
        if scalar != _ZERO or (following and following[0] >= _LISTED_NUMBER):
            kept.append(scalar)
            following = scalar
    kept.reverse()
    return kept


def _run(elements: list[str]) -> str:
    """Elements in the order of lists that go on as releases without end.

    Each with how many releases stand before it: of what is less than a release, the nearer to the end the
    greater; of what is more, the nearer to the end the less.
    """
    key, releases = [], 0
    for element in elements:
        if element == _RELEASE:
            releases += 1
            continue
        key.append(_LESS + chr(releases) if element < _RELEASE else _MORE + chr(255 - releases))
        key.append(element)
        releases = 0
    return "".join(key) + _END


def _encode(text: str) -> str | None:
    if not _WHOLE.fullmatch(text):
        return None
    first = ""  # of the list within, from the innermost outwards
    elements: list[str] = []
    for scalars in reversed(_parse(text.lower())):
        kept = _without_zeros(scalars, first)
        if not kept:
            continue  # the list within takes the place of one that has nothing else
        if first:
            inner = _LISTED_NUMBER + first[1:] if first[0] == _NUMBER else first
            within = [inner + _run(elements[1:])]
        else:
            within = []
        elements = [scalar if scalar[0] == _NUMBER else scalar + _END for scalar in kept] + within
        first = kept[0]
    return _run(elements)


MAVEN = Scheme("maven", "ComparableVersion of Maven 4", _encode)
