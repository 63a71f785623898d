"""The forms about lessons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.incidents.lessons.actions import Draft
from duecare.incidents.lessons.models import Lesson
from duecare.incidents.lessons.queries import ANSWERS, FINDING, Answer
from duecare.program.catalogue import Safeguard
from duecare.program.models import Finding, Person
from duecare.program.record_form import LONG, DayField, RecordForm
from duecare.program.task_forms import owner_field
from duecare.program.unchanged import SeenField
from duecare.web.figures import sort_key

SHOWN = 100
"""Characters of a finding in a choice."""


class LessonForm(RecordForm):
    """What fell short, why, and who sees to it."""

    gap = forms.CharField(
        label=_("What fell short"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "What did not work, or was not there. Not who: people do their best with what they have."
        ),
    )
    cause = forms.CharField(
        label=_("Why it could happen"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    safeguard = forms.ChoiceField(label=_("Safeguard that it concerns"))
    due = DayField(label=_("Settled until"), required=False)

    field_order = ("about", "gap", "cause", "safeguard", "owner", "due")

    def __init__(
        self,
        *args: Any,
        people: Iterable[Person],
        safeguards: Iterable[Safeguard],
        findings: Iterable[Finding] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        titles = sorted(
            ((one.id, str(one.title)) for one in safeguards), key=lambda choice: sort_key(choice[1])
        )
        self.fields["safeguard"].choices = [("", _("Choose one")), *titles]  # type: ignore[attr-defined]
        self.fields["owner"] = owner_field(people, _("Who sees to it"), _("Nobody yet"))
        named = [(f"{FINDING}:{row.pk}", f"{row.subject_name}: {row.reason}"[:SHOWN]) for row in findings]
        if named:
            self.fields["about"] = forms.ChoiceField(
                label=_("Finding that it is about"),
                required=False,
                choices=[("", _("None: it is a gap of its own")), *named],
                help_text=_(
                    "One that is attached to the case. It closes by its own evidence, not with the lesson."
                ),
            )
        self.order_fields(self.field_order)

    def draft(self) -> Draft:
        """What was typed, once the form is valid."""
        values = self.cleaned_data
        return Draft(
            gap=values["gap"],
            safeguard=values["safeguard"],
            cause=values["cause"],
            owner=values["owner"] or None,
            due=values["due"],
            about=values.get("about", ""),
        )


class ChangeLessonForm(LessonForm):
    """The same of a lesson that is there."""

    seen = SeenField()

    @classmethod
    def of(cls, row: Lesson) -> dict[str, Any]:
        """The form's values as the lesson has them."""
        return {
            "gap": row.gap,
            "cause": row.cause,
            "safeguard": row.safeguard,
            "owner": row.owner_id or "",
            "due": row.due,
        }


class AnswerForm(RecordForm):
    """What becomes of a lesson."""

    answer = forms.ChoiceField(
        label=_("What becomes of it"), choices=list(ANSWERS.items()), widget=forms.RadioSelect
    )
    words = forms.CharField(
        label=_("What changes, or why it can be accepted"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("If you see a risk otherwise from now on: how, and by which statement or decision."),
    )
    due = DayField(label=_("If we change what we do: until"), required=False)
    retest = DayField(
        label=_("If we accept it: looked at again on"),
        required=False,
        help_text=_("It counts once an owner or approver has signed it."),
    )
    seen = SeenField()

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("answer") == Answer.SAFEGUARD and not values.get("due") and "due" not in self.errors:
            self.add_error("due", _("Choose the last day for the change."))
        if (
            values.get("answer") == Answer.ACCEPTED
            and not values.get("retest")
            and "retest" not in self.errors
        ):
            self.add_error("retest", _("Choose the day on which you look at it again."))
        return values


class WordsForm(RecordForm):
    """A sentence or two, without which nothing happens."""

    words = forms.CharField(max_length=LONG, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, label: Any, help_text: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label, self.fields["words"].help_text = label, help_text


def day_after(today: date, days: int) -> date:
    """A day to come, as a first suggestion."""
    return date.fromordinal(today.toordinal() + days)
