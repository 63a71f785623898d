"""What people do with exceptions: ask for one, withdraw one. Approving is in `approval_actions.py`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.catalogue import catalogue
from duecare.program.exception_queries import FINDING, overlapping
from duecare.program.models import Finding, SafeguardException
from duecare.program.record_form import LONG
from duecare.program.task_queries import today_at
from duecare.web.recorded import recorded
from duecare.words import day

LONGEST = timedelta(days=366)
"""Furthest day ahead on which an exception may still hold: nobody departs from a safeguard for good."""
REASON = 150
"""Characters of the reason for a withdrawal."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An exception as somebody wants it."""

    safeguard: str
    reason: str
    measure: str
    """What is done instead."""
    expires: date
    finding: str = ""
    """Key of the finding that it is to cover; empty for the safeguard as a whole."""


def faults(draft: Draft, today: date) -> dict[str, str]:
    """What is wrong with a draft, in words by field; empty if it can be asked for. `today` is ours."""
    found: dict[str, str] = {}
    for name, text, lacking in (
        ("reason", draft.reason, _("Say why the safeguard cannot be met for now.")),
        ("measure", draft.measure, _("Say what is done instead, so that the risk stays bearable.")),
    ):
        if not text.strip():
            found[name] = lacking
        elif len(text) > LONG:
            found[name] = _("Use at most %s characters.") % LONG
    if draft.expires < today:
        found["expires"] = _("That day is past: choose one from today on.")
    elif draft.expires > today + LONGEST:
        found["expires"] = _("An exception holds at most a year: choose a day until %s.") % (
            day(today + LONGEST)
        )
    return found


def ask_for_exception(actor: str, draft: Draft, now: datetime) -> SafeguardException:
    """Ask for a departure from a safeguard, as a whole or for one finding. It holds once it is approved.

    Raises BadInput naming the field that is wrong, or if the same is asked for already; NotFound for no such
    safeguard or finding; Refused for a finding that is closed.
    """
    if draft.safeguard not in catalogue():
        raise NotFound(_("There is no such safeguard."), _("Choose one from the list."))
    today = today_at(now)
    if wrong := faults(draft, today):
        field, words = next(iter(wrong.items()))
        raise BadInput(_("The exception cannot be asked for (%s).") % field, words)
    title = catalogue()[draft.safeguard].title
    about = f"{FINDING}:{draft.finding}" if draft.finding else ""
    with recording(actor, recorded("ask for an exception from %(title)s", title=title)):
        if draft.finding:
            _demand_open(draft.finding, draft.safeguard)
        standing = overlapping(draft.safeguard, about, today)
        if standing is not None:
            raise BadInput(
                _("An exception about the same runs until %s already, or waits for a decision.")
                % day(standing.expires),
                _("Withdraw that one first, or wait until it is over."),
            )
        made: SafeguardException = SafeguardException.objects.create(
            id=new_key(),
            safeguard=draft.safeguard,
            about=about,
            reason=draft.reason.strip(),
            measure=draft.measure.strip(),
            expires=draft.expires,
            asked_by=actor,
            asked_at=now,
        )
    return made


def withdraw_exception(actor: str, key: str, reason: str, now: datetime) -> SafeguardException:
    """End an exception before its day.

    Raises BadInput without a reason, NotFound if there is none, Refused if it has ended.
    """
    because = reason.strip()
    if not 0 < len(because) <= REASON:
        raise BadInput(
            _("An exception is not withdrawn without a reason."),
            _("Say in at most %s characters why it is no longer needed.") % REASON,
        )
    with recording(actor, "withdraw an exception"):
        found: SafeguardException | None = (
            SafeguardException.objects.select_for_update().filter(pk=key).first()
        )
        if found is None:
            raise NotFound(_("There is no such exception."), _("Look in the list of exceptions."))
        if found.ended_at is not None:
            raise Refused(
                _("This exception has ended: %s.") % found.ended_because, _("There is nothing to withdraw.")
            )
        found.ended_at, found.ended_because = now, recorded("withdrawn: %(because)s", because=because)
        found.save()
    return found


def _demand_open(key: str, safeguard: str) -> None:
    finding = Finding.objects.filter(pk=key, safeguard=safeguard).first()
    if finding is None:
        raise NotFound(_("There is no such finding."), _("Look in the list of findings."))
    if finding.closed_at is not None:
        raise Refused(_("This finding is closed: it needs no exception."), _("Look at the open findings."))
