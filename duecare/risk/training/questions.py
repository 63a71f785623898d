"""The questions of the calibration exercise, each with one true number, and which of them come next. Pure.

They ship as `content/calibration.yaml`:

    - {id: marathon, unit: metres, answer: "42195", source: "International Amateur Athletic Federation",
       dated: "1921-05", ask: "How long is a marathon?"}

What anyone can work out says how in `worked` instead of `source` and `dated`. The reader is strict: every
fault is BadInput that names the question and its field. A question whose answer proves wrong is taken out and
its id not used again, for exercises that were done name it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from duecare.errors import BadInput
from duecare.program.catalogue import read_yaml
from duecare.words import Text

CONTENT = Path(__file__).parents[1] / "content" / "calibration.yaml"
TEN = 10
"""Questions of one exercise."""
LONGEST = 300
"""Characters of a text."""
_FIELDS = ("id", "ask", "unit", "answer", "source", "dated", "worked")
_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NUMBER = re.compile(r"(0|[1-9][0-9]{0,14})(\.[0-9]{0,5}[1-9])?")
_DATED = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?")
UNITS: Mapping[str, str] = {
    "addresses": Text("addresses"),
    "articles": Text("articles"),
    "bits": Text("bits"),
    "bones": Text("bones"),
    "bytes": Text("bytes"),
    "code points": Text("code points"),
    "days": Text("days"),
    "degrees Celsius": Text("degrees Celsius"),
    "grams": Text("grams"),
    "hours": Text("hours"),
    "keys": Text("keys"),
    "kilometres": Text("kilometres"),
    "kilometres a second": Text("kilometres a second"),
    "mebibytes": Text("mebibytes"),
    "metres": Text("metres"),
    "metres a second squared": Text("metres a second squared"),
    "minutes": Text("minutes"),
    "numbers": Text("numbers"),
    "oscillations": Text("oscillations"),
    "pascals": Text("pascals"),
    "passwords": Text("passwords"),
    "people": Text("people"),
    "port number": Text("port number"),
    "protons": Text("protons"),
    "recitals": Text("recitals"),
    "rounds": Text("rounds"),
    "seconds": Text("seconds"),
    "states": Text("states"),
    "ways": Text("ways"),
    "year": Text("year"),
}
"""What answers are counted in, in words."""
NAMES = ("year", "port number")
"""Units whose numbers are names more than amounts: written without setting their thousands apart."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something with one true number."""

    id: str
    ask: str
    unit: str
    """A key of `UNITS`."""
    answer: Decimal
    """Above 0; at most 15 places before the point and 6 behind it."""
    source: str
    """Where it is laid down, by name; empty for what can be worked out."""
    dated: str
    """When that is from: a year, a month or a day, as ISO 8601 writes them."""
    worked: str
    """How it is worked out; empty where there is a source."""


@cache
def shipped() -> Mapping[str, Question]:
    """The questions that ship, by id, in the order of the file."""
    return parse(read_yaml(CONTENT.read_text("utf-8"), CONTENT.name), CONTENT.name)


def parse(content: Mapping[str, Any], place: str) -> Mapping[str, Question]:
    """The questions of a file's mapping. Raises BadInput naming the place of the first fault."""
    rows = content.get("questions")
    if set(content) != {"questions"} or not isinstance(rows, list):
        raise BadInput(f"{place} is no list of questions.", "Write them under 'questions:', and no more.")
    found: dict[str, Question] = {}
    for number, row in enumerate(rows, start=1):
        one = _question(row, f"{place}, number {number}")
        if one.id in found:
            raise BadInput(f"{place}: the id '{one.id}' stands twice.", "Give each question its own.")
        found[one.id] = one
    if len(found) < TEN:
        raise BadInput(f"{place} has {len(found)} questions.", f"An exercise takes {TEN}.")
    return MappingProxyType(found)


def draw(seed: str, offered: Collection[str], lately: Sequence[str]) -> tuple[str, ...]:
    """The ids of the next exercise: those of `offered` whose digest with the seed is least.

    The same seed and lists give the same questions, on any machine and in any release. None of `lately`
    (newest first) comes again as long as there are others; where there are too few, the oldest do first.
    """
    if len(offered) < TEN:
        raise ValueError(f"{len(offered)} questions are not enough for {TEN}")
    ago = {id: place for place, id in reversed(list(enumerate(lately, start=1)))}
    never = len(lately) + 1

    def rank(id: str) -> tuple[int, bytes]:
        return -ago.get(id, never), hashlib.sha256(f"{seed}:{id}".encode()).digest()

    return tuple(sorted(offered, key=rank)[:TEN])


def _question(row: object, place: str) -> Question:
    if not isinstance(row, dict):
        raise BadInput(f"{place} is not a mapping.", "Write it as {id: ..., ask: ..., ...}.")
    if unknown := [name for name in row if name not in _FIELDS]:
        raise BadInput(f"{place}: the field '{unknown[0]}' is not known.", f"Use {', '.join(_FIELDS)}.")
    for name in row:
        if not isinstance(row[name], str) or not 0 < len(row[name].strip()) <= LONGEST:
            raise BadInput(
                f"{place}: the field '{name}' is no text of 1 to {LONGEST} characters.", "Put it into quotes."
            )
    sourced, worked = ("source" in row, "dated" in row), "worked" in row
    for name in ("id", "ask", "unit", "answer"):
        if name not in row:
            raise BadInput(f"{place} has no field '{name}'.", "Add it.")
    if (sourced, worked) not in (((True, True), False), ((False, False), True)):
        raise BadInput(f"{place} does not say where its answer is from.", "Add source and dated, or worked.")
    for name, form in (("id", _ID), ("answer", _NUMBER), ("dated", _DATED)):
        if name in row and not form.fullmatch(row[name]):
            raise BadInput(f"{place}: the field '{name}' holds '{row[name]}'.", f"Write {form.pattern}.")
    if row["unit"] not in UNITS:
        raise BadInput(f"{place}: the unit '{row['unit']}' is not known.", f"Use one of {', '.join(UNITS)}.")
    if not (answer := Decimal(row["answer"])):
        raise BadInput(f"{place}: its answer is 0.", "Ask for a number above it.")
    return Question(
        row["id"],
        Text(row["ask"]),
        row["unit"],
        answer,
        row.get("source", ""),
        row.get("dated", ""),
        row.get("worked", ""),
    )
