"""A language that no one speaks, in which every text that is translated shows, and is 40 % longer.

Code `en-xa`. Each piece of a text between its placeholders and tags becomes ⟦âççéñţéð, longer⟧, so that what
stands outside brackets on a page did not pass gettext, or was put in by it: names, numbers, data.
"""

from __future__ import annotations

import gettext
import re
from functools import cache, cached_property
from pathlib import Path

import allauth
import django

from tests import messages

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


def known() -> frozenset[str]:
    """Every text that can be translated: those that `make messages` finds, and those that Django and allauth
    have in German."""
    found = {message if isinstance(message, str) else message[0] for message in messages.texts()}
    for package in (django, allauth):
        for place in Path(package.__file__).parent.rglob("locale/de/LC_MESSAGES/django.mo"):
            with place.open("rb") as file:
                catalog: dict[str | tuple[str, int], str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]
            found |= {key if isinstance(key, str) else key[0] for key in catalog}
    return frozenset(found - {""})


class Pseudo(gettext.NullTranslations):
    """Django's translation object of the pseudo-language, as a whole translation would be: what no catalogue
    can hold, because it is not found where it is written, stays English."""

    @cached_property
    def known(self) -> frozenset[str]:
        return known()

    def gettext(self, message: str) -> str:
        return pseudo(message.rpartition("\x04")[2]) if message in self.known else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        said = msgid1 if n == 1 else msgid2
        return pseudo(said.rpartition("\x04")[2]) if msgid1 in self.known else said

    def language(self) -> str:
        return CODE

    def to_language(self) -> str:
        return CODE
