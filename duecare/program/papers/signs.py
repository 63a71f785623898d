"""Text as the fonts of a report can show it.

PDF/A forbids signs without a glyph (ISO 19005-3, 6.2.11.8), and a report is set in no other fonts than those
that typst brings along: Latin, Greek, Cyrillic and more, but neither Chinese nor emoji. A sign that they lack
is written as its Unicode number, ‹U+4E2D›, so that nothing is left out without a word. Controls of direction
and width are written so too: they could make a line read as what it does not say.

`content/signs.txt` lists what the fonts have, as ranges. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

_PLACE = Path(__file__).parent / "content" / "signs.txt"
_SPACES = re.compile(r"[\t\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_PLAINEST = re.compile(r"[^\n\x20-\x7e\xa1-\xac\xae-\u017f\u2010-\u2015\u2018-\u201f\u2026\u2039\u203a]")
"""All but Latin with the marks that are part of a letter: what one font shows, however signs are joined."""


@cache
def _missing() -> re.Pattern[str]:
    ranges = _PLACE.read_text("ascii").split()
    shown = "".join(f"\\u{first}-\\u{last}" for first, last in (one.split("-") for one in ranges))
    return re.compile(f"[^\\n{shown}]")


def shown(text: str, *, plainest: bool = False) -> str:
    """The text with every sign that has no glyph written as its number; NFC, lines parted by LF.

    With `plainest`, everything beyond Latin letters is written so: for text whose signs are in the fonts one
    by one but not joined as they stand.
    """
    text = _SPACES.sub(" ", normalize("NFC", text.replace("\r\n", "\n")))
    return (_PLAINEST if plainest else _missing()).sub(_number, text)


def _number(found: re.Match[str]) -> str:
    return f"‹U+{ord(found[0]):04X}›"


def all_shown(data: Any, *, plainest: bool = False) -> Any:
    """The same data with every text in it as `shown` gives it; the keys of mappings are our own words."""
    if isinstance(data, str):
        return shown(str(data), plainest=plainest)
    if isinstance(data, Mapping):
        return {key: all_shown(value, plainest=plainest) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [all_shown(value, plainest=plainest) for value in data]
    return data
