"""What holds for the keys of every scheme."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.patching.versions import LIMIT, SCHEMES, compare, find_scheme, ranks
from duecare.patching.versions.encoding import KEPT, SHORT, Pieces, number
from tests.patching.versions import generators

EVERY = pytest.mark.parametrize("scheme", sorted(SCHEMES))


def test_the_schemes_are_those_of_the_packaging_systems() -> None:
    assert list(SCHEMES) == ["deb", "rpm", "apk", "pypi", "npm", "semver", "go", "maven", "gem", "composer"]
    with pytest.raises(BadInput, match=r"No version scheme 'nuget'.*deb, rpm"):
        find_scheme("nuget")


@EVERY
@settings(max_examples=100)
@given(text=st.text(max_size=LIMIT + 10))
def test_no_text_raises(scheme: str, text: str) -> None:
    key = find_scheme(scheme).key(text)
    assert key is None or key


@EVERY
@settings(max_examples=60)
@given(data=st.data())
def test_what_has_a_key_has_one_place_among_all(scheme: str, data: st.DataObject) -> None:
    first, second = data.draw(st.tuples(generators.texts(scheme), generators.texts(scheme)))
    key = find_scheme(scheme).key
    forth, back = compare(scheme, first, second), compare(scheme, second, first)
    if key(first) is None or key(second) is None:
        assert forth is None
        assert back is None
    else:
        assert forth == -back
        assert (forth == 0) == (key(first) == key(second))


@EVERY
@settings(max_examples=30)
@given(digits=st.integers(1, LIMIT - 40), more=st.integers(1, 30))
def test_numbers_of_any_length_sort_by_size(scheme: str, digits: int, more: int) -> None:
    begin, end = {"npm": ("1.0.0-", ""), "composer": ("1.", "")}.get(scheme, ("", ""))
    end = {"semver": ".0.0"}.get(scheme, end)
    assert compare(scheme, f"{begin}{'9' * digits}{end}", f"{begin}1{'0' * (digits + more - 1)}{end}") == -1


@EVERY
def test_ten_megabytes_are_undecided_at_once_and_leave_nothing_behind(scheme: str) -> None:
    huge = "1." * 5_000_000
    tracemalloc.start()
    begin = time.perf_counter()
    assert find_scheme(scheme).key(huge) is None
    assert compare(scheme, huge, "1.0.0") is None
    taken = time.perf_counter() - begin
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert taken < 0.5
    assert peak < 100_000


@EVERY
@pytest.mark.parametrize(
    "part", ["1", "1.", "1-", ".1", "a1", "1a", "_p1", "0.", "-1", "~", "-", "alpha", "1:", " "]
)
def test_no_text_is_made_to_take_long(scheme: str, part: str) -> None:
    """A pattern that tries every way to split a run of digits would not end before the sun."""
    begin = time.perf_counter()
    for first in ("", "1", "1.0-p", "1.0.0-", "1!1.0+", "1_p", "v1.0"):
        for last in ("", "!", " x"):
            find_scheme(scheme).key((first + part * LIMIT)[: LIMIT - len(last)] + last)
    assert time.perf_counter() - begin < 1


@EVERY
def test_the_longest_version_has_a_key_and_a_longer_one_none(scheme: str) -> None:
    begin = {"composer": "1.", "npm": "1.0.0-", "semver": "1.0.0-", "go": "1.0.0-"}.get(scheme, "")
    assert find_scheme(scheme).key(begin + "1" * (LIMIT - len(begin))) is not None
    assert find_scheme(scheme).key(begin + "1" * (LIMIT - len(begin) + 1)) is None


def test_ranks_give_each_version_its_key_once() -> None:
    found = ranks("maven", ["1.0", "1-rc1", "1", "1.0", ""])
    assert found["1.0"] == found["1"]
    assert found["1-rc1"] < found["1"]
    assert found[""] is None
    assert list(found) == ["1.0", "1-rc1", "1", ""]


def test_a_number_begins_with_its_length_and_never_with_nought() -> None:
    assert [number(text) for text in ("", "000", "7", "0010")] == ["\x01", "\x01", "\x027", "\x0310"]


def test_what_is_remembered_of_versions_is_bounded() -> None:
    table = Pieces(str.upper)
    assert [table[str(piece)] for piece in range(KEPT + 100)][-1] == str(KEPT + 99)
    assert len(table) == KEPT
    fresh = Pieces(str.upper)
    assert fresh["a" * (SHORT + 1)] == "A" * (SHORT + 1)
    assert not fresh
