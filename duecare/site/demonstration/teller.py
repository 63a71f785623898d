"""Who is in the story while it is told, and what its events have made so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from duecare.ledger.viewers import Viewer
from duecare.program.models import Person
from duecare.site.models import User
from duecare.site.rights import viewer_of


@dataclass(slots=True)
class Telling:
    """The story under way."""

    told: Mapping[str, Any]
    end: datetime
    passwords: Mapping[str, str]
    people: dict[str, Person] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    """Keys of what events have made, by the event's name."""

    def actor(self, key: str) -> str:
        return f"person:{self.people[key].pk}"

    def viewer(self, key: str, now: datetime) -> Viewer:
        """What the doors would say of somebody who asks for a page at that moment."""
        return viewer_of(User.objects.get(person=self.people[key].pk), now)

    def address(self, key: str) -> str:
        """The e-mail address with which somebody of the story signs in."""
        return str(self.told["people"][key].get("email", f"{key}@harbour.example"))

    def date(self, day: int) -> date:
        """The date of a day of the story."""
        return self.end.date() + timedelta(days=day)
