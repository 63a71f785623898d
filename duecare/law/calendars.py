"""On which days work rests somewhere: weekends, public holidays with their substitutes, closures by hand.

Holidays come from the package `holidays` (docs/dependencies.md); its version is part of an answer, because a
law that makes a new holiday moves a limit. What it cannot know (a day of mourning, a storm, a municipal
feast) is entered by hand as a closure.

Where the law asks for public holidays of a state as a whole, days of one of its regions are not counted: a
limit then ends too early rather than too late.

Pure: no Django, no clock, no network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from types import MappingProxyType

from duecare.errors import BadInput
from duecare.words import gettext as _

Closures = Mapping[str, frozenset[date]]
"""Days entered by hand by place: {"US": {date(2025, 1, 9)}}."""

DAY = timedelta(days=1)
LONGEST_CLOSURE = 60
"""Days in a row on which nobody works: more is a fault in what was entered."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of a place."""

    place: str
    """ISO 3166 code, with subdivision where it is narrower: "AU-NSW"."""
    closures: frozenset[date]
    """Entered by hand."""
    weekend: frozenset[int]
    """Monday is 0."""
    version: str
    """Of the package `holidays`."""

    @property
    def source(self) -> str:
        """What an answer cites: "PT, holidays 0.109, 1 closure by hand"."""
        by_hand = f", {len(self.closures)} closed by hand" if self.closures else ""
        return f"{self.place}, holidays {self.version}{by_hand}"

    def rests(self, day: date) -> str:
        """Why nobody works on that day, in words; empty on a working day."""
        if day.weekday() in self.weekend:
            return _("a weekend")
        if day in self.closures:
            return _("closed, as entered by hand")
        return _holidays(self.place, day.year).get(day, "")

    def works(self, day: date) -> bool:
        return not self.rests(day)

    def working_from(self, day: date) -> date:
        """That day, or the first working day after it."""
        for _step in range(LONGEST_CLOSURE):
            if self.works(day):
                return day
            day += DAY
        raise BadInput(
            f"{self.place} has no working day in {LONGEST_CLOSURE} days before {day}.",
            "Look at the closures that were entered by hand.",
        )

    def working_after(self, day: date, count: int) -> date:
        """The `count`th working day after that day, which itself never counts."""
        for _step in range(count):
            day = self.working_from(day + DAY)
        return day


def calendar(place: str, closures: Closures | None = None) -> Calendar:
    """The calendar of an ISO 3166 place. Closures of its country hold in its subdivisions too.

    Of a subdivision that `holidays` does not tell apart, the country's days are counted: fewer rather than
    too many. Raises BadInput for a country that it does not know.
    """
    given = closures or {}
    country = place.partition("-")[0]
    return _calendar(place, given.get(place, frozenset()) | given.get(country, frozenset()))


@lru_cache(maxsize=128)
def _calendar(place: str, closures: frozenset[date]) -> Calendar:
    import holidays
    from holidays.version import __version__

    country, _dash, subdivision = place.partition("-")
    try:
        known = holidays.country_holidays(country)
    except NotImplementedError as error:
        raise BadInput(
            f"There is no calendar of public holidays for '{place}'.",
            "Write an ISO 3166 code, such as DE, AU-NSW or US-CA.",
        ) from error
    told_apart = place if subdivision in known.subdivisions else country
    return Calendar(told_apart, closures, frozenset(known.weekend), __version__)


@lru_cache(maxsize=1024)
def _holidays(place: str, year: int) -> Mapping[date, str]:
    """The public holidays of a year with their names.

    A year at a time, and never changed: the package's own objects grow while they are asked, which two
    threads must not do at once. In English whatever the machine speaks, so that an answer does not turn on
    it.
    """
    import holidays

    country, _dash, subdivision = place.partition("-")
    return MappingProxyType(
        dict(
            holidays.country_holidays(
                country, subdiv=subdivision or None, years=year, expand=False, observed=True, language="en_US"
            )
        )
    )
