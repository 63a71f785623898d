"""An amount of money as people type it, read into whole minor units, and written so that it reads the same.

What could mean two things is refused and never guessed at. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from duecare.errors import BadInput
from duecare.risk.money import digits
from duecare.words import gettext as _

MOST = 10**15
"""Minor units that no amount exceeds."""
WIDEST = 60
"""Characters of an amount as it is typed."""
SHORT: Mapping[str, int] = {
    **dict.fromkeys(("k", "thousand", "tsd"), 10**3),
    **dict.fromkeys(("m", "mn", "mio", "million", "millions"), 10**6),
    **dict.fromkeys(("bn", "b", "mrd", "billion", "billions"), 10**9),
}
"""What may stand behind a number, in lower case."""
SIGNS: Mapping[str, Sequence[str]] = {
    "€": ("EUR",),
    "£": ("GBP", "EGP", "GIP", "FKP", "SHP"),
    "¥": ("JPY", "CNY"),
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "BRL", "CLP", "COP", "ARS", "TWD"),
    "₹": ("INR",),
}
"""The currencies that a sign may stand for."""

_GAPS = re.compile(r"[ '’]+")
_AMOUNT = re.compile(
    r"(?P<before>[A-Z]{3}\b|[€£¥$₹])? ?(?P<number>\d[\d.,'’ ]*?) ?"
    r"(?P<short>[a-z]+\b\.?)? ?(?P<after>[A-Z]{3}\b|[€£¥$₹])?"
)
_SPACED = re.compile(r"\d{1,3}(?:[ '’]\d{3})+(?:[.,]\d+)?|[\d.,]+")


def read_amount(text: str, currency: str, place: str = "") -> int:
    """The amount in minor units of the register's currency: "1,200,000", "1 200 000", "1.2 m", "EUR 5".

    Raises BadInput, naming what was written, for what is no amount, is below zero, could mean two things, or
    is in another currency.
    """
    # Any white space is one space from here on, and the patterns below know no other.
    said = " ".join(text.split())
    if len(said) > WIDEST:
        raise BadInput(
            _("“%(text)s” has more than %(widest)s characters, which no amount of money takes.")
            % {"text": said[:40], "widest": WIDEST},
            _("Write it like 1,200,000 or 1.2 m."),
            place,
        )
    if said.startswith(("-", "−", "–")):
        raise BadInput(_("“%s” is below zero.") % said[:40], _("Write it without the sign."), place)
    if said[:3].isalpha() and len(said) > 3 and said[3].isdigit():
        said = f"{said[:3]} {said[3:]}"
    found = _AMOUNT.fullmatch(_capitals(said))
    if found is None or not _SPACED.fullmatch(found["number"]):
        raise BadInput(
            _("“%s” is no amount of money.") % text.strip()[:40],
            _("Write it like 1,200,000 or 1.2 m."),
            place,
        )
    for sign in (found["before"], found["after"]):
        if sign and currency not in SIGNS.get(sign, (sign,)):
            raise BadInput(
                _("“%(text)s” is in %(sign)s, and the register is kept in %(currency)s.")
                % {"text": text.strip()[:40], "sign": sign, "currency": currency},
                _("Convert it, and say in the reason at which rate."),
                place,
            )
    short = (found["short"] or "").rstrip(".")
    if short and short not in SHORT:
        raise BadInput(
            _("“%(short)s” in “%(text)s” is not understood.") % {"short": short, "text": text.strip()[:40]},
            _("Write k for thousands, m for millions, bn for billions, or the number in full."),
            place,
        )
    number = _number(_GAPS.sub("", found["number"]), text, currency, scaled=bool(short), place=place)
    minor = number * SHORT.get(short, 1) * 10 ** digits(currency)
    if minor != int(minor):
        raise BadInput(
            _("“%(text)s” has more decimal places than %(currency)s has.")
            % {"text": text.strip()[:40], "currency": currency},
            _("Round it."),
            place,
        )
    if minor > MOST:
        raise BadInput(
            _("“%s” is more than any amount here can be.") % text.strip()[:40], _("Check its zeros."), place
        )
    return int(minor)


def write_amount(minor: int, currency: str, gap: str = " ") -> str:
    """The exact amount without its currency: "1 200 000" or "1 200.50"; `gap` stands between thousands."""
    places = digits(currency)
    whole, part = divmod(minor, 10**places)
    text = f"{whole:,}".replace(",", gap)
    # A fourth place keeps three decimal places from being read as thousands.
    return f"{text}.{part:0{places}d}{'0' if places == 3 else ''}" if part else text


def written(minor: int | None, currency: str) -> str:
    """An amount for a file or a program: its text, with the currency; empty for none."""
    return "" if minor is None else f"{currency} {write_amount(minor, currency)}"


def _capitals(text: str) -> str:
    """Currency codes in capitals, all else in small letters."""
    return re.sub(
        r"[^\W\d_]+",
        lambda found: found[0].upper() if len(found[0]) == 3 and found[0].lower() not in SHORT
        else found[0].lower(),
        text,
    )  # fmt: skip


def _number(text: str, said: str, currency: str, *, scaled: bool, place: str) -> Decimal:
    """A number in whose text a comma or a point may be either, told apart by where they stand."""
    last = max(text.rfind(","), text.rfind("."))
    marks = [one for one in text if one in ",."]
    if not marks:
        return Decimal(text)
    wrong = BadInput(
        _("“%s” can be read in two ways.") % said.strip()[:40],
        _("Write the number without commas and points between its thousands."),
        place,
    )
    whole, part = text[:last], text[last + 1 :]
    mixed = len(set(marks)) == 2
    thousands = (len(marks) > 1 and not mixed) or (len(marks) == 1 and len(part) == 3 and whole != "0")
    if len(marks) == 1 and thousands and (scaled or digits(currency) == 3):
        raise wrong
    groups = re.split(r"[.,]", text if thousands else whole)
    if mixed and marks.count(text[last]) != 1:
        raise wrong
    if len(groups) > 1 and not (
        0 < len(groups[0]) < 4 and groups[0][0] != "0" and all(len(one) == 3 for one in groups[1:])
    ):
        raise wrong
    joined = "".join(groups)
    if not joined or (not thousands and not part):
        raise wrong
    return Decimal(joined if thousands else f"{joined}.{part}")
