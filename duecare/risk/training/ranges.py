"""Numbers as people type them, and whether a range held the truth. Pure.

Ranges are kept as decimal texts ("1609.344"): the record takes no fractions, and none of a truth's digits may
be lost, or a range that ends on it would miss.
"""

from __future__ import annotations

import re
from decimal import Decimal

from duecare.errors import BadInput
from duecare.words import gettext as _

LONGEST = 40
"""Characters of a number as it is typed."""
_SPACES = re.compile(r"[\s'’_]")
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,6})?")
_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*")


def number_of(typed: str) -> Decimal:
    """The number that somebody typed: 1500, 1 500, 1,234,567.5, 1.234.567,5, 0.5 or 0,5.

    A point or a comma before exactly three places at the end could be either ("1,500" is 1500 here and 1.5
    there): that is refused rather than guessed. Raises BadInput.
    """
    text = _SPACES.sub("", typed)
    if len(typed) > LONGEST or not text:
        raise BadInput(_("This is no number."), _("Write digits, such as 1500."))
    marks = [sign for sign in text if sign in ".,"]
    if len(set(marks)) == 1 and len(marks) == 1 and _GROUPS.fullmatch(text):
        raise BadInput(
            _("“%s” can be read in two ways.") % typed.strip(),
            _("Write the number without a mark between its thousands, or with fewer or more places."),
        )
    if len(set(marks)) == 2 and marks.count(marks[-1]) == 1:
        whole, _mark, places = text.rpartition(marks[-1])
        text = _ungrouped(whole) + "." + places
    elif len(marks) == 1:
        text = text.replace(",", ".")
    elif marks:
        text = _ungrouped(text)
    if not _PLAIN.fullmatch(text):
        raise BadInput(
            _("“%s” is no number that can be here.") % typed.strip(),
            _("Write a number of at most 15 digits, and at most 6 behind the point."),
        )
    return Decimal(text)


def _ungrouped(text: str) -> str:
    """The digits without their thousands' marks; as they stand if these are not where thousands are."""
    return re.sub(r"[.,]", "", text) if _GROUPS.fullmatch(text) else text


def written(value: Decimal) -> str:
    """A number as the record keeps it: no exponent, no zeros behind the last place."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def holds(low: str, high: str, truth: str) -> bool:
    """Whether a range, its ends included, holds the truth; all three as `written`."""
    return Decimal(low) <= Decimal(truth) <= Decimal(high)
