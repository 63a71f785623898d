"""The forms about the clocks of a case."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import BadInput
from duecare.incidents.decisions.queries import value_words
from duecare.incidents.notices.clock_actions import RESIDENTS
from duecare.law.conditions import Value
from duecare.law.moments import Moment, moment
from duecare.law.obligations import Register
from duecare.law.terms import PROFILE
from duecare.program.record_form import LONG, RecordForm
from duecare.program.unchanged import SeenField

UNKNOWN = "unknown"
MOMENT_HELP = gettext_lazy(
    "Write it as 2026-10-24 14:30, or the day alone if you do not know the time. A time with its offset, "
    "such as 2026-10-25T02:30+01:00, counts in any zone."
)


class Confirmable(RecordForm):
    """What may stop clocks that run, and is confirmed then."""

    def ask_to_confirm(self) -> None:
        """Show the tick by which whoever sends it says that they have read what stops."""
        self.fields["confirmed"].widget = forms.CheckboxInput()


class AnswerForm(Confirmable):
    """The answer to one question of the law."""

    words = forms.CharField(
        label=gettext_lazy("What it rests on"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    seen = SeenField(required=False)
    confirmed = forms.BooleanField(
        label=gettext_lazy("I have read which clocks stop, and it is right"), required=False
    )

    def __init__(self, fact: str, register: Register, *args: Any, offered: str = "", **kwargs: Any) -> None:
        """`offered` is a first answer in words, which whoever answers may take."""
        super().__init__(*args, **kwargs)
        self.fact, self.kind = fact, kind_of(fact, register)
        label = _("Answer")
        if self.kind == "yes_no":
            choices = [("yes", _("Yes")), ("no", _("No")), (UNKNOWN, _("Not known"))]
            self.fields["value"] = forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect)
        elif self.kind == "number":
            self.fields["value"] = forms.IntegerField(
                label=label, required=False, min_value=0, max_value=2**53 - 1,
                help_text=offered or _("Leave it empty if it is not known."),
            )  # fmt: skip
        else:
            words = [(word, value_words(word)) for word in self.kind]
            choices = [("", _("Choose")), *words, (UNKNOWN, _("Not known"))]
            self.fields["value"] = forms.ChoiceField(label=label, choices=choices)
        if fact.startswith(PROFILE):
            del self.fields["words"]
        self.fields["confirmed"].widget = forms.HiddenInput()
        self.order_fields(["value", "words"])

    def value(self) -> Value | None:
        """The answer; None for not known."""
        given = self.cleaned_data["value"]
        if given in (None, "", UNKNOWN):
            return None
        return bool(given == "yes") if self.kind == "yes_no" else given


def kind_of(fact: str, register: Register) -> str | tuple[str, ...]:
    """ "yes_no", "number", or the words to choose from."""
    known = register.incident_facts.get(fact)
    if known:
        return known.answer
    return "number" if fact.startswith(RESIDENTS) else "yes_no"


def written(value: Any) -> str:
    """An answer as the form has it."""
    if value is None:
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


class MomentForm(RecordForm):
    """When something happened, by the clock of some place."""

    at = forms.CharField(label=gettext_lazy("When"), max_length=40, help_text=MOMENT_HELP)
    zone = forms.CharField(
        label=gettext_lazy("By the clock of"),
        max_length=60,
        help_text=gettext_lazy("A zone such as Europe/Berlin or America/New_York."),
    )

    def clean(self) -> dict[str, Any]:
        """With the moment under `moment`. A time that never was, or was twice, is refused with a question."""
        values = super().clean()
        if values.get("at") and values.get("zone"):
            try:
                values["moment"] = moment(
                    " ".join(values["at"].split()), values["zone"].strip(), _("This time")
                )
            except BadInput as error:
                self.add_error("zone" if "no zone" in error.what else "at", f"{error.what} {error.next_step}")
        return values

    def moment(self) -> Moment:
        found: Moment = self.cleaned_data["moment"]
        return found


class EventForm(MomentForm):
    """That an event of the law happened."""

    obligation = forms.ChoiceField(
        label=gettext_lazy("For which law"),
        required=False,
        help_text=gettext_lazy(
            "A determination under one law is none under another: choose which, if it is."
        ),
    )
    words = forms.CharField(
        label=gettext_lazy("What happened, for the timeline"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    instead_of = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, laws: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", _("All that count from it")), *laws]
        self.fields["obligation"].choices = offered  # type: ignore[attr-defined]


class TakeOverForm(RecordForm):
    """Why newer law is to count for a case."""

    reason = forms.CharField(
        label=gettext_lazy("Why"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 3})
    )
    seen = SeenField()


class PlaceForm(Confirmable):
    """Where a case is counted."""

    country = forms.CharField(
        label=gettext_lazy("Country, and state where it matters"),
        max_length=6,
        help_text=gettext_lazy("A code such as DE or US-NY."),
    )
    seen = SeenField()
    confirmed = forms.BooleanField(
        label=gettext_lazy("I have read which clocks stop, and it is right"),
        required=False,
        widget=forms.HiddenInput,
    )
