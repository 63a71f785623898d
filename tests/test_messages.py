"""The catalogues hold every text that the program says, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import messages

PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
LANGUAGES = sorted(messages.LOCALE.glob("*/LC_MESSAGES/django.po"))


def test_the_list_of_texts_is_that_of_the_sources() -> None:
    assert (messages.LOCALE / "django.pot").read_bytes() == messages.written(messages.template()), (
        "texts changed: run make messages"
    )


@pytest.mark.parametrize("place", LANGUAGES, ids=lambda place: place.parts[-3])
def test_a_language_has_the_same_texts_with_the_same_places_and_its_file_is_made_of_them(place: Path) -> None:
    from babel.messages.pofile import read_po

    with place.open("rb") as file:
        catalog = read_po(file, locale=place.parts[-3])
    assert {str(one.id) for one in catalog} == {str(one.id) for one in messages.template()}
    for one in catalog:
        told = [one.string] if isinstance(one.string, str) else list(one.string)
        asked = [one.id] if isinstance(one.id, str) else list(one.id)
        for text in filter(None, told if one.id else ()):
            assert set(PLACE.findall(text)) in [set(PLACE.findall(each)) for each in asked], text
    assert place.with_suffix(".mo").read_bytes() == messages.compiled(place), "run make messages"
