"""Whoever reads in the confined child answers in one of three ways, and cannot hold up whoever asked."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from duecare.confined import Limits, lines_confined, run_confined
from duecare.errors import BadInput, DuecareError

AT_FIRST_USE = ()
LIMITS = Limits(seconds=5, memory=1 << 30, answer=1000)
TOO_MUCH = BadInput("It took too much.")


def pieces(given: BinaryIO, orders: Mapping[str, Any]) -> Iterator[bytes]:
    """What a reader may do to whoever asked."""
    what = orders["what"]
    yield b"first\n"
    if what == "complain":
        sys.stderr.write("x" * 200_000)
    elif what == "sleep":
        sys.stdout.flush()
        time.sleep(60)
    elif what == "refuse":
        raise BadInput("Line 7 is no line.", "Write one.")
    elif what == "break":
        raise KeyError("it broke")
    elif what == "long":
        yield b"x" * 2000
    yield given.read() + b"\n"


@pytest.fixture
def file(tmp_path: Path) -> Iterator[BinaryIO]:
    place = tmp_path / "given"
    place.write_bytes(b"what was given")
    with place.open("rb") as opened:
        yield opened


def test_lines_come_one_by_one_and_complaints_hold_up_none(file: BinaryIO) -> None:
    lines = list(lines_confined(__name__, file, {"what": "complain"}, LIMITS, TOO_MUCH))
    assert lines == [b"first", b"what was given"]


def test_what_is_given_as_bytes_or_as_a_file_is_read_alike(file: BinaryIO) -> None:
    told = {"what": ""}
    assert run_confined(__name__, file, told, LIMITS, TOO_MUCH) == b"first\nwhat was given\n"
    assert run_confined(__name__, b"words", told, LIMITS, TOO_MUCH) == b"first\nwords\n"


def test_one_that_does_nothing_is_given_up(file: BinaryIO) -> None:
    short = Limits(seconds=1, memory=1 << 30, answer=1000, patience=2)
    begun = time.monotonic()
    with pytest.raises(BadInput, match="too much"):
        list(lines_confined(__name__, file, {"what": "sleep"}, short, TOO_MUCH))
    with pytest.raises(BadInput, match="too much"):
        run_confined(__name__, b"", {"what": "sleep"}, short, TOO_MUCH)
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("what", "kind", "words"),
    [
        ("refuse", BadInput, "Line 7 is no line. Write one."),
        ("break", DuecareError, "it broke"),
        ("long", DuecareError, "its answer is too long"),
    ],
)
def test_what_goes_wrong_is_told_apart(what: str, kind: type, words: str, file: BinaryIO) -> None:
    with pytest.raises(kind, match=words) as streamed:
        list(lines_confined(__name__, file, {"what": what}, LIMITS, TOO_MUCH))
    with pytest.raises(kind, match=words) as whole:
        run_confined(__name__, b"", {"what": what}, LIMITS, TOO_MUCH)
    assert type(streamed.value) is type(whole.value) is kind


def test_whoever_stops_listening_ends_it(file: BinaryIO) -> None:
    lines = lines_confined(__name__, file, {"what": "sleep"}, LIMITS, TOO_MUCH)
    begun = time.monotonic()
    lines.close()  # type: ignore[attr-defined]
    assert time.monotonic() - begun < 5
