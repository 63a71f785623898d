"""The order of dpkg's versions is dpkg's."""

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
    "0~",
    "0",
    "0+a",
    "1.0~~",
    "1.0~~a",
    "1.0~",
    "1.0",
    "1.0-0+deb1",
    "1.0-1",
    "1.0a",
    "1.0+b1",
    "1.0.1",
]
ORDERED += ["1.00000000000000000000000000000000002", "1.9", "1.10", "1:0", "2147483647:0"]


@pytest.fixture(scope="module")
def dpkg_perl() -> Oracle:
    return oracles.dpkg_perl()


def is_read_otherwise_by_perl(text: str) -> bool:
    """Where Dpkg::Version is not dpkg, which compares digits and not numbers, and minds its syntax more.

    Perl rounds numbers beyond 64 bits; and Dpkg::Version takes an epoch alone, a colon in a revision and an
    epoch of any size.
    """
    text = text.strip()
    rounded = any(int(number) >= 2**63 for number in re.findall(r"[0-9]+", text))
    refused = re.search(r":$|:.*-[^-]*:|^[^-:]*-.*:", text)
    return rounded or bool(refused) or int(re.match(r"([0-9]*)", text)[1] or 0) > 2**31 - 1


def test_versions_sort_as_the_manual_says() -> None:
    scheme = find_scheme("deb")
    assert sorted(set(ORDERED), key=scheme.key) == ORDERED


@pytest.mark.parametrize(
    ("first", "second"), [("1.0", "1.0-0"), ("1.0", "0:1.0"), ("1.", "1.0"), ("1.2", "01.02")]
)
def test_spellings_of_one_version_have_one_key(first: str, second: str) -> None:
    assert compare("deb", first, second) == 0
    assert find_scheme("deb").key(first) == find_scheme("deb").key(second)


@pytest.mark.parametrize(
    "text", ["", "-1", "1-", "a1", "1_0", "1:", ":1", "x:1", "1:a", "2147483648:1", "1 2", "1é"]
)
def test_what_dpkg_calls_bad_syntax_has_no_key(text: str) -> None:
    assert find_scheme("deb").key(text) is None


@some
@given(pairs=generators.pairs("deb"))
def test_corners_agree_with_dpkgs_perl(dpkg_perl: Oracle, pairs: list[Pair]) -> None:
    assert unexplained("deb", dpkg_perl, pairs, is_read_otherwise_by_perl) == []


def test_real_fixed_versions_agree_with_dpkgs_perl(dpkg_perl: Oracle, shared: Path) -> None:
    assert differences("deb", dpkg_perl, real.pairs(shared, "deb")) == []


def test_dpkg_itself_agrees_on_real_versions_and_on_corners(shared: Path) -> None:
    corners = [(one, other) for one in ORDERED for other in ORDERED[::4]]
    odd = [
        ("1.18446744073709551616", "1.18446744073709551617"),
        ("1:", "1"),
        ("1-1:1", "1"),
        ("2147483648:1", "1"),
        ("1", "a1"),
        ("1_0", "1"),
        (" 1", "1"),
    ]
    assert differences("deb", oracles.dpkg, [*corners, *odd, *real.pairs(shared, "deb")[::150]]) == []
