"""The forms of the plan: one question each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from unicodedata import normalize

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.cases.phases import PHASES
from duecare.program.models import Person
from duecare.program.record_form import LONG, RecordForm
from duecare.program.unchanged import SeenField

NAME, SENTENCES = 80, 600
"""Characters of a name, and of what is said in a sentence or two."""
HOURS, MINUTES = 24 * 90, 60 * 24 * 90


def _words(label: Any, help_text: Any = "", *, most: int = LONG, rows: int = 6, required: bool = True) -> Any:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=most,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class PlanForm(RecordForm):
    """A form that says which version of the plan it was drawn from; nothing before there is one."""

    seen = SeenField(required=False)

    @property
    def was_seen(self) -> int:
        """Index of the entry, -1 for none."""
        seen: int | None = self.cleaned_data.get("seen")
        return -1 if seen is None else seen


class ScopeForm(PlanForm):
    """What the plan covers."""

    scope = _words(
        gettext_lazy("What the plan covers, and when it comes into force"),
        gettext_lazy(
            "For example: all our computers, accounts, data and suppliers; as soon as anybody suspects that "
            "something is wrong, whoever leads decides that the plan is in force."
        ),
    )


class MeetingForm(PlanForm):
    """Where those who respond meet."""

    meeting = _words(
        gettext_lazy("Where you meet and talk when mail and sign-in are down"),
        gettext_lazy(
            "A room, a telephone conference whose number does not change, a group in a messenger on private "
            "telephones. Say who opens it, and where the paper copy of this plan lies."
        ),
    )


class WordsForm(PlanForm):
    """What else holds."""

    words = _words(
        gettext_lazy("What else holds here"),
        gettext_lazy(
            "Conditions of the insurer, whom never to contact, how evidence is kept, what may never be "
            "switched off."
        ),
        required=False,
    )


class RoleHoldersForm(RecordForm):
    """Who has one role."""

    person = forms.ChoiceField(label=gettext_lazy("Person"), required=False)
    deputy = forms.ChoiceField(label=gettext_lazy("Deputy"), required=False)

    def __init__(self, role: Mapping[str, Any], people: Iterable[Person], data: Any = None) -> None:
        initial = {"person": role["person"], "deputy": role["deputy"]}
        super().__init__(data, prefix=role["id"], initial=initial)
        self.role = role
        choices = [("", _("Nobody yet")), *((one.pk, one.name) for one in people)]
        known = {key for key, _name in choices}
        for name in ("person", "deputy"):
            gone = role[name]
            more = [] if gone in known else [(gone, _("somebody who no longer has a right here"))]
            self.fields[name].choices = [*choices, *more]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("person") and values.get("person") == values.get("deputy"):
            self.add_error("deputy", _("A deputy is another person."))
        return values


class RoleForm(PlanForm):
    """What a role is called, and what whoever has it does."""

    name = forms.CharField(label=gettext_lazy("Name of the role"), max_length=NAME)
    duties = _words(gettext_lazy("What whoever has it does"), most=SENTENCES, rows=4)


class SeverityForm(RecordForm):
    """One step of the scale."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=NAME)
    means = _words(gettext_lazy("What it means"), most=SENTENCES, rows=3)
    hours = forms.IntegerField(
        label=gettext_lazy("Hours until somebody is at work on it"), min_value=0, max_value=HOURS
    )

    def __init__(self, severity: Mapping[str, Any], data: Any = None) -> None:
        initial = {name: severity[name] for name in ("name", "means", "hours")}
        super().__init__(data, prefix=severity["id"], initial=initial)
        self.severity = severity


class PlaybookForm(PlanForm):
    """What a playbook is for, and what must not be done."""

    name = forms.CharField(label=gettext_lazy("Name of the playbook"), max_length=NAME)
    signs = _words(gettext_lazy("By what this kind of incident is known"), most=SENTENCES, rows=3)
    never = _words(
        gettext_lazy("What must not be done"),
        gettext_lazy("One sentence a line, such as: Do not wipe a computer before its traces are copied."),
        most=2000,
        required=False,
    )

    def clean_never(self) -> list[str]:
        lines = normalize("NFC", self.cleaned_data["never"]).splitlines()
        return [line.strip() for line in lines if line.strip()]

    @classmethod
    def of(cls, playbook: Mapping[str, Any]) -> dict[str, Any]:
        """The form's values as the playbook has them."""
        return {
            "name": playbook["name"],
            "signs": playbook["signs"],
            "never": "\n".join(playbook["never"]),
        }


class StepForm(PlanForm):
    """One step of a playbook."""

    what = _words(gettext_lazy("What is done"), most=SENTENCES, rows=4)
    phase = forms.ChoiceField(label=gettext_lazy("Phase"))
    role = forms.ChoiceField(label=gettext_lazy("Who does it"))
    minutes = forms.IntegerField(
        label=gettext_lazy("Within how many minutes"),
        required=False,
        min_value=0,
        max_value=MINUTES,
        help_text=gettext_lazy("From the opening of the case. Leave it empty where time does not press."),
    )
    place = forms.IntegerField(label=gettext_lazy("Place among the steps"), min_value=1, max_value=99)

    def __init__(self, roles: Sequence[Mapping[str, Any]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phase"].choices = [(one.id, str(one.name)) for one in PHASES]  # type: ignore[attr-defined]
        self.fields["role"].choices = [(one["id"], one["name"]) for one in roles]  # type: ignore[attr-defined]

    def clean_minutes(self) -> int:
        return self.cleaned_data["minutes"] or 0


class ReviewForm(RecordForm):
    """That the plan was read again."""

    entry = SeenField()
    words = _words(gettext_lazy("What you looked at, or with whom"), most=LONG, rows=3, required=False)
