"""The forms of the settings and of the first run. What is refused says why, beside the field."""

from __future__ import annotations

import re
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.ledger.viewers import Role, Scope
from duecare.program.catalogue import limitable
from duecare.program.models import DataSet, Profile
from duecare.program.queries import CurrentTarget
from duecare.program.record_form import LONG, DayField, RecordForm
from duecare.site import api_tokens
from duecare.words import number

ZONES = sorted(
    zone
    for zone in available_timezones()
    if "/" in zone and not zone.startswith(("Etc/", "SystemV/", "posix/", "right/"))
)


_CODE = re.compile(r"[A-Z]{2,3}(-[A-Z0-9]{1,3})?")
_COUNT = re.compile(r"[0-9]{0,12}")


class ProfileForm(RecordForm):
    """Who the organisation is."""

    name = forms.CharField(label=_("Name of the organisation"), max_length=200)
    country = forms.RegexField(
        r"^[A-Z]{2}$",
        label=_("Country"),
        required=False,
        help_text=_("Two capital letters, such as DE or IE."),
        widget=forms.TextInput(attrs={"size": 4, "maxlength": 2, "autocomplete": "country"}),
        error_messages={"invalid": _("Use two capital letters, such as DE.")},
    )
    zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[("UTC", "UTC"), *((zone, zone) for zone in ZONES)],
        help_text=_("Days end by it, and so do deadlines."),
    )
    people = forms.IntegerField(
        label=_("How many people work there"), required=False, min_value=1, max_value=1_000_000
    )
    computers = forms.IntegerField(
        label=_("About how many computers are there"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=_("Servers, laptops and desktops together. Pages then say how many of them were seen."),
    )

    @classmethod
    def of(cls, profile: Profile) -> dict[str, Any]:
        """The form's values as the profile has them."""
        return {name: getattr(profile, name) for name in cls.base_fields}


class FirstRunForm(RecordForm):
    """The claim of a new Duecare: the token, the organisation, and its first owner."""

    token = forms.CharField(
        label=_("Token"),
        help_text=_("Printed in the terminal that started Duecare, or in the file named there."),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    organisation = forms.CharField(label=_("Name of the organisation"), max_length=200)
    zone = ProfileForm.base_fields["zone"]
    computers = ProfileForm.base_fields["computers"]
    name = forms.CharField(
        label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        help_text=_("You sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=256,
        help_text=_("At least 15 characters; four unrelated words do well. Paste is welcome."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class DataSetForm(RecordForm):
    """One kind of data: whose, how many, where, encrypted how, with whom."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kinds = forms.CharField(
        label=_("Kinds of data"),
        required=False,
        max_length=LONG,
        help_text=_("For example: names and addresses, diagnoses, card numbers."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    people = forms.CharField(
        label=_("People in it, by country or state"),
        required=False,
        max_length=LONG,
        help_text=_(
            "One a line: code and number, such as “DE 12000”. Leave the number out if you do not know."
        ),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    place = forms.CharField(label=_("Where it is kept"), required=False, max_length=200)
    encryption = forms.CharField(label=_("How it is encrypted"), required=False, max_length=200)
    supplier = forms.CharField(label=_("With which supplier"), required=False, max_length=200)
    keeper = forms.CharField(label=_("Who answers for it"), required=False, max_length=200)

    @classmethod
    def of(cls, data_set: DataSet) -> dict[str, Any]:
        """The form's values as the data set has them."""
        values = {name: getattr(data_set, name) for name in cls.base_fields}
        lines = (f"{code} {'' if number is None else number}" for code, number in data_set.people.items())
        return {**values, "people": "\n".join(line.strip() for line in lines)}

    def clean_people(self) -> dict[str, int | None]:
        found: dict[str, int | None] = {}
        for place, line in enumerate(self.cleaned_data["people"].splitlines(), 1):
            words = line.split()
            if not words:
                continue
            code = words[0].upper()
            count = "".join(words[1:]).replace(",", "").replace(".", "")
            if not _CODE.fullmatch(code) or not _COUNT.fullmatch(count):
                raise forms.ValidationError(
                    _("Line %(n)s, “%(line)s”: write a code and a place, such as DE 12000."),
                    params={"n": place, "line": line[:40]},
                )
            found[code] = int(count) if count else None
        return found


class TargetForm(RecordForm):
    """A number to hold ourselves to, and why."""

    value = forms.IntegerField(label=_("We hold ourselves to"))
    reason = forms.CharField(
        label=_("Why this number is right for us"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It stays in the record beside the number."),
    )

    def __init__(self, target: CurrentTarget, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"value": target.value})
        super().__init__(*args, **kwargs)
        definition = target.definition
        field = self.fields["value"]
        field.min_value, field.max_value = definition.minimum, definition.maximum  # type: ignore[attr-defined]
        field.widget.attrs.update(min=definition.minimum, max=definition.maximum)
        field.help_text = _(
            "In %(unit)s, between %(low)s and %(high)s. The shipped default is %(default)s."
        ) % {
            "unit": definition.unit,
            "low": number(definition.minimum),
            "high": number(definition.maximum),
            "default": number(definition.default),
        }


class RightForm(RecordForm):
    """A role, and for how long."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[
            (Role.MEMBER, _("Member: their own duties")),
            (Role.MANAGER, _("Manager: the daily work")),
            (Role.APPROVER, _("Approver: reads all, decides")),
            (Role.OWNER, _("Owner: everything, and who else may")),
            (Role.AUDITOR, _("Auditor: reads a period, changes nothing")),
        ],
        widget=forms.RadioSelect,
    )
    areas = forms.MultipleChoiceField(
        label=_("Limited to these areas"),
        required=False,
        choices=[(area.id, _(area.name)) for area in limitable()],
        help_text=_(
            "None: all of them. Of a manager, an approver or an auditor: they see the safeguards, findings, "
            "statements and tasks of these areas only, and neither settings, reports nor the record."
        ),
        widget=forms.CheckboxSelectMultiple,
    )
    until = DayField(label=_("Last day of the right"), required=False, help_text=_("An auditor needs one."))
    sees_from = DayField(label=_("Auditor: first day they may see"), required=False)
    sees_to = DayField(
        label=_("Auditor: last day they may see"), required=False, help_text=_("Empty: until today.")
    )


class TokenForm(RecordForm):
    """A token for a program of one's own."""

    name = forms.CharField(
        label=_("Which program is to use it"),
        max_length=api_tokens.LONGEST,
        help_text=_("For example: the ticket system, or a script that sends in reports."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[
            (Scope.READ, _("Read everything that you may read")),
            (Scope.TASKS, _("Tasks: make, change, hand over, end")),
            (Scope.REMARKS, _("Comments and files: add")),
            (Scope.STATEMENTS, _("Statements: make, review, withdraw")),
            (Scope.EXCEPTIONS, _("Exceptions: ask for, withdraw")),
            (Scope.SYSTEMS, _("Hosts and names: take in reports, look, say, remove")),
            (Scope.INCIDENTS, _("Incidents: report, take in alerts, work on cases")),
            (Scope.RISK, _("Risk: scenarios, measures, decisions, insurance")),
            (Scope.LAW, _("Law: obligations of one’s own, and what is said of those that apply")),
            (Scope.PRODUCTS, _("Products: add, end, take in and undo lists of components")),
            (Scope.PATCHING, _("Patch runs: draw up")),
            (Scope.REPORTS, _("Reports: make")),
            (Scope.SETTINGS, _("Settings: profile, data sets, targets")),
            (Scope.LEDGER, _("The record: sign it, take it away")),
        ],
        initial=[Scope.READ],
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Choose as little as the program needs. It never may more than you, and approves nothing."
        ),
    )
    days = forms.IntegerField(
        label=_("How many days it counts"), min_value=1, max_value=api_tokens.MOST_DAYS, initial=90
    )


class PersonForm(RightForm):
    """Somebody new."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("They sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("First password"),
        strip=False,
        max_length=256,
        help_text=_(
            "At least 15 characters. Hand it over in person; they can change it under “Your account”."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    field_order = ("name", "email", "password", "role", "areas", "until", "sees_from", "sees_to")
