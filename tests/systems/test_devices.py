"""Devices: what their lists show, and how they stand beside hosts that report for themselves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.assessing import assess
from duecare.program.imports.terminal import Said, import_table
from duecare.program.judgement import Facts, Grade, Verdict, checks
from duecare.program.models import Finding, Outcome
from duecare.program.outcomes import judge
from duecare.program.subjects import Subject
from duecare.program.targets import definitions
from duecare.systems.device_checks import BY_HAND, DEVICES
from duecare.systems.models import Device, Host
from tests.people import browser, sign_in
from tests.program.imports.files import INTUNE_DEVICES
from tests.site.past import _take_in

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
OURS = {one.id: one for one in checks() if one.of == DEVICES}
UNTOLD = {"state": "read", "problems": [], "compliant": None, "encrypted": None, "last_seen": None}
GOOD = UNTOLD | {"compliant": True, "encrypted": True, "last_seen": (NOW - timedelta(days=2)).isoformat()}


def asked(id: str, device: dict[str, Any], *, age: timedelta = timedelta(0)) -> Verdict:
    check = OURS[id]
    target = definitions()[check.target].default if check.target else None
    facts = Facts(NOW, NOW - age, {"device": device})
    return judge(check, Subject("systems.device:k", "d", Grade.IMPORTED, facts), target, NOW).verdict


@pytest.mark.parametrize("id", sorted(OURS))
def test_met_only_on_what_a_fresh_list_tells(id: str) -> None:
    assert asked(id, GOOD) is Verdict.MET
    assert asked(id, UNTOLD) is Verdict.UNKNOWN
    assert asked(id, GOOD, age=BY_HAND + timedelta(hours=1)) is Verdict.UNKNOWN


def test_what_a_list_shows_as_wrong_falls_short() -> None:
    assert asked("systems.devices_encrypted", GOOD | {"encrypted": False}) is Verdict.UNMET
    assert asked("systems.devices_compliant", GOOD | {"compliant": False}) is Verdict.UNMET
    old, coming = NOW - timedelta(days=31), NOW + timedelta(days=5)
    assert asked("systems.devices_seen", GOOD | {"last_seen": old.isoformat()}) is Verdict.UNMET
    assert asked("systems.devices_seen", GOOD | {"last_seen": coming.isoformat()}) is Verdict.UNKNOWN


def bring(whole: bool) -> None:
    said = Said("intune-devices", whole=whole)
    import_table(
        INTUNE_DEVICES.encode(), "d.csv", said, "terminal:test", utc_now(), dry=False, tell=lambda line: None
    )


def test_an_assessment_judges_each_device_and_says_how_far_that_rests_on_a_hand(home: Path) -> None:
    bring(whole=True)
    assess("terminal:test", utc_now())
    outcome = Outcome.objects.get(pk="systems.devices_compliant")
    assert (outcome.verdict, outcome.population, outcome.unmet, outcome.unknown) == ("unmet", 3, 1, 1)
    assert outcome.grade == Grade.IMPORTED
    finding = Finding.objects.get(check_id="systems.devices_compliant")
    assert finding.subject == f"systems.device:{Device.objects.get(own_id='d-2').pk}"


def test_a_part_of_a_list_leaves_every_answer_unknown(home: Path) -> None:
    bring(whole=False)
    assess("terminal:test", utc_now())
    for id in OURS:
        assert Outcome.objects.get(pk=id).verdict == "unknown"


def test_nothing_is_met_where_there_is_no_list_at_all(home: Path) -> None:
    assess("terminal:test", utc_now())
    for id in OURS:
        assert Outcome.objects.get(pk=id).verdict == "unknown"


def test_a_machine_that_is_managed_and_reports_for_itself_is_shown_as_both(home: Path) -> None:
    bring(whole=True)
    _take_in("laptop-7.clinic.example", utc_now())
    client = browser()
    sign_in(client, Role.OWNER)
    device, host = Device.objects.get(own_id="d-1"), Host.objects.get()
    shown = client.get(f"/systems/devices/{device.pk}/").content.decode()
    assert f"/systems/{host.pk}/" in shown
    assert f"/systems/devices/{device.pk}/" in client.get(f"/systems/{host.pk}/").content.decode()
    other = Device.objects.get(own_id="d-2")
    assert "no host of that name" in client.get(f"/systems/devices/{other.pk}/").content.decode()


def test_the_list_of_devices_is_filtered_and_exported(home: Path) -> None:
    bring(whole=True)
    client = browser()
    sign_in(client, Role.OWNER)
    assert client.get("/systems/devices/?compliant=no").content.decode().count('data-label="Known from"') == 1
    told = b"".join(client.get("/systems/devices/?encrypted=unknown&format=csv"))  # type: ignore[call-overload]
    assert told.count(b"\n") == 2
