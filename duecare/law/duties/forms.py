"""The forms about duties and records to be kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.program.models import Person
from duecare.program.record_form import LONG, RecordForm


class OwnerForm(RecordForm):
    """Who sees to a duty."""

    person = forms.ChoiceField(label=_("Who sees to it"), required=False)

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["person"]
        field.choices = [("", _("Nobody yet")), *((one.pk, one.name) for one in people)]


class PlaceForm(RecordForm):
    """Where a kind of records lies."""

    place = forms.CharField(
        label=_("Where they lie"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The system, the folder, the cupboard, and who can open it."),
    )
