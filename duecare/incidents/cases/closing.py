"""Closing a case that was an incident, once nothing stands in its way.

What does, the rooms say that know of it: a lesson without its answer, a clock that runs, a step of the
playbook that nobody did or dropped. Whoever closes says in words what became of it. How a case closes that
was none, and how one opens again: `actions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import Refused
from duecare.incidents.cases.acts import held, say, sentence
from duecare.incidents.cases.models import Case
from duecare.ledger.recording import recording
from duecare.web.recorded import recorded

RESOLVED = "resolved"

Hindering = Callable[[Case, datetime], Iterable[str]]
"""What stands in the way of closing a case at a moment, each in a sentence that says what to do."""
_hindering: list[tuple[Hindering, bool]] = []
_of_merging: list[Hindering] = []


def register_hindrance(function: Hindering, *, rehearsed: bool = True) -> None:
    """Let a room say what has to be settled before a case closes; it is asked within that act, too.

    What is not `rehearsed` hinders no exercise: its clocks run, but in an afternoon no month goes by.
    """
    _hindering.append((function, rehearsed))


def register_hindrance_of_merging(function: Hindering) -> None:
    """Let a room say what has to be settled before a case goes up in another, which closes it as well."""
    _of_merging.append(function)


def demand_mergeable(case: Case, now: datetime) -> None:
    """Raises Refused that names what would be left behind unsettled in a case that goes up in another."""
    found = [words for function in _of_merging for words in function(case, now)]
    if found:
        raise Refused(
            _("Incident %(number)s cannot be merged yet. %(found)s")
            % {"number": case.number, "found": " ".join(found)},
            _("Settle each of them there, then merge it; or merge the other case into this one."),
        )


def hindrances(case: Case, now: datetime) -> list[str]:
    """All that stands in the way of closing; empty if it can be closed."""
    return [
        words
        for function, rehearsed in _hindering
        if rehearsed or not case.exercise
        for words in function(case, now)
    ]


def demand_settled(case: Case, now: datetime) -> None:
    """Raises Refused that names everything that stands in the way of closing."""
    found = hindrances(case, now)
    if found:
        raise Refused(
            _("This case cannot be closed yet. %s") % " ".join(found),
            _("Settle each of them, then close it."),
        )


def close_case(actor: str, key: str, words: str, now: datetime) -> Case:
    """Close a case, saying what became of it.

    Raises NotFound for no such case, BadInput without words, Refused naming everything that stands in the
    way, or if it is closed already. Nothing has changed then.
    """
    words = sentence(words, _("Say what became of it, and what was learned or why nothing was."))
    with recording(actor, "close a case") as act:
        case = held(key)
        act.reason = recorded("close the case %(title)s", title=case.title)
        demand_settled(case, now)
        case.closed_at, case.closed_as, case.closed_by, case.closed_words = now, RESOLVED, actor, words
        case.save()
        say(actor, case, now, recorded("Closed. %(words)s", words=words))
    return case
