"""Who looks after something, as tables name them: by name, where just one who may sign in is called that."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, Refused
from duecare.program.task_queries import holding_people, today_at


class Owners:
    """The people who may sign in at a moment."""

    def __init__(self, now: datetime) -> None:
        people = list(holding_people(today_at(now)).values_list("pk", "name"))
        counts = Counter(name.casefold() for _key, name in people)
        self._people = {name.casefold(): (key, name) for key, name in people if counts[name.casefold()] == 1}

    def name(self, said: str) -> str:
        """The name as it is written. Raises BadInput, its place `owner`, if none or several have it."""
        if said.casefold() not in self._people:
            raise BadInput(
                _("Nobody who may sign in is called that, or several are."),
                _("Write the name as it stands under Settings, or choose them on the page."),
                "owner",
            )
        return self._people[said.casefold()][1]

    def key(self, name: str) -> str:
        """The key of who was called that in a preview. Raises Refused if they may sign in no longer."""
        if name.casefold() not in self._people:
            raise Refused(_("%s may not sign in any more.") % name, _("Look at the preview once more."))
        return self._people[name.casefold()][0]
