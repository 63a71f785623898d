"""The order of RPM's versions is rpm's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given

from duecare.patching.versions import compare, find_scheme
from tests.patching.versions import generators, oracles, real
from tests.patching.versions.agreement import differences, some
from tests.patching.versions.oracles import Oracle, Pair

ORDERED = [
    "1~~",
    "1~rc1",
    "1~rc1-1",
    "1",
    "1-~1",
    "1-1",
    "1-1^git1",
    "1-1.el8",
    "1-2",
    "1^",
    "1^git",
    "1.a",
    "1.0",
]
ORDERED += ["1.0.1", "1.1", "1.10", "2", "1:0", "010:0"]
BUILDABLE = re.compile(r"(\d*:)?[\w.+~^]+(-[\w.+~^]+)?", re.ASCII)
"""What rpmbuild takes: rpm itself compares any two texts, so it is no oracle of what is no version."""


@pytest.fixture(scope="module")
def rpm() -> Oracle:
    return oracles.rpm()


def test_versions_sort_as_rpmvercmp_says() -> None:
    assert sorted(set(ORDERED), key=find_scheme("rpm").key) == ORDERED


@pytest.mark.parametrize(
    ("first", "second"), [("1.0", "1_0"), ("1.0", "0:1.0"), ("1a", "1.a"), ("1.", "1"), ("1", "01")]
)
def test_separators_and_leading_zeros_count_for_nothing(first: str, second: str) -> None:
    assert compare("rpm", first, second) == 0


@pytest.mark.parametrize("text", ["", ":", "1:", "-1", "1-", "1-2-3", "1 2", "1/2", "1é", "x:1"])
def test_what_rpmbuild_refuses_has_no_key(text: str) -> None:
    assert find_scheme("rpm").key(text) is None
    assert not BUILDABLE.fullmatch(text)


@some
@given(pairs=generators.pairs("rpm"))
def test_corners_agree_with_rpm(rpm: Oracle, pairs: list[Pair]) -> None:
    key = find_scheme("rpm").key
    texts = {text for pair in pairs for text in pair}
    assert {text for text in texts if key(text) is None} == {t for t in texts if not BUILDABLE.fullmatch(t)}
    assert differences("rpm", rpm, [pair for pair in pairs if key(pair[0]) and key(pair[1])]) == []


def test_real_versions_of_almalinux_agree_with_rpm(rpm: Oracle, shared: Path) -> None:
    assert differences("rpm", rpm, real.pairs(shared, "rpm")) == []
