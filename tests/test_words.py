"""Texts of modules without Django: English by themselves, and in the reader's language once one is lent."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

from django.utils import translation

from duecare import words
from duecare.program.catalogue import catalogue
from tests.pseudo import CODE


def test_without_a_speaker_texts_are_english_numbers_grouped_and_days_iso() -> None:
    code = (
        "from duecare import words; from datetime import date;"
        "print(words.gettext('so %(n)s') % {'n': words.number(31884)}, words.day(date(2026, 11, 23)),"
        "words.ngettext('one', 'many', 1), words.ngettext('one', 'many', 0), words.Text('as it is'),"
        "'django' in __import__('sys').modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "so 31,884 2026-11-23 one many as it is False\n"


def test_a_text_is_translated_where_it_is_shown_and_english_to_the_program() -> None:
    text = catalogue()["patching"].title
    with translation.override(CODE):
        for shown in (str(text), f"{text}", "%s" % text, "{}".format(text)):  # noqa: UP031, UP032
            assert shown.startswith("⟦Ţí"), shown
        assert text == "Timely updates"
        assert json.dumps([text]) == '["Timely updates"]'
        assert "".join([text]) == "Timely updates"
        assert {text: 1}["Timely updates"] == 1
        assert f"{text:>40}".startswith(" ")
    assert str(text) == "Timely updates"


def test_numbers_and_days_follow_the_reader() -> None:
    assert (words.number(31884), words.day(date(2026, 11, 23))) == ("31,884", "23 Nov 2026")
    with translation.override("de"):
        assert (words.number(31884), words.day(date(2026, 11, 23))) == ("31.884", "23. Nov 2026")
