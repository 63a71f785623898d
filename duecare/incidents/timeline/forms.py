"""The forms about timelines. A time that can mean two things is refused with the question to ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import BadInput
from duecare.incidents.cases.models import Case
from duecare.incidents.timeline.kinds import KINDS, techniques_in
from duecare.incidents.timeline.milestones import MILESTONES
from duecare.incidents.timeline.models import TimelineEntry
from duecare.incidents.timeline.queries import moment_of, register_of
from duecare.incidents.timeline.rows import (
    LONGEST_SOURCE,
    Draft,
    demand_exact,
    demand_order,
    demand_past,
    without_place,
)
from duecare.incidents.zones import zone_choices
from duecare.law.moments import Moment, moment
from duecare.law.terms import SUBMISSION
from duecare.program.imports.tables import MOST_BYTES
from duecare.program.record_form import LONG, RecordForm
from duecare.web.figures import sort_key
from duecare.words import number

TIME_HELP = gettext_lazy("Such as 2026-11-23T14:30, or 2026-11-23 where only the day is known.")
REASON = 1000


def time_field(label: Any, **options: Any) -> forms.CharField:
    """A local time or a day, as people write it."""
    return forms.CharField(
        label=label,
        max_length=40,
        help_text=options.pop("help_text", TIME_HELP),
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 24}),
        **options,
    )


def local_now(now: datetime, zone: str) -> str:
    """This minute as the form writes it."""
    return Moment(now.astimezone(UTC).replace(second=0, microsecond=0), zone).local.strftime("%Y-%m-%dT%H:%M")


class ZonedForm(RecordForm):
    """A form of which some fields are times of one zone."""

    def __init__(self, *args: Any, case: Case, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.case, self.now = case, now
        zone: Any = self.fields["zone"]
        zone.choices, zone.initial = zone_choices(case.zone), case.zone

    def moment(self, name: str) -> Moment | None:
        """What a field means; None if it is empty. What is wrong is said beside the field."""
        written = str(self.cleaned_data.get(name) or "").strip()
        if not written or "zone" not in self.cleaned_data:
            return None
        try:
            found = moment(written, self.cleaned_data["zone"], name)
            demand_past(found, self.now, name)
        except BadInput as error:
            self.add_error(name, f"{without_place(error)} {error.next_step}")
            return None
        return found


class EntryForm(ZonedForm):
    """One thing that happened."""

    words = forms.CharField(
        label=gettext_lazy("What happened"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 4})
    )
    happened = time_field(gettext_lazy("When it happened"))
    zone = forms.ChoiceField(
        label=gettext_lazy("Where clocks showed that"),
        help_text=gettext_lazy("All times of this form are read in this zone, unless they have an offset."),
    )
    observed = time_field(
        gettext_lazy("When somebody saw it"),
        required=False,
        help_text=gettext_lazy(
            "With the time, such as 2026-11-23T14:30; leave it empty if that was at once, or is not known."
        ),
    )
    kind = forms.ChoiceField(label=gettext_lazy("What kind of entry it is"), choices=list(KINDS.items()))
    mark = forms.ChoiceField(
        label=gettext_lazy("Milestone"),
        required=False,
        help_text=gettext_lazy("From these the times to detect, to contain and to recover are counted."),
    )
    trigger = forms.ChoiceField(
        label=gettext_lazy("Event of the law"),
        required=False,
        help_text=gettext_lazy("Choose one only if this is when it happened: limits may run from it."),
    )
    obligation = forms.ChoiceField(
        label=gettext_lazy("For one obligation alone"),
        required=False,
        help_text=gettext_lazy("Only where the event counts for no other law, such as a determination."),
    )
    techniques = forms.CharField(
        label=gettext_lazy("Techniques of ATT&CK"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Ids with commas between them, such as T1566.001, T1078."),
    )
    source = forms.CharField(
        label=gettext_lazy("Where it is known from"), required=False, max_length=LONGEST_SOURCE
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        told = register_of(self.case)
        marks = [(one.id, f"{one.name}: {one.means}") for one in MILESTONES]
        events = [(id, _(words)) for id, words in told.events.items()]
        laws = sorted(((one.id, str(one.name)) for one in told.obligations.values()), key=_by_name)
        for name, choices in (("mark", marks), ("trigger", events), ("obligation", laws)):
            field: Any = self.fields[name]
            # What an entry said before stays to be chosen, whatever the law of the case is by now.
            before = self.initial.get(name) or ""
            other = [] if before in dict((("", ""), *choices)) else [(before, before)]
            field.choices = [("", _("None")), *choices, *other]

    @classmethod
    def of(cls, entry: TimelineEntry) -> dict[str, Any]:
        """The form's values as an entry has them."""
        happened = moment_of(entry)
        observed = Moment(entry.observed_at, entry.zone).written() if entry.observed_at else ""
        kept = ("words", "zone", "kind", "mark", "trigger", "obligation", "source")
        return {
            **{name: getattr(entry, name) for name in kept},
            "happened": happened.written(),
            "observed": observed,
            "techniques": ", ".join(entry.techniques),
        }

    def clean_techniques(self) -> tuple[str, ...]:
        try:
            return tuple(techniques_in(self.cleaned_data["techniques"]))
        except BadInput as error:
            raise forms.ValidationError(f"{error.what} {error.next_step}") from error

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        values["happened"], values["observed"] = self.moment("happened"), self.moment("observed")
        if values["happened"] and values["observed"]:
            try:
                demand_exact(values["observed"])
                demand_order(values["happened"], values["observed"])
            except BadInput as error:
                self.add_error("observed", f"{error.what} {error.next_step}")
        if "obligation" in self.fields and values.get("obligation") and not values.get("trigger"):
            self.add_error("obligation", _("Choose the event of the law too, or no obligation."))
        return values

    def draft(self) -> Draft:
        """What is to be written."""
        names = (
            "happened",
            "words",
            "kind",
            "observed",
            "mark",
            "trigger",
            "obligation",
            "techniques",
            "source",
        )
        return Draft(**{name: self.cleaned_data[name] for name in names if name in self.cleaned_data})


def _by_name(choice: tuple[str, str]) -> Any:
    return sort_key(choice[1])


def reason_field(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=REASON, widget=forms.Textarea(attrs={"rows": 2}), help_text=help_text
    )


class ConfirmForm(RecordForm):
    """A form by which clocks may stop: then whoever acts has to have read which."""

    confirmed = forms.BooleanField(
        label=gettext_lazy("I have read which clocks stop, and it is right"),
        required=False,
        widget=forms.HiddenInput,
    )

    def ask_to_confirm(self) -> None:
        """Show the tick by which whoever acts says so."""
        self.fields["confirmed"].widget = forms.CheckboxInput()


class AnewForm(ConfirmForm, EntryForm):
    """What is right, and what was wrong with the entry before.

    What tells of a notice that was handed in goes on telling of it: nothing of the law is asked then.
    """

    field_order = ("reason", *EntryForm.base_fields)
    reason = reason_field(gettext_lazy("What was wrong with the entry before"))

    def __init__(self, *args: Any, before: TimelineEntry, **options: Any) -> None:
        super().__init__(*args, initial=EntryForm.of(before), **options)
        zone: Any = self.fields["zone"]
        zone.choices = zone_choices(before.zone)
        if before.trigger.startswith(SUBMISSION):
            del self.fields["trigger"], self.fields["obligation"]


class StrikeForm(ConfirmForm):
    """Why an entry is struck."""

    field_order = ("reason", "confirmed")

    reason = reason_field(
        gettext_lazy("What was wrong with it"), gettext_lazy("It stays in the timeline, struck, with this.")
    )


class ImportForm(RecordForm):
    """A file of events."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=1000,
        help_text=gettext_lazy("CSV, XLSX, or a JSON object on each line; at most 32 MiB."),
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Zone of times that name none"),
        help_text=gettext_lazy("A time with an offset, and a row with a column “zone”, say it themselves."),
    )
    sheet = forms.CharField(
        label=gettext_lazy("Sheet, if the workbook has several"), required=False, max_length=100
    )

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        super().__init__(*args, **options)
        zone: Any = self.fields["zone"]
        zone.choices, zone.initial = zone_choices(case.zone), case.zone

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)s bytes; at most %(most)s are taken.")
                % {"size": number(upload.size), "most": number(MOST_BYTES)}
            )
        return upload
