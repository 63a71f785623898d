"""Which of the register's questions an organisation in certain places should be asked first. Pure.

The register knows dozens of facts on which some law somewhere turns. A newcomer is asked only those on which
the laws of their own places turn, and what holds everywhere; the others stay open and are asked in the
settings.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from duecare.law.applies import facts_in
from duecare.law.obligations import EEA, obligations

MOST = 8
"""Questions at once: more are not read."""

NEAR = 1000
"""What the laws of a narrower place count beside those of its country: they are what others forget."""


def asked_first(places: Iterable[str], most: int = MOST) -> tuple[str, ...]:
    """At most so many fact ids: first those of the narrower places and of everywhere, then those on which
    most obligations turn, then in the register's order.

    `places` are ISO 3166 codes, with subdivision where it is narrower ("US-NY").
    """
    here = {place.upper() for place in places if place}
    here |= {place.partition("-")[0] for place in here}
    here |= {"GLOBAL"} | ({"EU"} if here & EEA else set())
    turns: Counter[str] = Counter()
    for one in obligations().values():
        if one.jurisdiction in here:
            near = "-" in one.jurisdiction or one.jurisdiction == "GLOBAL"
            turns.update(dict.fromkeys(facts_in(one.applies_when), NEAR if near else 1))
    return tuple(id for id, _count in turns.most_common(most))
