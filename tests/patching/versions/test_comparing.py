"""`duecare patching compare --stdin` answers every line, whatever the lines are and however they arrive."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.patching.versions import SCHEMES, compare
from duecare.patching.versions.comparing import Comparing

LINES = b"deb\t1.0\t1.0-0\nrpm\t1~\t1\ngem\t1\t1.a\npypi\t1.0\tx\r\n"
FORM = "not of the form scheme<TAB>version<TAB>version."


def run(*words: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    code = "from duecare.cli import main; main()"
    return subprocess.run([sys.executable, "-c", code, *words], input=given, capture_output=True, check=False)


def answers(data: bytes, size: int = 1 << 16) -> tuple[list[str], list[str]]:
    """The answers and the faults to a text that comes in pieces of a size."""
    comparing = Comparing()
    found = [one for at in range(0, len(data), size) for one in comparing.feed(data[at : at + size])]
    found += comparing.close()
    return [one.text for one in found], [one.fault for one in found if one.fault]


def test_a_line_each_is_answered_in_order() -> None:
    done = run("patching", "compare", "--stdin", given=LINES)
    assert (done.stdout, done.stderr, done.returncode) == (b"0\n-1\n1\nundecided\n", b"", 0)


def test_a_line_that_cannot_be_read_is_named_and_the_rest_is_compared() -> None:
    done = run(
        "patching", "compare", "--stdin", given=b"deb 1 2\n\nnuget\t1\t2\ndeb\t1\t2\t3\nnpm\t1.0.0\t1.0.1"
    )
    assert done.stdout.split() == [b"undecided"] * 4 + [b"-1"]
    assert done.returncode == 2
    said = done.stderr.decode().splitlines()
    assert said[0] == f"duecare: line 1: {FORM}"
    assert said[1] == f"duecare: line 2: {FORM}"
    assert said[2].startswith("duecare: line 3: No version scheme 'nuget': there are deb, rpm,")
    assert said[3] == f"duecare: line 4: {FORM}"
    assert said[4] == "duecare: 4 of 5 lines could not be read. The others were compared."


def test_a_hundred_lines_are_named_and_the_others_counted() -> None:
    done = run("patching", "compare", "--stdin", given=b"x\n" * 40_000)
    said = done.stderr.decode().splitlines()
    assert len(said) == 101
    assert said[-1].startswith("duecare: 40,000 of 40,000 lines")
    assert done.stdout.count(b"undecided") == 40_000


def test_nothing_to_read_is_nothing_to_answer() -> None:
    done = run("patching", "compare", "--stdin")
    assert (done.stdout, done.stderr, done.returncode) == (b"", b"", 0)


def test_without_stdin_it_says_what_to_give() -> None:
    done = run("patching", "compare")
    assert done.returncode == 2
    assert b"Use --stdin" in done.stderr


def test_the_command_needs_no_django() -> None:
    named = "duecare.cli, duecare.patching.versions.comparing"
    code = f"import sys; import {named}; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_a_version_of_ten_megabytes_is_undecided_in_little_memory(scheme: str) -> None:
    comparing = Comparing()
    tracemalloc.start()
    found = comparing.feed(f"{scheme}\t1.0.0\t".encode())
    for _ in range(10 << 20 >> 16):
        found += comparing.feed(b"1" * (1 << 16))
    found += comparing.feed(b"\n" + f"{scheme}\t1.0.0\t1.0.1\n".encode())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(one.text, one.fault) for one in found] == [("undecided", ""), ("-1", "")]
    assert peak < 1 << 20


def test_a_long_line_is_still_looked_at_for_its_scheme_and_its_tabs() -> None:
    long = b"1" * 10_000
    assert answers(b"nuget\t1\t" + long)[1][0].startswith("line 1: No version scheme")
    assert answers(b"deb\t" + long)[1] == [f"line 1: {FORM}"]
    assert answers(b"deb\t" + long + b"\t1\t2")[1] == [f"line 1: {FORM}"]
    assert answers(b"deb\t" + long + b"\t1") == (["undecided"], [])


@given(
    lines=st.lists(
        st.tuples(st.sampled_from(sorted(SCHEMES)), *[st.text("0123456789.-~ab\u00e9", max_size=8)] * 2),
        max_size=6,
    ),
    size=st.integers(1, 40),
)
@settings(max_examples=60)
def test_pieces_of_any_size_give_the_same_answers(lines: list[tuple[str, str, str]], size: int) -> None:
    data = "".join("\t".join(line) + "\n" for line in lines).encode()
    expected = [compare(*line) for line in lines]
    assert answers(data, size) == (["undecided" if one is None else str(one) for one in expected], [])


@given(data=st.binary(max_size=300), size=st.integers(1, 60))
@settings(max_examples=60)
def test_any_bytes_get_an_answer_a_line(data: bytes, size: int) -> None:
    texts, faults = answers(data, size)
    assert len(texts) == data.count(b"\n") + (not data.endswith(b"\n") and bool(data))
    assert len(faults) <= len(texts)
