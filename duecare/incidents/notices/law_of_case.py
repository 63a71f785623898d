"""By which law the clocks of a case are counted: the register as it was when they were first asked for.

What ships later, what was changed in obligations of our own and what was overridden since do not reach a case
that runs; its page says what they would change, and a person takes them over with a reason.

Answers about the organisation are not frozen: they follow the profile until the case closes, because a case
is often the first occasion on which somebody finds out what the organisation is ("are we an essential
entity?"), and such an answer must count at once. What a decision or a notice rested on is kept in it. Once
the case has closed it is read with the profile that held then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from django.utils.translation import gettext as _

from duecare.errors import DuecareError
from duecare.incidents.cases.models import Case
from duecare.law.applicable import overrides_now, register_now
from duecare.law.frozen import Frozen, freeze, thaw
from duecare.ledger import blobs
from duecare.ledger.models import Entry, Payload, to_microseconds
from duecare.ledger.records import read_payload, shapes
from duecare.program.models import Profile
from duecare.program.queries import PROFILE, profile

PROFILE_KIND = "program.profile"


@dataclass(frozen=True, slots=True)
class Law:
    """The law of a case."""

    content: Frozen
    own: bool
    """Whether the case has its own; without, it is that of the day on which it is read."""


def law_today() -> Frozen:
    """What is in force for a case that begins now: what ships, obligations of our own, and overrides."""
    return Frozen(register_now(), overrides_now())


def law_of(case: Case) -> Law:
    """The law by which a case is counted. Raises NotFound, Tampered or BadInput, naming the law, if what was
    frozen is not there, was altered, or is written as this release does not read it."""
    if not case.law:
        return Law(law_today(), False)
    try:
        return Law(_thawed(case.law), True)
    except DuecareError as error:
        words = _("The law of version %(version)s, by which this case is counted, cannot be read: %(why)s")
        told = words % {"version": case.law_version, "why": error.what}
        raise type(error)(told, error.next_step) from error


@lru_cache(maxsize=16)
def _thawed(digest: str) -> Frozen:
    return thaw(blobs.fetch(digest))


def newer_law(case: Case) -> Frozen | None:
    """The law of today, if it is not that by which the case is counted; None if it is, or none is frozen."""
    if not case.law or case.closed_at is not None:
        return None
    today = law_today()
    return None if sha256(freeze(today.register, today.overrides)).hexdigest() == case.law else today


def profile_facts(case: Case) -> Mapping[str, bool | None]:
    """What was answered about the organisation, as it counts for the case."""
    found = _at_closing(case.closed_at) if case.closed_at is not None else profile()
    return dict(found.facts) if found else {}


def _at_closing(closed: datetime) -> Profile | None:
    """The profile as it was recorded when a case closed."""
    entry = (
        Entry.objects.filter(kind=PROFILE_KIND, subject=PROFILE, at__lte=to_microseconds(closed))
        .order_by("-index")
        .values_list("index", flat=True)
        .first()
    )
    data = (
        Payload.objects.filter(pk=entry).values_list("data", flat=True).first() if entry is not None else None
    )
    shape = shapes()[PROFILE_KIND]
    snapshot = read_payload(shape, bytes(data)) if data else None
    return Profile(facts=snapshot["facts"]) if snapshot else None
