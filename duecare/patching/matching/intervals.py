"""What an advisory says about one package, as half-open intervals of the keys of versions. Pure.

The meaning of events is the one of the OSV schema (https://ossf.github.io/osv-schema/#evaluation): sorted by
version, each opens or closes; a version is affected if it lies in any range or is named in the list. What
opens and closes at the same version, in this order, holds nothing; where a range ends and another begins at
the same version, that version is affected. An interval holds `lo` and
ends before `hi`. Between a key and the same key with a zero byte behind it there is no other text of bytes,
so that is what "after this version" means.

Nothing is dropped: a bound that the scheme does not read makes its range blind, which means that no version
is decided by it; a version of the list that it does not read still equals itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from duecare.errors import BadInput
from duecare.patching.advisories.interface import Affected, Event, EventKind, Range, Verdict
from duecare.patching.versions.interface import Scheme
from duecare.words import gettext as _

BOTTOM = b""
"""Before all versions: where the version `0` of OSV lies, in every scheme."""
_OPENS = frozenset((EventKind.INTRODUCED, EventKind.AFTER))
_JUST_AFTER = frozenset((EventKind.AFTER, EventKind.LAST_AFFECTED))
_SHOWN = 80
Keyed = tuple[bytes, Event]
_AT = itemgetter(0)


class Interval(NamedTuple):
    """Versions from `lo` up to and without `hi`. (A NamedTuple, like all of which there are 100,000: a frozen
    dataclass takes several times as long to make.)"""

    lo: bytes
    hi: bytes | None
    """None: all later versions, and no fix is known."""
    fixed: str
    """The version that ends it because it holds the fix; empty where nobody names one."""
    span: str
    """As people write it: `>= 1.0, < 1.2`; `*` for all versions."""


@dataclass(slots=True)
class Compiled:
    """What one `Affected` says, in keys."""

    affected: Affected
    intervals: list[Interval] = field(default_factory=list)
    fixes: list[tuple[bytes, str]] = field(default_factory=list)
    """Every version that is named as holding the fix, with its key."""
    named: tuple[str, ...] = ()
    """Versions of the list that the scheme does not read: they mean what is spelt as they are."""
    blind: list[str] = field(default_factory=list)
    """Of each range of which nothing follows the bound that is no version of the scheme."""

    @property
    def whole(self) -> bool:
        """Whether it is about the package and no versions."""
        return not (self.affected.ranges or self.affected.versions)


def compile_affected(affected: Affected, scheme: Scheme | None) -> Compiled:
    """The intervals of what is said about a package; without a scheme, its ranges are blind.

    Raises BadInput, naming the place within, for a range without events, one that ends before it begins, and
    for a package of which nothing is said.
    """
    found = Compiled(affected)
    if found.whole:
        if affected.said is Verdict.AFFECTED:
            raise BadInput(
                _("neither ranges nor versions of %(name)s are given.") % {"name": _short(affected.name)}
            )
        found.intervals.append(Interval(BOTTOM, None, "", "*"))
        return found
    for place, events in enumerate(affected.ranges, 1):
        try:
            _take_range(found, events, scheme)
        except BadInput as error:
            raise BadInput(
                _("%(name)s, range %(place)s: %(fault)s")
                % {"name": _short(affected.name), "place": place, "fault": error}
            ) from None
    unread = []
    wide = found.intervals.copy()
    for version in affected.versions:
        key = None if scheme is None else scheme.key(version)
        if key is None:
            unread.append(version)
        elif not any(one.lo <= key and (one.hi is None or key < one.hi) for one in wide):
            found.intervals.append(Interval(key, key + b"\0", "", f"= {version}"))
    found.named = tuple(dict.fromkeys(unread))
    return found


def _take_range(found: Compiled, events: Range, scheme: Scheme | None) -> None:
    """Add the intervals of one range, or that it is blind."""
    if not any(event.kind in _OPENS for event in events):
        raise BadInput(_("no event says where it begins."))
    if any(event.kind is EventKind.LIMIT and event.version == "*" for event in events):
        events = tuple(event for event in events if event.kind is not EventKind.LIMIT)
    keyed: list[Keyed] = []
    for event in events:
        key = _key(event, scheme)
        if key is None:
            found.blind.append(_short(event.version))
            return
        keyed.append((key, event))
    limits = [one for one in keyed if one[1].kind is EventKind.LIMIT]
    moves = list(dict.fromkeys(one for one in keyed if one[1].kind is not EventKind.LIMIT))
    found.fixes += [(key, event.version) for key, event in moves if event.kind is EventKind.FIXED]
    found.intervals += _walked(moves, max(limits, key=_AT, default=None))


def _key(event: Event, scheme: Scheme | None) -> bytes | None:
    """Where an event stands: the first key for which it holds."""
    if event.version == "0" and event.kind is EventKind.INTRODUCED:
        return BOTTOM
    key = None if scheme is None else scheme.key(event.version)
    if key is None:
        return None
    return key + b"\0" if event.kind in _JUST_AFTER else key


def _walked(moves: list[Keyed], end: Keyed | None) -> list[Interval]:
    """The intervals between events, up to the limit."""
    made: list[Interval] = []
    opened: Keyed | None = None
    begun = False
    for key, event in _sorted(moves):
        if event.kind in _OPENS:
            opened, begun = opened or (key, event), True
        elif opened is not None:
            made.append(_interval(opened, (key, event), end))
            opened = None
        elif not begun:
            raise BadInput(
                _("it ends with %(version)s before it begins.") % {"version": _short(event.version)}
            )
    if opened is not None:
        made.append(_interval(opened, None, end))
    return [one for one in made if one.hi is None or one.lo < one.hi]


def _sorted(moves: list[Keyed]) -> Iterable[Keyed]:
    """By version; at the same version as given, but what closes an open range before what opens the next."""
    moves.sort(key=_AT)
    if len(moves) < 3:
        return moves
    made: list[Keyed] = []
    opened = False
    for _key_of_all, group in groupby(moves, key=_AT):
        here = list(group)
        if opened and len(here) > 1:
            here.sort(key=lambda one: one[1].kind in _OPENS)
        made += here
        opened = here[-1][1].kind in _OPENS
    return made


def _interval(opened: Keyed, closed: Keyed | None, end: Keyed | None) -> Interval:
    if end is not None and (closed is None or end[0] < closed[0]):
        closed = end
    begin = _BEGIN[opened[1].kind] + _short(opened[1].version) if opened[0] else ""
    if closed is None:
        return Interval(opened[0], None, "", begin or "*")
    stop = _STOP[closed[1].kind] + _short(closed[1].version)
    fixed = closed[1].version if closed[1].kind is EventKind.FIXED else ""
    return Interval(opened[0], closed[0], fixed, f"{begin}, {stop}" if begin else stop)


_BEGIN = {EventKind.INTRODUCED: ">= ", EventKind.AFTER: "> "}
_STOP = {
    EventKind.FIXED: "< ",
    EventKind.BELOW: "< ",
    EventKind.LIMIT: "< ",
    EventKind.LAST_AFFECTED: "<= ",
}


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
