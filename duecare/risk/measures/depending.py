"""Which measures need which: no circles, and nothing that needs what it excludes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence


def circle(needs: Mapping[str, Collection[str]], start: str) -> Sequence[str]:
    """The measures by which one comes to need itself, from it back to it; empty if it does not."""
    came: dict[str, str] = {}
    waiting = [start]
    while waiting:
        one = waiting.pop()
        for needed in needs.get(one, ()):
            if needed == start:
                way = [start]
                while one != start:
                    way.append(one)
                    one = came[one]
                return [start, *reversed(way)]
            if needed not in came:
                came[needed] = one
                waiting.append(needed)
    return ()


def all_needed(needs: Mapping[str, Collection[str]], start: str) -> Sequence[str]:
    """All that a measure needs, what those need included, without itself; each once."""
    found: dict[str, None] = {}
    waiting = list(needs.get(start, ()))
    while waiting:
        one = waiting.pop(0)
        if one != start and one not in found:
            found[one] = None
            waiting.extend(needs.get(one, ()))
    return list(found)


def clash(
    needs: Mapping[str, Collection[str]], excludes: Mapping[str, Collection[str]], start: str
) -> tuple[str, str] | None:
    """Two measures that would have to be together and cannot be, among one and all that it needs."""
    together = [start, *all_needed(needs, start)]
    for place, one in enumerate(together):
        for other in together[place + 1 :]:
            if other in excludes.get(one, ()) or one in excludes.get(other, ()):
                return one, other
    return None
