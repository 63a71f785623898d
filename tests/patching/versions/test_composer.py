"""The order of Composer's versions is that of its parser and of PHP."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given

from duecare.patching.versions import compare, find_scheme
from tests.patching.versions import generators, oracles, real
from tests.patching.versions.agreement import differences, some, unexplained
from tests.patching.versions.oracles import Oracle, Pair

ORDERED = [
    "1.0-dev",
    "1.0-alpha",
    "1.0-alpha1-dev",
    "1.0a1",
    "1.0-beta2",
    "1.0-RC1",
    "1.0",
    "1.0p1",
    "1.0.0.1",
    "1.1",
]
ORDERED += ["1.10", "1.x-dev", "2.0", "2010.01.02", "20100102-0315"]
PHPS_LIMIT = 2**63 - 1


@pytest.fixture(scope="module")
def php() -> Oracle:
    return oracles.php()


def has_a_number_that_php_cuts(text: str) -> bool:
    """PHP reads numbers into 64 bits: above, it takes different ones for equal."""
    return any(int(number) >= PHPS_LIMIT for number in re.findall(r"\d+", text))


def test_versions_sort_as_composer_and_php_say() -> None:
    assert sorted(set(ORDERED), key=find_scheme("composer").key) == ORDERED


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1", "v1.0.0.0"),
        ("1.0@dev", "1.0"),
        ("1.0+build", "1.0"),
        ("1.0 as 2.0", "1.0"),
        ("1.0-b3", "1.0.BETA.3"),
        ("1.0-stable", "1.0"),
        ("1.0pl1", "1.0-patch1"),
        ("2010-01-02", "2010:01:02"),
        ("1.*-dev", "1.x-dev"),
    ],
)
def test_spellings_of_one_version_have_one_key(first: str, second: str) -> None:
    assert compare("composer", first, second) == 0


@pytest.mark.parametrize(
    "text", ["", "dev-main", "master", "1.0.0.0.0", "1.x", "1.0-foo", "main-dev", "1.0 2.0", "x"]
)
def test_branches_and_what_composer_refuses_have_no_key(text: str) -> None:
    assert find_scheme("composer").key(text) is None


def test_stable_with_a_capital_is_stable_and_not_below_everything_as_in_composer(php: Oracle) -> None:
    """Composer compares the word after `Stable` was matched in any case with `stable` in one case only."""
    assert php([("1.0-Stable", "1.0-dev")]) == [-1]
    assert compare("composer", "1.0-Stable", "1.0-dev") == 1


@some
@given(pairs=generators.pairs("composer"))
def test_corners_agree_with_composer_and_php(php: Oracle, pairs: list[Pair]) -> None:
    assert unexplained("composer", php, pairs, has_a_number_that_php_cuts) == []


def test_real_versions_of_advisories_agree_with_composer_and_php(php: Oracle, shared: Path) -> None:
    assert differences("composer", php, real.pairs(shared, "composer")) == []
