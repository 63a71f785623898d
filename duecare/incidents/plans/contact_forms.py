"""The forms about contacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.plans.contacts import KINDS
from duecare.incidents.plans.models import PlanContact
from duecare.program.models import Person
from duecare.program.record_form import RecordForm
from duecare.program.unchanged import SeenField


class ContactForm(RecordForm):
    """Somebody to call."""

    seen = SeenField(required=False)
    name = forms.CharField(label=gettext_lazy("Who answers"), max_length=200)
    organisation = forms.CharField(label=gettext_lazy("Organisation"), max_length=200, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    person = forms.ChoiceField(
        label=gettext_lazy("Which person here"),
        required=False,
        help_text=gettext_lazy("If they are one of us: their number then stands beside their role on paper."),
    )
    what_for = forms.CharField(
        label=gettext_lazy("For what they are called"),
        max_length=300,
        help_text=gettext_lazy("With customer or policy number, if they ask for it first."),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("One that rings at night too, if there is one."),
    )
    other = forms.CharField(
        label=gettext_lazy("Another way"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("A messenger, a private address, where they are found. Not our own mail."),
    )
    hours = forms.CharField(label=gettext_lazy("When they can be reached"), max_length=120, required=False)
    tried = forms.BooleanField(label=gettext_lazy("I tried it today, and it works"), required=False)

    def __init__(self, people: Iterable[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(id, str(name)) for id, name in KINDS.items()]  # type: ignore[attr-defined]
        choices = [("", _("Nobody of us")), *((one.pk, one.name) for one in people)]
        held = kwargs.get("initial", {}).get("person")
        if held and held not in dict(choices):
            choices.append((held, _("somebody who no longer has a right here")))
        self.fields["person"].choices = choices  # type: ignore[attr-defined]

    @classmethod
    def of(cls, row: PlanContact) -> dict[str, Any]:
        """The form's values as the contact has them."""
        names = ("name", "organisation", "kind", "what_for", "phone", "other", "hours")
        return {**{name: getattr(row, name) for name in names}, "person": row.person_id or ""}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        lost = not {"phone", "other"} & self.errors.keys()
        if lost and not values.get("phone") and not values.get("other"):
            self.add_error(
                "phone", _("Say a number or another way: our own mail may be down when they are needed.")
            )
        return values

    @property
    def said(self) -> dict[str, Any]:
        """The fields of the record."""
        values = {name: value for name, value in self.cleaned_data.items() if name not in ("seen", "tried")}
        return {**values, "person_id": values.pop("person") or None}

    @property
    def was_seen(self) -> int:
        seen: int | None = self.cleaned_data.get("seen")
        return -1 if seen is None else seen


class EndContactForm(RecordForm):
    """Why somebody is no longer called."""

    why = forms.CharField(
        label=gettext_lazy("Why, and who is called instead"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
