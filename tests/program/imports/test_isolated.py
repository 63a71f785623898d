"""Reading in a process of its own: the same table, and clear words where its limits are met."""

from __future__ import annotations

import pytest

from duecare.errors import BadInput
from duecare.program.imports.isolated import read_isolated
from duecare.program.imports.reading import read_table
from tests.program.imports import files


@pytest.mark.parametrize(
    "data",
    [
        files.ENTRA_USERS.encode(),
        files.ENTRA_USERS.encode("utf-16"),
        "mail,name\nx,Zoë\n".encode("cp1252"),
        files.book([("mail", "name"), ("ä", "b")]),
        files.book([("mail", "name")], others=[("Other", False)]),
    ],
)
def test_the_child_reads_what_the_reader_reads(data: bytes) -> None:
    assert read_isolated(data) == read_table(data)


def test_what_the_reader_refuses_comes_back_in_its_words() -> None:
    with pytest.raises(BadInput, match="begins on line 2"):
        read_isolated(b'a,b\n1,"open\n')


def test_a_small_workbook_that_shows_one_long_text_in_every_cell_is_refused() -> None:
    data = files.book([("a", "b"), *([("x" * 9_999, "y")] * 12_000)])
    assert len(data) < 1 << 20
    with pytest.raises(BadInput, match="more than 96 MiB of text"):
        read_isolated(data)


def test_a_file_that_takes_too_much_is_refused_with_the_limit() -> None:
    data = b"mail,name\n" + b"".join(b"%d,%s\n" % (number, b"x" * 600) for number in range(45_000))
    with pytest.raises(BadInput, match="could not be read within 40 seconds and 64 MiB"):
        read_isolated(data, memory=64 << 20)
    with pytest.raises(BadInput, match="within 0 seconds"):
        read_isolated(data, seconds=0)
