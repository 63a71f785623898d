"""JSON of any length, a piece at a time: the members of an object, and the elements of its lists one by one.

The library's own scanner reads each piece (RFC 8259); what is held in memory is a piece and what was read
ahead, never the whole. A piece that is longer than PIECE is refused: no component is.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from duecare.errors import BadInput
from duecare.words import gettext as _
from duecare.words import number

PIECE = 16 << 20
"""Characters of one element, with all that is nested in it."""
_READ = 1 << 20
_SPACE = " \t\r\n"


class Stream:
    """A JSON text that is read from its start."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8-sig")().decode
        self._scan = json.JSONDecoder().raw_decode
        self._text, self._at, self._passed, self._ended = "", 0, 0, False

    def members(self) -> Iterator[tuple[str, Any]]:
        """Each member of the outermost object: its name, and its value or, for a list, ELEMENTS.

        Whoever gets ELEMENTS may read them by `elements`; those that nobody reads are passed over.
        """
        self._expect("{")
        if self._peek() == "}":
            return
        while True:
            name = self._value()
            if not isinstance(name, str):
                raise self._wrong(_("a member has no name"))
            self._expect(":")
            if self._peek() == "[":
                self._begun = False
                yield name, ELEMENTS
                if not self._begun:
                    for _element in self.elements():
                        pass
            else:
                yield name, self._value()
            if self._expect(",}") == "}":
                return

    def elements(self) -> Iterator[Any]:
        """The elements of the list that `members` has just come to."""
        self._begun = True
        self._expect("[")
        if self._peek() == "]":
            self._expect("]")
            return
        while True:
            yield self._value()
            if self._expect(",]") == "]":
                return

    @property
    def place(self) -> int:
        """How many characters were read."""
        return self._passed + self._at

    def _more(self) -> bool:
        """Read on; False at the end."""
        if self._ended:
            return False
        data = self._file.read(max(_READ, len(self._text) - self._at))
        self._ended = not data
        try:
            text = self._decode(data, self._ended)
        except UnicodeDecodeError as error:
            raise self._wrong(_("it is not UTF-8")) from error
        self._passed += self._at
        self._text, self._at = self._text[self._at :] + text, 0
        return not self._ended or bool(text)

    def _peek(self) -> str:
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _SPACE:
                    return self._text[self._at]
                self._at += 1
            if not self._more():
                raise self._cut_off()

    def _expect(self, characters: str) -> str:
        found = self._peek()
        if found not in characters:
            expected = _(" or ").join(characters)
            raise self._wrong(_("expected %(expected)s") % {"expected": expected})
        self._at += 1
        return found

    def _value(self) -> Any:
        self._peek()
        while True:
            fault: ValueError | None = None
            try:
                value, end = self._scan(self._text, self._at)
            except RecursionError:
                raise self._wrong(_("it is nested too deep")) from None
            except ValueError as error:
                fault = error
            else:
                if self._ended or not self._may_go_on(value, end):
                    self._at = end
                    return value
            if len(self._text) - self._at > PIECE:
                raise self._wrong(_("what begins here is no JSON, or longer than any component"))
            read = (fault.pos if isinstance(fault, json.JSONDecodeError) else len(self._text)) - self._at
            if not self._more() and fault is not None:
                broken = self._at + read
                if broken >= len(self._text) or str(fault).startswith("Unterminated"):
                    raise self._cut_off() from fault
                self._at = broken
                raise self._wrong(_("it is not as JSON demands")) from fault

    def _may_go_on(self, value: Any, end: int) -> bool:
        """Whether what was read is a number that could go on in what was not read yet: `1`, `1.`, `1e-`."""
        return isinstance(value, int | float) and not self._text[end : end + 3].strip(".eE+-")

    def _wrong(self, fault: str) -> BadInput:
        return BadInput(
            _("Character %(place)s: %(fault)s.") % {"place": number(self.place + 1), "fault": fault},
            _("Make the file anew, and look whether it is whole."),
        )

    def _cut_off(self) -> BadInput:
        return BadInput(
            _("The file breaks off after character %(place)s.")
            % {"place": number(self._passed + len(self._text))},
            _("Make the file anew, and look whether it is whole."),
        )


class _Elements:
    """Stands for a list whose elements are still to be read."""


ELEMENTS = _Elements()
