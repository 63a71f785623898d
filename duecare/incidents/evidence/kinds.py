"""What can be done with evidence, and how names that may deceive are shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from unicodedata import category, normalize

from duecare.words import Text

KINDS: Mapping[str, Text] = {
    "collected": Text("Collected"),
    "accessed": Text("Accessed"),
    "handed over": Text("Handed over"),
    "returned": Text("Returned"),
    "hashed": Text("Read again"),
}
BY_PEOPLE = ("accessed", "handed over", "returned")
"""Those that people write down; the others are written with what they tell of."""
LONGEST_GIVEN = 1000
"""Characters of a name as it was given that are kept."""


def kept_name(given: str) -> str:
    """A name as it was given, in a form that the record holds: NFC, without halves of characters and NUL."""
    whole = given[:LONGEST_GIVEN].encode("utf-8", "replace").decode()
    return normalize("NFC", whole.replace("\0", "\N{REPLACEMENT CHARACTER}"))


def shown_name(given: str) -> str:
    """A name letter by letter: signs that are not seen, or that turn text round, by their numbers."""
    return "".join(
        one if one == " " or category(one)[0] not in "CZ" else f"<U+{ord(one):04X}>" for one in given
    )
