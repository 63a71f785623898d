"""The order of Maven's versions is Maven 4's, which for the versions that projects use is Maven 3's too."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from duecare.patching.versions import compare, find_scheme
from tests.patching.versions import generators, maven_items, oracles
from tests.patching.versions.agreement import some, unexplained
from tests.patching.versions.oracles import Oracle, Pair

ORDERED = [
    "1-alpha",
    "1-alpha-1",
    "1-beta",
    "1-milestone",
    "1-rc1",
    "1-rc2",
    "1-SNAPSHOT",
    "1",
    "1-ga-1",
    "1-sp",
]
ORDERED += [
    "1-abc",
    "1-jre",
    "1-xyz",
    "1-1",
    "1-1-sp",
    "1-1.1",
    "1-2",
    "1.0-2",
    "1.0.1-alpha",
    "1.0.1",
    "1.1",
    "1.10",
]


@pytest.fixture(scope="module")
def maven() -> Oracle:
    return oracles.maven()


def of_a_form_that_maven_4_reads_anew(text: str) -> bool:
    """A word and a number joined by a dot (`rc.1`), a word after a dot with `-` and a number (`.x-1`), or
    zeros before a `-` and a number (`1.0-1`).

    Maven 3 ranks `rc.1` above `rc1` and `.x-1` below every other word; for Maven 4 they are below, and a word
    like others. Maven 3 drops the zeros; Maven 4 only before a word, so that `1-1` is less than `1.0-1`.
    """
    return bool(re.search(r"[a-z]\.[0-9]|\.[a-z]+-[0-9]|(^|[.-])0+-[0-9]", text.lower()))


def test_versions_sort_as_the_reference_says() -> None:
    assert sorted(set(ORDERED), key=find_scheme("maven").key) == ORDERED


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1", "1.0.0"),
        ("1", "1-ga"),
        ("1.0.Final", "1"),
        ("1.RELEASE", "1-0"),
        ("1-a1", "1-alpha-1"),
        ("1-CR2", "1rc2"),
        ("1.0x", "1-x"),
        ("1-x1", "1-x-1"),
        ("1.alpha", "1-alpha"),
        ("1-SNAPSHOT", "1.0-snapshot"),
    ],
)
def test_spellings_of_one_version_have_one_key(first: str, second: str) -> None:
    assert compare("maven", first, second) == 0


@pytest.mark.parametrize("text", ["", " ", "1 2", "1\x00", "1é", "1\n"])
def test_what_is_no_plain_text_has_no_key(text: str) -> None:
    assert find_scheme("maven").key(text) is None


def test_a_word_after_a_dot_makes_no_circle_as_in_maven_3(maven: Oracle) -> None:
    circle = [("1.sp.1", "1-alpha"), ("1-alpha", "1"), ("1", "1.sp.1")]
    assert maven(circle) == [-1, -1, -1]
    assert [compare("maven", *pair) for pair in circle] == [1, -1, -1]


@some
@given(pairs=generators.pairs("maven"))
def test_corners_agree_with_a_comparison_item_by_item(pairs: list[Pair]) -> None:
    plain = [pair for pair in pairs if " " not in "".join(pair)]
    assert unexplained("maven", lambda some: [maven_items.compare(*pair) for pair in some], plain) == []


@some
@given(pairs=generators.maven_names())
def test_the_versions_of_projects_agree_with_maven_3(maven: Oracle, pairs: list[Pair]) -> None:
    assert unexplained("maven", maven, pairs, of_a_form_that_maven_4_reads_anew) == []
