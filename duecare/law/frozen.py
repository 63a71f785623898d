"""The register as bytes, and back: so that a case counts by the words of the day on which its clocks began.

Later content, obligations of our own that were changed since and overrides do not reach a case that runs.
The bytes are JSON with sorted keys, so that the same register gives the same bytes and one blob serves all
cases that began under it. Every value says what it is; what this release does not know is refused, because a
limit that is counted by half a law is worse than none.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from duecare.errors import BadInput
from duecare.law import answering, applies, obligations, terms
from duecare.law.answering import NOBODY, Overridings
from duecare.law.obligations import Register
from duecare.words import Text

SHAPE = 1
"""Of these bytes; raised when a release writes them otherwise."""
KNOWN: Mapping[str, type[Any]] = {
    known.__name__: known
    for known in (
        obligations.AllOf, obligations.AnyOf, obligations.Duty, obligations.Fact, obligations.Gap,
        obligations.IncidentFact, obligations.Keeping, obligations.Measure, obligations.Not,
        obligations.Obligation, obligations.Register, answering.Overriding, terms.Backstop, terms.Change,
        terms.Clock, terms.CountingRule, terms.Extension, terms.Override, terms.Test, terms.Variant,
    )
}  # fmt: skip
WORDS: Mapping[str, type[StrEnum]] = {
    "Answer": applies.Answer,
    "Confidence": obligations.Confidence,
    "Kind": obligations.Kind,
    "State": obligations.State,
    "Unit": terms.Unit,
}


@dataclass(frozen=True, slots=True)
class Frozen:
    """The law as it was."""

    register: Register
    """What shipped, and the obligations of one's own."""
    overrides: Overridings
    """What people said then of whether obligations apply."""

    def on(self, day: date) -> Frozen:
        """With only those overrides that still hold on a day: what was said until then counts no longer."""
        holds = {id: one for id, one in self.overrides.items() if one.until is None or one.until >= day}
        return self if len(holds) == len(self.overrides) else replace(self, overrides=MappingProxyType(holds))


def freeze(register: Register, overrides: Overridings = NOBODY) -> bytes:
    """The law as bytes: the same for the same law."""
    whole = {"shape": SHAPE, "register": _written(register), "overrides": _written(overrides)}
    return json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def thaw(data: bytes) -> Frozen:
    """The law that was frozen (some 20 ms). Raises BadInput for bytes of another release or of none."""
    try:
        whole = json.loads(data)
        register = _read(whole["register"]) if whole["shape"] == SHAPE else None
        overrides = _read(whole["overrides"])
    except (ValueError, KeyError, TypeError) as error:
        raise _strange() from error
    if not isinstance(register, Register) or not isinstance(overrides, Mapping):
        raise _strange()
    return Frozen(register, overrides)


def _strange() -> BadInput:
    return BadInput(
        "The law by which this case counts was written down by another release.",
        "Read the case with the release that began its clocks, or take over the law of today.",
    )


def _written(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        named = {one.name: _written(getattr(value, one.name)) for one in fields(value)}
        return {"is": type(value).__name__, "of": named}
    if isinstance(value, Text):
        return {"text": str.__str__(value)}
    if isinstance(value, StrEnum):
        return {"word": [type(value).__name__, value.value]}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, tuple):
        return {"all": [_written(each) for each in value]}
    if isinstance(value, Mapping):
        # A list of pairs: the order of laws and facts is one that people chose.
        return {"map": [[key, _written(each)] for key, each in value.items()]}
    if isinstance(value, list):
        return [_written(each) for each in value]
    return value


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(each) for each in value]
    if not isinstance(value, dict):
        return value
    if "is" in value:
        return KNOWN[value["is"]](**{name: _read(each) for name, each in value["of"].items()})
    if "text" in value:
        return Text(value["text"])
    if "word" in value:
        kind, word = value["word"]
        return WORDS[kind](word)
    if "day" in value:
        return date.fromisoformat(value["day"])
    if "all" in value:
        return tuple(_read(each) for each in value["all"])
    return MappingProxyType({key: _read(each) for key, each in value["map"]})
