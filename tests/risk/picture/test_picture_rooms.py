"""What other rooms of risk show on its pictures: what waits, and what insurance in force pays."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from tests.people import browser, sign_in
from tests.risk.insurance.insurance_samples import policy
from tests.risk.picture import made

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def _page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_insurance_in_force_is_a_band_behind_single_losses_of_our_own_alone(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    now = utc_now()
    made.clinic(now)
    assert 'class="band"' not in _page(client, "/risk/curves/")
    row = policy(viewer, now)
    own = _page(client, "/risk/curves/")
    assert f"{row} pays from EUR" in own
    year, largest = own.split('id="h-largest"')
    assert 'class="band"' not in year
    assert largest.count('<rect class="band"') == 2, "in the legend and in the picture"
    assert 'class="band"' not in _page(client, "/risk/curves/?side=others")


def test_what_waits_beyond_what_is_shown_is_counted_with_a_link_to_its_list(
    owner: tuple[Client, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, viewer = owner
    now = utc_now()
    made.clinic(now)
    ago = now.date() - timedelta(days=400)
    for _place in range(3):
        policy(viewer, now, period_from=ago, period_to=ago + timedelta(days=364))
    assert "more: Policies of insurance" not in _page(client, "/risk/")
    monkeypatch.setattr("duecare.risk.picture.waiting.MOST", 1)
    assert '<a href="/risk/insurance/">2 more: Policies of insurance</a>' in _page(client, "/risk/")


def test_a_policy_past_its_period_waits_on_the_overview_and_pays_nothing(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    now = utc_now()
    made.clinic(now)
    assert "What waits" not in _page(client, "/risk/")
    ago = now.date() - timedelta(days=400)
    row = policy(viewer, now, period_from=ago, period_to=ago + timedelta(days=364))
    overview = _page(client, "/risk/")
    assert "What waits" in overview
    assert str(row) in overview
    assert "pays from" not in _page(client, "/risk/curves/")
