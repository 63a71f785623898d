"""The form by which somebody decides. The entry and the signature travel beside it (`approval_views.py`)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.program.models import Decided
from duecare.program.record_form import LONG, RecordForm


class DecisionForm(RecordForm):
    """Approve or refuse, and why."""

    decided = forms.ChoiceField(
        label=_("Do you approve?"),
        choices=[(Decided.APPROVED.value, _("Approve")), (Decided.REFUSED.value, _("Refuse"))],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A refusal needs its reason. It stays in the record."),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("decided") == Decided.REFUSED and not values.get("words", "").strip():
            self.add_error("words", _("Say in a sentence what would have to be otherwise."))
        return values
