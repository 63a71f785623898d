"""Numbers, days and names as the reader's language writes and orders them; `moments.py` tells distances.

For what people read only: addresses, JSON and CSV keep plain digits and ISO 8601.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format, number_format

Sortable = tuple[str, str]


def number(value: int | float) -> str:
    """The number with its thousands set apart: "31,884"; "31.884" where German is read."""
    return number_format(value, force_grouping=True)


def day(value: date | datetime) -> str:
    """The day, in the current zone if it is a moment: "23 November 2026"."""
    return date_format(_local(value), "DATE_FORMAT")


def short_day(value: date | datetime) -> str:
    """The day where room is short: "23 Nov 2026"."""
    return date_format(_local(value), "SHORT_DATE_FORMAT")


def clock(value: datetime) -> str:
    """The time of day in the current zone: "14:17"."""
    return date_format(_local(value), "TIME_FORMAT")


def sort_key(text: str) -> Sortable:
    """Orders titles without regard to case and accents: "Écran" stands beside "ecran", not after "z".

    Unicode's compatibility decomposition without combining marks, then the text itself so that the order is
    total. It is not the Unicode Collation Algorithm: a language that files a letter elsewhere (Swedish å
    after z) gets it beside its base letter, and letters that do not decompose (ø, ł) stand after z. Lists
    from the database keep the database's order, which pages by key need.
    """
    bare = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return bare.casefold(), text


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
