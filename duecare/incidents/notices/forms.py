"""The forms about notices."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.notices.clock_forms import MomentForm
from duecare.incidents.notices.drafting import LONGEST
from duecare.program.record_form import LONG, RecordForm
from duecare.program.unchanged import SeenField


class NoticeForm(RecordForm):
    """What a notice says, and to whom."""

    recipient = forms.CharField(
        label=gettext_lazy("To"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=300)
    words = forms.CharField(
        label=gettext_lazy("Text"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 24})
    )
    seen = SeenField(required=False)


class ReviewForm(RecordForm):
    """That somebody agrees to the text as it stands."""

    words = forms.CharField(
        label=gettext_lazy("A word with it"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = SeenField()


class HandInForm(MomentForm):
    """When and how a notice was handed in, and what shows it."""

    address = forms.CharField(
        label=gettext_lazy("How and where"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("A form’s address, a telephone number, a letter."),
    )
    reference = forms.CharField(label=gettext_lazy("Their reference"), required=False, max_length=200)
    proof_words = forms.CharField(
        label=gettext_lazy("What shows it"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Put the receipt to the notice as a file afterwards."),
    )
    seen = SeenField()

    def __init__(self, *args: Any, exercise: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if exercise:
            self.fields["at"].label = _("When it is rehearsed as handed in")


class CompleteForm(RecordForm):
    """What comes after a notice was handed in."""

    reference = forms.CharField(label=gettext_lazy("Their reference"), required=False, max_length=200)
    proof_words = forms.CharField(
        label=gettext_lazy("What shows it"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Put the receipt to the notice as a file."),
    )
    seen = SeenField()


class MailForm(RecordForm):
    """Where a notice is mailed to."""

    address = forms.EmailField(label=gettext_lazy("Mail address"), max_length=254)
    seen = SeenField()
