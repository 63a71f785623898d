"""Closing a case, and opening it again.

A case closes only once nothing stands in its way. What does, the rooms say that know of it: a lesson without its
answer, a clock that runs, a step of the playbook that nobody did or dropped. Whoever closes says in words what
became of it; opening again takes words, too. Both stand in the timeline.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases.models import Case
from duecare.incidents.timeline.actions import put
from duecare.law.moments import Moment
from duecare.ledger.recording import recording
from duecare.web.recorded import recorded

ENDINGS: Mapping[str, str | Promise] = {
    "resolved": gettext_lazy("Resolved: what had to be done is done"),
    "no incident": gettext_lazy("No incident after all"),
}
"""How a case is closed by a person; one that is put into another is `merged`."""

Hindering = Callable[[Case, datetime], Iterable[str]]
"""What stands in the way of closing a case at a moment, each in a sentence that names the thing and what to do."""
_hindering: list[Hindering] = []


def register_hindrance(function: Hindering) -> None:
    """Let a room say what has to be settled before a case closes. It is asked within the act that closes."""
    _hindering.append(function)


def hindrances(case: Case, now: datetime) -> list[str]:
    """All that stands in the way of closing; empty if it can be closed."""
    return [words for function in _hindering for words in function(case, now)]


def close_case(actor: str, key: str, closed_as: str, words: str, now: datetime) -> Case:
    """Close a case as one of ENDINGS, saying what became of it.

    Raises NotFound for no such case, BadInput without words or for another ending, Refused naming everything
    that stands in the way, or if it is closed already. Nothing has changed then.
    """
    words = words.strip()
    if closed_as not in ENDINGS:
        raise BadInput(
            _("A case is not closed as “%s”.") % closed_as,
            _("Choose one of %s.") % ", ".join(ENDINGS),
            "closed_as",
        )
    if not words:
        raise BadInput(
            _("A case is not closed without a word."),
            _("Say what became of it, and what was learned or why nothing was."),
            "words",
        )
    with recording(actor, "close a case") as act:
        case = _locked(key)
        act.reason = recorded("close the case %(title)s", title=case.title)
        if case.closed_at is not None:
            raise Refused(_("This case is closed already."), _("Open it again if there is more to do."))
        found = hindrances(case, now)
        if found:
            raise Refused(
                _("This case cannot be closed yet. %s") % " ".join(found), _("Settle each, then close it.")
            )
        case.closed_at, case.closed_as, case.closed_by, case.closed_words = now, closed_as, actor, words
        case.save()
        put(
            actor,
            case,
            now,
            recorded("The case was closed: %(words)s", words=words),
            _here(case, now),
            "decision",
        )
    return case


def reopen_case(actor: str, key: str, words: str, now: datetime) -> Case:
    """Open a closed case again, saying why.

    Raises NotFound, BadInput without words, Refused if it is open or was put into another.
    """
    words = words.strip()
    if not words:
        raise BadInput(
            _("A case is not opened again without a word."), _("Say what is still to be done."), "words"
        )
    with recording(actor, "open a case again") as act:
        case = _locked(key)
        act.reason = recorded("open the case %(title)s again", title=case.title)
        if case.closed_at is None:
            raise Refused(_("This case is open."), _("Work on its pages."))
        if case.merged_into_id:
            raise Refused(_("This case was put into another."), _("Work on that one."))
        case.closed_at, case.closed_as, case.closed_by, case.closed_words = None, "", "", ""
        case.save()
        put(
            actor,
            case,
            now,
            recorded("The case was opened again: %(words)s", words=words),
            _here(case, now),
            "decision",
        )
    return case


def _locked(key: str) -> Case:
    case: Case | None = Case.objects.select_for_update().filter(pk=key).first()
    if case is None:
        raise NotFound(_("There is no such case."), _("Look in the list of incidents."))
    return case


def _here(case: Case, now: datetime) -> Moment:
    return Moment(now, case.zone)
