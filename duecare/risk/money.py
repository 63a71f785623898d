"""Money in whole minor units of one currency, and as people read and write it. Pure.

Decimal places are those of ISO 4217; what is not named here has two.
"""

from __future__ import annotations

from duecare.errors import BadInput
from duecare.words import gettext as _
from duecare.words import number

DIGITS = {
    **dict.fromkeys(
        ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV",
         "XAF", "XOF", "XPF"),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}  # fmt: skip


def digits(currency: str) -> int:
    """Decimal places of a currency."""
    return DIGITS.get(currency, 2)


def shown(minor: int, currency: str) -> str:
    """An amount in whole units, rounded: "EUR 1,200,000"; the no-break space keeps it on one line."""
    unit: int = 10 ** digits(currency)
    whole = (abs(minor) + unit // 2) // unit
    return f"{currency}\u00a0{'−' if minor < 0 and whole else ''}{number(whole)}"


def from_units(value: float, currency: str) -> int:
    """An amount in units as whole minor units, rounded to the nearest."""
    unit: int = 10 ** digits(currency)
    return round(value * unit)


def demand_currency(code: str) -> str:
    """The code, if it is one of ISO 4217 by its form. Raises BadInput otherwise."""
    code = code.strip().upper()
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise BadInput(
            _("“%(code)s” is no currency.") % {"code": code[:20]},
            _("Write three letters, such as EUR."),
            "currency",
        )
    return code
