"""Pages cost the same however much there is: few queries, none that counts or skips a table's rows.

The organisation and the pages are those that `make bench` times at full size.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from bench import estate, page_times
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.assessing import assess
from tests.people import browser, sign_in

MOST = 30
"""Queries of a page."""
TINY = estate.Size(people=30, hosts=60, entries=1_500, days=20, rounds=2)
LISTS = ("findings", "hosts", "ledger")


@pytest.fixture
def owner(home: Path) -> Client:
    """An owner's browser, in an organisation whose lists have more than one page."""
    estate.build(TINY)
    assess(estate.SERVER, utc_now())
    client = browser()
    sign_in(client, Role.OWNER)
    return client


def test_a_page_takes_few_queries_however_many_rows_and_a_list_neither_counts_nor_skips_any(
    owner: Client,
) -> None:
    middle = (utc_now() - timedelta(days=TINY.days // 2)).date()  # of the day on which the estate was built
    pages = page_times.addresses(middle)
    before: dict[str, int] = {}
    taken: dict[str, int] = {}
    for name, address in pages.items():
        today = _statements(owner, address)
        past = _statements(owner, page_times.as_of(address, middle.isoformat()))
        before[name] = len(today)
        taken |= {name: len(today), f"{name}, past": len(past)}
        if name.startswith(LISTS):
            assert not [sql for sql in today + past if re.search(r"\bOFFSET\b", sql)], name
            # How many hosts there are, and stopped, are figures of the page, told in one statement of unions.
            assert not [sql for sql in today + past if "COUNT(*)" in sql], name
    assert {name: count for name, count in taken.items() if count > MOST} == {}
    assert min(taken.values()) > 5  # or nothing was heard
    estate.top_up(TINY.entries + 2_000)
    after = {name: len(_statements(owner, address)) for name, address in pages.items()}
    assert {name: count for name, count in after.items() if count > before[name]} == {}


def _statements(client: Client, address: str) -> list[str]:
    """The SQL of one request, of the live tables and of a past day's."""
    with page_times.heard() as statements:
        page_times.ask(client, address)
    return statements
