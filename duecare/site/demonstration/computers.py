"""What the clinic's computers report on a day: a healthy report, with what is wrong then. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_EVER = 10_000
"""Days."""


def reporting(computers: Mapping[str, Any], day: int) -> Iterator[str]:
    """The names of the computers that report on a day."""
    for name, told in computers.items():
        if told.get("since", -_EVER) <= day < told.get("until", _EVER):
            yield name


def report(name: str, told: Mapping[str, Any], healthy: Mapping[str, Any], day: int, now: datetime) -> bytes:
    """The report of a computer, gathered at `now`, which is on that day of the story."""
    whole = deepcopy(dict(healthy[told["like"]]))
    whole["host"].update(name=name, key=hashlib.sha256(name.encode()).hexdigest())
    for wrong in told.get("wrong", ()):
        if wrong.get("from", -_EVER) <= day < wrong.get("until", _EVER):
            for path, value in wrong["facts"].items():
                _put(whole["facts"], path, value)
    then = datetime.fromisoformat(whole["collected_at"])
    return json.dumps(_moved(whole, now.replace(microsecond=0) - then)).encode()


def _put(facts: Any, path: str, value: Any) -> None:
    """Set what stands at a dotted path, such as `antivirus.products.0.running`."""
    *above, last = (int(step) if step.isdecimal() else step for step in path.split("."))
    for step in above:
        facts = facts[step]
    facts[last] = value


def _moved(value: Any, by: timedelta) -> Any:
    """The same value with every moment in it moved."""
    if isinstance(value, dict):
        return {key: _moved(each, by) for key, each in value.items()}
    if isinstance(value, list):
        return [_moved(each, by) for each in value]
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return (datetime.fromisoformat(value).astimezone(UTC) + by).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value
