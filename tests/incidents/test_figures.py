"""Figures count incidents and nothing else, and show what is unknown as unknown."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some

from duecare.errors import BadInput, Refused
from duecare.incidents.cases.actions import end_as_none, open_case
from duecare.incidents.cases.closing import close_case
from duecare.incidents.figures.actions import classify
from duecare.incidents.figures.classes import AXES, faults, veris
from duecare.incidents.figures.counting import Counted, groups
from duecare.incidents.figures.queries import figures
from duecare.incidents.timeline.actions import add_entry
from duecare.incidents.timeline.rows import Draft
from duecare.law.moments import Moment
from duecare.ledger.viewers import Role
from duecare.program.models import Ending, Task
from duecare.program.task_actions import end_task
from duecare.program.unchanged import seen_entry
from tests.people import browser, sign_in

ACTOR = "person:x"
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CLASSES = {
    "actor": ["external"],
    "motive": "Financial",
    "action": ["social", "hacking"],
    "asset": ["S", "P"],
    "attribute": ["confidentiality"],
    "discovery": "external",
}


def ids(axis: object) -> some.SearchStrategy[list[str]]:
    return some.lists(some.sampled_from([*axis.choices]), unique=True)  # type: ignore[attr-defined]


ROWS = some.builds(
    Counted,
    kind=some.sampled_from(["", "a", "b"]),
    severity=some.sampled_from(["", "high"]),
    month=some.sampled_from(["2026-01", "2026-02"]),
    classified=some.fixed_dictionaries({}, optional={axis.id: ids(axis) for axis in AXES if axis.several}),
)


@given(some.lists(ROWS))
def test_no_incident_is_lost_in_counting(rows: list[Counted]) -> None:
    for group in groups(rows, {"a": "A"}, {"high": "High"}):
        counts = sum(row.count for row in group.rows)
        assert counts >= len(rows) if group.several else counts == len(rows)
        assert all(row.count <= len(rows) and row.words for row in group.rows)


def test_classes_hold_what_can_be_and_export_as_veris_names() -> None:
    assert faults(CLASSES) == []
    assert faults({"actor": ["external", "unknown"]}) == ["actor"]
    assert faults({"asset": ["X"]}) == ["asset"]
    told = veris(CLASSES, id="7", year=2026, month=11, confirmed=True)
    assert told["actor"] == {"external": {"motive": ["Financial"]}}
    assert told["asset"]["assets"] == [{"variety": "S - Unknown"}, {"variety": "P - Unknown"}]
    assert veris({}, id="7", year=2026, month=11, confirmed=False)["action"] == {"unknown": {}}


@pytest.mark.usefixtures("home")
def test_exercises_and_what_was_none_are_left_out_and_unknown_is_shown() -> None:
    client: Client = browser()
    viewer = sign_in(client, Role.OWNER)
    one = open_case(ACTOR, NOW, title="One", kind="mail-takeover", severity="high")
    open_case(ACTOR, NOW, title="Played", exercise=True, kind="ransomware")
    none = open_case(ACTOR, NOW, title="None")
    end_as_none(ACTOR, none.pk, "A test mail of ours.", seen_entry(none), NOW)
    open_case(ACTOR, NOW, title="Two")
    for hours, mark in ((-5, "started"), (-3, "detected"), (-1, "contained")):
        add_entry(ACTOR, one, Draft(Moment(NOW + timedelta(hours=hours), "UTC"), mark, mark=mark), NOW)
    for task in one_tasks(one.pk):
        task_done(task, NOW)
    close_case(ACTOR, one.pk, "Over.", NOW)
    seen = seen_entry(one)
    with pytest.raises(BadInput, match="no choice"):
        classify(ACTOR, one.pk, {"action": ["magic"]}, seen=seen)
    classify(ACTOR, one.pk, CLASSES, seen=seen)  # though it is closed
    with pytest.raises(Refused, match="while you wrote"):
        classify(ACTOR, one.pk, {}, seen=seen)

    found = figures(viewer)
    assert (found.incidents, found.open, found.none) == (2, 1, 1)
    by = {group.id: {row.value: row.count for row in group.rows} for group in found.groups}
    assert by["kind"] == {"mail-takeover": 1, "": 1}
    assert by["month"] == {"2026-11": 2}
    assert by["action"] == {"hacking": 1, "social": 1, "": 1}
    detect, contain, recover = found.times
    assert (detect.median, contain.median) == (timedelta(hours=2), timedelta(hours=2))
    assert (recover.median, recover.known, recover.unknown) == (None, 0, 1)

    rows = json.loads(client.get("/incidents/figures/?format=json").content)
    assert {"figure": "time to detect, median", "value": "from started to detected", "number": 120, "of": 1,
            "unit": "minutes"} in rows  # fmt: skip
    text = client.get("/incidents/figures/?format=csv").content.decode()
    assert len(list(csv.DictReader(io.StringIO(text)))) == len(rows)
    page = client.get("/incidents/figures/").content.decode()
    assert "2 hours" in page
    assert "Not said yet" in page
    assert client.get("/incidents/figures/?kind=x").status_code == 400


def one_tasks(case: str) -> list[str]:
    return list(
        Task.objects.filter(about=f"incidents.case:{case}", ended_at=None).values_list("pk", flat=True)
    )


def task_done(key: str, now: datetime) -> None:
    end_task(ACTOR, key, Ending.DONE, "", now)
