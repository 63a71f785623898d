"""The questions for what no machine sees: doors, contracts, boards, cloud settings.

Read from `content/questions.yaml`, which ships with the program. A named person answers one with a statement
(`models.Statement`); here is only what may be asked, what makes an answer worth believing, and how long one
may count. Pure: a mistake in the file is BadInput that names file, entry and field.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from duecare.errors import BadInput
from duecare.program.catalogue import catalogue, read_yaml
from duecare.words import Text

CONTENT = Path(__file__).parent / "content" / "questions.yaml"

LONGEST = 731
"""Most days that any answer may count: what nobody has looked at for two years is not known."""

_WORD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Question:
    """Something that a person can say about a safeguard."""

    id: str
    """`<safeguard>.<word>`; never reused for another question."""
    safeguard: str
    """The catalogue id of the safeguard it is about."""
    ask: str
    """The question, answered by yes, partly, no or not applicable."""
    tell: str
    """What to write so that a reader believes the answer."""
    bring: str
    """Which file or link would show it."""
    days: int
    """How long an answer may count at most, after the last day of which it speaks."""
    grounds: str = ""
    """Who asks for exactly this, or what the days rest on; empty where the safeguard's reason suffices."""


_OPTIONAL = ("grounds",)
_NAMES = tuple(field.name for field in fields(Question))


@cache
def questions() -> Mapping[str, Question]:
    """All questions by id: in the catalogue's order of safeguards, then in that of the file."""
    return parse(CONTENT.read_text("utf-8"), CONTENT.name)


@cache
def questions_of(safeguard: str) -> Sequence[Question]:
    """The questions about one safeguard; none for an id that the catalogue does not have."""
    return tuple(one for one in questions().values() if one.safeguard == safeguard)


def parse(text: str, place: str) -> Mapping[str, Question]:
    """The questions written in `text`, a YAML mapping with the one key `questions`, a list of entries.

    `place` is the file's name, for messages. Raises BadInput naming file, entry and field.
    """
    entries = read_yaml(text, place).get("questions")
    if not isinstance(entries, list):
        raise BadInput(f"{place} has no list of questions.", "Begin the list with the line 'questions:'.")
    found: dict[str, Question] = {}
    for number, entry in enumerate(entries, start=1):
        question = _question(entry, f"{place}, question {number}")
        if question.id in found:
            raise BadInput(f"{place}: the id '{question.id}' is used twice.", "Give each question its own.")
        found[question.id] = question
    order = {id: position for position, id in enumerate(catalogue())}
    ordered = sorted(found.values(), key=lambda each: order[each.safeguard])
    return MappingProxyType({each.id: each for each in ordered})


def _question(entry: object, place: str) -> Question:
    if not isinstance(entry, dict):
        raise BadInput(f"{place} is not a mapping.", "Write its fields as 'name: value'.")
    place = f"{place} ({entry.get('id', 'without an id')})"
    if missing := [name for name in _NAMES if name not in entry and name not in _OPTIONAL]:
        raise BadInput(f"{place}: the field '{missing[0]}' is missing.", "Add it.")
    if surplus := [name for name in entry if name not in _NAMES]:
        raise BadInput(f"{place}: there is no field '{surplus[0]}'.", f"Use only {', '.join(_NAMES)}.")
    for name, value in entry.items():
        if name != "days" and not (isinstance(value, str) and value.strip()):
            raise BadInput(f"{place}: the field '{name}' must be text, not {value!r}.", "Write it in quotes.")
    if type(entry["days"]) is not int or not 1 <= entry["days"] <= LONGEST:
        raise BadInput(
            f"{place}: the field 'days' must be a whole number from 1 to {LONGEST}, not {entry['days']!r}.",
            "Correct it.",
        )
    shown = ("ask", "tell", "bring", "grounds")
    values: dict[str, Any] = {key: Text(text) if key in shown else text for key, text in entry.items()}
    question = Question(**values)
    if question.safeguard not in catalogue():
        raise BadInput(
            f"{place}: the field 'safeguard' names none of the catalogue: '{question.safeguard}'.",
            "Use an id of safeguards.yaml.",
        )
    about, _, word = question.id.partition(".")
    if about != question.safeguard or not _WORD.fullmatch(word):
        raise BadInput(
            f"{place}: the id must be '{question.safeguard}.' and lower-case words joined by '_'.",
            "Change the field 'id'.",
        )
    if not question.ask.endswith("?"):
        raise BadInput(f"{place}: the field 'ask' must end with '?'.", "Write it as a question.")
    return question
