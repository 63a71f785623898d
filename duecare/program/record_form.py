"""What all forms that write to the record have in common."""

from __future__ import annotations

from typing import Any
from unicodedata import normalize

from django import forms

LONG = 4000
"""Characters of a longer text: far below what one entry takes."""


class RecordForm(forms.Form):
    """A form whose text comes out in Unicode's form NFC: the record demands it; keyboards differ."""

    def clean(self) -> dict[str, Any]:
        """All values; passwords as they were typed."""
        return {
            name: normalize("NFC", value) if isinstance(value, str) and name != "password" else value
            for name, value in self.cleaned_data.items()
        }


class DayField(forms.DateField):
    """A day, chosen in the browser's calendar or written as 2026-03-01."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
