"""The order of gems' versions is Gem::Version's."""

from __future__ import annotations

import pytest
from hypothesis import given

from duecare.patching.versions import compare, find_scheme
from tests.patching.versions import generators, oracles
from tests.patching.versions.agreement import some, unexplained
from tests.patching.versions.oracles import Oracle, Pair

ORDERED = [
    "0.a",
    "0",
    "1.A",
    "1.a.0.b",
    "1.a",
    "1.a.1",
    "1.0-rc1",
    "1",
    "1.0.0.1.a",
    "1.0.0.1",
    "1.0.1",
    "1.2",
    "1.10",
]


@pytest.fixture(scope="module")
def ruby() -> Oracle:
    return oracles.ruby()


def is_blank(text: str) -> bool:
    """RubyGems takes blank text for version 0; here what is not known is not the lowest."""
    return not text.strip()


def test_versions_sort_as_rubygems_says() -> None:
    assert sorted(set(ORDERED), key=find_scheme("gem").key) == ORDERED


@pytest.mark.parametrize(
    ("first", "second"), [("1", "1.0.0"), ("1.0.a", "1.a"), ("1-a", "1.pre.a"), ("1.a1", "1.a.1")]
)
def test_spellings_of_one_version_have_one_key(first: str, second: str) -> None:
    assert compare("gem", first, second) == 0


@pytest.mark.parametrize("text", ["", " ", "a", "1..2", "1.", "1_0", "1-", "1+1", "v1", "1 2"])
def test_what_rubygems_calls_malformed_has_no_key(text: str) -> None:
    assert find_scheme("gem").key(text) is None


@some
@given(pairs=generators.pairs("gem"))
def test_corners_agree_with_ruby(ruby: Oracle, pairs: list[Pair]) -> None:
    assert unexplained("gem", ruby, pairs, is_blank) == []
