"""How numbers become text that sorts as they do, remembered for as long as they are few.

A number is the count of its digits plus one, as one character, and then its digits without leading zeros:
a longer number is a larger one, and of two equally long ones the digits decide. Nothing is ever made an
integer, so a date with a time or a hundred digits are as cheap as a 7. No number begins with U+0000, which is
therefore free to end a list of them.
"""

from __future__ import annotations

from collections.abc import Callable

KEPT = 20_000
"""How many pieces a table remembers, none longer than SHORT: a fleet's versions are made of some thousands,
and whoever sends others does not fill the memory."""
SHORT = 40


class Pieces(dict[str, str]):
    """A table from a piece of a version to its part of the key, which fills itself up to a bound."""

    __slots__ = ("encode",)

    def __init__(self, encode: Callable[[str], str]) -> None:
        super().__init__()
        self.encode = encode

    def __missing__(self, piece: str) -> str:
        found = self.encode(piece)
        if len(self) < KEPT and len(piece) <= SHORT:
            self[piece] = found
        return found


def _number(digits: str) -> str:
    kept = digits.lstrip("0")
    return chr(len(kept) + 1) + kept


NUMBERS = Pieces(_number)
"""The part of a key for a run of ASCII digits, which may be empty; at most 254 of them count."""

number = NUMBERS.__getitem__
ZERO = number("")
