"""One record of YAML 1.1 as plain data, within bounds, from events alone: no tags, anchors, types. Pure.

Feeds need mappings, lists and texts. An alias can make a text of a line into a tree of gigabytes, and a tag
names a type to be made; neither is in any feed, and both are refused. Every scalar is a text, and nothing
(`~`, `null`, or empty and not quoted) is None: what a text means is for the format to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from duecare.patching.advisories import bounds
from duecare.patching.advisories.found import Unreadable
from duecare.words import gettext as _
from duecare.words import number

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def read_yaml(data: bytes) -> Any:
    """What the one document in `data` holds. Raises Unreadable for what is none, or beyond a bound."""
    if len(data) > bounds.TEXT:
        raise Unreadable(_("it has more than %(most)s bytes") % {"most": number(bounds.TEXT)})
    try:
        events = _Events(yaml.parse(data, Loader=_Loader))
        events.demand(yaml.StreamStartEvent)
        events.demand(yaml.DocumentStartEvent)
        found = events.value(1)
        events.demand(yaml.DocumentEndEvent)
        events.demand(yaml.StreamEndEvent)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        said = " ".join(str(error).split())[:200]
        raise Unreadable(_("it is no YAML, or cut short: %(error)s") % {"error": said}) from None
    return found


class _Events:
    """The events of a text, in order, of which so many are taken at most."""

    def __init__(self, events: Iterator[yaml.Event]) -> None:
        self._events = events
        self._left = bounds.PARTS

    def next(self) -> yaml.Event:
        event = next(self._events, None)
        self._left -= 1
        if event is None or self._left < 0:
            raise Unreadable(_("it holds more than %(most)s parts") % {"most": number(bounds.PARTS)})
        return event

    def demand(self, kind: type[yaml.Event]) -> None:
        """Take the next event. Raises Unreadable if it is another: more than one document, or none."""
        if not isinstance(self.next(), kind):
            raise Unreadable(_("it is not one document of YAML"))

    def value(self, depth: int, event: yaml.Event | None = None) -> Any:
        """The value that begins with the next event, or with this one."""
        event = event or self.next()
        if depth > bounds.NESTED:
            raise Unreadable(_("it is nested too deeply"))
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Unreadable(_("it refers to another part of itself, which no feed does"))
        if getattr(event, "tag", None):
            raise Unreadable(_("it names a type of value, which no feed does"))
        if isinstance(event, yaml.ScalarEvent):
            bare = event.implicit[0] and event.value in _NOTHING
            return None if bare else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return [self.value(depth + 1, each) for each in self._inside()]
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(depth)
        raise Unreadable(_("it is not one document of YAML"))

    def _inside(self) -> Iterator[yaml.Event]:
        while not isinstance(event := self.next(), _ENDS):
            yield event

    def _mapping(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for each in self._inside():
            key = self.value(depth + 1, each)
            if not isinstance(key, str):
                raise Unreadable(_("a key is no text"))
            if key in found:
                raise Unreadable(_("the key %(key)s stands there twice") % {"key": repr(key[:40])})
            found[key] = self.value(depth + 1)
        return found
