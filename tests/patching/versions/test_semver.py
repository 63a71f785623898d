"""The order of semantic versions is that of SemVer 2.0.0, and of npm's what node-semver says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from duecare.patching.versions import compare, find_scheme
from tests.patching.versions import generators, oracles, real
from tests.patching.versions.agreement import differences, some, unexplained
from tests.patching.versions.oracles import Oracle, Pair

ORDERED = ["1.0.0-0", "1.0.0-1", "1.0.0-10", "1.0.0--", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta"]
ORDERED += ["1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.9.0", "1.10.0"]
NODES_LIMIT = 2**53 - 1


@pytest.fixture(scope="module")
def node() -> Oracle:
    return oracles.node()


def has_a_number_that_node_rounds(text: str) -> bool:
    """In a pre-release node compares numbers as floats: above 2^53 it takes different ones for equal."""
    pieces = text.split("+")[0].replace("-", ".").split(".")
    return any(piece.isdigit() and int(piece) > NODES_LIMIT for piece in pieces)


def is_read_otherwise_by_node(text: str) -> bool:
    """Besides, node-semver before 7.5 (Debian's) refuses spaces around a version; later ones trim them."""
    return text != text.strip() or has_a_number_that_node_rounds(text)


@pytest.mark.parametrize("scheme", ["semver", "npm"])
def test_versions_sort_as_section_11_says(scheme: str) -> None:
    assert sorted(set(ORDERED), key=find_scheme(scheme).key) == ORDERED


@pytest.mark.parametrize("scheme", ["semver", "npm", "go"])
def test_what_follows_a_plus_does_not_count(scheme: str) -> None:
    assert compare(scheme, "1.0.0-a+1", "1.0.0-a+2.b") == 0


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "01.2.3", "1.2.3-", "1.2.3-01", "1.2.3-a..b", "1.2.3+", "1.2.x", "a.b.c"]
)
def test_what_the_grammar_lacks_has_no_key(text: str) -> None:
    assert find_scheme("semver").key(text) is None
    assert find_scheme("npm").key(text) is None


def test_npm_also_takes_a_v_and_spaces_and_stops_where_node_stops() -> None:
    assert find_scheme("npm").key(" v1.2.3 ") == find_scheme("npm").key("1.2.3")
    assert find_scheme("semver").key("v1.2.3") is None
    assert find_scheme("npm").key(f"{NODES_LIMIT}.0.0") is not None
    assert find_scheme("npm").key(f"{NODES_LIMIT + 1}.0.0") is None
    assert find_scheme("semver").key(f"{NODES_LIMIT + 1}.0.0") is not None


@some
@given(pairs=generators.pairs("npm"))
def test_corners_agree_with_node(node: Oracle, pairs: list[Pair]) -> None:
    assert unexplained("npm", node, pairs, is_read_otherwise_by_node) == []


@some
@given(pairs=generators.pairs("semver"))
def test_what_both_take_agrees_with_node(node: Oracle, pairs: list[Pair]) -> None:
    key = find_scheme("semver").key
    strict = [pair for pair in pairs if key(pair[0]) and key(pair[1])]
    assert unexplained("semver", node, strict, has_a_number_that_node_rounds) == []


@pytest.mark.parametrize("scheme", ["npm", "semver"])
def test_real_versions_of_advisories_agree_with_node(node: Oracle, shared: Path, scheme: str) -> None:
    assert differences(scheme, node, real.pairs(shared, scheme)) == []
