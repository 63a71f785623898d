"""The forms about tasks and remarks. What is refused says why, beside the field."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.program.catalogue import Safeguard, catalogue
from duecare.program.models import Ending, Person, Repeats, Task
from duecare.program.record_form import LONG, DayField, RecordForm
from duecare.program.remarks import SIZE_LIMIT
from duecare.program.task_actions import CHANGEABLE, LONGEST, YEARS
from duecare.web.figures import sort_key
from duecare.words import number

REPEATS = [
    (Repeats.NEVER, _("Never")),
    (Repeats.WEEKLY, _("Every week")),
    (Repeats.MONTHLY, _("Every month")),
    (Repeats.QUARTERLY, _("Every three months")),
    (Repeats.YEARLY, _("Every year")),
]


class ChangeTaskForm(RecordForm):
    """What a task is."""

    title = forms.CharField(label=_("What is to be done"), max_length=LONGEST)
    why = forms.CharField(
        label=_("Why, and how to know that it is done"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    due = DayField(label=_("Last day"), required=False)
    repeats = forms.ChoiceField(
        label=_("Comes again"),
        choices=REPEATS,
        required=False,
        help_text=_("Counted from its last day; when it ends, the next one is made."),
    )
    minutes = forms.IntegerField(
        label=_("About how many minutes it takes"), required=False, min_value=1, max_value=100_000
    )
    safeguard = forms.ChoiceField(label=_("Safeguard"), required=False)

    def __init__(self, *args: Any, today: date, before: date | None = None, **kwargs: Any) -> None:
        """`before` is the day that the task has; it may stay although it has passed."""
        super().__init__(*args, **kwargs)
        self.today, self.before = today, before
        self.offer(catalogue().values())

    def offer(self, safeguards: Iterable[Safeguard]) -> None:
        """Let the task belong to one of these."""
        titles = sorted(
            ((one.id, str(one.title)) for one in safeguards), key=lambda choice: sort_key(choice[1])
        )
        self.fields["safeguard"].choices = [("", _("None")), *titles]  # type: ignore[attr-defined]

    @classmethod
    def of(cls, task: Task) -> dict[str, Any]:
        """The form's values as the task has them."""
        return {name: getattr(task, name) for name in CHANGEABLE}

    def clean_due(self) -> date | None:
        due: date | None = self.cleaned_data["due"]
        if due is not None and due != self.before and not self.today <= due <= date(YEARS[-1], 12, 31):
            raise forms.ValidationError(_("Choose today or a day to come."))
        return due

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("repeats") and not values.get("due") and "due" not in self.errors:
            self.add_error("due", _("What comes again needs its first day."))
        return values


def owner_field(people: Iterable[Person], label: Any, nobody: Any) -> forms.ChoiceField:
    """A choice among people, the first of which is nobody."""
    choices = [("", nobody), *((person.pk, person.name) for person in people)]
    return forms.ChoiceField(label=label, choices=choices, required=False)


class MakeTaskForm(ChangeTaskForm):
    """A new task."""

    field_order = ("title", "why", "owner", "due")

    def __init__(self, *args: Any, people: Iterable[Person], today: date, **kwargs: Any) -> None:
        super().__init__(*args, today=today, **kwargs)
        self.fields["owner"] = owner_field(people, _("Who does it"), _("Nobody yet"))
        self.order_fields(self.field_order)

    def clean_owner(self) -> str | None:
        return self.cleaned_data["owner"] or None


class HandBackForm(RecordForm):
    """A word with a task that goes back to whoever gave it."""

    words = forms.CharField(
        label=_("Why, or what they need to know"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays with the task as a comment."),
    )


class HandOverForm(HandBackForm):
    """Who does a task from now on."""

    field_order = ("owner", "words")

    def __init__(self, *args: Any, people: Iterable[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"] = owner_field(people, _("Who does it from now on"), _("Nobody yet"))
        self.order_fields(self.field_order)

    def clean_owner(self) -> str | None:
        return self.cleaned_data["owner"] or None


class EndForm(RecordForm):
    """How a task ended."""

    ending = forms.ChoiceField(
        label=_("How did it end"),
        choices=[
            (Ending.DONE, _("Done")),
            (Ending.DROPPED, _("Dropped: it need not be done")),
        ],
        initial=Ending.DONE,
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("What was done, or why it need not be"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A sentence that still says enough in a year. What is dropped needs one."),
    )
    last = forms.BooleanField(label=_("It need not come again: make no next task"), required=False)

    def __init__(self, *args: Any, repeats: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not repeats:
            del self.fields["last"]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("ending") == Ending.DROPPED and not values.get("words", "").strip():
            self.add_error("words", _("Say why it need not be done."))
        return values


class CommentForm(RecordForm):
    """Something to say about a record."""

    words = forms.CharField(
        label=_("Comment"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("“@” and somebody’s full name shows it to them. A comment cannot be changed later."),
    )


class FileForm(forms.Form):
    """A file for a record."""

    file = forms.FileField(label=_("File"), max_length=1000, help_text=_("At most 20 MiB."))

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > SIZE_LIMIT:
            raise forms.ValidationError(
                _("The file has %(size)s bytes; at most %(most)s are taken."),
                params={"size": number(upload.size), "most": number(SIZE_LIMIT)},
            )
        return upload
