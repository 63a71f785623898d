"""The form by which somebody decides on an update that was set aside."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from duecare.program.record_form import LONG, RecordForm

ACCEPT, REFUSE = "accept", "refuse"


class DropForm(RecordForm):
    """Why a feed counts for nothing from now on."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: it was brought by hand once, and the source is fetched now."),
    )


class TakeUpForm(RecordForm):
    """Why a dropped feed counts again."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: nothing else speaks of these packages."),
    )


class DecideForm(RecordForm):
    """Whether an update that takes much away is believed."""

    decision = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        choices=(
            (ACCEPT, gettext_lazy("Accept it: what it no longer says does not hold")),
            (REFUSE, gettext_lazy("Refuse it: what was known before stays, and the feed grows old")),
        ),
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "For example: the source says on its page that it took back a batch by mistake."
        ),
    )
