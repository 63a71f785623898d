"""The order of Alpine's versions is that of apk-tools 3."""

from __future__ import annotations

import pytest
from hypothesis import given
from univers.versions import AlpineLinuxVersion

from duecare.patching.versions import find_scheme
from tests.patching.versions import apk_tokens, generators
from tests.patching.versions.agreement import differences, some
from tests.patching.versions.oracles import Pair

ORDERED = [
    "0.1_alpha_pre2",
    "0.1_alpha",
    "0.1_alpha2",
    "0.1_beta",
    "0.1_rc1",
    "0.1",
    "0.1-r0",
    "0.1-r1",
    "0.1~ab",
]
ORDERED += [
    "0.1_cvs",
    "0.1_p1",
    "0.1a",
    "0.1.00",
    "0.1.01",
    "0.1.1",
    "0.9",
    "0.10",
    "1.02.07",
    "1.02.10",
]
ORDERED += ["1.2", "1.10", "006", "20060512", "021060512"]


def test_versions_sort_as_apk_says() -> None:
    assert sorted(set(ORDERED), key=find_scheme("apk").key) == ORDERED


@pytest.mark.parametrize(
    "text", ["", "a", ".1", "1.", "1.0bc", "1a1", "1_foo", "1_", "1-1", "1-r", "1-r1-r2", "1~", "1 "]
)
def test_what_apk_refuses_has_no_key(text: str) -> None:
    assert find_scheme("apk").key(text) is None


@some
@given(pairs=generators.pairs("apk"))
def test_corners_agree_with_a_comparison_piece_by_piece(pairs: list[Pair]) -> None:
    assert differences("apk", lambda some: [apk_tokens.compare(*pair) for pair in some], pairs) == []


def univers(pairs: list[Pair]) -> list[int | None]:
    return [
        int(AlpineLinuxVersion(first) > AlpineLinuxVersion(second))
        - int(AlpineLinuxVersion(first) < AlpineLinuxVersion(second))
        for first, second in pairs
    ]


@some
@given(pairs=generators.apk_names())
def test_usual_versions_agree_with_univers(pairs: list[Pair]) -> None:
    """univers follows Gentoo: it has no `_cvs _svn _git _hg`, no hash, and reads a missing revision as r0."""
    assert differences("apk", univers, pairs) == []
