"""The form about claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.program.record_form import RecordForm
from duecare.program.unchanged import SeenField, seen_entry
from duecare.risk.insurance.claims.actions import Draft
from duecare.risk.insurance.claims.models import Claim
from duecare.risk.insurance.claims.states import STATES, UNTOLD
from duecare.risk.insurance.policies.forms import words as long_words
from duecare.risk.money_fields import MoneyField


class MomentField(forms.DateTimeField):
    """A time where the organisation is, chosen in the browser or written as 2026-03-01T14:30."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class ClaimForm(RecordForm):
    """What a claim says."""

    title = forms.CharField(label=gettext_lazy("What happened, in short"), max_length=200)
    about = forms.CharField(
        label=gettext_lazy("Incident"),
        max_length=120,
        required=False,
        help_text=gettext_lazy(
            "As incidents.case: and the key in its page’s address. Empty for one that is not here."
        ),
    )
    known_at = MomentField(
        label=gettext_lazy("When we became aware"),
        help_text=gettext_lazy("The policy’s notice periods are counted from then."),
    )
    noticed_at = MomentField(
        label=gettext_lazy("When the insurer was told"),
        required=False,
        help_text=gettext_lazy(
            "As the policy asks: mostly in writing. A call of the hotline is mostly no notice."
        ),
    )
    noticed_how = long_words(gettext_lazy("To whom, and by which way"), rows=2)
    state = forms.ChoiceField(
        label=gettext_lazy("Where it stands"), choices=list(STATES.items()), initial=UNTOLD
    )
    number = forms.CharField(label=gettext_lazy("The insurer’s number"), max_length=100, required=False)
    words = long_words(gettext_lazy("In words"), gettext_lazy("What was asked, what the insurer said."))
    seen = SeenField(required=False)

    def __init__(self, currency: str, parts: Sequence[tuple[str, str]], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["part"] = forms.ChoiceField(
            label=_("Under which part"),
            required=False,
            choices=[("", _("The policy as a whole")), *parts],
        )
        self.fields["claimed"] = MoneyField(
            currency, label=_("Claimed"), required=False, help_text=_("Empty while it cannot be told.")
        )
        self.fields["paid"] = MoneyField(
            currency, label=_("Paid"), required=False, help_text=_("Empty while nothing was decided.")
        )
        self.order_fields(
            ["title", "about", "part", "known_at", "noticed_at", "noticed_how", "state", "number", "claimed",
             "paid", "words"]
        )  # fmt: skip

    @staticmethod
    def of(row: Claim) -> dict[str, Any]:
        """What the form begins with for a claim that is there."""
        return {**{name: getattr(row, name) for name in Draft.__slots__}, "seen": seen_entry(row)}

    def draft(self) -> Draft:
        """What was said, once the form is valid."""
        return Draft(**{name: self.cleaned_data[name] for name in Draft.__slots__})
