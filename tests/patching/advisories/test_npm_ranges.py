"""Ranges of npm mean what node-semver says, with pre-releases included as npm's audit includes them."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.patching.advisories.interface import EventKind, Range
from duecare.patching.advisories.npm_ranges import NotARange, as_range, intervals, without
from duecare.patching.versions.semver import NPM
from tests.patching.versions.agreement import some
from tests.patching.versions.oracles import needed

REAL = "advisories/npm-nodejs-security-wg.jsonl.gz"
ORACLE = Path(__file__).parent / "oracles" / "satisfies.js"


def asked(pairs: list[tuple[str, str]]) -> list[str]:
    program = needed("node", "node-semver", Path("/usr/share/nodejs/semver"))
    lines = "".join(f"{span}\t{version}\n" for span, version in pairs)
    environment = {"PATH": os.environ["PATH"], "NODE_PATH": "/usr/share/nodejs"}
    done = subprocess.run(
        [program, str(ORACLE)], input=lines, capture_output=True, text=True, check=True, env=environment
    )
    return done.stdout.split()


def holds(events: Range, version: str) -> bool:
    """Whether a version lies in a range with one lower and at most one upper bound."""
    key = NPM.key(version)
    assert key is not None
    for event in events:
        if event.kind is EventKind.INTRODUCED and event.version == "0":
            continue
        bound = NPM.key(event.version)
        assert bound is not None
        inside = {
            EventKind.INTRODUCED: key >= bound,
            EventKind.AFTER: key > bound,
            EventKind.FIXED: key < bound,
            EventKind.BELOW: key < bound,
            EventKind.LAST_AFFECTED: key <= bound,
        }[event.kind]
        if not inside:
            return False
    return True


def ours(span: str, version: str) -> str:
    try:
        return str(int(any(holds(as_range(one), version) for one in intervals(span))))
    except NotARange:
        return "refused"


number = st.sampled_from(["0", "1", "2", "10"])
pre = st.sampled_from(["", "", "", "-0", "-alpha", "-alpha.1", "-rc.2"])
whole = st.builds(lambda a, b, c, d: f"{a}.{b}.{c}{d}", number, number, number, pre)
wild = st.sampled_from(["x", "X", "*"])
partial = st.one_of(
    number,
    st.builds(lambda a, b: f"{a}.{b}", number, st.one_of(number, wild)),
    st.builds(lambda a, b, c: f"{a}.{b}.{c}", number, st.one_of(number, wild), wild),
    wild,
)
version = st.one_of(whole, whole, partial)
gap = st.sampled_from(["", " ", "  "])
comparator = st.builds(
    lambda operator, space, one: f"{operator}{space if operator else ''}{one}",
    st.sampled_from(["", "=", "<", "<=", ">", ">=", "~", "^", "~>"]),
    gap,
    version,
)
conjunction = st.one_of(
    st.lists(comparator, min_size=1, max_size=3).map(" ".join),
    st.builds(lambda a, b: f"{a} - {b}", version, version),
)
span = st.lists(conjunction, min_size=1, max_size=3).map(" || ".join)


@given(st.lists(st.tuples(span, whole), min_size=200, max_size=400))
@some
def test_a_range_holds_what_node_semver_says(pairs: list[tuple[str, str]]) -> None:
    said = asked(pairs)
    differ = [(*pair, theirs) for pair, theirs in zip(pairs, said, strict=True) if ours(*pair) != theirs]
    assert differ == []


def test_every_range_of_the_real_advisories_is_read_as_node_semver_reads_it(shared: Path) -> None:
    spans: set[str] = set()
    for line in gzip.decompress((shared / REAL).read_bytes()).splitlines():
        record = json.loads(line)
        for key in ("vulnerable", "vulnerable_versions", "patched", "patched_versions"):
            if record.get(key):
                spans.add(record[key])
    around = ["0.0.1", "0.9.9", "1.0.0-rc.1", "1.5.1", "2.0.0", "4.17.11", "14.20.1", "18.9.0", "99.0.0"]
    pairs = [(one, each) for one in sorted(spans) for each in around]
    assert [(pair, ours(*pair)) for pair in pairs] == list(zip(pairs, asked(pairs), strict=True))


@pytest.mark.parametrize("text", ["latest", "1.2.3.4.5", ">=a", "git://x", "1 2 - 3", "9" * 9000, "<1.2.3 $"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(NotARange):
        intervals(text)


@given(span, span, whole)
@settings(some, max_examples=300)
def test_what_is_without_holes_is_inside_and_in_none_of_them(first: str, second: str, one: str) -> None:
    holes = intervals(second)
    left = [piece for each in intervals(first) for piece in without(each, holes)]
    inside = any(holds(as_range(each), one) for each in left)
    assert inside == (ours(first, one) == "1" and ours(second, one) == "0")
