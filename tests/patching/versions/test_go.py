"""The order of Go's module versions is that of golang.org/x/mod/semver."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from duecare.patching.versions import compare, find_scheme
from tests.patching.versions import generators, oracles, real
from tests.patching.versions.agreement import differences, some
from tests.patching.versions.oracles import Oracle, Pair

ORDERED = [
    "v0.0.0-20191109021931-daa7c04131f5",
    "v0.0.0-20200101000000-000000000000",
    "v0.0.0",
    "v1.2.3-0.20200101",
]
ORDERED += [
    "v1.2.3-pre",
    "v1.2.3-pre.0.20191109021931-daa7c04131f5",
    "v1.2.3",
    "v1.2.4-0.20191109021931-daa7c04131f5",
]
ORDERED += ["1.10.0", "v2.0.0+incompatible"]


@pytest.fixture(scope="module")
def go(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    return oracles.go(tmp_path_factory.mktemp("go"))


def test_pseudo_versions_sort_by_their_time_before_what_they_lead_to() -> None:
    assert sorted(set(ORDERED), key=find_scheme("go").key) == ORDERED


@pytest.mark.parametrize(
    ("first", "second"), [("v1", "1.0.0"), ("v1.2", "v1.2.0+incompatible"), ("v1.0.0", "1.0.0")]
)
def test_short_forms_and_a_missing_v_are_the_same_version(first: str, second: str) -> None:
    assert compare("go", first, second) == 0


@pytest.mark.parametrize(
    "text", ["", "v", "go1.21", "v1-pre", "v1.2-pre", "v01", "V1.0.0", "v1.0.0-", " v1", "vv1"]
)
def test_what_go_refuses_has_no_key(text: str) -> None:
    assert find_scheme("go").key(text) is None


@some
@given(pairs=generators.pairs("go"))
def test_corners_agree_with_go(go: Oracle, pairs: list[Pair]) -> None:
    assert differences("go", go, pairs) == []


def test_real_versions_of_advisories_agree_with_go(go: Oracle, shared: Path) -> None:
    assert differences("go", go, real.pairs(shared, "go")) == []
