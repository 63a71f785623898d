"""The register as CSV and XLSX: what a file brings, what it may not; a round trip changes nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
import xlsxwriter
from django.test import Client

from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.imports.models import Import
from duecare.program.imports.undoing import undo
from duecare.program.models import Right
from duecare.risk.register.believing import Belief
from duecare.risk.register.effect_actions import EffectDraft, add_effect
from duecare.risk.register.estimate_actions import Estimated, estimate
from duecare.risk.register.models import Estimate, Scenario
from duecare.site.people import end_right
from tests.people import browser, sign_in
from tests.program.imports.bringing import confirm
from tests.program.imports.bringing import send as bring
from tests.risk.register.a_register import believe, keeper, scenario, told, words

pytestmark = pytest.mark.usefixtures("home")
HEAD = (
    "No.,Scenario,Who or what,does,to what,Harm,"
    '"How often a year, at least","How often a year, at most","Fines, at least","Fines, most likely",'
    '"Fines, at most",Why,Currency\n'
)
NEW = ",Fire,Fire,burns,The house,All is gone,1 in 100,1 in 20,1 m,2 m,3 m,The fire brigade says so.,EUR\n"


def send(client: Client, name: str, data: bytes | str) -> Any:
    return bring(client, "scenarios", data, name)


def test_a_file_is_previewed_taken_in_as_a_whole_and_undone() -> None:
    client, viewer = keeper()
    before = Entry.objects.count()
    preview = send(client, "risks.csv", HEAD + NEW)
    assert "Added 1" in words(preview.content.decode())
    assert Entry.objects.count() == before
    confirm(client, preview)
    row = Scenario.objects.get()
    assert (str(row), row.reviewed_by) == ("R-1 Fire", viewer.actor)
    found = {one.what: (one.kind, one.numbers, one.author_id) for one in Estimate.objects.all()}
    assert found == {
        "rate": ("range", [10_000, 50_000], viewer.person),
        "fines": ("pert", [100_000_000, 200_000_000, 300_000_000], viewer.person),
    }
    undo(Import.objects.get(), viewer.actor, "The wrong file.", utc_now())
    assert not Scenario.objects.exists()
    assert not Estimate.objects.exists()


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_what_is_taken_away_and_brought_back_changes_nothing(format: str) -> None:
    client, viewer = keeper()
    row = scenario(viewer, title="=1+1 is a title")
    believe(viewer, row, "rate", 100_000, 500_000)
    believe(viewer, row, "fines", 100_050, 200_000, 300_000, kind="pert")
    believe(viewer, row, "response", 5_000, 6_050, kind="data")
    believe(viewer, row, "others", 5_000, kind="data")
    other = sign_in(browser(), Role.MANAGER)
    believe(other, row, "rate", 1_000_000, 2_000_000)
    counted = scenario(viewer, title="Counted")
    believe(viewer, counted, "rate", 3, 2_500_000, kind="history")
    believe(viewer, counted, "fines", *[10**7 + one for one in range(2_000)], kind="data")
    scenario(viewer, title="Nothing is estimated of it")
    before = Entry.objects.count()
    file = client.get(f"/risk/scenarios/table.{format}")
    assert file["Content-Disposition"] == f'attachment; filename="risk-scenarios.{format}"'
    preview = send(client, f"back.{format}", file.content)
    assert "Unchanged 3" in words(preview.content.decode()), words(preview.content.decode())[:3000]
    assert "Added 0" in words(preview.content.decode())
    assert "Changed 0" in words(preview.content.decode())
    assert Entry.objects.count() == before


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_nothing_of_what_may_stand_comes_back_as_a_change_or_a_fault(format: str) -> None:
    """Texts that a spreadsheet changes, numbers that a table would ask about, people who left."""
    client, viewer = keeper()
    other = sign_in(browser(), Role.MANAGER)
    row = scenario(
        viewer,
        title="'=1+1",
        who="1.50",
        does="007",
        to="a\x0cb",
        harm="One line.\r\n\r\nAnother.  Caf\u00e9",
    )
    believe(viewer, row, "rate", 1_234_000, 2_500_000)
    slip = Estimated(Belief("fines", "range", (1_000, 10**11)), "A case.\r\nTwo.", "high", "1.10", True)
    estimate(viewer, row.pk, slip, utc_now())
    believe(viewer, row, "liability", 1, 10**14 - 1, 10**14 + 1, kind="pert", confirmed=True)
    believe(other, row, "others", 1_050, 2_005)
    scenario(viewer, title="Another", owner=other.person)
    end_right(viewer.actor, Right.objects.get(person=other.person), utc_now())
    before = Entry.objects.count()
    preview = send(client, f"back.{format}", client.get(f"/risk/scenarios/table.{format}").content)
    page = words(preview.content.decode())
    assert "Unchanged 2" in page, page[:3000]
    assert "Changed 0" in page
    assert "Added 0" in page
    assert Entry.objects.count() == before


def test_what_a_row_says_anew_needs_a_reason_of_its_own() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    other = sign_in(browser(), Role.MANAGER)
    said = Estimated(Belief("rate", "range", (1_000_000, 2_000_000)), "They counted.", "high", "A study")
    estimate(other, row.pk, said, utc_now())
    for line, why in (
        ("R-1,The list is lost,,,,,2,4,,,,,\n", "needs a reason"),
        ("R-1,The list is lost,,,,,2,4,,,,They counted.,\n", "the reason for the numbers that stand"),
        ("R-1,The list is lost,,,,,1,2,,,,I counted too.,\n", "no number of the row says anything new"),
        ("R-1,The list is lost,,,,,,,,,,I counted too.,\n", "no number of the row says anything new"),
    ):
        page = words(send(client, "risks.csv", HEAD + line).content.decode())
        assert why in page, page[:3000]
    preview = send(client, "risks.csv", HEAD + "R-1,The list is lost,,,,,2,4,,,,I counted too.,\n")
    page = words(preview.content.decode())
    assert "A study" in page, "the preview shows that the source is not taken over"
    confirm(client, preview)
    mine = Estimate.objects.get(author=viewer.person, ended_at=None)
    assert (mine.reason, mine.source, mine.confidence) == ("I counted too.", "", "low")
    theirs = Estimate.objects.get(author=other.person, ended_at=None)
    assert (theirs.reason, theirs.confidence) == ("They counted.", "high")


def test_a_file_ends_no_history_and_no_list_of_whoever_brings_it() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    believe(viewer, row, "rate", 3, 10_000_000, kind="history")
    believe(viewer, row, "fines", 500_000, 900_000, kind="data")
    for line, why in (
        ("R-1,The list is lost,,,,,2,4,,,,I counted.,\n", "You told it as a history"),
        ("R-1,The list is lost,,,,,,,1 k,2 k,3 k,I counted.,\n", "You told it as a list"),
    ):
        preview = send(client, "risks.csv", HEAD + line)
        assert why in words(preview.content.decode())
        assert 'name="plan"' not in preview.content.decode()
    other, manager = browser(), Role.MANAGER
    sign_in(other, manager)
    confirm(other, send(other, "risks.csv", HEAD + "R-1,The list is lost,,,,,2,4,,,,I counted.,\n"))
    found = Estimate.objects.filter(ended_at=None).order_by("made_at").values_list("kind", flat=True)
    assert list(found) == ["history", "data", "range"], "somebody else's stands beside them"


COUNTED = (
    'No.,"How often a year, events that were counted","How often a year, years in which they were",'
    '"How often a year, at least","Fines, each loss that happened","Fines, at most",Scenario,Why\n'
)


def test_events_that_were_counted_and_losses_that_happened_are_taken_in() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    other = sign_in(browser(), Role.MANAGER)
    believe(other, row, "rate", 3, 10_000_000, kind="history")
    believe(other, row, "fines", 1_000, 2_000)
    line = 'R-1,4,"12,5",,"1 k; EUR 2 500; 300.50",,The list is lost,"From our books."\n'
    preview = send(client, "risks.csv", COUNTED + line)
    page = words(preview.content.decode())
    assert "3 → 4" in page, page[:3000]
    assert "1000; 2500; 300.50" in page
    confirm(client, preview)
    found = {
        (one.what, one.kind, one.author_id): one.numbers for one in Estimate.objects.filter(ended_at=None)
    }
    assert found == {
        ("rate", "history", viewer.person): [4, 12_500_000],
        ("fines", "data", viewer.person): [100_000, 250_000, 30_050],
        ("fines", "range", other.person): [1_000, 2_000],
    }, "there is one history of a scenario, and others' ranges stand"
    again = send(client, "risks.csv", COUNTED + line)
    assert "Unchanged 1" in words(again.content.decode())
    anew = COUNTED + 'R-1,5,13,,,,The list is lost,"Another one."\n'
    confirm(client, send(client, "risks.csv", anew))
    assert Estimate.objects.get(kind="history", ended_at=None).numbers == [5, 13_000_000]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("R-1,4,,,,,The list is lost,x\n", "Fill in both"),
        ("R-1,,10,,,,The list is lost,x\n", "Fill in both"),
        ("R-1,four,10,,,,The list is lost,x\n", "no count of events"),
        ("R-1,-4,10,,,,The list is lost,x\n", "no count of events"),
        ('R-1,4,"1,000",,,,The list is lost,x\n', "read in two ways"),
        ("R-1,4,1.500,,,,The list is lost,x\n", "read in two ways"),
        ("R-1,4,1001,,,,The list is lost,x\n", "no number of years"),
        ("R-1,4,0,,,,The list is lost,x\n", "no number of years"),
        ("R-1,4,10,0.2,,,The list is lost,x\n", "told in two ways at once"),
        ("R-1,,,,1 k; 2 k,5 k,The list is lost,x\n", "told in two ways at once"),
        ("R-1,,,,1 k; none,,The list is lost,x\n", "no amount of money"),
        ("R-1,,,,1 k; 0,,The list is lost,x\n", "is no loss"),
        ("R-1,,,,90 m,,The list is lost,x\n", "more than 10 times the turnover"),
        ("R-1,,,,USD 5,,The list is lost,x\n", "kept in EUR"),
    ],
)
def test_a_count_or_list_that_cannot_be_is_a_fault_of_its_cell(line: str, why: str) -> None:
    client, viewer = keeper()
    scenario(viewer)
    preview = send(client, "risks.csv", COUNTED + line)
    page = words(preview.content.decode())
    assert why in page, page[:3000]
    assert "line 2, column" in page
    assert 'name="plan"' not in preview.content.decode()


def test_a_list_as_long_as_a_cell_is_taken_in_and_comes_back() -> None:
    client, viewer = keeper()
    scenario(viewer)
    losses = "; ".join(["1"] * 3_334)
    line = f'R-1,,,,"{losses}",,The list is lost,"From our books."\n'
    assert 9_990 < len(losses) <= 10_000
    confirm(client, send(client, "risks.csv", COUNTED + line))
    assert Estimate.objects.get().numbers == [100] * 3_334
    table = client.get("/risk/scenarios/table.xlsx").content
    assert "Unchanged 1" in words(send(client, "back.xlsx", table).content.decode())


def test_lists_that_one_act_does_not_hold_are_refused_whole() -> None:
    client, viewer = keeper()
    losses = "; ".join(["1"] * 3_000)
    rows = "".join(f'R-{number},,,,"{losses}",,Of {number},x\n' for number in range(1, 60))
    for number in range(1, 60):
        scenario(viewer, title=f"Of {number}")
    page = words(send(client, "risks.csv", COUNTED + rows).content.decode())
    assert "more than 500,000 characters" in page, page[:3000]


def test_a_rate_that_no_curve_takes_without_the_safeguards_is_a_fault_of_its_cell() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    all_of_it = EffectDraft("mfa", "frequency", (1000, 1000, 1000), 1000, 1000, "It stops all.", known=False)
    add_effect(viewer, row.pk, all_of_it, utc_now())
    preview = send(client, "risks.csv", HEAD + "R-1,The list is lost,,,,,200,400,,,,I counted.,\n")
    page = words(preview.content.decode())
    assert "Without its safeguards it would happen" in page, page[:3000]
    assert 'name="plan"' not in preview.content.decode()


def test_a_row_changes_the_words_and_becomes_the_bringers_own_estimate() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    other = sign_in(browser(), Role.MANAGER)
    believe(other, row, "rate", 1_000_000, 2_000_000)
    text = HEAD + "r-1,The list is lost,,,,,2,4,,,,Counted anew.,\n"
    preview = send(client, "risks.csv", text)
    page = words(preview.content.decode())
    assert "Changed 1" in page
    assert "1 → 2" in page
    confirm(client, preview)
    row.refresh_from_db()
    assert (row.title, row.who) == ("The list is lost", "A thief"), "an empty cell changes nothing"
    found = {one.author_id: one.numbers for one in Estimate.objects.filter(ended_at=None)}
    assert found == {other.person: [1_000_000, 2_000_000], viewer.person: [2_000_000, 4_000_000]}


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (NEW.replace("1 m,", "USD 1 m,"), "the register is kept in EUR"),
        (NEW.replace(",EUR", ",USD"), "kept in EUR"),
        (NEW.replace("1 in 20", "1 in 200"), "upside down"),
        (NEW.replace("1 in 20", ""), "the other end of the range is missing"),
        (NEW.replace("3 m", "30 m"), "more than 10 times the turnover"),
        (NEW.replace("The fire brigade says so.", ""), "needs a reason"),
        (NEW.replace(",Fire,Fire", "R-9,Fire,Fire"), "does not stand in the register"),
        (NEW.replace("All is gone", ""), "A new scenario needs it"),
        (NEW.replace("1 in 100", "seldom"), "how often"),
        (NEW.replace("1 in 100", '"1 in 1,000"'), "two ways"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_of_its_row_comes_in(row: str, why: str) -> None:
    client, _viewer = keeper()
    preview = send(client, "risks.csv", HEAD + NEW.replace("Fire,Fire", "Flood,Water") + row)
    page = words(preview.content.decode())
    assert why in page, page[:3000]
    assert "Added 1" in page
    assert "takes a file as a whole" in page
    assert 'name="plan"' not in preview.content.decode()
    refused = client.post(f"{preview.request['PATH_INFO']}confirm/", {"plan": "0"}, follow=True)
    assert "Added 1" in words(refused.content.decode())
    assert not Scenario.objects.exists()


def test_more_rows_than_one_act_can_take_are_refused_before_anything_is_read_of_them() -> None:
    client, _viewer = keeper()
    rows = "".join(NEW.replace("Fire,Fire", f"Fire {number},Fire") for number in range(301))
    page = words(send(client, "risks.csv", HEAD + rows).content.decode())
    assert "more than 300 rows" in page, page[:3000]
    assert not Scenario.objects.exists()


def test_merged_cells_and_formulas_of_a_workbook_are_faults_of_their_cells() -> None:
    client, _viewer = keeper()
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Risks")
    head = ["Scenario", "Who or what", "does", "to what", "Harm", "How often a year, at least",
            "How often a year, at most", "Why"]  # fmt: skip
    sheet.write_row(0, 0, head)
    sheet.write_row(1, 0, ["Fire", "Fire", "burns", "The house", "Gone", 0.01])
    sheet.write_formula(1, 6, "=F2*5", value="")
    sheet.write(1, 7, "Counted.")
    sheet.write_row(2, 0, ["Flood", "Water", "rises", "The house", "Gone"])
    sheet.merge_range(2, 5, 2, 6, 0.01)
    sheet.write(2, 7, "Counted.")
    book.close()
    preview = send(client, "risks.xlsx", buffer.getvalue())
    page = words(preview.content.decode())
    assert "row 2, column G" in page, page[:3000]
    assert "it holds a formula whose value was not stored" in page
    assert "row 3, column G" in page
    assert "hidden by the merged cell F3:G3" in page
    assert not Scenario.objects.exists()


def test_an_auditor_takes_the_table_away_and_brings_none() -> None:
    _client, viewer = keeper()
    believe(viewer, scenario(viewer), "rate", 100_000, 500_000)
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    text = auditor.get("/risk/scenarios/table.csv").content.decode()
    assert ",0.1,,0.5," in text
    assert auditor.get("/risk/scenarios/table.ods").status_code == 404
    assert auditor.get("/imports/new/scenarios/").status_code in (403, 404)
    assert "Import" not in told(auditor, "/risk/scenarios/").replace("Imports", "")
