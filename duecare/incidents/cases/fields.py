"""Form fields of cases: a moment as people type it, and files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.law.moments import Moment, moment


class MomentField(forms.CharField):
    """A local time in a zone, which is set before the form is read; refused with the question to ask.

    With its offset written out it may be of anywhere. Cleaned, it is a Moment, or None if it is empty.
    """

    def __init__(self, *, zone: str = "UTC", day_alone: bool = False, **options: Any) -> None:
        self.zone, self.day_alone = zone, day_alone
        options.setdefault("max_length", 40)
        options.setdefault("help_text", _("As 2026-11-23 14:30. Leave it empty for just now."))
        options.setdefault("widget", forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}))
        super().__init__(**options)

    def clean(self, value: Any) -> Moment | None:
        text = super().clean(value).strip()
        if not text:
            return None
        try:
            found = moment(text, self.zone, str(self.label))
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error
        if found.whole_day and not self.day_alone:
            raise forms.ValidationError(_("Write the time too, as 2026-11-23 14:30."))
        return found
