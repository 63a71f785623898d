"""What an advisory says becomes intervals that hold just the versions that the OSV schema calls affected."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from duecare.errors import BadInput
from duecare.patching.advisories.interface import Affected, Event, EventKind, Range, Verdict
from duecare.patching.matching.intervals import BOTTOM, Compiled, compile_affected
from duecare.patching.matching.segments import Ground, Rank, Segment, segments
from duecare.patching.versions import find_scheme
from tests.patching.matching.osv_evaluation import is_vulnerable

ECOSYSTEMS = {"deb": "Debian", "rpm": "AlmaLinux", "pypi": "PyPI", "npm": "npm", "go": "Go", "maven": "Maven"}
VERSIONS = {
    "deb": [
        "0~rc1",
        "0",
        "1.0~rc1",
        "1.0",
        "1.0-0",
        "1.0-1",
        "1.0-1+deb12u1",
        "1.10",
        "1.2",
        "1:0.1",
        "2.0+b1",
    ],
    "rpm": [
        "0",
        "0.1",
        "1.0~rc1-1",
        "1.0-1.el8",
        "1.0-1.el8_1",
        "1.0",
        "1.0^git1-1",
        "1.10",
        "1.2a",
        "1:0.1-1",
    ],
    "pypi": [
        "0",
        "0.dev1",
        "1.0.dev1",
        "1.0a1",
        "1.0",
        "1",
        "1.0.post1",
        "1.0+local",
        "1.10",
        "1.2",
        "1!0.1",
    ],
    "npm": [
        "0.0.0-0",
        "0.0.0",
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0",
        "1.0.0+b",
        "1.2.0",
        "1.10.0",
        "2.0.0",
    ],
    "go": ["v0.0.0-20190101000000-abcdefabcdef", "0.0.0", "v1", "1.0.0", "1.0.1-rc.1", "1.2.0", "v1.10.0"],
    "maven": ["0", "1-alpha-1", "1.0", "1", "1-sp", "1.0.1", "1.2-SNAPSHOT", "1.2", "1.10-jre", "2-rc1"],
}
KINDS = [
    kind for kind in EventKind for _ in range(3 if kind in (EventKind.INTRODUCED, EventKind.FIXED) else 1)
]


def events(*words: str) -> Range:
    """A range from words such as `introduced 1.0`."""
    return tuple(Event(EventKind(kind), version) for kind, version in (word.split(" ", 1) for word in words))


def compiled(*ranges: Range, versions: tuple[str, ...] = (), scheme: str = "pypi") -> Compiled:
    affected = Affected(ECOSYSTEMS[scheme], "", "thing", False, ranges, versions)
    return compile_affected(affected, find_scheme(scheme))


def spans(found: Compiled) -> list[tuple[str, str]]:
    return [(one.span, one.fixed) for one in found.intervals]


def holds(found: Compiled, version: str, scheme: str = "pypi") -> bool:
    key = find_scheme(scheme).key(version)
    assert key is not None
    return any(one.lo <= key and (one.hi is None or key < one.hi) for one in found.intervals)


@st.composite
def statements(draw: st.DrawFn) -> tuple[str, list[Affected]]:
    scheme = draw(st.sampled_from(sorted(VERSIONS)))
    version = st.sampled_from(VERSIONS[scheme])
    event = st.builds(Event, st.sampled_from(KINDS), version)
    zero = st.just(Event(EventKind.INTRODUCED, "0"))
    ranges = st.lists(st.lists(event | zero, min_size=1, max_size=6).map(tuple), max_size=3).map(tuple)
    listed = st.lists(version, max_size=4).map(tuple)
    affected = st.builds(
        lambda given, named: Affected(ECOSYSTEMS[scheme], "", "thing", False, given, named), ranges, listed
    )
    return scheme, draw(
        st.lists(affected.filter(lambda one: one.ranges or one.versions), min_size=1, max_size=2)
    )


@given(given_=statements())
@settings(max_examples=250, deadline=None)
def test_a_version_is_affected_where_the_schema_says_so_and_nowhere_else(
    given_: tuple[str, list[Affected]],
) -> None:
    name, affected = given_
    scheme = find_scheme(name)
    try:
        group = [compile_affected(one, scheme) for one in affected]
    except BadInput:
        assume(False)
    cut = segments(group)
    for version in VERSIONS[name]:
        expected = is_vulnerable(version, affected, scheme)
        assert any(holds(one, version, name) for one in group) == expected, version
        assert (segment(cut, name, version).rank is Rank.AFFECTED) == expected, version


@given(given_=statements())
@settings(max_examples=60, deadline=None)
def test_segments_leave_no_gap_and_name_a_fix_that_is_above_and_not_affected(
    given_: tuple[str, list[Affected]],
) -> None:
    name, affected = given_
    scheme = find_scheme(name)
    try:
        cut = segments([compile_affected(one, scheme) for one in affected])
    except BadInput:
        assume(False)
    assert cut[0].lo == BOTTOM
    assert cut[-1].hi is None
    assert all(one.hi == above.lo for one, above in pairwise(cut))
    for one in cut:
        if one.fixed:
            fix = scheme.key(one.fixed)
            assert one.rank is Rank.AFFECTED
            assert fix is not None
            assert fix > one.lo
            assert segment(cut, name, one.fixed).rank is not Rank.AFFECTED


def segment(cut: list[Segment], scheme: str, version: str) -> Segment:
    key = find_scheme(scheme).key(version)
    assert key is not None
    (found,) = [one for one in cut if one.lo <= key and (one.hi is None or key < one.hi)]
    return found


def test_events_may_come_in_any_order_and_more_than_once() -> None:
    expected = [("< 1.2", "1.2"), (">= 2.0, < 2.4", "2.4")]
    tidy = events("introduced 0", "fixed 1.2", "introduced 2.0", "fixed 2.4")
    assert spans(compiled(tidy)) == expected
    assert spans(compiled(tidy[::-1])) == expected
    assert spans(compiled(tidy + tidy)) == expected


def test_the_last_affected_version_is_affected_and_the_next_is_not() -> None:
    found = compiled(events("introduced 1.0", "last_affected 1.2"))
    assert spans(found) == [(">= 1.0, <= 1.2", "")]
    assert holds(found, "1.2")
    assert not holds(found, "1.2.post1")
    assert not holds(found, "1.2+local")


def test_bounds_that_leave_their_version_out() -> None:
    found = compiled(events("after 1.0", "below 2.0"))
    assert spans(found) == [("> 1.0, < 2.0", "")]
    assert not holds(found, "1.0")
    assert holds(found, "1.0.post1")
    assert not holds(found, "2.0")


def test_beyond_a_limit_nothing_is_said_and_a_star_is_no_limit() -> None:
    assert spans(compiled(events("introduced 1.0", "limit 2.0"))) == [(">= 1.0, < 2.0", "")]
    assert spans(compiled(events("introduced 1.0", "limit 2.0", "limit 3.0"))) == [(">= 1.0, < 3.0", "")]
    assert spans(compiled(events("introduced 1.0", "limit 2.0", "limit *"))) == [(">= 1.0", "")]
    assert spans(compiled(events("introduced 0", "fixed 9", "limit 2.0"))) == [("< 2.0", "")]


def test_without_an_upper_bound_all_later_versions_are_affected_and_no_fix_is_known() -> None:
    found = compiled(events("introduced 1.0"))
    assert spans(found) == [(">= 1.0", "")]
    assert found.intervals[0].hi is None
    assert holds(found, "999")
    assert spans(compiled(events("introduced 0"))) == [("*", "")]


def test_zero_is_before_everything_in_every_scheme() -> None:
    for scheme, versions in VERSIONS.items():
        found = compiled(events("introduced 0"), scheme=scheme)
        assert all(holds(found, version, scheme) for version in versions)


def test_listed_versions_count_besides_ranges_in_any_spelling() -> None:
    found = compiled(events("introduced 2.0", "fixed 2.1"), versions=("1.0", "2.0.5"))
    assert holds(found, "1.0.0")
    assert not holds(found, "1.1")
    assert spans(found) == [(">= 2.0, < 2.1", "2.1"), ("= 1.0", "")]


def test_a_listed_version_that_the_scheme_does_not_read_is_kept_as_it_is_spelt() -> None:
    found = compiled(versions=("not one", "1.0"))
    assert found.named == ("not one",)
    assert spans(found) == [("= 1.0", "")]


def test_a_bound_that_is_no_version_decides_nothing_and_is_named() -> None:
    found = compiled(events("introduced 0", "fixed one.two"), events("introduced 3.0", "fixed 4.0"))
    assert found.blind == ["one.two"]
    cut = segments([found])
    assert segment(cut, "pypi", "1.0") == (
        BOTTOM,
        find_scheme("pypi").key("3.0"),
        Rank.UNDECIDED,
        Ground.NO_BOUND,
        "one.two",
        "",
        "",
    )
    assert segment(cut, "pypi", "3.5").rank is Rank.AFFECTED


@pytest.mark.parametrize(
    ("given_", "fault"),
    [
        (events("introduced 2.0", "fixed 1.0"), "thing, range 1: it ends with 1.0 before it begins."),
        (events("introduced 2.0", "last_affected 1.0"), "thing, range 1: it ends with 1.0 before it begins."),
        (events("after 1.0", "fixed 1.0"), "thing, range 1: it ends with 1.0 before it begins."),
        (events("fixed 1.0"), "thing, range 1: no event says where it begins."),
        ((), "thing, range 1: no event says where it begins."),
    ],
)
def test_a_range_that_ends_before_it_begins_or_has_no_events_is_refused(given_: Range, fault: str) -> None:
    with pytest.raises(BadInput) as caught:
        compiled(given_)
    assert str(caught.value) == fault


def test_a_package_of_which_nothing_is_said_is_refused_unless_that_is_what_the_source_says() -> None:
    scheme = find_scheme("pypi")
    with pytest.raises(BadInput, match="neither ranges nor versions of thing are given"):
        compile_affected(Affected("PyPI", "", "thing", False, ()), scheme)
    for said, rank in ((Verdict.NOT_AFFECTED, Rank.DENIED), (Verdict.UNDECIDED, Rank.UNDECIDED)):
        affected = Affected("PyPI", "", "thing", False, (), said=said, note="not built")
        (only,) = segments([compile_affected(affected, scheme)])
        assert (only.rank, only.ground, only.note) == (rank, Ground.SAID, "not built")


def test_what_begins_and_ends_at_the_same_version_holds_nothing() -> None:
    given_ = events("introduced 0", "fixed 1.0", "introduced 2.0", "fixed 2.0")
    assert spans(compiled(given_)) == [("< 1.0", "1.0")]


def test_what_ends_and_begins_again_at_the_same_version_goes_on() -> None:
    found = compiled(events("introduced 1.0", "fixed 2.0", "introduced 0", "fixed 1.0"))
    assert all(holds(found, version) for version in ("0.5", "1.0", "1.5"))
    assert {one.fixed for one in segments([found]) if one.rank is Rank.AFFECTED} == {"2.0"}


def test_the_fix_is_one_that_no_other_range_affects() -> None:
    cut = segments(
        [compiled(events("introduced 0", "fixed 1.5")), compiled(events("introduced 0", "fixed 2.0"))]
    )
    assert segment(cut, "pypi", "1.0").fixed == "2.0"
    branches = segments(
        [compiled(events("introduced 1.0", "fixed 1.2"), events("introduced 3.0", "fixed 3.1"))]
    )
    assert segment(branches, "pypi", "1.1").fixed == "1.2"
    assert segment(branches, "pypi", "2.0").rank is Rank.FIXED
    assert segment(branches, "pypi", "0.9").rank is Rank.OUTSIDE


def test_no_key_of_any_scheme_begins_with_what_stands_for_the_end() -> None:
    for scheme, versions in VERSIONS.items():
        for version in [*versions, "9" * 249, "z" * 249, "~", "999999999999:1"]:
            key = find_scheme(scheme).key(version)
            assert key is None or key < b"\xff"
