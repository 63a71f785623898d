"""The risk report tells what the pages of risk tell, each side apart, and names what it does not know."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from duecare.assurance.actions import issue
from duecare.assurance.reports import REPORTS
from duecare.assurance.reports.interface import Asked, Told
from duecare.ledger import asof, blobs
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.risk.picture.choosing import Choice
from duecare.risk.picture.queries import Ground, ground
from duecare.risk.register.portfolios import Stage
from tests.assurance.test_language import said
from tests.program.papers import pdfs
from tests.pseudo import CODE
from tests.risk.picture import made
from tests.site.test_every_word import left

pytestmark = pytest.mark.usefixtures("home")
OWNER = Viewer("person:ann", "Ann Example", frozenset({Role.OWNER}), "ann")


def asked() -> Asked:
    now = utc_now() + timedelta(seconds=1)
    return Asked(now.date(), now.date(), now)


def gathered() -> Told:
    one = asked()
    with asof.viewing(asof.view_at(one.instant)):
        return REPORTS["risk"].gather(one, OWNER)


def register() -> Ground:
    found = ground(OWNER, Choice())
    assert found is not None
    return found


def cells(told: Told) -> list[list[Any]]:
    """The rows of all tables, states as their words."""
    return [
        [cell if isinstance(cell, str) else cell["word"] for cell in row]
        for block in told.content["blocks"]
        if block["kind"] == "table"
        for row in block["rows"]
    ]


def kinds(told: Told) -> list[str]:
    return [block["kind"] for block in told.content["blocks"]]


def test_both_sides_are_told_apart_with_the_figures_of_the_pages() -> None:
    made.clinic(utc_now())
    told, found = gathered(), register()
    own, others = found.figures("own", Stage.TODAY), found.figures("others", Stage.TODAY)
    assert own is not None
    assert others is not None
    table = cells(told)
    assert ["A year, on average", found.shown(own.mean), found.shown(others.mean)] in table
    assert [
        "A bad year, 1 in 20: more than",
        found.shown(own.bad.year),
        found.shown(others.bad.year),
    ] in table
    both = found.figures("both", Stage.TODAY)
    assert both is not None
    assert found.figure(both.mean) not in str(told.content)
    assert kinds(told).count("curves") == 2
    assert kinds(told).count("spans") == 4
    texts = [block["text"] for block in told.content["blocks"] if block["kind"] == "text"]
    # One scenario has no rate: what is partial is not told as within.
    assert (
        "What is estimated of a bad year of our own lies within the tolerance of EUR\u00a01,500,000, but "
        "scenarios are missing in it: it cannot be said that all of it does."
    ) in texts
    assert ["Bad years were", "computed", "computed"] in table
    (borne,) = (
        cell
        for block in told.content["blocks"]
        if block["kind"] == "facts"
        for term, cell in block["rows"]
        if term == "A bad year against the tolerance"
    )
    assert borne["state"] == "partly"


def test_what_was_drawn_by_chance_says_so_wherever_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made.by_chance(monkeypatch)
    made.terms()
    made.scenario(1, "Fire", utc_now(), (310_000, 910_000), {"replacement": (7_000_00, 97_000_00)})
    told, found = gathered(), register()
    figures = found.figures("own", Stage.TODAY)
    assert figures is not None
    assert not figures.exact
    bad, table = figures.bad, cells(told)
    error = found.figure(bad.year_error or 0.0)
    assert [
        "A bad year, 1 in 20: more than", f"{found.shown(bad.year)} ± {error}", "Unknown"
    ] in table  # fmt: skip
    assert ["Bad years were", "drawn by chance, seed 20260", "–"] in table
    (alone,) = (row for row in table if row[0] == "R-1 Fire" and len(row) == 5)
    assert alone[2] == f"≈ {found.figure(bad.year)}"
    texts = [block["text"] for block in told.content["blocks"] if block["kind"] == "text"]
    assert any(text.startswith("≈ Drawn by chance, 20,000 years with seed 20260") for text in texts)
    (picture,) = (block for block in told.content["blocks"] if block["kind"] == "curves")
    assert picture["legend"][0]["label"] == "Today, drawn by chance"


def test_what_is_not_estimated_is_unknown_in_each_table_and_never_nothing() -> None:
    rows = made.clinic(utc_now())
    table = cells(gathered())
    (alone,) = (row for row in table if row[0] == str(rows[3]) and len(row) == 5)
    assert alone[1] != "Unknown"
    assert alone[3:] == ["Unknown", "Unknown"]
    assert [str(rows[3]), "Harm to others", "nobody has estimated this loss"] in table
    assert [str(rows[4]), "Our own loss", "nobody has estimated how often it comes"] in table


def test_a_register_without_estimates_draws_nothing_and_one_without_terms_says_so() -> None:
    with_nothing = gathered()
    assert kinds(with_nothing) == ["text"]
    made.terms(tolerance=None)
    made.scenario(1, "Fire", utc_now())
    told = gathered()
    assert "curves" not in kinds(told)
    assert "spans" not in kinds(told)
    assert ["A year, on average", "Unknown", "Unknown"] in cells(told)


def test_the_file_is_archival_accessible_and_carries_the_checkpoint(tmp_path: Path) -> None:
    made.clinic(utc_now())
    one = asked()
    row = issue(OWNER, REPORTS["risk"], one, one.instant)
    pdf = blobs.fetch(row.pdf)
    assert pdfs.standards(pdf) == (b"3", b"A", b"1")
    text = pdfs.text(pdf, tmp_path)
    for words in ("What a year may cost", "1 in 200", "With today", "R-5 An employee sells data", "Unknown"):
        assert words in text
    assert f"Rests on the first {row.size} entries" in text


def test_many_scenarios_are_cut_with_how_many_more_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duecare.assurance.reports.risk.LISTED", 2)
    made.clinic(utc_now())
    more = [block["more"] for block in gathered().content["blocks"] if block["kind"] == "table"]
    assert "3 more: see the register in Duecare as of that day." in more


def test_no_table_is_longer_than_a_reader_bears_and_each_says_what_it_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("duecare.assurance.reports.risk.LISTED", 1)
    monkeypatch.setattr("duecare.assurance.reports.risk_pictures.BARS", 2)
    monkeypatch.setattr("duecare.assurance.reports.risk_pictures.STEPS", 2)
    made.clinic(utc_now() - timedelta(days=400))
    tables = [block for block in gathered().content["blocks"] if block["kind"] == "table"]
    more = [block["more"] for block in tables if block["more"]]
    # One scenario lacks its rate on both sides, one harm to others; all five are old.
    assert "2 more: see the overview of risk in Duecare as of that day." in more
    assert "4 more: see the overview of risk in Duecare as of that day." in more
    assert "2 more: see what safeguards take away in Duecare as of that day." in more
    assert any(one.endswith(" more: see what moves the loss most in Duecare as of that day.") for one in more)
    assert max(len(block["rows"]) for block in tables if block["more"]) <= 3
    stairs = next(block for block in tables if "take away" in block["more"])
    assert stairs["rows"][-1][0] == "Today"


def test_every_text_is_translated_but_what_people_wrote_and_amounts() -> None:
    rows = made.clinic(utc_now())
    with translation.override(CODE):
        told = gathered()
    texts = [str(told.title), *told.lines, *said(dict(told.content))]
    theirs = re.compile(
        "|".join([*(re.escape(str(one)) for one in rows), r"R-\d[^⟧]*…", r"\bEUR\b", r"\d·\d+"])
    )
    assert [one for one in texts if left(theirs.sub(" ", one), "", "")] == []
    assert len(texts) > 60
