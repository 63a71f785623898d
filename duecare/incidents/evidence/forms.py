"""The forms about evidence."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.evidence.actions import LONGEST, MOST_BYTES, next_step
from duecare.incidents.evidence.kinds import BY_PEOPLE, KINDS
from duecare.incidents.timeline.forms import ZonedForm, time_field
from duecare.law.moments import Moment
from duecare.program.record_form import LONG
from duecare.words import number

WHO = gettext_lazy("Name, and of whom if they are from outside.")
EXACT = gettext_lazy("Such as 2026-11-23T14:30.")


class TimedForm(ZonedForm):
    """A form with one exact time, in the field that `timed` names."""

    timed = ""

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        found = self.moment(self.timed)
        if found is not None and found.whole_day:
            self.add_error(self.timed, _("Say the time of the day too, as near as you know it."))
        values[self.timed] = found
        return values

    def at(self) -> Any:
        """The instant of the timed field."""
        found: Moment = self.cleaned_data[self.timed]
        return found.at


class EvidenceForm(TimedForm):
    """What every piece of evidence has."""

    timed = "collected"
    what = forms.CharField(
        label=gettext_lazy("What it is"),
        max_length=LONGEST,
        help_text=gettext_lazy("Such as “Sign-in log of the mail server, 20 to 23 November”."),
    )
    collected = time_field(gettext_lazy("When it was taken"), help_text=EXACT)
    zone = forms.ChoiceField(label=gettext_lazy("Where clocks showed that"))
    collected_by = forms.CharField(label=gettext_lazy("Who took it"), max_length=LONGEST, help_text=WHO)
    source = forms.CharField(
        label=gettext_lazy("What it was taken from, and with what"), required=False, max_length=LONGEST
    )

    def told(self) -> dict[str, Any]:
        """The values as the actions take them."""
        names = set(self.cleaned_data) - {"collected", "zone", "file"}
        return {**{name: self.cleaned_data[name] for name in names}, "collected_at": self.at()}


class FileForm(EvidenceForm):
    """A file that is kept here."""

    field_order = ("file",)
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=4000,
        help_text=gettext_lazy("At most 1 GiB. It is kept as it is, and never opened here."),
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)s bytes; at most %(most)s are taken.")
                % {"size": number(upload.size), "most": number(MOST_BYTES)}
                + f" {next_step()}"
            )
        return upload


class ElsewhereForm(EvidenceForm):
    """Something that is kept elsewhere."""

    field_order = ("what", "place", "stated_digest")
    place = forms.CharField(
        label=gettext_lazy("Where it is kept, and by whom"),
        max_length=LONGEST,
        help_text=gettext_lazy("Such as “Safe in the office, shelf 2, keys with the director”."),
    )
    stated_digest = forms.RegexField(
        r"^\s*[0-9A-Fa-f]{64}\s*$",
        label=gettext_lazy("Its SHA-256"),
        required=False,
        help_text=gettext_lazy("64 digits; whoever opens it later can see that it is the same."),
        error_messages={"invalid": gettext_lazy("A SHA-256 has 64 digits from 0 to 9 and a to f.")},
    )


class HandForm(TimedForm):
    """What was done with evidence."""

    timed = "when"
    kind = forms.ChoiceField(
        label=gettext_lazy("What was done"), choices=[(one, KINDS[one]) for one in BY_PEOPLE]
    )
    who = forms.CharField(
        label=gettext_lazy("Who did it, or took it over"), max_length=LONGEST, help_text=WHO
    )
    when = time_field(gettext_lazy("When"), help_text=EXACT)
    zone = forms.ChoiceField(label=gettext_lazy("Where clocks showed that"))
    words = forms.CharField(
        label=gettext_lazy("Why, and in what state it was"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
