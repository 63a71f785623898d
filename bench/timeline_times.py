"""The process in which a timeline is timed: it makes a case in the home that DUECARE_HOME names.

Pages are asked for as `page_times.py` does.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from allauth.mfa.models import Authenticator
from django.test import Client

from bench.page_times import ASKED, ASKED_SMALL, as_of, timed_page
from duecare.incidents.cases.actions import open_case
from duecare.incidents.models import Case, TimelineEntry
from duecare.incidents.timeline import actions
from duecare.incidents.timeline.isolated import read_isolated
from duecare.incidents.timeline.rows import read_rows
from duecare.ledger import sealing
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.program.imports.tables import Table
from duecare.site import people, setup
from duecare.site.models import User
from duecare.web import keyset

PASSWORD = "seven grey herons over the slipway"
ENTRIES, ENTRIES_SMALL = 5_000, 500


def main(small: bool) -> None:
    """Make the case, time its pages, and print the result as JSON."""
    setup.set_up()
    now = utc_now()
    people.claim("Bench", "Europe/Berlin", 50, "Bench", "bench@bench.example", PASSWORD)
    owner = User.objects.get()
    Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={"secret": "not used"})
    case = open_case(f"person:{owner.person}", now, title="A long night")
    acts: list[float] = []
    begun = time.perf_counter()
    with patch("duecare.incidents.timeline.actions.recording", _timed(acts)):
        count = _take_in(f"person:{owner.person}", case, ENTRIES_SMALL if small else ENTRIES)
    seconds = time.perf_counter() - begun
    sealing.checkpoint()
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(owner)
    pages, asked = _addresses(case), ASKED_SMALL if small else ASKED
    found = {
        "entries": count,
        "seconds": seconds,
        "longest_act": max(acts),
        "now": [asdict(timed_page(name, browser, address, asked)) for name, address in pages.items()],
        "past": [
            asdict(
                timed_page(name, browser, as_of(address, utc_now().isoformat().replace("+00:00", "Z")), asked)
            )
            for name, address in list(pages.items())[:2]
        ],
    }
    print(json.dumps(found))


def _timed(acts: list[float]) -> Any:
    @contextmanager
    def timed(*arguments: Any, **named: Any) -> Iterator[Any]:
        begun = time.perf_counter()
        with recording(*arguments, **named) as act:
            yield act
        acts.append(time.perf_counter() - begun)

    return timed


def _take_in(actor: str, case: Case, count: int) -> int:
    now = utc_now()
    lines = ["happened,words,kind,mark,techniques,source"]
    for number in range(count):
        at = (now - timedelta(minutes=7 * (count - number))).isoformat(timespec="seconds")
        mark = "detected" if number == count // 2 else ""
        lines.append(
            f"{at},Sign-in {number} of an account at 192.0.2.{number % 250},event,{mark},T1078,mail log"
        )
    table = read_isolated("\n".join(lines).encode())
    assert isinstance(table, Table)
    drafts, problems = read_rows(table, case.zone, now)
    assert not problems
    return actions.take_in(actor, case, [draft for _number, draft in drafts], "0" * 64, now)


def _addresses(case: Case) -> dict[str, str]:
    """The pages of the timeline, by name."""
    middle = TimelineEntry.objects.order_by("happened_at")[TimelineEntry.objects.count() // 2]
    orders = keyset.total_order(TimelineEntry, ("happened_at",))
    after = keyset.write_cursor("timeline", orders, (middle.happened_at, middle.pk))
    place = f"/incidents/cases/{case.pk}/timeline/"
    return {
        "timeline": place,
        "timeline, deep in": f"{place}?after={after}",
        "timeline, newest written first": f"{place}?sort=-recorded",
        "timeline, milestones": f"{place}?milestone=any",
        "timeline, of a technique": f"{place}?technique=T1078",
        "timeline, late": f"{place}?late=yes",
        "timeline, searched": f"{place}?q=nowhere",
        "timeline, CSV": f"{place}?format=csv",
        "one entry": f"{place}{middle.pk}/",
    }
