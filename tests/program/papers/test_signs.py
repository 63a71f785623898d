"""No sign is lost on its way into a report: what its fonts lack stands there as a number."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.program.papers.signs import all_shown, shown


@pytest.mark.parametrize(
    "text",
    [
        "plain, with “quotes” and – dashes …",
        "Größe, naïve, Łódź, Ελλάδα, Київ",
        "two\nlines",
        "● ■ ◆ ◐ ○ ≤ €",
    ],
)
def test_what_the_fonts_have_stays_as_it_is(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("中文", "‹U+4E2D›‹U+6587›"),
        ("ok \U0001f600", "ok ‹U+1F600›"),
        ("abc\u202etxt.exe", "abc‹U+202E›txt.exe"),
        ("a\u200bb", "a‹U+200B›b"),
        ("bell\x07 nul\x00", "bell‹U+0007› nul‹U+0000›"),
        ("\ue000", "‹U+E000›"),
        ("\ud800", "‹U+D800›"),
        ("soft\u00adhyphen", "soft‹U+00AD›hyphen"),
    ],
)
def test_what_they_lack_and_what_could_deceive_stands_as_its_number(text: str, told: str) -> None:
    assert shown(text) == told


def test_lines_end_in_one_way_and_blanks_are_blanks() -> None:
    assert shown("a\r\nb\tc\u2028d\x0be") == "a\nb c d e"
    assert shown("e\u0301") == "é"


@given(st.text(st.characters(codec=None, exclude_categories=())))
def test_no_text_comes_out_with_a_sign_that_is_lacking(text: str) -> None:
    told = shown(text)
    assert shown(told) == told
    plainest = shown(text, plainest=True)
    assert re.fullmatch(r"[\n\x20-\u017f\u2010-\u203a]*", plainest)


def test_every_text_within_the_data_is_seen_to_and_nothing_else_is_touched() -> None:
    data = {"a": ["中", ("\x07", 3)], "b": {"c": None, "d": True, "e": "plain"}}
    assert all_shown(data) == {
        "a": ["‹U+4E2D›", ["‹U+0007›", 3]],
        "b": {"c": None, "d": True, "e": "plain"},
    }
