"""What the API takes and gives: pydantic's shapes, and the kinds of values that they are made of.

They end at the edge: actions and queries never see them. Bodies are exact: a field that is not declared, and
a number written as a text, are refused.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Annotated, Any
from unicodedata import normalize

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.parser import Parser
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from duecare.errors import BadInput
from duecare.web.exports import plain
from duecare.web.listing import LONGEST

EXACT = 2**53
"""Below it a fraction of 64 bits holds every whole number (RFC 8259, section 6)."""
LONG = 4000
"""Characters of a longer text; that of the forms (`program/record_form.py`)."""


class Body(BaseModel):
    """What is sent: exactly these fields, of exactly these types."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Answer(BaseModel):
    """What is answered, read from a record or dataclass by its attributes."""

    model_config = ConfigDict(from_attributes=True)


def _text(value: str) -> str:
    if "\x00" in value:
        raise BadInput(_("A text holds an unprintable character."), _("Leave it out."))
    return normalize("NFC", value)


def _day(value: Any) -> date:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise ValueError("expected a day written as 2026-03-01")
    return date.fromisoformat(value)


Line = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(_text)]
"""A short text."""
Words = Annotated[str, StringConstraints(max_length=LONG), AfterValidator(_text)]
"""A longer text."""
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,80}$")]
"""The key of a record, or the id of something that ships."""
Reference = Annotated[str, StringConstraints(pattern=r"^[a-z]{1,40}\.[a-z]{1,40}:[A-Za-z0-9_.-]{1,80}$")]
"""A typed reference such as `program.task:k3…`."""
Moment = Annotated[
    datetime,
    PlainSerializer(plain, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""UTC, to the microsecond."""


class Reason(Body):
    """Why something ends, or is taken out."""

    reason: Words


class StrictParser(Parser):
    """JSON that says each thing once: duplicate keys and NaN are refused. 3.0 is the whole number 3, as JSON
    Schema has it."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            return json.loads(
                request.body, object_pairs_hook=_once, parse_float=_number, parse_constant=_no_constant
            )
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() and abs(value) < EXACT else value


def _no_constant(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
