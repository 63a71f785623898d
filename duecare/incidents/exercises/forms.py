"""The forms about exercises."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import BadInput
from duecare.incidents.exercises.isolated import MOST_BYTES, read_isolated
from duecare.incidents.exercises.models import Exercise, Inject
from duecare.incidents.exercises.queries import SCORES
from duecare.incidents.exercises.scenarios import LONGEST_TITLE, Scenario, shipped
from duecare.program.record_form import LONG, DayField, RecordForm
from duecare.program.task_actions import YEARS
from duecare.program.unchanged import SeenField

OWN = "own"
"""The choice of a story that is brought along."""


class WhenForm(RecordForm):
    """When an exercise is held, and with whom."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=LONGEST_TITLE,
        required=False,
        help_text=gettext_lazy("That of the story if left empty."),
    )
    day = DayField(label=gettext_lazy("Day"))
    people = forms.CharField(
        label=gettext_lazy("Who takes part"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Those who would decide are the ones who learn most. Who leads it knows the story."
        ),
    )

    def __init__(self, *args: Any, today: date, before: date | None = None, **kwargs: Any) -> None:
        """`before` is the day that it has; it may stay although it has passed."""
        super().__init__(*args, **kwargs)
        self.today, self.before = today, before

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day != self.before and not self.today <= day <= date(YEARS[-1], 12, 31):
            raise forms.ValidationError(_("Choose today or a day to come."))
        return day


class PlanForm(WhenForm):
    """Which story, when and with whom."""

    scenario = forms.ChoiceField(label=gettext_lazy("Story"), widget=forms.RadioSelect)
    file = forms.FileField(
        label=gettext_lazy("File with a story of your own"),
        required=False,
        max_length=1000,
        help_text=gettext_lazy("YAML, in the form of those that ship: each can be downloaded as an example."),
    )
    field_order = ("scenario", "file", "title", "day", "people")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scenario"].choices = [  # type: ignore[attr-defined]
            *((one.id, str(one.title)) for one in shipped().values()),
            (OWN, _("One of our own, from a file")),
        ]
        self.read: Scenario | None = None
        self.order_fields(self.field_order)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        upload = values.get("file")
        if values.get("scenario") == OWN and upload is None and "file" not in self.errors:
            self.add_error("file", _("Choose the file with the story."))
        elif values.get("scenario") == OWN and upload is not None:
            self._read(upload)
        elif upload is not None and values.get("scenario"):
            self.add_error(
                "scenario", _("A file was chosen as well: say that it is the story, or leave it out.")
            )
        return values

    def _read(self, upload: Any) -> None:
        if upload.size > MOST_BYTES:
            self.add_error("file", _("The file has more than 128 KiB. A scenario is a page or two of text."))
            return
        try:
            self.read = read_isolated(upload.read(), "the file")
        except BadInput as error:
            self.add_error("file", str(error))

    def story(self) -> Scenario:
        """The story that was chosen, once the form is valid."""
        return self.read or shipped()[self.cleaned_data["scenario"]]


class ChangeForm(WhenForm):
    """The same of an exercise that is planned."""

    seen = SeenField()

    @classmethod
    def of(cls, row: Exercise) -> dict[str, Any]:
        return {"title": row.title, "day": row.planned_for, "people": row.people}


class ScoreForm(RecordForm):
    """What was done in a turn, and how that compares with the plan."""

    words = forms.CharField(
        label=gettext_lazy("What was decided or done"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    score = forms.ChoiceField(
        label=gettext_lazy("Against the plan"),
        required=False,
        choices=[("", gettext_lazy("Not said yet")), *SCORES.items()],
        widget=forms.RadioSelect,
    )
    score_words = forms.CharField(
        label=gettext_lazy("What fell short of it"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "It becomes a lesson when the exercise ends, and a finding until it is settled."
        ),
    )
    seen = SeenField()

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("score") in ("in part", "not") and not values.get("score_words", "").strip():
            self.add_error("score_words", _("Say in a sentence what fell short."))
        return values

    @classmethod
    def of(cls, row: Inject) -> dict[str, Any]:
        return {"words": row.answer, "score": row.score, "score_words": row.score_words}
