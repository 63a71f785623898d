"""The checks of the seat before a computer, on facts of every system."""

from __future__ import annotations

import pytest

from duecare.program.judgement import Verdict
from tests.systems.healthy import Changes, expect, healthy, judge, unreadable
from tests.systems.windows import person, windows

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
NO_LIMIT = {"screen_lock.machine_seconds": 0}


def test_a_server_at_which_nobody_sits_needs_no_screen_lock() -> None:
    facts = healthy({"screen_lock.state": "absent", "screen_lock.machine_seconds": None})
    expect(judge("access.screen_locks", facts), ASIDE, "nobody sits")


def test_a_report_of_an_older_collector_tells_nothing_of_screens() -> None:
    facts = healthy()
    del facts["screen_lock"]
    expect(judge("access.screen_locks", facts), UNKNOWN, "no section screen_lock")


@pytest.mark.parametrize(
    ("people", "verdict"),
    [
        ([person()], MET),
        ([person(after_seconds=900)], MET),
        ([person(after_seconds=900, delay_seconds=5)], UNMET),
        ([person(), person(who="ben", password=False)], UNMET),
        ([person(), person(who="ben", password=None)], UNKNOWN),
        ([person(after_seconds=None)], UNKNOWN),
        ([person(after_seconds=0, password=None)], UNMET),
        ([], UNKNOWN),
    ],
)
def test_without_a_limit_of_the_computer_everyone_counts(
    people: list[dict[str, object]], verdict: Verdict
) -> None:
    changes: Changes = {**NO_LIMIT, "screen_lock.users": people}
    assert judge("access.screen_locks", windows(changes)).verdict is verdict


def test_a_limit_of_the_computer_overrules_what_people_chose() -> None:
    careless = [person(after_seconds=0)]
    facts = windows({"screen_lock.machine_seconds": 900, "screen_lock.users": careless})
    expect(judge("access.screen_locks", facts), MET, "")
    facts["screen_lock"]["machine_seconds"] = 901
    expect(judge("access.screen_locks", facts), UNMET, "account anna")


def test_remote_desktops_of_linux_are_a_matter_of_what_listens() -> None:
    expect(judge("access.remote_desktop_asks_first", healthy()), ASIDE, "no remote desktop of its own")


def test_an_unread_system_is_not_taken_for_one_without_a_remote_desktop() -> None:
    for gap in (unreadable("os"), unreadable("remote_access"), {"remote_access.services": None}):
        assert judge("access.remote_desktop_asks_first", windows(gap)).verdict is UNKNOWN
