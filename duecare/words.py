"""Texts of the modules that know nothing of Django: marked where written, translated when they are said.

    from duecare.words import gettext as _

    unmet(_("its key has %(bits)s bits") % {"bits": bits})

The names are those of GNU gettext, so that the same extraction finds them (`make messages`). Without a
speaker the texts are English, as they stand in the source; `duecare/web/apps.py` lends the pages' own, which
knows the language of whoever is being answered. Whatever identifies something (an item of a finding, an id,
a key of a report) is never translated: see docs/decisions/0009-languages.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


def _one_or_many(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def _iso(value: date) -> str:
    return value.isoformat()


@dataclass(slots=True)
class _Speaker:
    gettext: Callable[[str], str] = str
    ngettext: Callable[[str, str, int], str] = _one_or_many
    number: Callable[[int], str] = "{:,}".format
    day: Callable[[date], str] = _iso


_speaker = _Speaker()


def speak_through(
    gettext: Callable[[str], str],
    ngettext: Callable[[str, str, int], str],
    number: Callable[[int], str],
    day: Callable[[date], str],
) -> None:
    """From here on texts are said by these functions. Called once, when the program is put together."""
    _speaker.gettext, _speaker.ngettext, _speaker.number, _speaker.day = gettext, ngettext, number, day


def gettext(text: str) -> str:
    """The text in the language of the moment."""
    return _speaker.gettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """The form of the text that goes with `count`, in the language of the moment."""
    return _speaker.ngettext(one, many, count)


def gettext_noop(text: str) -> str:
    """The text as it is: marks one that is written in one place and said, by `gettext`, in another."""
    return text


class Text(str):
    """A text that ships as content: English to the program, the reader's language wherever it is shown.

    Compared, sorted, hashed, joined, recorded and written as JSON it is the English that it holds. Shown,
    which is to say through `str()`, `%s`, a format or a template, it is what `gettext` makes of that.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return gettext(str.__str__(self))

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def number(value: int) -> str:
    """A whole number with its thousands set apart as the language of the moment does: "31,884"."""
    return _speaker.number(value)


def day(value: date) -> str:
    """A day as the language of the moment writes it where room is short: "23 Nov 2026"."""
    return _speaker.day(value)


class _Template(str):
    """A text that remembers what is put into it."""

    __slots__ = ()

    def __mod__(self, values: Any) -> _Filled:
        filled = _Filled(str.__mod__(self, values))
        filled.template, filled.values = str.__str__(self), dict(values)
        return filled


class _Filled(str):
    template: str
    values: Mapping[str, object]


def speak_in_templates() -> None:
    """For a process that knows no language: texts are English and remember their parts, for `packed`."""

    def choose(one: str, many: str, count: int) -> str:
        return _Template(_one_or_many(one, many, count))

    speak_through(_Template, choose, "{:,}".format, _iso)


LONGEST = 2000
"""Characters of a part of a text that goes from one process to another."""


def packed(text: object) -> Any:
    """A text with its parts as JSON, each cut, for a process that says it in the reader's language."""
    if isinstance(text, _Filled):
        return {"text": text.template, "values": {key: packed(value) for key, value in text.values.items()}}
    return (str.__str__(text) if isinstance(text, str) else str(text))[:LONGEST]


def unpacked(told: object) -> str:
    """What `packed` gave, said in the language of the moment and cut. It may come from a process that was
    taken over: only named places are filled, each with a text."""
    if not isinstance(told, dict):
        return gettext(str(told))[:LONGEST]
    values = {str(key): unpacked(value) for key, value in dict(told.get("values") or {}).items()}
    text = gettext(str(told.get("text")))
    return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)[:LONGEST]


_PLACE = re.compile(r"%\((\w+)\)s")
