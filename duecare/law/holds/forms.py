"""The forms about legal holds. What is refused says why, beside the field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.law.holds.actions import Draft
from duecare.law.holds.models import LegalHold
from duecare.law.holds.queries import KINDS
from duecare.program.record_form import LONG, DayField, RecordForm
from duecare.program.unchanged import SeenField, seen_entry

THINGS = 12_000
"""Characters in which single things are named."""


class HoldForm(RecordForm):
    """What a hold says."""

    name = forms.CharField(
        label=_("Name"), max_length=200, help_text=_("By which people know it: the dispute, the inquiry.")
    )
    why = forms.CharField(label=_("Why"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 3}))
    asked_by = forms.CharField(
        label=_("Asked for by"), max_length=200, help_text=_("Counsel, a court, an authority.")
    )
    since = DayField(label=_("Since"))
    covers = forms.CharField(
        label=_("What is held, in words"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Also what does not lie in Duecare: mailboxes, paper. People have to keep that."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Held here as a whole"),
        choices=list(KINDS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    things = forms.CharField(
        label=_("Single things held here"),
        max_length=THINGS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "One a line, as kind and key: program.finding:k3… “Put under a legal hold” on a thing’s page "
            "fills it in."
        ),
    )
    seen = SeenField(required=False)

    @staticmethod
    def of(row: LegalHold) -> dict[str, Any]:
        """What the form begins with for a hold that is there."""
        return {
            **{name: getattr(row, name) for name in ("name", "why", "asked_by", "since", "covers")},
            "kinds": [one for one in row.things if ":" not in one],
            "things": "\n".join(one for one in row.things if ":" in one),
            "seen": seen_entry(row),
        }

    def draft(self) -> Draft:
        """What was said, once the form is valid."""
        values = self.cleaned_data
        return Draft(
            values["name"],
            values["why"],
            values["covers"],
            (*values["kinds"], *values["things"].split()),
            values["asked_by"],
            values["since"],
        )


class EndForm(RecordForm):
    """Why a hold ends."""

    reason = forms.CharField(
        label=_("Why it ends"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Who let it go, and when. What is past its time may go from then on."),
    )
