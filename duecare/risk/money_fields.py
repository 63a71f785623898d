"""The field of a form that takes an amount of money, in the currency that the register is kept in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from duecare.errors import BadInput
from duecare.risk.amounts import MOST, WIDEST, read_amount, write_amount


class MoneyField(forms.CharField):
    """An amount: text on the page ("1.2 m"), whole minor units in `cleaned_data`, None if it was left empty.

    The currency stands behind its label. `least` and `most` are minor units.
    """

    def __init__(self, currency: str, *, least: int = 0, most: int = MOST, **options: Any) -> None:
        super().__init__(max_length=WIDEST, **options)
        self.currency, self.least, self.most = currency, least, most
        self.widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
        if self.label:
            self.label = _("%(label)s, in %(currency)s") % {"label": self.label, "currency": currency}

    def prepare_value(self, value: Any) -> Any:
        """Minor units as their text; what was typed as it was typed."""
        return write_amount(value, self.currency) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text: str = super().clean(value)
        if not text:
            return None
        try:
            minor = read_amount(text, self.currency)
        except BadInput as error:
            raise ValidationError(str(error)) from None
        for bound, wrong, words in (
            (self.least, minor < self.least, _("Write at least %s.")),
            (self.most, minor > self.most, _("Write at most %s.")),
        ):
            if wrong:
                raise ValidationError(words % f"{self.currency} {write_amount(bound, self.currency)}")
        return minor

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


def not_rising(values: Mapping[str, Any], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(field, reason) for each number that lies below the one named before it.

    For `clean` of a form that asks for least, likely and most: `for field, why in not_rising(values, names):
    self.add_error(field, why)`. What is missing is passed over; the field itself speaks of it.
    """
    there = [name for name in names if values.get(name) is not None]
    for before, name in pairwise(there):
        if values[name] < values[before]:
            yield name, _("This lies below the number before it. Swap them, or correct one.")
