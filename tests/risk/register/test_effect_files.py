"""What safeguards take away as CSV and XLSX: what a file brings and may not; a round trip changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.imports.models import Import
from duecare.program.imports.undoing import undo
from duecare.risk.register.actions import end_scenario
from duecare.risk.register.effect_actions import EffectDraft, add_effect
from duecare.risk.register.models import Effect, Estimate, Scenario
from duecare.risk.register.queries import rows_of
from tests.people import browser, sign_in
from tests.program.imports.bringing import confirm
from tests.program.imports.bringing import send as bring
from tests.risk.register.a_register import believe, keeper, scenario, told, words

pytestmark = pytest.mark.usefixtures("home")
HEAD = (
    'Scenario,Safeguard,What it holds down,Takes away at least,"Takes away, most likely",Takes away at most,'
    "Coverage,Reliability,Why,The estimates know of it\n"
)
NEW = 'R-1,mfa,frequency,20 %,50,"70,5",80 %,90 %,A thief needs more than the laptop.,no\n'


def send(client: Client, data: bytes | str, name: str = "effects.csv") -> Any:
    return bring(client, "effects", data, name)


def held(viewer: Viewer, row: Scenario, on: str = "frequency", *, known: bool = False) -> Effect:
    draft = EffectDraft("mfa", on, (200, 500, 700), 800, 900, "It was tried.", known=known)
    return add_effect(viewer, row.pk, draft, utc_now())


def left_of(row: Scenario) -> list[tuple[int, int]]:
    """What the standing estimates say that the safeguards left of rate and loss."""
    found = Estimate.objects.filter(scenario=row, ended_at=None).order_by("what")
    return [(one.frequency_left, one.magnitude_left) for one in found]


def test_a_safeguard_is_previewed_taken_in_and_undone() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    believe(viewer, row, "rate", 100_000, 500_000)
    before = Entry.objects.count()
    preview = send(client, HEAD + NEW)
    page = words(preview.content.decode())
    assert "Added 1" in page, page[:3000]
    assert "70.5 %" in page
    assert Entry.objects.count() == before
    confirm(client, preview)
    made = Effect.objects.get()
    assert (made.scenario_id, made.safeguard, made.on) == (row.pk, "mfa", "frequency")
    assert (made.efficacy, made.coverage, made.reliability) == ([200, 500, 705], 800, 900)
    assert made.made_by == viewer.actor
    assert left_of(row) == [(1_000_000, 1_000_000)], "it came since, so what was estimated stays"
    undo(Import.objects.get(), viewer.actor, "The wrong file.", utc_now())
    assert not Effect.objects.exists()


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_what_is_taken_away_and_brought_back_changes_nothing(format: str) -> None:
    client, viewer = keeper()
    row = scenario(viewer, title="=1+1; or\ttwo")
    believe(viewer, row, "rate", 100_000, 500_000)
    held(viewer, row)
    told = EffectDraft("mfa", "magnitude", (0, 1, 1000), 1, 999, "It was tried.\r\nTwice.", known=False)
    add_effect(viewer, row.pk, told, utc_now())
    gone = scenario(viewer, title="Gone")
    held(viewer, gone)
    end_scenario(viewer, gone.pk, "It cannot be.", utc_now())
    before = Entry.objects.count()
    file = client.get(f"/risk/effects/table.{format}")
    assert file["Content-Disposition"] == f'attachment; filename="risk-effects.{format}"'
    page = words(send(client, file.content, f"back.{format}").content.decode())
    for said in ("Unchanged 2", "Added 0", "Changed 0"):
        assert said in page, page[:3000]
    assert Entry.objects.count() == before
    assert client.get("/risk/effects/table.pdf").status_code == 404


def test_estimates_that_know_of_it_tell_of_a_world_that_had_it() -> None:
    """As on the page: the same file and the same form leave the same estimates behind."""
    client, viewer = keeper()
    rows = [scenario(viewer, title=title) for title in ("By file", "By hand")]
    for row in rows:
        believe(viewer, row, "rate", 100_000, 500_000)
        believe(viewer, row, "fines", 1_000, 5_000)
        held(viewer, row, "magnitude")
    line = NEW.replace('"70,5"', "70").replace(",no", ",yes")
    confirm(client, send(client, HEAD + line))
    by_hand = EffectDraft("mfa", "frequency", (200, 500, 700), 800, 900, "As in the file.")
    add_effect(viewer, rows[1].pk, by_hand, utc_now())
    assert left_of(rows[0]) == left_of(rows[1])
    assert left_of(rows[0])[0][0] < 700_000
    told_of = rows_of(rows, viewer)
    first, second = (sorted((*one.told, *one.holds), key=repr) for one in told_of)
    assert first == second
    assert left_of(rows[0])[0][1] == 1_000_000, "the other side is as it was"
    undo(Import.objects.get(), viewer.actor, "The wrong file.", utc_now())
    assert left_of(rows[0]) == [(1_000_000, 1_000_000)] * 2


def test_a_row_changes_what_is_said_and_leaves_what_it_does_not_tell() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    believe(viewer, row, "rate", 100_000, 500_000)
    made = held(viewer, row)
    head = "Scenario,Safeguard,What it holds down,Coverage,The estimates know of it\n"
    line = "the laptop with the list is lost,MULTI-FACTOR SIGN-IN,how often,95 %,no\n"
    preview = send(client, head + line)
    page = words(preview.content.decode())
    assert "Changed 1" in page, page[:3000]
    assert "80 % → 95 %" in page
    confirm(client, preview)
    made.refresh_from_db()
    assert (made.efficacy, made.coverage, made.reason) == ([200, 500, 700], 950, "It was tried.")
    assert "Unchanged 1" in words(send(client, head + line).content.decode())
    words_alone = "Scenario,Safeguard,What it holds down,Why\nR-1,mfa,frequency,We tried it anew.\n"
    confirm(client, send(client, words_alone))
    made.refresh_from_db()
    assert made.reason == "We tried it anew.", "words move no figure, so nothing is asked"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (NEW.replace("R-1", "R-9"), "No scenario that stands is called “R-9”"),
        (NEW.replace("R-1", "Twins"), "or several are"),
        (NEW.replace("R-1", "R-2"), "No scenario that stands"),
        (NEW.replace("mfa", "moats"), "There is no safeguard “moats”"),
        (NEW.replace("frequency", "both"), "is none of frequency, magnitude"),
        (NEW.replace("20 %", "0.2"), "can be read in two ways"),
        (NEW.replace("20 %", "1"), "can be read in two ways"),
        (NEW.replace("20 %", "0.25 %"), "finer than a tenth"),
        (NEW.replace("20 %", "some"), "is no share"),
        (NEW.replace("20 %", "-5 %"), "is no share"),
        (NEW.replace("80 %", "101 %"), "between 0 and 100"),
        (NEW.replace("80 %", "0 %"), "above 0"),
        (NEW.replace("20 %", "60 %"), "upside down"),
        (NEW.replace("80 %", ""), "so it needs it"),
        (NEW.replace("A thief needs more than the laptop.", ""), "so it needs it"),
        (NEW.replace(",no", ","), "whether the estimates that stand were made knowing it"),
        (NEW + NEW.replace("frequency", "magnitude").replace(",no", ",yes"), "says both yes and no"),
        (NEW + NEW, "about the same as row 2"),
    ],
)
def test_a_bad_cell_is_named_and_nothing_of_the_file_comes_in(row: str, why: str) -> None:
    client, viewer = keeper()
    believe(viewer, scenario(viewer), "rate", 100_000, 500_000)
    end_scenario(viewer, scenario(viewer, title="Gone").pk, "It cannot be.", utc_now())
    scenario(viewer, title="Twins")
    scenario(viewer, title="TWINS")
    preview = send(client, HEAD + row)
    page = words(preview.content.decode())
    assert why in page, page[:3000]
    assert 'name="plan"' not in preview.content.decode()
    assert not Effect.objects.exists()


def test_a_rate_that_no_curve_takes_is_refused_and_nothing_of_the_file_stands() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    believe(viewer, row, "rate", 900_000_000, 1_000_000_000)
    line = HEAD + "R-1,mfa,frequency,99.9 %,99.9 %,100 %,100 %,100 %,It stops all.,yes\n"
    answer = confirm(client, send(client, line))
    assert "Without its safeguards it would happen" in words(answer.content.decode())
    assert not Effect.objects.exists()
    assert left_of(row) == [(1_000_000, 1_000_000)]


def test_more_rows_than_one_act_can_take_are_refused() -> None:
    client, _viewer = keeper()
    rows = "".join(NEW.replace("R-1", f"R-{number}") for number in range(301))
    assert "more than 300 rows" in words(send(client, HEAD + rows).content.decode())


def test_an_auditor_takes_the_table_away_and_brings_none() -> None:
    _client, viewer = keeper()
    held(viewer, scenario(viewer))
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert "R-1 The laptop" in auditor.get("/risk/effects/table.csv").content.decode()
    assert auditor.get("/imports/new/effects/").status_code in (403, 404)
    assert "Import" not in told(auditor, "/risk/safeguards/").replace("Imports", "")
