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
from duecare.risk.measures.actions import Change, Draft, add_measure, end_measure
from duecare.risk.measures.models import Measure
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


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_measures_that_are_taken_away_and_brought_back_change_nothing(
    format: str, owner: tuple[Client, Viewer]
) -> None:
    client, viewer = owner
    assert client.get(f"/risk/measures/table.{format}").status_code == 404
    set_terms(viewer)
    measure(viewer)
    measure(viewer, "=1+1", once=(1, 250, 1_000_001), must="A law", about="Two\nlines")
    file = client.get(f"/risk/measures/table.{format}")
    assert file["Content-Disposition"] == f'attachment; filename="risk-measures.{format}"'
    before = Entry.objects.count()
    preview = send(client, MEASURES, file.content, f"back.{format}")
    for said in ("Unchanged 2", "Added 0", "Changed 0"):
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
