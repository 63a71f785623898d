"""Measures as CSV and XLSX: what a file brings, what it may not; a round trip changes nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.imports.models import Import
from duecare.program.imports.undoing import undo
from duecare.program.unchanged import seen_entry
from duecare.risk.measures.actions import Change, Draft, add_measure, change_measure, end_measure
from duecare.risk.measures.models import Measure
from duecare.risk.register.actions import end_scenario
from tests.people import browser, sign_in
from tests.program.imports.bringing import confirm, send, words
from tests.risk.measures.samples import scenario, set_terms

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
MEASURES = "measures"
HEAD = '"Measure","Safeguard","Cost once, likely","Years","Cost each year, least","Cost each year, likely"\n'
NEW = "Segments,Network security,30 k,4,,EUR 5 000\n"


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def measure(viewer: Viewer, title: str = "Wider MFA", **changed: object) -> Measure:
    costs = {"once": (0, 0, 0), "yearly": (4_000_000, 6_000_000, 12_000_000), "years": 3}
    return add_measure(viewer, Draft(title, "mfa", **{**costs, **changed}), NOW)  # type: ignore[arg-type]


def test_measures_are_previewed_taken_in_and_undone(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    set_terms(viewer)
    before = Entry.objects.count()
    preview = send(client, MEASURES, HEAD + NEW.replace("Network security", "network_security"))
    assert "Added 1" in words(preview), words(preview)
    assert Entry.objects.count() == before
    confirm(client, preview)
    row = Measure.objects.get()
    assert (row.title, row.safeguard, row.years) == ("Segments", "network_security", 4)
    assert (row.once, row.yearly) == ([3_000_000] * 3, [500_000] * 3)
    assert (row.effects, row.made_by) == ([], viewer.actor)
    undo(Import.objects.get(), viewer.actor, "The wrong file.", utc_now())
    assert not Measure.objects.exists()


def test_a_row_changes_its_measure_and_leaves_what_it_does_not_tell(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    set_terms(viewer)
    made = scenario(viewer, NOW)
    effect = Change(made.pk, "frequency", (500, 500, 500), 1000, 1000)
    row = measure(viewer, effects=(effect,), curtails="Work at the gate")
    gone = measure(viewer, "Old")
    end_measure(viewer, gone.pk, "dropped", "No.", seen_entry(gone), NOW)
    preview = send(client, MEASURES, HEAD + "wider mfa,,,,,70 000\nOld,mfa,1 k,1,,\n")
    assert "Changed 1" in words(preview), words(preview)
    assert "Added 1" in words(preview), "one off the table is not changed by a file"
    confirm(client, preview)
    now = Measure.objects.get(pk=row.pk)
    assert (now.yearly, now.once, now.years) == ([4_000_000, 7_000_000, 12_000_000], [0, 0, 0], 3)
    assert (now.effects, now.curtails, now.title) == (row.effects, row.curtails, "Wider MFA")


BOUND = (
    '"Measure","Safeguard","Cost each year, likely","What it changes","Needs","Cannot be beside",'
    '"Who sees to it"\n'
)


def test_what_measures_change_need_and_exclude_comes_with_them(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    set_terms(viewer)
    first, second = scenario(viewer, NOW), scenario(viewer, NOW, 2, "Fraud; by mail")
    old = measure(viewer, "Old one")
    file = (
        'Segments,network_security,1 k,"R-1; frequency; 20 %; 50 %; 70,5 %; 80 %; 90 %\n'
        'Fraud; by mail;Magnitude;0 %;10;20;100;100","Sensors\nold  ONE",,Owner Example\n'
        "Sensors,monitoring,2 k,,,Walls,\n"
        "Walls,network_security,3 k,,,,\n"
    )
    preview = send(client, MEASURES, BOUND + file)
    page = words(preview)
    assert "Added 3" in page, page
    assert "R-2 Fraud; by mail; magnitude; 0 %; 10 %; 20 %; 100 %; 100 %" in page, page
    confirm(client, preview)
    made = {row.title: row for row in Measure.objects.all()}
    assert made["Segments"].effects == [
        {"scenario": first.pk, "on": "frequency", "efficacy": [200, 500, 705],
         "coverage": 800, "reliability": 900},
        {"scenario": second.pk, "on": "magnitude", "efficacy": [0, 100, 200],
         "coverage": 1000, "reliability": 1000},
    ]  # fmt: skip
    assert made["Segments"].needs == sorted([made["Sensors"].pk, old.pk])
    assert made["Sensors"].excludes == [made["Walls"].pk]
    assert made["Segments"].owner_id == viewer.person
    again = send(client, MEASURES, BOUND + file)
    assert "Unchanged 3" in words(again), words(again)
    undo(Import.objects.get(), viewer.actor, "The wrong file.", utc_now())
    assert [row.title for row in Measure.objects.all()] == ["Old one"]


def test_a_cell_takes_the_place_of_what_stood_there_and_what_was_named_before_may_stay(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    set_terms(viewer)
    gone, there = scenario(viewer, NOW), scenario(viewer, NOW, 2, "Fraud")
    effects = tuple(Change(row.pk, "frequency", (500, 500, 500), 1000, 1000) for row in (gone, there))
    ended = measure(viewer, "Ended")
    row = measure(viewer, effects=effects, needs=(ended.pk,))
    end_scenario(viewer, gone.pk, "It cannot be.", utc_now())
    end_measure(viewer, ended.pk, "dropped", "No.", seen_entry(ended), NOW)
    table = client.get("/risk/measures/table.csv").content
    assert "Unchanged 1" in words(send(client, MEASURES, table)), "with what has ended"
    line = "R-{}; frequency; 10 %; 20 %; 30 %; 100 %; 100 %"
    told = f'Wider MFA,,,"{line.format(1)}\n{line.format(2)}","Ended",,\n'
    preview = send(client, MEASURES, BOUND + told)
    assert "Changed 1" in words(preview), words(preview)
    confirm(client, preview)
    now = Measure.objects.get(pk=row.pk)
    assert [one["efficacy"] for one in now.effects] == [[100, 200, 300]] * 2
    assert now.needs == [ended.pk]
    confirm(client, send(client, MEASURES, BOUND + f'Wider MFA,,,"{line.format(2)}",,,\n'))
    assert [one["scenario"] for one in Measure.objects.get(pk=row.pk).effects] == [there.pk]
    refused = words(send(client, MEASURES, BOUND + f'Wider MFA,,,"{line.format(1)}",,,\n'))
    assert "No scenario that stands is called “R-1" in refused, "it is named no longer, so it has ended"


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ('"R-1; frequency; 10 %; 20 %; 30 %",,,', "Line 1: it takes a scenario and six parts"),
        ('"R-9; frequency; 10 %; 20 %; 30 %; 100 %; 100 %",,,', "Line 1: No scenario that stands"),
        ('"R-1; both; 10 %; 20 %; 30 %; 100 %; 100 %",,,', "“both” is nothing that a measure lowers"),
        ('"R-1; frequency; 40 %; 20 %; 30 %; 100 %; 100 %",,,', "are no shares that rise"),
        ('"R-1; frequency; 0.4; 0.5; 0.6; 1; 1",,,', "can be read in two ways"),
        (
            '"R-1; frequency; 1 %; 2 %; 3 %; 9 %; 9 %\nR-1; frequency; 1 %; 2 %; 3 %; 9 %; 9 %",,,',
            "Line 2: This scenario has two effects on the same side",
        ),
        (",Nothing,,", "No measure on the table is called “Nothing”"),
        (",Segments,,", "No measure on the table is called “Segments”"),
        (",,Segments,", "No measure on the table is called “Segments”"),
        (",Sensors,,\nSensors,network_security,1 k,,Segments,,", "It would come to need itself"),
        (",Walls,Walls,", "would need both “Segments” and “Walls”, which exclude each other"),
        (",,,Nobody", "Nobody who may sign in is called that"),
    ],
)
def test_a_bond_that_cannot_be_is_a_fault_of_its_cell(
    cells: str, why: str, owner: tuple[Client, Viewer]
) -> None:
    client, viewer = owner
    set_terms(viewer)
    scenario(viewer, NOW)
    measure(viewer, "Walls")
    preview = send(client, MEASURES, BOUND + f"Segments,network_security,1 k,{cells}\n")
    assert why in words(preview), words(preview)
    assert 'name="plan"' not in preview.content.decode()
    assert Measure.objects.count() == 1


def test_what_came_to_exclude_each_other_since_the_preview_is_taken_in_by_no_file(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    set_terms(viewer)
    walls = measure(viewer, "Walls")
    sensors = measure(viewer, "Sensors")
    preview = send(client, MEASURES, BOUND + 'Segments,network_security,1 k,,"Walls\nSensors",,\n')
    assert "Added 1" in words(preview), words(preview)
    draft = Draft("Walls", "mfa", (0, 0, 0), (1, 1, 1), 3, excludes=(sensors.pk,))
    change_measure(viewer, walls.pk, draft, seen_entry(walls), NOW)
    answer = words(confirm(client, preview))
    assert "which exclude each other" in answer, answer
    assert Measure.objects.count() == 2


def test_a_title_that_differs_in_blanks_alone_is_the_measure_that_stands(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    set_terms(viewer)
    row = measure(viewer, "Wider  MFA", years=7)
    for title in ("wider MFA", "Wider   mfa", "WIDER  MFA"):
        page = words(send(client, MEASURES, BOUND + f"{title},,,,,,Owner Example\n"))
        assert "Changed 1" in page, page
        assert "Cost each year" not in page.split("What it tells")[1], "nothing of its costs is written over"
    assert Measure.objects.get().pk == row.pk


def test_more_effects_than_one_measure_takes_are_a_fault_of_their_cell(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    set_terms(viewer)
    lines = []
    for number in range(1, 17):
        scenario(viewer, NOW, number, f"Of {number}")
        lines += [f"R-{number}; {on}; 1 %; 2 %; 3 %; 9 %; 9 %" for on in ("frequency", "magnitude")]
    told = "\n".join(lines)
    page = words(send(client, MEASURES, BOUND + f'Segments,network_security,1 k,"{told}",,,\n'))
    assert "More than 30 effects are too many for one measure" in page, page


def test_more_measures_than_one_act_can_take_are_refused(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    set_terms(viewer)
    rows = "".join(f"M {number},network_security,1 k,,,,\n" for number in range(301))
    assert "more than 300 rows" in words(send(client, MEASURES, BOUND + rows))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_measures_that_are_taken_away_and_brought_back_change_nothing(
    format: str, owner: tuple[Client, Viewer]
) -> None:
    client, viewer = owner
    assert client.get(f"/risk/measures/table.{format}").status_code == 404
    set_terms(viewer)
    made = scenario(viewer, NOW, title="=2;  or two")
    effect = Change(made.pk, "frequency", (0, 55, 1000), 1000, 999)
    first = measure(viewer, effects=(effect,), owner=viewer.person)
    texts = {"must": "A law", "about": "Two\r\nlines", "curtails": "'=1"}
    second = measure(viewer, "=1+1", once=(1, 250, 1_000_001), **texts)
    measure(viewer, "Last", needs=(first.pk, second.pk))
    file = client.get(f"/risk/measures/table.{format}")
    assert file["Content-Disposition"] == f'attachment; filename="risk-measures.{format}"'
    before = Entry.objects.count()
    preview = send(client, MEASURES, file.content, f"back.{format}")
    for said in ("Unchanged 3", "Added 0", "Changed 0"):
        assert said in words(preview), words(preview)
    assert Entry.objects.count() == before
    assert client.get("/risk/measures/table.pdf").status_code == 404


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (NEW.replace("30 k", "USD 30 k"), "the register is kept in EUR"),
        (NEW.replace("Network security", "Moats"), "There is no safeguard “Moats”"),
        (NEW.replace("Network security", ""), "A new measure needs it"),
        (NEW.replace(",4,", ",99,"), "is no number of years"),
        (NEW.replace("30 k", "").replace("EUR 5 000", ""), "Nobody says what it costs"),
        (NEW.replace(",4,,EUR", ",4,6 k,EUR"), "are no amounts that rise"),
        (NEW.replace("4,,EUR 5 000", "4,6 k,"), "Say what is likely"),
        (NEW.replace("Segments", ""), "it is empty and must not be"),
    ],
)
def test_a_bad_cell_of_a_measure_is_named_and_nothing_of_the_file_comes_in(
    row: str, why: str, owner: tuple[Client, Viewer]
) -> None:
    client, viewer = owner
    set_terms(viewer)
    good = NEW.replace("Segments", "Walls").replace("Network security", "network_security")
    preview = send(client, MEASURES, HEAD + good + row.replace("Network security", "network_security"))
    assert why in words(preview), words(preview)
    assert 'name="plan"' not in preview.content.decode()
    assert not Measure.objects.exists()


def test_without_terms_no_measure_is_brought_and_who_only_reads_brings_none(
    owner: tuple[Client, Viewer],
) -> None:
    client, _viewer = owner
    assert "The terms of risk are not set yet" in words(send(client, MEASURES, HEAD + NEW))
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert auditor.get("/imports/new/measures/").status_code in (403, 404)
    assert "Import" not in words(auditor.get("/risk/measures/"))
