"""How much a weakness weighs on one host, and where it weighs most: what is known of hosts joins the order.

The points of an advisory are those on the host on which it is open and weighs heaviest, so that the list has
one order; one that is open nowhere has none, and stands last. They are worked out here after each matching,
and again when somebody said what hosts are exposed to; a page of a past day shows the points of today, as of
all signals (`queries.py`). What an advisory weighs on each host its page works out for the day in view.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Case, IntegerField, Max, Value, When
from django.db.models.expressions import CombinedExpression

from duecare.ledger.models import Entry
from duecare.patching.bills.models import Contained
from duecare.patching.software.models import Installed
from duecare.patching.weaknesses.judging import CHUNK, heaviest
from duecare.patching.weaknesses.models import Advisory
from duecare.patching.weaknesses.queries import weights
from duecare.patching.weaknesses.urgency import Exploitation, Ranked, Signals, Weights
from duecare.systems.exposure import NOTHING, Known, cutoff
from duecare.systems.exposure_models import Exposure
from duecare.web.recorded import in_the_records_language
from duecare.words import gettext as _

_ANSWERS = (False, None, True)
"""The lightest first."""
_PLACES = len(_ANSWERS) ** 2
"""How many things can be known of a host; which one it is stands in the last digit of its code."""


def signals_on(advisory: Advisory, known: Known) -> Iterator[Signals]:
    """What is known of each CVE of an advisory, on a host."""
    of_cves: list[dict[str, Any]] = advisory.known or [{"kev": advisory.kev}]
    for one in of_cves:
        told = {name: value for name, value in one.items() if name != "cve"}
        if told.get("exploitation") is not None:
            told["exploitation"] = Exploitation(told["exploitation"])
        yield replace(Signals(**told), internet_facing=known.internet, holds_data=known.holds_data)


def rank_on(advisory: Advisory, known: Known, weighed: Weights) -> Ranked:
    """The points of an advisory on a host, and why."""
    return heaviest(signals_on(advisory, known), weighed)


class Points:
    """The points of advisories on hosts; of each advisory every case is worked out once."""

    def __init__(self, advisories: Iterable[Advisory], known: Mapping[str, Known], weighed: Weights) -> None:
        """`known` is by the host's key."""
        self._advisories = {one.pk: one for one in advisories}
        self._known, self._weighed = known, weighed
        self._found: dict[tuple[str, Known], Ranked] = {}

    def of(self, advisory: str, host: str) -> Ranked:
        """Of the advisory and on the host with these keys."""
        known = self._known.get(host, NOTHING)
        case = advisory, known
        if case not in self._found:
            self._found[case] = rank_on(self._advisories[advisory], known, self._weighed)
        return self._found[case]


def reorder() -> int:
    """Give every advisory the points that it has where it weighs heaviest; how many of them changed."""
    weighed = weights()
    heaviest_place = dict(_heaviest_places(weighed))
    changed: list[Advisory] = []
    with in_the_records_language():
        for row in Advisory.objects.order_by("pk").iterator(chunk_size=2000):
            points, because = 0, _("open nowhere any more")
            if (known := heaviest_place.get(row.pk)) is not None:
                ranked = rank_on(row, known, weighed)
                points, because = ranked.points, ranked.reason
            if (row.points, row.ranked_because) != (points, because):
                row.points, row.ranked_because = points, because
                changed.append(row)
    for start in range(0, len(changed), CHUNK):
        Advisory.objects.bulk_update(changed[start : start + CHUNK], ["points", "ranked_because"])
    return len(changed)


def _heaviest_places(weighed: Weights) -> Iterator[tuple[str, Known]]:
    """Of each advisory that is open anywhere, what is known of the host that adds most."""
    there = Installed.objects.filter(until_index=None, software__weak__isnull=False).order_by()
    inside = Contained.objects.filter(until_index=None, void_index=None, software__weak__isnull=False)
    # Nothing is known of what products are exposed to, and unknown counts half.
    least = (weighed.exposure + weighed.data) * _PLACES + len(_ANSWERS) + 1
    most_of = dict.fromkeys(
        inside.order_by().values_list("software__weak__advisory", flat=True).distinct(), least
    )
    found: Iterable[tuple[str, int]] = (
        there.values("software__weak__advisory")
        .annotate(most=Max(weight(weighed), output_field=IntegerField()))
        .values_list("software__weak__advisory", "most")
    )
    for advisory, most in found:
        most_of[advisory] = max(most, most_of.get(advisory, 0))
    for advisory, most in most_of.items():
        internet, data = divmod(most % _PLACES, len(_ANSWERS))
        yield advisory, Known(_ANSWERS[internet], _ANSWERS[data])


def weight(weighed: Weights) -> Case | CombinedExpression:
    """What the host of a row of Installed adds to points, with a code of what is known of it in the end."""
    since = cutoff()
    internet = _code("internet", "internet_at", weighed.exposure, len(_ANSWERS), since)
    return internet + _code("holds_data", "data_at", weighed.data, 1, since)


def _code(answer: str, at: str, weight: int, step: int, since: datetime) -> Case | CombinedExpression:
    """Half points of an answer, and behind them which answer it is, so that the largest names both."""

    def of(place: int) -> Value:
        return Value(weight * place * _PLACES + place * step)

    def said(value: bool) -> dict[str, Any]:
        return {f"host__exposure__{answer}": value, f"host__exposure__{at}__gt": since}

    return Case(When(then=of(0), **said(False)), When(then=of(2), **said(True)), default=of(1))


def is_due(last: int | None) -> bool:
    """Whether somebody said what hosts are exposed to after an entry of the record; with None, ever."""
    said = Entry.objects.filter(kind=Exposure._meta.label_lower)
    return (said if last is None else said.filter(index__gt=last)).exists()
