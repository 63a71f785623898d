"""The form of an exercise: two ends of a range for each question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.program.record_form import RecordForm
from duecare.risk.training.questions import Question
from duecare.risk.training.ranges import LONGEST, number_of


class NumberField(forms.CharField):
    """A number as people type it, in any of the usual ways."""

    def __init__(self, **options: Any) -> None:
        plain = {"inputmode": "decimal", "autocomplete": "off"}
        super().__init__(max_length=LONGEST, widget=forms.TextInput(attrs=plain), **options)

    def clean(self, value: Any) -> Any:
        """The number. Raises ValidationError saying why it is none."""
        try:
            return number_of(super().clean(value))
        except BadInput as error:
            raise forms.ValidationError(str(error)) from None


class RangesForm(RecordForm):
    """All ranges of one exercise, on one page."""

    def __init__(self, asked: Sequence[Question], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
        for number in range(1, len(asked) + 1):
            self.fields[f"low_{number}"] = NumberField(label=_("At least"))
            self.fields[f"high_{number}"] = NumberField(label=_("At most"))

    def clean(self) -> dict[str, Any]:
        """All values; an end below the other is refused where it stands."""
        values = super().clean()
        for number in range(1, len(self.asked) + 1):
            low, high = values.get(f"low_{number}"), values.get(f"high_{number}")
            if low is not None and high is not None and low > high:
                self.add_error(f"high_{number}", gettext("This is below the lower end."))
        return values

    def ranges(self) -> list[tuple[Decimal, Decimal]]:
        """What was given, once the form is valid."""
        values = self.cleaned_data
        return [(values[f"low_{n}"], values[f"high_{n}"]) for n in range(1, len(self.asked) + 1)]

    def entries(self) -> Iterator[dict[str, Any]]:
        """Each question with its two fields, as the page shows them."""
        for number, one in enumerate(self.asked, start=1):
            ends = [self[f"low_{number}"], self[f"high_{number}"]]
            yield {"number": number, "one": one, "ends": ends, "wrong": any(end.errors for end in ends)}
