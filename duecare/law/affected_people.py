"""Whose data the organisation holds, and where they live: what data sets tell to laws, clocks and letters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from duecare.law.obligations import EEA
from duecare.ledger.viewers import Viewer
from duecare.program.models import DataSet
from duecare.program.queries import profile


@dataclass(frozen=True, slots=True)
class Held:
    """A data set as far as one jurisdiction is concerned."""

    key: str
    name: str
    people: int | None
    """Of that jurisdiction, as far as known; None where nobody said it of any of its places."""
    open: bool
    """Whether for one of its places nobody said how many there are."""


def people_by_place(viewer: Viewer) -> dict[str, int]:
    """How many people's data are held, by ISO 3166 code as the data sets name it ("DE", "US-NY").

    Added up over data sets: who is in two counts twice, and a number that nobody knows counts nothing. Offer
    it as a first answer; never take it for one. Empty for who may not see data sets.
    """
    found: dict[str, int] = {}
    for row in DataSet.objects.all().visible_to(viewer):
        for place, count in row.people.items():
            if count is not None:
                found[place.upper()] = found.get(place.upper(), 0) + count
    return dict(sorted(found.items()))


def data_sets_of(jurisdiction: str, viewer: Viewer) -> list[Held]:
    """The data sets with people of a jurisdiction, those with most of them first; none for GLOBAL."""
    found = []
    for row in DataSet.objects.all().visible_to(viewer).order_by("name", "id"):
        counts = [count for place, count in row.people.items() if within(place, jurisdiction)]
        if counts:
            known = [count for count in counts if count is not None]
            people = sum(known) if known else None
            found.append(Held(row.pk, row.name, people, len(known) < len(counts)))
    return sorted(found, key=lambda one: -(one.people or 0))


def people_in(jurisdiction: str, viewer: Viewer) -> dict[str, int | None]:
    """How many people's data are held in each place of one jurisdiction; None where nobody said it."""
    known = people_by_place(viewer)
    places = _places(row.people for row in DataSet.objects.all().visible_to(viewer))
    return {place: known.get(place) for place in sorted(set(places)) if within(place, jurisdiction)}


def within(place: str, jurisdiction: str) -> bool:
    """Whether a place lies in a jurisdiction; EU stands for the European Economic Area."""
    code = place.upper()
    country = code.partition("-")[0]
    return jurisdiction in (code, country) or (jurisdiction == "EU" and country in EEA)


def places_of_ours(viewer: Viewer) -> tuple[str, ...]:
    """Where the organisation is and where its people's data come from, as far as the viewer may see."""
    here = profile()
    places = [here.country] if here and here.country else []
    places += _places(row.people for row in DataSet.objects.all().visible_to(viewer).order_by("name", "id"))
    return tuple(dict.fromkeys(places))


def _places(people: Iterable[Mapping[str, object]]) -> Iterable[str]:
    return (place.upper() for one in people for place in one)
