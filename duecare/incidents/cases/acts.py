"""What every act on a case has in common: the case is locked first, and the timeline says what was done.

All of it but `twice` is called within an act that is open already.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from django.db import IntegrityError
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases.models import Case
from duecare.incidents.timeline.actions import put
from duecare.law.moments import Moment
from duecare.program.record_form import LONG
from duecare.program.unchanged import demand_unchanged

T = TypeVar("T")


def twice(do: Callable[[], T]) -> T:
    """Do an act, and once more if somebody else took the same number or name at that very moment.

    Here the whole act is within `do`; where writers wait for each other (SQLite), it happens to nobody.
    """
    try:
        return do()
    except IntegrityError:
        return do()


def held(key: str, seen: int | None = None) -> Case:
    """The open case, locked until the act ends.

    `seen` is the entry from which a form was drawn. Raises NotFound for none, Refused for a closed one or if
    somebody changed it since.
    """
    case = held_whole(key)
    if case.closed_at is not None:
        raise Refused(_("This case is closed."), _("Open it again on its page if there is more to do."))
    if seen is not None:
        demand_unchanged(case, seen)
    return case


def held_whole(key: str) -> Case:
    """The case, open or closed, locked until the act ends. Raises NotFound for none."""
    case: Case | None = Case.objects.select_for_update().filter(pk=key).first()
    if case is None:
        raise NotFound(
            _("There is no such case, or none that you may see."), _("Look in the list of incidents.")
        )
    return case


def say(actor: str, case: Case, now: datetime, words: str, about: str = "") -> None:
    """Put what was done into the timeline, in words of the record: `say(..., recorded("..."))`."""
    put(actor, case, now, words, Moment(now, case.zone), "action", about=about)


def sentence(words: str, lacking: str) -> str:
    """Words that an act needs. Raises BadInput, saying what is lacking, for none or too many."""
    words = words.strip()
    if not words:
        raise BadInput(lacking, _("A sentence is enough."), "words")
    if len(words) > LONG:
        raise BadInput(_("The text is too long."), _("Use at most %s characters.") % LONG, "words")
    return words
