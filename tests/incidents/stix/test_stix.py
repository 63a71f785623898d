"""STIX 2.1: what is passed on and what is held back, and what of others is taken in, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import stix2
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duecare.errors import BadInput
from duecare.incidents.cases.actions import open_case
from duecare.incidents.indicators.actions import add
from duecare.incidents.indicators.kinds import ORDER, read
from duecare.incidents.models import Case, Indicator, TimelineEntry
from duecare.incidents.stix import views
from duecare.incidents.stix.actions import take_in
from duecare.incidents.stix.isolated import read_isolated
from duecare.incidents.stix.markings import IDS, PASSED_ON, up_to
from duecare.incidents.timeline.actions import add_entry
from duecare.incidents.timeline.rows import Draft
from duecare.law.moments import Moment
from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from tests.incidents.begun import begin, told
from tests.site.test_api import program


def sign(pattern: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "indicator", "spec_version": "2.1", "id": f"indicator--{uuid4()}",
        "created": "2026-11-01T00:00:00.000Z", "modified": "2026-11-01T00:00:00.000Z", "pattern": pattern,
        "pattern_type": "stix", "valid_from": "2026-11-01T00:00:00Z", **more,
    }  # fmt: skip


def bundle(*objects: Any, **more: Any) -> bytes:
    return json.dumps({"type": "bundle", "id": f"bundle--{uuid4()}", "objects": objects, **more}).encode()


TECHNIQUE = {
    "type": "attack-pattern", "spec_version": "2.1", "id": f"attack-pattern--{uuid4()}", "name": "Phishing",
    "created": "2026-11-01T00:00:00.000Z", "modified": "2026-11-01T00:00:00.000Z",
    "external_references": [{"source_name": "mitre-attack", "external_id": "T1566"}],
}  # fmt: skip
GOOD = sign("[domain-name:value = 'evil.example']", name="C2", object_marking_refs=[IDS["green"]])


def bring(client: Client, case: Case, data: bytes) -> Any:
    file = SimpleUploadedFile("bundle.json", data)
    return client.post(f"/incidents/cases/{case.pk}/stix/import/", {"file": file, "tlp": "amber"})


def test_who_may_read_a_level_is_passed_on_that_and_what_is_for_more_people_and_never_red(home: Path) -> None:
    client, viewer, case = begin()
    now = utc_now()
    for number, tlp in enumerate(ORDER):
        add(viewer.actor, case, [read(f"192.0.2.{number}")], tlp, now, words=f"of {tlp}")
    add(
        viewer.actor,
        case,
        [read("A' OR 1=1 \\", "user agent"), read("odd", "other"), read("[odd", "other")],
        "clear",
        now,
    )
    add_entry(viewer.actor, case, Draft(Moment(now, "UTC"), "x", techniques=("T1566.001",)), now)
    take_in(viewer.actor, case, views.read_table(bundle(TECHNIQUE), now), "red", "f" * 64, "b.json", now)
    api, place = program(viewer), f"cases/{case.pk}/stix"
    assert api.ask("POST", place, {"recipient": "x", "tlp": "red"}).status_code == 422
    for tlp in PASSED_ON:
        text = api.ask("POST", place, {"recipient": "National CSIRT", "tlp": tlp}).content
        found = stix2.parse(text, version="2.1")
        signs = [one for one in found.objects if one.type == "indicator" and "ipv4" in one.pattern]
        assert {one.description: one.object_marking_refs for one in signs} == {
            f"of {one}": [IDS[one]] for one in up_to(tlp)
        }
        (incident,) = (one for one in found.objects if one.type == "incident")
        assert incident.name == "Incident 1"
        assert b"taken over" not in text
        assert incident.object_marking_refs == [IDS[tlp]]
        (technique,) = (one for one in found.objects if one.type == "attack-pattern")
        assert technique.external_references[0].external_id == "T1566.001"
        assert {one.name for one in found.objects if one.type == "identity"} == {"Riverside Clinic"}
        assert {one["id"] for one in found.objects if one.type == "marking-definition"} == {
            IDS[one] for one in up_to(tlp)
        }
    again = stix2.parse(api.ask("POST", place, {"recipient": "x", "tlp": "clear"}).content, version="2.1")
    assert {one.id for one in again.objects} <= {one.id for one in found.objects}, "known again"
    assert Entry.objects.filter(kind="incidents.stix-export", subject=case.pk).count() == len(PASSED_ON) + 1
    answer = client.post(
        f"/incidents/cases/{case.pk}/stix/", {"recipient": "x", "tlp": "green", "summary": "on"}
    )
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"taken over" in answer.content
    table = read_isolated(answer.content, now)
    assert ("user agent", "A' OR 1=1 \\") in {row.cells[:2] for row in table.rows}  # type: ignore[union-attr]
    rehearsed = open_case(viewer.actor, now, title="Rehearsal", exercise=True)
    assert client.get(f"/incidents/cases/{rehearsed.pk}/stix/").status_code == 403
    assert api.do("POST", f"cases/{rehearsed.pk}/stix", {"recipient": "x", "tlp": "clear"}, 403)


def test_a_bundle_is_shown_and_taken_in_once_with_its_levels(home: Path) -> None:
    client, viewer, case = begin()
    data = bundle(
        GOOD, sign("[ipv4-addr:value = '192.0.2.1' OR ipv4-addr:value = '192.0.2.2']"), TECHNIQUE,
        sign("[file:name LIKE 'a%']", object_marking_refs=[IDS["clear"]],
             granular_markings=[{"marking_ref": IDS["red"], "selectors": ["pattern"]}]),
        sign("[domain-name:value = 'old.example']", valid_until="2026-11-02T00:00:00.000Z"),
        sign("[url:value = 'http://a.example/']", revoked=True),
        {"type": "ipv4-addr", "spec_version": "2.1", "id": f"ipv4-addr--{uuid4()}", "value": "192.0.2.9"},
    )  # fmt: skip
    answer = bring(client, case, data)
    page = told(client, answer["Location"])
    for words in (
        "evil[.]example",
        "TLP:GREEN",
        "192[.]0[.]2[.]2",
        "TLP:AMBER",
        "T1566",
        "ipv4-addr (1)",
        "TLP:RED",
        "(valid_until): 1",
    ):
        assert words in page, words
    assert client.post(answer["Location"]).status_code == 302
    kept = Indicator.objects.filter(case=case)
    assert {(one.kind, one.tlp) for one in kept} == {
        ("domain", "green"), ("ipv4", "amber"), ("other", "red"),
    }  # fmt: skip
    assert kept.count() == 4
    (note,) = TimelineEntry.objects.filter(case=case, kind="note")
    assert (note.techniques, note.kind) == (["T1566"], "note")
    assert "was taken in before" in told(client, bring(client, case, data)["Location"])
    api = program(viewer)
    assert api.do("POST", f"cases/{case.pk}/stix/bundles?tlp=red", bundle(GOOD), 201) == {"added": 0}


WRONG = [
    (sign("[oops"), "pattern"),
    ({**GOOD, "id": "indicator--1"}, "indicator--1"),
    ({**GOOD, "odd": 1}, "odd"),
    ({**GOOD, "type": "x-odd"}, "x-odd"),
    (sign("[ipv4-addr:value = '999.0.2.1']"), "999.0.2.1"),
    ("text", "no object"),
    (
        {**TECHNIQUE, "external_references": [{"source_name": "mitre-attack", "external_id": "CAPEC-1"}]},
        "CAPEC",
    ),
]


def test_an_object_that_does_not_validate_is_named_and_nothing_is_taken_in(home: Path) -> None:
    client, viewer, case = begin()
    answer = bring(client, case, bundle(GOOD, *(one for one, _said in WRONG)))
    page = told(client, answer["Location"])
    assert f"{len(WRONG)} objects do not validate" in page
    for one, said in WRONG:
        assert said in page, said
        assert not isinstance(one, dict) or one["id"] in page
    assert client.post(answer["Location"]).status_code == 400
    api = program(viewer)
    assert (
        "do not validate"
        in api.do("POST", f"cases/{case.pk}/stix/bundles", bundle(GOOD, WRONG[0][0]), 400)["error"]["what"]
    )
    assert not Indicator.objects.exists()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no JSON"),
        (b"[" * 200_000, "no JSON"),
        (b'{"type": "bundle", "type": "bundle"}', "each thing once"),
        (b'{"type": "report"}', "no bundle"),
        (bundle(GOOD, spec_version="2.0"), "STIX 2.0"),
        (bundle(), "no objects"),
        (bundle(*[1] * 10_001), "at most 10,000"),
    ],
    # Each process of a run makes bundles of its own, and all have to call the tests the same.
    ids=("empty", "deep", "twice", "report", "older", "nothing", "many"),
)
def test_what_is_no_bundle_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_isolated(data, utc_now())
