"""Records of a format, read as a file that holds them."""

from __future__ import annotations

import io
import json
from typing import Any

from duecare.patching.advisories.interface import Advisory, Event, EventKind
from duecare.patching.advisories.loading import Loaded, load_stream


def read(content: Any, name: str = "feed.json") -> Loaded:
    """What a file with this content holds: bytes as they are, anything else as JSON."""
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return load_stream(name, io.BytesIO(data))


def read_lines(*records: Any) -> Loaded:
    """What a file with a record a line holds."""
    return read("".join(json.dumps(one) + "\n" for one in records).encode(), "feed.jsonl")


def one(content: Any, name: str = "feed.json") -> Advisory:
    """The one advisory that a file holds, without any fault."""
    loaded = read(content, name)
    assert loaded.faults == []
    (advisory,) = loaded.advisories
    return advisory


def shown(events: tuple[Event, ...]) -> str:
    """A range in short: `introduced 0, fixed 1.2`."""
    return ", ".join(f"{event.kind.value} {event.version}" for event in events)


INTRODUCED, FIXED = EventKind.INTRODUCED, EventKind.FIXED
