"""A share as people type it in a table, in whole thousandths, and written so that it reads the same. Pure."""

from __future__ import annotations

import re
from decimal import Decimal

from duecare.errors import BadInput
from duecare.words import gettext as _

THOUSAND = 1000
_SHARE = re.compile(r"(?P<number>\d{1,3}(?:[.,]\d+)?)\s*(?P<cent>%|per ?cent)?")


def read_share(text: str, place: str = "") -> int:
    """Thousandths: "12.5 %", "12,5", "80".

    Raises BadInput, naming what was written, for what is no share, is above 100 percent or finer than a tenth
    of one, and for what can be read in two ways: a spreadsheet keeps 50 % as 0.5, which says half a percent
    too.
    """
    said = " ".join(text.lower().split())
    found = _SHARE.fullmatch(said)
    if found is None:
        raise BadInput(
            _("“%s” is no share.") % text.strip()[:40],
            _("Write percent from 0 to 100, such as 12.5 %."),
            place,
        )
    number = Decimal(found["number"].replace(",", "."))
    if 0 < number <= 1 and not found["cent"]:
        raise BadInput(
            _("“%s” can be read in two ways.") % text.strip()[:40],
            _("Write the percent sign: 50 %, or 0.5 %."),
            place,
        )
    if number > 100:
        raise BadInput(_("A share lies between 0 and 100 percent."), _("Correct it."), place)
    share = number * 10
    if share != int(share):
        raise BadInput(
            _("“%s” is finer than a tenth of a percent.") % text.strip()[:40], _("Round it."), place
        )
    return int(share)


def write_share(thousandths: int) -> str:
    """As `read_share` reads it: "12.5 %"."""
    whole, part = divmod(thousandths, 10)
    return f"{whole}.{part} %" if part else f"{whole} %"
