"""The forms about the use of a budget: what to ask, and keeping the answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.program.record_form import LONG, RecordForm
from duecare.risk.measures.actions import LINE
from duecare.risk.measures.models import Measure
from duecare.risk.measures.weighing import Asked
from duecare.risk.money_fields import MoneyField
from duecare.risk.register.forms_of_loss import SIDE_WORDS
from duecare.words import gettext


class ChoiceForm(RecordForm):
    """How much may be spent a year, whose loss is to be lowered, and by what."""

    objective = forms.ChoiceField(label=_("Whose expected loss to lower"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, currency: str, rows: Iterable[Measure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sides = [(key, gettext(words)) for key, words in SIDE_WORDS.items()]
        self.fields["objective"].choices = sides  # type: ignore[attr-defined]
        self.fields["budget"] = MoneyField(
            currency,
            label=_("Budget of a year"),
            help_text=_("What is paid once is spread over its years, and counts with its share."),
        )
        choices = [
            (row.pk, gettext("%s (an obligation leaves no choice)") % row.title if row.must else row.title)
            for row in rows
        ]
        self.fields["measures"] = forms.MultipleChoiceField(
            label=_("Measures that count"),
            choices=choices,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text=_("None ticked: all of them. What an obligation demands counts in any case."),
        )
        self.order_fields(("budget", "objective", "measures"))

    def asked(self) -> Asked:
        """What was asked, once the form is valid."""
        values = self.cleaned_data
        wanted = frozenset(values["measures"]) if values["measures"] else None
        return Asked(values["budget"], values["objective"], wanted)


class KeepForm(RecordForm):
    """Under which name the answer is kept."""

    name = forms.CharField(
        label=_("Name"), max_length=LINE, help_text=_("By which people know it: “Budget of next year”.")
    )
    reason = forms.CharField(
        label=_("What you say about it"),
        max_length=LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
