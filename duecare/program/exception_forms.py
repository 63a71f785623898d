"""The forms about exceptions. What is refused says why, beside the field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.program.catalogue import Safeguard, catalogue
from duecare.program.exception_actions import LONGEST, REASON, Draft, faults
from duecare.program.models import Finding
from duecare.program.record_form import LONG, DayField, RecordForm

USUAL = timedelta(days=90)
"""How long an exception holds unless somebody says otherwise."""


class ExceptionForm(RecordForm):
    """What somebody asks for. About a finding or a safeguard that is given; else the safeguard is chosen."""

    safeguard = forms.ChoiceField(label=_("Exception from"))
    reason = forms.CharField(
        label=_("Why it cannot be met for now"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 3})
    )
    measure = forms.CharField(
        label=_("What is done instead"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("So that the risk stays bearable meanwhile."),
    )
    expires = DayField(label=_("Last day on which it holds"))

    def __init__(
        self, today: date, safeguard: str, finding: Finding | None, *args: Any, **kwargs: Any
    ) -> None:
        kwargs.setdefault("initial", {"expires": today + USUAL})
        super().__init__(*args, **kwargs)
        self._today, self._safeguard, self._finding = today, safeguard, finding
        self.offer(catalogue().values())
        if safeguard:
            del self.fields["safeguard"]
        field = self.fields["expires"]
        field.widget.attrs.update(min=today.isoformat(), max=(today + LONGEST).isoformat())
        field.help_text = _("At most a year ahead. After it, the gap counts again.")

    def offer(self, safeguards: Iterable[Safeguard]) -> None:
        """Let one of these be chosen."""
        chosen: Any = self.fields["safeguard"]
        chosen.choices = [
            ("", _("Choose a safeguard")),
            *((one.id, one.title) for one in safeguards),
        ]

    def draft(self) -> Draft:
        """What was asked for, once the form is valid."""
        values = self.cleaned_data
        return Draft(
            safeguard=self._safeguard or values["safeguard"],
            reason=values["reason"],
            measure=values["measure"],
            expires=values["expires"],
            finding=self._finding.pk if self._finding else "",
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors:
            self.cleaned_data = values
            for field, words in faults(self.draft(), self._today).items():
                self.add_error(field, words)
        return values


class WithdrawForm(RecordForm):
    """Why an exception ends before its day."""

    reason = forms.CharField(
        label=_("Why it is no longer needed"), max_length=REASON, help_text=_("It stays in the record.")
    )
