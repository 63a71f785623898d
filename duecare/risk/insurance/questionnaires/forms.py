"""The forms about questionnaires."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.program.imports.tables import MOST_BYTES
from duecare.program.record_form import DayField, RecordForm
from duecare.program.unchanged import SeenField
from duecare.risk.insurance.looking import choices
from duecare.risk.insurance.questionnaires.actions import Draft
from duecare.risk.insurance.questionnaires.asked import ANSWERS, LONGEST


class BeginForm(RecordForm):
    """What a questionnaire begins with."""

    title = forms.CharField(
        label=_("What it is called"), max_length=200, help_text=_("As the form is headed: Application 2027.")
    )
    insurer = forms.CharField(label=_("For which insurer or broker"), max_length=200)
    as_of = DayField(label=_("The day of which the answers speak"))
    usual = forms.BooleanField(
        label=_("Begin with the questions that insurers ask most"), required=False, initial=True
    )

    def draft(self) -> Draft:
        """What was said, once the form is valid."""
        return Draft(**{name: self.cleaned_data[name] for name in Draft.__slots__})


class RestForm(RecordForm):
    """What of ours shows a question."""

    rests_on = forms.MultipleChoiceField(
        label=_("What of ours shows it"), required=False, widget=forms.SelectMultiple(attrs={"size": 10})
    )
    lacks = forms.CharField(
        label=_("What that evidence does not reach"),
        max_length=LONGEST,
        required=False,
        help_text=_("If anything is, evidence alone never says yes."),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["rests_on"]
        field.choices = choices()


class RestAgainForm(RestForm):
    """What of ours shows a question that is there already."""

    seen = SeenField(required=False)


class AskForm(RestForm):
    """One question in the insurer's own words."""

    asks = forms.CharField(
        label=_("The question, word for word"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3})
    )
    field_order = ("asks", "rests_on", "lacks")


class BringForm(RecordForm):
    """A file of questions."""

    file = forms.FileField(
        label=_("A file as CSV or XLSX"),
        max_length=1000,
        help_text=_("Its column of questions is called “question”. Nothing else of it is taken."),
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return upload


class AnswerForm(RecordForm):
    """The answer to one question."""

    answer = forms.ChoiceField(label=_("Answer"), choices=list(ANSWERS.items()), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("In words"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "What the insurer reads beside it: what is left out, from when on. Needed where the answer is "
            "another than what evidence says."
        ),
    )
    seen = SeenField(required=False)
