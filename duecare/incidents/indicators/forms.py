"""The forms about indicators."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from duecare.incidents.indicators.actions import LONGEST_SOURCE
from duecare.incidents.indicators.kinds import KINDS, TLP
from duecare.incidents.timeline.forms import reason_field
from duecare.program.record_form import LONG, RecordForm


class PasteForm(RecordForm):
    """Signs, one on each line."""

    text = forms.CharField(
        label=gettext_lazy("Signs, one on each line"),
        max_length=500_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=gettext_lazy("As they are, or made harmless: hxxps://evil[.]example is understood."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What they are"),
        required=False,
        choices=[("", gettext_lazy("Find out from each line")), *KINDS.items()],
    )
    tlp = forms.ChoiceField(
        label=gettext_lazy("Who may be told of them"),
        choices=list(TLP.items()),
        initial="amber",
        help_text=gettext_lazy("Traffic Light Protocol 2.0. Who gave them to you says it."),
    )
    words = forms.CharField(
        label=gettext_lazy("What they have to do with it"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    source = forms.CharField(
        label=gettext_lazy("Where they are known from"), required=False, max_length=LONGEST_SOURCE
    )


class RemoveForm(RecordForm):
    """Why an indicator is taken off."""

    reason = reason_field(
        gettext_lazy("Why it is none"), gettext_lazy("It stays to be read, with this, and is not passed on.")
    )
