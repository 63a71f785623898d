"""The forms about STIX."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.indicators.kinds import TLP
from duecare.incidents.stix.actions import LONGEST
from duecare.incidents.stix.isolated import MOST_BYTES
from duecare.incidents.stix.markings import PASSED_ON
from duecare.program.record_form import RecordForm
from duecare.words import number


class ExportForm(RecordForm):
    """Who is told, and how much."""

    recipient = forms.CharField(
        label=gettext_lazy("Who gets it"),
        max_length=LONGEST,
        help_text=gettext_lazy("It is kept in the record that something was passed on to them."),
    )
    tlp = forms.ChoiceField(
        label=gettext_lazy("What they may read at most"),
        choices=[(one, TLP[one]) for one in PASSED_ON],
        initial="green",
        help_text=gettext_lazy("What is for fewer people is left out. What is TLP:RED is never passed on."),
    )
    summary = forms.BooleanField(
        label=gettext_lazy("Also the title and the summary of the case, which nobody has marked"),
        required=False,
    )


class ImportForm(RecordForm):
    """A bundle of others."""

    file = forms.FileField(
        label=gettext_lazy("Bundle"),
        max_length=1000,
        help_text=gettext_lazy("STIX 2.1 as JSON, at most 16 MiB and 10,000 objects."),
    )
    tlp = forms.ChoiceField(
        label=gettext_lazy("Who may be told of what is not marked"),
        choices=list(TLP.items()),
        initial="amber",
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)s bytes; at most %(most)s are taken.")
                % {"size": number(upload.size), "most": number(MOST_BYTES)}
            )
        return upload
