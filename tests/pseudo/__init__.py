"""A language that no one speaks, in which every text that is translated shows, and is 40 % longer.

Code `en-xa`. Each piece of a text between its placeholders and tags becomes ⟦âççéñţéð, longer⟧, so that what
stands outside brackets on a page did not pass gettext, or was put in by it: names, numbers, data.
"""

from __future__ import annotations

import gettext
import re
from functools import cache

CODE, LOCALE = "en-xa", "en_XA"
GROWTH = 1.4
_KEPT = re.compile(r"%\(\w+\)[#0 +-]*\d*(?:\.\d+)?[a-zA-Z]|%[a-zA-Z%]|\{\w*\}|<[^<>]+>|&#?\w+;|\n")
_LETTERS = str.maketrans(
    "aAcCdDeEgGiIjJlLnNoOrRsStTuUyYzZ",
    "åÅçÇđĐéÉğĞíÍĵĴłŁñÑöÖŕŔšŠţŢüÜýÝžŽ",
)


@cache
def pseudo(text: str) -> str:
    """The text in the pseudo-language; placeholders, tags and line ends as they were."""
    told, start = [], 0
    for kept in _KEPT.finditer(text):
        told += [_piece(text[start : kept.start()]), kept[0]]
        start = kept.end()
    return "".join([*told, _piece(text[start:])])


def _piece(text: str) -> str:
    """One piece between what is kept; what holds no letter stays as it is."""
    if not any(one.isalpha() for one in text):
        return text
    bare = text.strip(" ")
    before, after = text[: len(text) - len(text.lstrip(" "))], text[len(text.rstrip(" ")) :]
    more = max(1, round(len(bare) * (GROWTH - 1)) - 2)
    filler = "~" * more if " " not in bare else " ~~~~~" * (more // 6) + " " + "~" * (more % 6)
    return f"{before}⟦{bare.translate(_LETTERS)}{filler.rstrip()}⟧{after}"


class Pseudo(gettext.NullTranslations):
    """Django's translation object of the pseudo-language. Remembers what it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def gettext(self, message: str) -> str:
        context, separator, text = message.rpartition("\x04")
        self.asked.add(message)
        return pseudo(text) if separator or text else context

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        self.asked.add(msgid1)
        return pseudo((msgid1 if n == 1 else msgid2).rpartition("\x04")[2])

    def language(self) -> str:
        return CODE

    def to_language(self) -> str:
        return CODE
