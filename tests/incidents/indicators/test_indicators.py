"""Indicators of a case: many at once, seen elsewhere, taken off with a reason."""

from __future__ import annotations

import json
from pathlib import Path

from duecare.incidents.cases.actions import open_case
from duecare.incidents.models import Alert, Indicator
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.program.search import search
from tests.incidents.begun import begin, close, refused, told
from tests.site.test_api import program


def test_lines_are_shown_first_added_whole_and_found_in_other_cases_and_alerts(home: Path) -> None:
    client, viewer, case = begin()
    place, now = f"/incidents/cases/{case.pk}/indicators/", utc_now()
    values = {"text": "hxxp://evil[.]example/\n198.51.100.7\nnonsense", "tlp": "amber", "kind": ""}
    page = client.post(f"{place}add/", values).content.decode()
    assert "1 line cannot be used" in page
    assert "198[.]51[.]100[.]7" in page
    assert "1 line cannot be used" in refused(client, f"{place}add/", {**values, "add": "yes"})
    assert not Indicator.objects.exists()
    values["text"] = values["text"].replace("nonsense", "evil[.]example\nEVIL.example")
    page = client.post(f"{place}add/", values).content.decode()
    assert "3 new indicators" in page
    assert "there already" in page
    assert client.post(f"{place}add/", {**values, "add": "yes"}).status_code == 302
    assert sorted(Indicator.objects.values_list("value", flat=True)) == [
        "198.51.100.7", "evil.example", "http://evil.example/",
    ]  # fmt: skip
    page = told(client, place)
    assert "hxxp://evil[.]example/" in page
    assert 'href="http://evil' not in page
    rows = json.loads(client.get(f"{place}?format=json&kind=ipv4").getvalue())["rows"]
    assert [(one["value"], one["tlp"]) for one in rows] == [("198.51.100.7", "amber")]
    other = open_case(viewer.actor, now, title="The phishing of spring")
    api = program(viewer)
    wrong = {"values": ["evil.example", "no"], "tlp": "red"}
    assert api.refused("POST", f"cases/{other.pk}/indicators", wrong) == "values.1"
    assert api.do("POST", f"cases/{other.pk}/indicators", {**wrong, "values": ["evil[.]example"]}, 201) == {
        "added": 1
    }
    with recording("terminal:test", "tell of an alert"):
        Alert.objects.create(
            id=new_key(), source="EDR", source_id="1", rule="Beacon to a known host", level="high",
            signs=["evil.example"], happened_at=now, taken_at=now, taken_by="terminal:test",
        )  # fmt: skip
    sign = Indicator.objects.get(case=case, kind="domain")
    page = told(client, f"{place}{sign.pk}/")
    assert "The phishing of spring" in page
    assert "Beacon to a known host" in page
    assert "The phishing of spring" in told(client, place)
    hits = {hit.title for group in search("evil.example", viewer).groups for hit in group.hits}
    assert hits >= {"evil[.]example", "hxxp://evil[.]example/"}
    assert refused(client, f"{place}{sign.pk}/remove/", {"reason": " "})
    assert client.post(f"{place}{sign.pk}/remove/", {"reason": "Ours, after all."}).status_code == 302
    assert "Ours, after all." in told(client, f"{place}{sign.pk}/")
    assert client.post(f"{place}{sign.pk}/remove/", {"reason": "again"}).status_code == 403
    assert api.get(f"cases/{other.pk}/indicators/{Indicator.objects.get(case=other).pk}")["cases"] == []
    close(case, viewer.actor)
    assert client.post(f"{place}add/", {**values, "add": "yes"}).status_code == 403
