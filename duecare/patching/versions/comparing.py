"""Pairs of versions, one a line as `scheme<TAB>a<TAB>b`, and the order of each: for scripts.

Text comes in pieces as a pipe gives them, and no more than HEAD bytes of a line are ever kept, so that a
version of ten megabytes costs neither memory nor time. Every line gets one answer, also one that could not be
read, so that answers stand beside their lines.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from duecare.errors import BadInput
from duecare.patching.versions import LIMIT, compare

HEAD = 4096
"""More than two versions that a scheme may accept: whatever is longer holds one that none does."""
UNDECIDED = "undecided"
assert HEAD > 4 * LIMIT  # noqa: S101 - what the reading of long lines rests on


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one line."""

    text: str
    """-1, 0, 1 or undecided."""
    fault: str = ""
    """What is wrong with the line, naming it; empty if it could be read."""


@dataclass(slots=True)
class Comparing:
    """Takes pieces of text and gives the answers to the lines that they complete."""

    lines: int = 0
    faults: int = 0
    _head: bytearray = field(default_factory=bytearray)
    _tabs: int = 0
    _long: bool = False

    def feed(self, piece: bytes) -> list[Answer]:
        """The answers to all lines that end in this piece, in their order."""
        *ended, rest = piece.split(b"\n")
        answers = []
        for part in ended:
            self._take(part)
            answers.append(self._answer())
        self._take(rest)
        return answers

    def close(self) -> list[Answer]:
        """The answer to a last line without an end, if there is one."""
        return [self._answer()] if self._head else []

    def _take(self, part: bytes) -> None:
        room = HEAD - len(self._head)
        self._head += part[:room]
        self._tabs += part.count(b"\t")
        self._long |= len(part) > room

    def _answer(self) -> Answer:
        head, tabs, long = bytes(self._head), self._tabs, self._long
        self._head.clear()
        self._tabs, self._long = 0, False
        self.lines += 1
        try:
            return Answer(_compared(head, tabs, long))
        except BadInput as error:
            self.faults += 1
            return Answer(UNDECIDED, f"line {self.lines}: {error}")


def _compared(head: bytes, tabs: int, long: bool) -> str:
    """The answer to a line; raises BadInput if it is none of scheme, version and version."""
    if tabs != 2:
        raise BadInput("not of the form scheme<TAB>version<TAB>version.")
    text = head.decode("utf-8", "replace").removesuffix("\r")
    scheme, _, pair = text.partition("\t")
    first, _, second = pair.partition("\t")
    if long:
        first = second = "0" * (LIMIT + 1)  # one of them is that long; the scheme is still looked up
    order = compare(scheme, first, second)
    return UNDECIDED if order is None else str(order)
