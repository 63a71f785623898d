"""The order of Python's versions is that of PEP 440, as the packaging library has it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from packaging.version import InvalidVersion, Version

from duecare.patching.versions import compare, find_scheme
from tests.patching.versions import generators, real
from tests.patching.versions.agreement import differences, some
from tests.patching.versions.oracles import Pair

ORDERED = [
    "1.dev0",
    "1.0.dev1",
    "1.0a1.dev1",
    "1.0a1",
    "1.0a2",
    "1.0b1",
    "1.0rc1.post1.dev1",
    "1.0rc1.post1",
    "1.0",
]
ORDERED += ["1.0+a", "1.0+a.a", "1.0+1", "1.0.post0.dev1", "1.0.post0", "1.0.1", "1.10", "1!0"]


def _read(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def packaging(pairs: Sequence[Pair]) -> list[int | None]:
    read = [(_read(first), _read(second)) for first, second in pairs]
    return [None if a is None or b is None else int(a > b) - int(a < b) for a, b in read]


def test_versions_sort_as_the_pep_says() -> None:
    assert sorted(set(ORDERED), key=find_scheme("pypi").key) == ORDERED


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1", "1.0.0"),
        ("1.0RC1", "1.0-c.1"),
        ("v1.0", " 1.0 "),
        ("1.0-1", "1.0.post1"),
        ("1.0.rev", "1.0.post0"),
        ("1.0+a-b", "1.0+A.b"),
        ("1.0alpha", "1.0a0"),
        ("0!1", "1"),
        ("1.0.0-preview_3", "1rc3"),
    ],
)
def test_spellings_of_one_version_have_one_key(first: str, second: str) -> None:
    assert compare("pypi", first, second) == 0


@pytest.mark.parametrize(
    "text", ["", "1.x", "french toast", "1.0-ivysaur", "1+", "1.0+a+b", "1..0", "!1", "1ſ", "1.0 .1"]
)
def test_what_the_pep_does_not_know_has_no_key(text: str) -> None:
    assert find_scheme("pypi").key(text) is None


@some
@given(pairs=generators.pairs("pypi"))
def test_corners_agree_with_packaging(pairs: list[Pair]) -> None:
    assert differences("pypi", packaging, pairs) == []


def test_real_versions_of_advisories_agree_with_packaging(shared: Path) -> None:
    assert differences("pypi", packaging, real.pairs(shared, "pypi", 30_000)) == []
