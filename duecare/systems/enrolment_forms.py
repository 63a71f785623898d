"""The forms about enrolling hosts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.program.record_form import RecordForm


class OfferForm(RecordForm):
    """Which computer is expected."""

    name = forms.CharField(
        label=gettext_lazy("Name of the computer"),
        max_length=253,
        help_text=gettext_lazy(
            "As it calls itself (“hostname” shows it there). The token is for this one name, for an hour, "
            "and once."
        ),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )


APPROVE, REFUSE = "approve", "refuse"
COMPARED, UNSEEN = "compared", "unseen"


class DecideForm(RecordForm):
    """Whether the key that was shown counts from now on."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Your decision"),
        choices=(
            (APPROVE, gettext_lazy("Approve: reports under this key are this computer’s")),
            (REFUSE, gettext_lazy("Refuse: this key never counts")),
        ),
        widget=forms.RadioSelect,
    )
    compared = forms.ChoiceField(
        label=gettext_lazy("The fingerprint"),
        choices=(
            (COMPARED, gettext_lazy("I compared it with what the computer shows, and it is the same")),
            (UNSEEN, gettext_lazy("I did not compare it; token, name and address are enough for me")),
        ),
        widget=forms.RadioSelect,
        required=False,
        help_text=gettext_lazy("The record keeps which, when you approve."),
    )
    because = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Needed when you refuse."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("answer") == APPROVE and not values.get("compared") and "compared" not in self.errors:
            self.add_error("compared", _("Say whether you compared the fingerprint."))
        if values.get("answer") == REFUSE and not values.get("because", "").strip():
            self.add_error("because", _("Say what was wrong."))
        return values


class EndKeyForm(RecordForm):
    """Why a host's key counts no more."""

    reason = forms.CharField(
        label=gettext_lazy("Why it no longer counts"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "For example: the computer was stolen on 3 March; a copy of its disk was found."
        ),
    )


class EndConnectionForm(RecordForm):
    """Why it is to be told anew whose computer a connection leads to."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is to be told anew"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "For example: the computer was set up anew on 3 March; the address on the list was wrong."
        ),
    )
