"""A report is set in a process that reads nothing but its data, to the same bytes each time."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duecare import confined
from duecare.errors import BadInput, DuecareError
from duecare.program.papers.blocks import Code, Column, Facts, Heading, Table, Text, mark
from duecare.program.papers.render import Attached, render
from tests.program.papers import pdfs

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOTE = Attached("checkpoint.txt", "the note\n\n— 中文 signature\n", "The signed checkpoint")


def data(*blocks: Any, **changes: Any) -> dict[str, Any]:
    """What a report of these blocks gives to its template."""
    return {
        "language": "en",
        "organisation": "Harbour Clinic",
        "title": "A title",
        "lines": ["One line", "another"],
        "foot": {"first": "first", "second": "second", "page": "%n of %of"},
        "seal": {
            "title": "The checkpoint",
            "paragraphs": ["A paragraph."],
            "note": ["a note", "", "— signature"],
            "facts": asdict(Facts((("Key", Code("abc")),))),
            "steps": ["A step."],
        },
        "blocks": [asdict(block) for block in blocks],
        **changes,
    }


def flow(*blocks: Any, **changes: Any) -> bytes:
    return render("flow", data(*blocks, **changes), (NOTE,), AT)


def test_a_report_claims_pdf_a_3a_and_pdf_ua_and_is_tagged() -> None:
    made = flow(Heading("A heading"), Text("A text."), Facts((("Term", mark("proven")),)))
    assert pdfs.standards(made) == (b"3", b"A", b"1")
    assert b"/Marked true" in made
    assert b"/StructTreeRoot" in made


def test_the_same_data_and_moment_give_the_same_bytes_and_others_do_not() -> None:
    assert flow(Text("same")) == flow(Text("same"))
    assert flow(Text("same")) != flow(Text("other"))
    later = AT.replace(year=2027)
    assert render("flow", data(Text("same")), (NOTE,), later) != flow(Text("same"))


def test_the_attached_files_are_in_it_byte_for_byte() -> None:
    assert NOTE.text.encode() in pdfs.streams(flow())


HOSTILE = [
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.1"',
    "#panic()",
    '"]) #while true {}',
    "*bold* _it_ `raw` $x^2$ @ref <label> = Heading",
    "\\ \\u{202e} \\# // comment /* more",
    "{{ template }} {% load %} </w:p>",
]


def test_what_people_typed_is_never_source(tmp_path: Path) -> None:
    rows = tuple((text, mark("open"), Code(text)) for text in HOSTILE)
    columns = (Column("a", 1), Column("b", width=20), Column("c", 1))
    made = flow(*(Text(text) for text in HOSTILE), Table(columns, rows, ""), title=HOSTILE[0], lines=HOSTILE)
    read = pdfs.text(made, tmp_path)
    for text in HOSTILE:
        assert " ".join(text.split()) in read
    assert "root:" not in read


def test_a_template_reaches_no_file_and_no_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from duecare.program.papers import render as module

    content = Path(module.__file__).parent / "content"
    for name, source in {
        "file": '#if given { read("/house.typ") }',
        "outside": '#if given { read("/../../../../etc/hostname") }',
        "package": '#if given [ #import "@preview/cetz:0.3.1": canvas ]',
    }.items():
        (tmp_path / f"{name}.typ").write_text(source)
    (tmp_path / "house.typ").write_text((content / "house.typ").read_text())
    boot = confined._BOOT.replace(
        "child(", f"import duecare.program.papers.render as r; r._CONTENT = r.Path({str(tmp_path)!r}); child("
    )
    monkeypatch.setattr(confined, "_BOOT", boot)
    for name in ("file", "outside", "package"):
        with pytest.raises(DuecareError, match="No report was issued") as caught:
            render(name, data(), (), AT)
        assert not isinstance(caught.value, BadInput), name


@given(st.lists(st.text(st.characters(codec=None, exclude_categories=()), max_size=60), max_size=8))
@settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_at_all_can_be_set(texts: list[str]) -> None:
    columns = (Column("a", 1), Column("b", width=20))
    rows = tuple((text, Code(text)) for text in texts)
    made = flow(*(Text(text) for text in texts), Table(columns, rows, "none"), lines=texts)
    assert pdfs.pages(made) >= 1


def test_signs_that_only_lack_a_font_together_are_set_by_their_numbers(tmp_path: Path) -> None:
    read = pdfs.text(flow(Text("a\u05b0b and plain")), tmp_path)
    assert "and plain" in read


def test_a_long_word_stays_on_the_page(tmp_path: Path) -> None:
    word = "/usr/lib/" + "a" * 400 + "/end"
    columns = (Column("a", 1), Column("b", 1), Column("c", 1))
    made = flow(Text(word), Table(columns, ((word, word, Code(word)),), ""))
    read = pdfs.text(made, tmp_path).replace(" ", "").replace("\u200b", "")
    assert read.count("/end") == 4
    assert pdfs.pages(made) == 1


def test_too_much_time_or_memory_is_refused_and_says_so() -> None:
    columns = (Column("a", 1), Column("b", 1))
    many = data(Table(columns, tuple((f"row {n}", "words " * 20) for n in range(20_000)), ""))
    with pytest.raises(BadInput, match="could not be set within 1 seconds"):
        render("flow", many, (), AT, seconds=1)
    with pytest.raises(BadInput, match="100 MiB of memory"):
        render("flow", many, (), AT, memory=100 << 20)


def test_a_fault_in_a_template_is_a_fault_of_ours_and_names_itself() -> None:
    with pytest.raises(DuecareError, match="please report it") as caught:
        render("flow", {"language": "en"}, (), AT)
    assert not isinstance(caught.value, BadInput)
