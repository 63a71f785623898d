"""What a version scheme is: a name, the standard it follows, and a key for every version that it knows.

A key is bytes whose plain comparison (`memcmp`, a BLOB column, a join) is the scheme's order: two versions
that the scheme holds equal have equal keys. So a range over versions is a range over one column, whatever
the scheme.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LIMIT = 250
"""The longest version that is keyed, in characters.

A version names a file or a directory in every ecosystem here, and file systems stop at 255 bytes, of which
the ending (`.deb`, `.whl`, `.gem`) takes some. node-semver stops at 256. Longer text is no version; it is
refused before anything looks at it, so that ten megabytes cost nothing, and every run of digits has a
length that fits into one byte.
"""


@dataclass(frozen=True, slots=True)
class Scheme:
    """One order of versions."""

    name: str
    standard: str
    """The text or program whose order this is."""
    encode: Callable[[str], str | None]
    """The key of a text within LIMIT as characters below U+0100, or None where the scheme rejects it."""

    def key(self, text: str) -> bytes | None:
        """Bytes in the scheme's order, or None: the scheme rejects this text, so nothing follows from it."""
        if len(text) > LIMIT or not text.isascii():
            return None
        found = self.encode(text)
        return None if found is None else found.encode("latin-1")
