"""A clinic in Germany with patients in the United States, listed in New York, on the weekend on which the
clocks go back: 25 October 2026, 03:00 CEST becomes 02:00 CET."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from duecare.incidents.cases.actions import open_case
from duecare.incidents.decisions.queries import READER, by_clock, standings
from duecare.incidents.models import Case, CaseFact, TimelineEntry
from duecare.incidents.notices import clock_actions
from duecare.incidents.notices.clock_actions import clocks_within
from duecare.incidents.notices.notice_actions import draft_notice, hand_in
from duecare.incidents.notices.showing import Group, board_of
from duecare.law.moments import Moment, moment
from duecare.law.obligations import profile_facts
from duecare.ledger.records import told_time, utc_now
from duecare.program import actions
from duecare.site import people
from tests.people import PASSWORD

TERMINAL = "terminal:test"
HOUR = timedelta(hours=1)
FRIDAY = datetime(2026, 10, 23, 8, 20, tzinfo=UTC)
"""10:20 in Berlin: when they became aware of it."""
FACTS = {
    "eu_gdpr_scope": True,
    "nis2_essential": True,
    "hipaa_covered_entity": True,
    "us_public_company": True,
    "holds_pi_us_ny": True,
}
"""What is true of the clinic; everything else on which a law turns is not."""


@contextmanager
def at(moment: datetime) -> Iterator[datetime]:
    """The server's clock stands at a moment."""
    with told_time(lambda: moment):
        yield moment


def found(*, answered: bool = True) -> None:
    """The clinic has claimed its Duecare, and answered what the law asks of an organisation.

    All with no, where it has not `answered` yet what is true of it.
    """
    people.claim("Klinik am Fluss", "Europe/Berlin", 150, "Owner", "owner@clinic.example", PASSWORD)
    facts = {**dict.fromkeys(profile_facts(), False), **(FACTS if answered else {})}
    actions.change_profile(TERMINAL, facts=facts, country="DE")
    held = {"name": "Patients", "kinds": "health", "people": {"DE": 9000, "US-NY": 1200}}
    actions.keep_data_set(TERMINAL, None, **held)


def case(title: str = "Patient records taken", *, exercise: bool = False) -> Case:
    return open_case(TERMINAL, FRIDAY, title=title, exercise=exercise)


def answer(case: Case, fact: str, value: object, seen: int = -1) -> CaseFact:
    """An hour later somebody answers a question of the law."""
    return clock_actions.answer_fact(
        TERMINAL, case.pk, fact, value, "It was looked at.", FRIDAY + HOUR, seen=seen  # type: ignore[arg-type]
    )  # fmt: skip


def aware(case: Case) -> TimelineEntry:
    """That they became aware of it on the Friday at 10:20 in Berlin is recorded."""
    at = moment("2026-10-23 10:20", "Europe/Berlin", "at")
    return clock_actions.record_event(TERMINAL, case.pk, "awareness", at, FRIDAY + HOUR)


def hand_in_all() -> None:
    """Hand in a notice for every clock of the case that runs or is late, and for those that begin by it."""
    held, now = Case.objects.get(), utc_now()
    for _again in range(6):
        clocks = clocks_within(held, now)
        decided = by_clock(standings([held], READER, {held.pk: clocks.incident.facts})[held.pk])
        open_ones = [
            shown
            for shown in board_of(clocks, decisions=decided).pressing
            if not shown.told.submitted and (shown.group is not Group.NEEDS or shown.told.triggered)
        ]
        if not open_ones:
            return
        for shown in open_ones:
            recipient = str(shown.told.clock.recipient)
            drafted = draft_notice(TERMINAL, held.pk, shown.id, recipient, "Notice", "What is known.", now)
            hand_in(TERMINAL, drafted.pk, Moment(now, held.zone), now, reference="by the portal")
    raise AssertionError([shown.id for shown in open_ones])
