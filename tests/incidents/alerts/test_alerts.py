"""Alerts are taken in once each, proposed in groups, and put to a case or set aside."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from duecare.errors import BadInput, Refused
from duecare.incidents.alerts import queries
from duecare.incidents.alerts.actions import take_in
from duecare.incidents.alerts.queries import find_group, kindred
from duecare.incidents.alerts.reading import Told
from duecare.incidents.alerts.terminal import bring_alerts
from duecare.incidents.cases import triage_actions
from duecare.incidents.cases.triage_actions import Waiting
from duecare.incidents.models import Alert, Case, TimelineEntry
from duecare.ledger.models import Head
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from tests.incidents.somebody import Somebody

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def told(number: int, where: str, *, account: str = "") -> Told:
    at = NOON + number * timedelta(minutes=1)
    return Told("EDR", str(number), "Odd sign-in", "high", at, about_name=where, account=account)


def test_alerts_count_once_group_and_become_a_case_in_one_act(home: Path) -> None:
    owner = Somebody(Role.OWNER)
    now = utc_now()
    first = [told(n, "web-1") for n in range(30)]
    assert take_in(owner.actor, [*first, first[0], told(40, "db-1")], now).taken == 31
    size = Head.objects.get().size
    again = take_in(owner.actor, first, now)
    assert (again.taken, again.known) == (0, 30)
    assert Head.objects.get().size == size, "what is known changes nothing"
    page = owner.page("/incidents/waiting/")
    assert page.count("Odd sign-in: web-1") == 1
    assert "Odd sign-in: db-1" in page
    key = Alert.objects.get(source_id="0").pk
    address = f"/incidents/waiting/alerts/{key}/"
    group = find_group(key, owner.viewer)
    assert len(group.alerts) == 30
    take_in(owner.actor, [told(31, "WEB-1")], now)
    page = owner.send(address, 400, what="new", title="Web server", seen=group.seen)
    assert "another one by now" in page
    assert not Case.objects.exists()
    owner.send(address, what="new", title="Web server", seen=find_group(key, owner.viewer).seen)
    case = Case.objects.get()
    assert Alert.objects.filter(case=case).count() == 31
    assert TimelineEntry.objects.filter(case=case, kind="event").count() == triage_actions.NAMED
    owner.page(address, 404)
    page = owner.send(address, 400, what="none", words="A scan of ours.", seen=group.seen)
    assert "Owner Example has put this to incident 1 meanwhile" in page
    assert "A scan of ours." in page
    with pytest.raises(BadInput, match="At most 1,000 alerts"):
        triage_actions.set_aside(owner.actor, Waiting(alerts=["x"] * 1_001), "No.", now)

    take_in(owner.actor, [told(50, "web-1")], now)
    late = Alert.objects.get(source_id="50")
    assert kindred([late], owner.viewer) == [case.pk]
    assert "Open incidents about the same" in owner.page(f"/incidents/waiting/alerts/{late.pk}/")
    triage_actions.put_to(owner.actor, Waiting(alerts=[late.pk]), case.pk, "", now)
    with pytest.raises(Refused, match="meanwhile"):
        triage_actions.set_aside(owner.actor, Waiting(alerts=[late.pk]), "No.", now)
    triage_actions.detach_alert(owner.actor, case.pk, late.pk, "A test.", now)
    late.refresh_from_db()
    assert (late.case, late.settled_at, late.settled_words) == (None, None, "Taken from incident 1: A test.")
    waiting = json.loads(owner.page("/incidents/alerts/?format=json&state=waiting"))["rows"]
    assert {one["source_id"] for one in waiting} == {"40", "50"}
    triage_actions.set_aside(owner.actor, Waiting(alerts=[late.pk]), "Ours.", now)
    assert "Ours." in owner.page(f"/incidents/alerts/{late.pk}/")


def test_a_thousand_alerts_are_taken_in_and_up_well_within_what_an_act_may_hold_the_lock(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = Somebody(Role.OWNER)
    lines = "\n".join(
        json.dumps({"source": "EDR", "id": n, "rule": "Odd", "at": "2026-11-23T14:30:00Z", "host": "web-1"})
        for n in range(1_000)
    )
    assert bring_alerts(lines.encode(), "terminal:test", utc_now()).taken == 1_000
    monkeypatch.setattr(queries, "LOOKED_AT", 999)
    beyond = find_group(Alert.objects.order_by("happened_at", "id")[999].pk, owner.viewer)
    assert len(beyond.alerts) == 1, "what is not grouped is proposed alone"
    monkeypatch.undo()
    group = find_group(Alert.objects.order_by("id")[0].pk, owner.viewer)
    made = triage_actions.take_up(owner.actor, Waiting(alerts=group.group.keys), utc_now(), title="Storm")
    assert Alert.objects.filter(case=made).count() == 1_000
