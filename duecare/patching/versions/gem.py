"""Versions of Ruby gems: Gem::Version of RubyGems.

Runs of digits and runs of letters, whatever stands between; `-` stands for `.pre.`. Letters sort before
numbers, and what is missing counts as 0 without end. Zeros before the first word, and at the end, do not
count.

RubyGems takes blank text for version 0. Here it is rejected: a version that is not known is not the lowest.
"""

from __future__ import annotations

import re

from duecare.patching.versions.encoding import Pieces, number
from duecare.patching.versions.interface import Scheme

_WHOLE = re.compile(r"[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?")
_find = re.compile(r"[0-9]+|[a-zA-Z]+").findall
_WORD, _END, _NUMBER = "\x01\x02\x03"


def _encode_piece(piece: str) -> str:
    """Nothing for a zero: zeros are counted instead."""
    if piece[0].isdigit():
        return number(piece) if piece.strip("0") else ""
    return f"{piece}\x00"


_piece = Pieces(_encode_piece).__getitem__


def _encode(text: str) -> str | None:
    """Each word or number with how many zeros stand before it.

    The end stands for zeros without end. A word after some zeros is below the end, and the more of them the
    nearer to it; a number is above it, and again the more zeros the nearer.
    """
    text = text.strip()
    if not _WHOLE.fullmatch(text):
        return None
    key: list[str] = []
    zeros, worded = 0, False
    for piece in _find(text.replace("-", ".pre.")):
        found = _piece(piece)
        if not found:
            zeros += 1
        elif piece[0].isdigit():
            key.append(f"{_NUMBER}{chr(255 - zeros)}{found}")
            zeros = 0
        else:
            if not worded:  # zeros at the end of the numbers before the first word do not count
                zeros, worded = 0, True
            key.append(f"{_WORD}{chr(zeros)}{found}")
            zeros = 0
    key.append(_END)
    return "".join(key)


GEM = Scheme("gem", "Gem::Version of RubyGems 3.3", _encode)
