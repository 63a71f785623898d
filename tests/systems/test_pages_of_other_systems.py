"""Windows and macOS on the pages of hosts: taken in, found by their filter, told section by section."""

from __future__ import annotations

import json
from typing import Any

import pytest

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.assessing import assess
from duecare.program.judgement import Grade
from duecare.program.models import Finding
from duecare.systems.actions import take_in_report
from duecare.systems.models import Host
from tests.people import browser, sign_in
from tests.systems.macs import mac
from tests.systems.windows import volume, windows_report

pytestmark = pytest.mark.usefixtures("home")

BARE: dict[str, Any] = {"disk_encryption.mounts": [volume("C", False)]}


def known(report: dict[str, Any]) -> Host:
    """The host of a report that was collected a moment ago."""
    now = utc_now()
    told = {**report, "collected_at": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    return take_in_report(json.dumps(told).encode(), "terminal:test", now, Grade.IMPORTED, new_host=True).host


def test_the_list_is_filtered_by_windows_and_macos() -> None:
    client = browser()
    sign_in(client, Role.OWNER)
    known(windows_report())
    known(mac().report())
    for family, name in (("windows", "DESK-7"), ("macos", "annas-mac")):
        rows = json.loads(client.get(f"/systems/?format=json&family={family}").getvalue())["rows"]
        assert [row["name"] for row in rows] == [name]
    assert "annas-mac" in client.get("/systems/?family=macos").content.decode()


def test_the_page_of_a_windows_tells_what_it_reported() -> None:
    client = browser()
    sign_in(client, Role.OWNER)
    host = known(windows_report(BARE))
    shown = client.get(f"/systems/{host.pk}/").content.decode()
    for word in ("Microsoft Windows 11 Pro 25H2", "BitLocker protection is off", "Remote Desktop"):
        assert word in shown, word


def test_an_assessment_opens_a_finding_about_a_disk_of_windows_that_is_not_encrypted() -> None:
    known(windows_report(BARE))
    known(mac().report())
    assess("terminal:test", utc_now())
    (finding,) = Finding.objects.filter(check_id="systems.disks_encrypted")
    assert finding.item == "C:\\"
