"""The pseudo-language changes the words of a text and nothing else of it, so that pages work in it."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from tests.pseudo import GROWTH, known, pseudo

KEPT = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}|<[^<>]+>|&\w+;|\n")
PIECES = st.sampled_from(
    [
        "%(name)s",
        "%(n)d",
        "%s",
        "%%",
        "{}",
        "{number}",
        "<b>",
        "</b>",
        "&nbsp;",
        "\n",
        "who ",
        "is",
        " here. ",
    ]
)


@given(st.lists(PIECES).map("".join))
def test_placeholders_and_tags_survive_in_their_order(text: str) -> None:
    assert KEPT.findall(pseudo(text)) == KEPT.findall(text)
    assert not [one for one in KEPT.sub(" ", pseudo(text)) if "a" <= one <= "z" and one in "aeiou"]


@given(st.text(alphabet=st.characters(categories=("Ll", "Lu", "Zs")), min_size=12))
def test_a_text_grows_by_two_fifths(text: str) -> None:
    if len(text.strip()) >= 12 and any(one.isalpha() for one in text):
        assert len(pseudo(text)) >= GROWTH * len(text.strip()) - 2


def test_every_text_that_there_is_keeps_what_its_values_go_into() -> None:
    for text in known():
        assert Counter(KEPT.findall(pseudo(text))) == Counter(KEPT.findall(text)), text
