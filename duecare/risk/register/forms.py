"""The forms about scenarios. What is refused says why, beside the field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.program.models import Person
from duecare.program.record_form import LONG, RecordForm
from duecare.program.task_forms import owner_field
from duecare.program.unchanged import SeenField, seen_entry
from duecare.risk.register.actions import LENGTHS, Draft
from duecare.risk.register.models import Scenario

THINGS = 12_000
"""Characters in which things are named."""


class ScenarioForm(RecordForm):
    """What a scenario says."""

    title = forms.CharField(
        label=_("What people call it"),
        max_length=LENGTHS["title"],
        help_text=_("Such as: the laptop with the customer list is lost."),
    )
    who = forms.CharField(
        label=_("Who or what brings it about"),
        max_length=LENGTHS["who"],
        help_text=_("A thief, a colleague by mistake, a burst pipe."),
    )
    does = forms.CharField(label=_("What they do, or what happens"), max_length=LENGTHS["does"])
    to = forms.CharField(
        label=_("To what of yours"),
        max_length=LENGTHS["to"],
        help_text=_("A system, a service, data, a place."),
    )
    harm = forms.CharField(
        label=_("What harm follows"),
        max_length=LENGTHS["harm"],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("To you, and to others. If you cannot say it, it is no scenario yet."),
    )
    things = forms.CharField(
        label=_("What of Duecare it has to do with"),
        max_length=THINGS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Hosts, incidents, findings, obligations: one a line, as kind and key (systems.host:k3…), as "
            "their entries in the record name them."
        ),
    )
    seen = SeenField(required=False)

    def __init__(self, *args: Any, people: Iterable[Person], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["owner"] = owner_field(people, _("Who looks after it"), _("Nobody yet"))
        self.order_fields(["title", "who", "does", "to", "harm", "owner", "things", "seen"])

    @staticmethod
    def of(row: Scenario) -> dict[str, Any]:
        """What the form begins with for a scenario that is there."""
        return {
            **{name: getattr(row, name) for name in LENGTHS},
            "owner": row.owner_id or "",
            "things": "\n".join(row.things),
            "seen": seen_entry(row),
        }

    def draft(self, library: str = "") -> Draft:
        """What was said, once the form is valid."""
        values = self.cleaned_data
        return Draft(
            **{name: values[name] for name in LENGTHS},
            things=tuple(values["things"].split()),
            owner=values["owner"],
            library=library,
        )


class ReasonForm(RecordForm):
    """Why something ends."""

    reason = forms.CharField(label=_("Why"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 3}))
