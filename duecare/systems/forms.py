"""The forms about hosts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.systems.reports import SIZE_LIMIT
from duecare.words import number


class ImportForm(forms.Form):
    """A report that was carried here by hand."""

    report = forms.FileField(
        label=gettext_lazy("Report"),
        help_text=gettext_lazy(
            "The file that “duecare collect” wrote on the host, at most 64 MiB. "
            "Its evidence is graded “imported by hand”."
        ),
    )
    new_host = forms.BooleanField(
        label=gettext_lazy("The host is not known yet: add it"),
        required=False,
    )

    def clean_report(self) -> Any:
        upload = self.cleaned_data["report"]
        if upload.size > SIZE_LIMIT:
            raise forms.ValidationError(
                _("The file has %(size)s bytes; at most %(most)s are taken. Is it a report at all?")
                % {"size": number(upload.size), "most": number(SIZE_LIMIT)}
            )
        return upload


class RemoveForm(forms.Form):
    """Why a host is no longer looked at."""

    reason = forms.CharField(
        label=gettext_lazy("What became of it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: sold on 3 March, disk destroyed, receipt 4711."),
    )
