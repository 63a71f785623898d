"""Contacts of the incident plan as a list that CSV and XLSX are taken into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.incidents.plans.contact_actions import WAYS
from duecare.incidents.plans.contacts import KINDS
from duecare.incidents.plans.models import PlanContact
from duecare.ledger.records import new_key
from duecare.program.imports.changes import Values
from duecare.program.imports.fields import Field, Type
from duecare.program.imports.interface import List, Taking, register_list


class ContactList(List[PlanContact]):
    """Whom one calls in an incident, found by name and organisation."""

    id = "contacts"
    name = _("Contacts for an incident")
    model = PlanContact
    keys = ("called",)
    called = "called"
    page = "plan-contacts"
    about = _(
        "Whom you call when mail and sign-in are down. A contact of the same name and organisation is "
        "changed. A new number counts as confirmed once somebody tried it."
    )
    fields = (
        Field("name", _("Who answers"), required=True, longest=200, heads=("name", "contact", "Name")),
        Field(
            "organisation",
            _("Organisation"),
            empty="",
            longest=200,
            heads=("organization", "company", "firm", "Organisation", "Firma"),
        ),
        Field(
            "kind",
            _("Kind"),
            Type.CHOICE,
            empty="other",
            choices=tuple(KINDS),
            words={"insurance": "insurer", "lawyer": "counsel", "supplier": "provider", "staff": "ours"},
            heads=("type", "role", "Art"),
        ),
        Field(
            "what_for",
            _("For what they are called"),
            required=True,
            longest=300,
            heads=("for what", "what for", "purpose", "why", "Wofür"),
        ),
        Field(
            "phone", _("Telephone"), empty="", longest=60, heads=("phone", "telephone", "mobile", "Telefon")
        ),
        Field("other", _("Another way"), empty="", longest=300, heads=("other", "messenger", "email")),
        Field("hours", _("When they can be reached"), empty="", longest=120, heads=("hours", "when")),
    )

    def records(self, taking: Taking) -> QuerySet[PlanContact]:
        return PlanContact.objects.filter(ended_at=None)

    def values(self, record: PlanContact) -> dict[str, Any]:
        return {**super().values(record), "called": _key(record.name, record.organisation)}

    def complete(self, values: Mapping[str, Any], taking: Taking, context: Any) -> dict[str, Any]:
        """With what tells one contact from another."""
        return {**values, "called": _key(str(values["name"]), str(values.get("organisation") or ""))}

    def refuse(self, values: Values) -> Iterator[tuple[str, str]]:
        if not values.get("phone") and not values.get("other"):
            yield "phone", gettext("a contact needs a telephone number or another way")

    def make(self, values: Values, taking: Taking, scope: Any) -> PlanContact:
        record = PlanContact(id=new_key(), kind="other")
        self.change(record, values, taking, scope)
        return record

    def change(self, record: PlanContact, values: Values, taking: Taking, scope: Any) -> None:
        if any(name in values and values[name] != getattr(record, name) for name in WAYS):
            record.confirmed_at, record.confirmed_by = None, ""
        super().change(
            record, {key: value for key, value in values.items() if key != "called"}, taking, scope
        )


def _key(name: str, organisation: str) -> str:
    """What tells one contact from another."""
    return f"{name}, {organisation}" if organisation else name


register_list(ContactList())
