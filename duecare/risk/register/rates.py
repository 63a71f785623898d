"""How often something happens, as people say it, in whole millionths of an event a year. Pure.

"0.2", "1/5", "1 in 5", "once in 5 years", "20 %" and "4" are read; what they mean is always events a year.
What could mean two things, such as "once in 1,000 years", is refused and never guessed at.
"""

from __future__ import annotations

import re
from decimal import Decimal

from duecare.errors import BadInput
from duecare.words import gettext as _

MILLION = 1_000_000
MOST = 10_000
"""Events a year; a rate above it is nothing that people estimate."""

_NUMBER = r"\d+(?:[.,]\d+)?"
_IN = re.compile(
    rf"(?:once|(?P<events>{_NUMBER})(?:\s*times?)?)\s*(?:/|in|every|per)\s*(?P<years>{_NUMBER})\s*"
    r"(?:years?|y|a)?"
)
_ONE = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<cent>%)?\s*(?:times?)?\s*(?:(?:a|per|/)\s*(?:year|y|a))?")


def read_rate(text: str, place: str = "") -> int:
    """Millionths of an event a year.

    Raises BadInput, naming what was written, for what is no rate, can be read in two ways, is zero, below
    zero, too small to be kept, or above MOST.
    """
    said = " ".join(text.lower().split())
    if said.startswith(("-", "−", "–")):
        raise BadInput(_("“%s” is below zero.") % text.strip()[:40], _("Write it without the sign."), place)
    found = _IN.fullmatch(said) or _ONE.fullmatch(said)
    if found and any(_is_double(text or "", name) for name, text in found.groupdict().items()):
        raise BadInput(
            _("“%s” can be read in two ways.") % text.strip()[:40],
            _("Write thousands without a mark, such as 1000, and decimals with a point, such as 1.5."),
            place,
        )
    if found and found.re is _IN:
        events, years = _number(found["events"] or "1"), _number(found["years"])
        rate = events / years if years else Decimal(0)
    elif found:
        rate = _number(found["number"]) / (100 if found["cent"] else 1)
    else:
        raise BadInput(
            _("“%s” does not say how often.") % text.strip()[:40],
            _("Write events a year, such as 0.2, or 1 in 5 for once in five years."),
            place,
        )
    millionths = int((rate * MILLION).to_integral_value())
    if millionths == 0:
        raise BadInput(
            _("“%s” says that it never happens.") % text.strip()[:40],
            _("Write a small rate, such as 1 in 1000, or leave the scenario out."),
            place,
        )
    if rate > MOST:
        raise BadInput(
            _("“%s” is more than 10,000 times a year.") % text.strip()[:40],
            _("Take such events together as one that is worth a scenario."),
            place,
        )
    return millionths


def write_rate(millionths: int) -> str:
    """The exact rate a year, as `read_rate` reads it: "0.2"."""
    whole, part = divmod(millionths, MILLION)
    return f"{whole}.{part:06d}".rstrip("0").rstrip(".")


def rate_words(rate: float) -> str:
    """A rate a year in few figures, and what that is in years where it is seldom: "0.2 (once in 5 years)"."""
    short = f"{rate:.2g}" if rate < 100 else f"{rate:.0f}"
    if "e" in short:
        short = f"{rate:.6f}".rstrip("0").rstrip(".")
    if rate >= 0.75 or rate <= 0:
        return short
    years = f"{1 / rate:.2g}" if 1 / rate < 100 else f"{1 / rate:.0f}"
    return _("%(rate)s (once in %(years)s years)") % {"rate": short, "years": years}


def _is_double(number: str, name: str) -> bool:
    """Whether a mark before three digits may stand between thousands or before decimals. Only of a rate that
    stands alone "1.234" is taken as a program writes it, which never leaves a zero at the end."""
    marked = re.fullmatch(r"(\d{1,3})([.,])\d{3}", number)
    if not marked or marked[1].startswith("0"):
        return False
    return not (name == "number" and marked[2] == "." and number[-1] != "0")


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
