"""The forms about decisions on whether an obligation applies."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.law.applies import Answer
from duecare.law.rulings.actions import LONGEST
from duecare.program.record_form import DayField, RecordForm


class OverrideForm(RecordForm):
    """Whether it applies, why, and until when."""

    answer = forms.ChoiceField(
        label=_("What you decide"),
        choices=[(Answer.APPLIES, _("It applies")), (Answer.DOES_NOT_APPLY, _("It does not apply"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What it rests on, and who said so: counsel’s letter of a day, an authority’s answer."),
    )
    until = DayField(
        label=_("Last day on which this holds"),
        required=False,
        help_text=_("After it the answer by the facts holds again. Without a day it holds until withdrawn."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until is not None and until < self.today:
            raise forms.ValidationError(_("That day has passed. Choose one to come, or none."))
        return until


class ReasonForm(RecordForm):
    """Why something ends."""

    reason = forms.CharField(label=_("Why"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))
