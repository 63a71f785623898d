"""Within the tolerance is drawn as good only where everything is in the figures and was looked at in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.risk.picture.bearing import Bearing, bearing
from duecare.risk.picture.choosing import Choice
from duecare.risk.picture.queries import ground
from tests.people import browser, sign_in
from tests.risk.picture import made

pytestmark = pytest.mark.usefixtures("home")
OWNER = Viewer("person:ann", "Ann Example", frozenset({Role.OWNER}), "ann")
SMALL: Mapping[str, tuple[int, int]] = {"replacement": (1_000_00, 9_000_00), "others": (1_00, 9_00)}
OLD = timedelta(days=400)


def answer() -> Bearing:
    found = ground(OWNER, Choice())
    assert found is not None
    told = bearing(found, utc_now())
    assert told is not None
    return told


def own_side(client: Client) -> str:
    page = unescape(client.get("/risk/").content.decode())
    return page.partition('id="h-own"')[2].partition('id="h-others"')[0]


@pytest.fixture
def owner() -> Client:
    client = browser()
    sign_in(client, Role.OWNER)
    return client


def test_all_of_it_known_and_fresh_is_within_and_drawn_as_good(owner: Client) -> None:
    made.terms()
    made.scenario(1, "Fire", utc_now(), (100_000, 500_000), SMALL)
    assert answer().state == "met"
    assert 'class="status good"' in own_side(owner)


def test_a_sum_in_which_something_is_missing_is_not_drawn_as_good(owner: Client) -> None:
    made.terms()
    made.scenario(1, "Fire", utc_now(), (100_000, 500_000), SMALL)
    made.scenario(2, "Flood", utc_now())
    told = answer()
    assert told.state == "partly"
    assert "scenarios are missing in it" in told.sentence
    side = own_side(owner)
    assert "Within the tolerance as far as estimated" in side
    assert 'class="status good"' not in side


def test_figures_that_nobody_looked_at_for_too_long_are_not_drawn_as_good(owner: Client) -> None:
    made.terms()
    made.scenario(1, "Fire", utc_now() - OLD, (100_000, 500_000), SMALL)
    assert answer().state == "stale"
    side = own_side(owner)
    assert "Within the tolerance by figures to look at again" in side
    assert 'class="status good"' not in side


def test_both_are_said_where_both_are_so() -> None:
    made.terms()
    made.scenario(1, "Fire", utc_now() - OLD, (100_000, 500_000), SMALL)
    made.scenario(2, "Flood", utc_now())
    told = answer()
    assert told.state == "partly"
    assert "to be looked at again" in told.words


def test_what_is_old_and_in_no_figure_is_missing_and_not_old() -> None:
    made.terms()
    made.scenario(1, "Fire", utc_now(), (100_000, 500_000), SMALL)
    made.scenario(2, "Flood", utc_now() - OLD)
    assert answer().words == "Within the tolerance as far as estimated"


def test_above_the_tolerance_stays_above_whatever_is_missing_or_old() -> None:
    made.terms(tolerance=1_00)
    made.scenario(1, "Fire", utc_now() - OLD, (500_000, 900_000), SMALL)
    made.scenario(2, "Flood", utc_now())
    assert answer().state == "unmet"
