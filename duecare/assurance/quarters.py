"""Quarters of the calendar year: "2026-Q3". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from duecare.errors import BadInput
from duecare.words import gettext as _

_WRITTEN = re.compile(r"([12]\d{3})-Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """Three months of a year."""

    year: int
    number: int
    """1 to 4."""

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """The quarter written as "2026-Q3". Raises BadInput."""
        found = _WRITTEN.fullmatch(text)
        if found is None:
            raise BadInput(
                _("“%(value)s” is not a quarter.") % {"value": text[:40]}, _("Write it as 2026-Q3.")
            )
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def of(cls, day: date) -> Quarter:
        """The quarter that a day lies in."""
        return cls(day.year, (day.month + 2) // 3)

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return self.following.first - timedelta(days=1)

    @property
    def following(self) -> Quarter:
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def previous(self) -> Quarter:
        return Quarter.of(self.first - timedelta(days=1))

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


def newest(until: date, since: date, most: int) -> list[Quarter]:
    """The quarters from that of `until` back to that of `since`, newest first, at most so many."""
    found = [Quarter.of(until)]
    while len(found) < most and found[-1].first > since:
        found.append(found[-1].previous)
    return found
