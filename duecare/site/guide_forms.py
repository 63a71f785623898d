"""The forms of the guided set-up: a question each. What is refused says why, beside the field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from duecare.program.models import Person
from duecare.program.record_form import RecordForm
from duecare.program.services import Service
from duecare.program.setup_actions import HERE
from duecare.site.countries import countries
from duecare.site.forms import DataSetForm, ProfileForm

ALONE, KEPT, NEW = "alone", "kept", "new"
"""Who approves: one alone, as it is, or somebody who cannot sign in yet; else a person's key."""

SERVICES = (
    (Service.MICROSOFT_365, _("Microsoft 365: mail, files, Teams")),
    (Service.GOOGLE_WORKSPACE, _("Google Workspace: mail, files, calendar")),
    (Service.OWN_MAIL, _("A mail server of our own, or one that a provider runs for us")),
    (Service.OWN_FILES, _("A file server or storage box in our rooms")),
    (
        Service.TRADE_SOFTWARE,
        _("The software of our trade, such as that of a practice, a shop or a workshop"),
    ),
    (Service.CLOUD_SERVERS, _("Rented servers, such as at AWS, Azure or Hetzner")),
    (Service.REMOTE_ACCESS, _("Ways in from outside: VPN, remote desktop, suppliers’ maintenance")),
    (Service.WEBSITE, _("A website of our own")),
    (Service.NONE, _("None of these")),
)


class OrganisationForm(RecordForm):
    """Who the organisation is, and where."""

    name = ProfileForm.base_fields["name"]
    country = forms.ChoiceField(
        label=_("Country"),
        help_text=_("Where most of the work is done. The laws that may apply follow from it."),
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    zone = ProfileForm.base_fields["zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("Choose one")), *countries()]
        self.fields["country"].choices = choices  # type: ignore[attr-defined]


class SizeForm(RecordForm):
    """How many people and computers."""

    people = forms.IntegerField(label=_("How many people work there"), min_value=1, max_value=1_000_000)
    computers = forms.IntegerField(
        label=_("About how many computers are there"),
        min_value=1,
        max_value=1_000_000,
        help_text=_("Servers, laptops and desktops together. A guess will do; you can correct it."),
    )


class DataStepForm(DataSetForm):
    """A kind of data: whose, how many, where."""

    def __init__(self, *args: Any, enough: bool, **kwargs: Any) -> None:
        """`enough`: there are data sets already, so the form may be left empty."""
        super().__init__(*args, **kwargs)
        for name in ("encryption", "supplier", "keeper"):
            del self.fields[name]
        self.fields["name"].required = not enough
        self.fields["name"].help_text = _("For example: patients, customers, people who work here.")
        for name, rows in (("kinds", 2), ("people", 3)):
            self.fields[name].widget.attrs["rows"] = rows

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not values.get("name") and "name" not in self.errors and any(values.values()):
            self.add_error("name", _("Give it a name."))
        return values


class ServicesForm(RecordForm):
    """Which systems are in use."""

    services = forms.MultipleChoiceField(
        label=_("We use"), choices=SERVICES, required=False, widget=forms.CheckboxSelectMultiple
    )
    other = forms.CharField(label=_("Something else that the work rests on"), required=False, max_length=300)


class ApproverForm(RecordForm):
    """Who approves."""

    who = forms.ChoiceField(label=_("Who approves"), widget=forms.RadioSelect)
    name = forms.CharField(label=_("Their name"), required=False, max_length=200)
    email = forms.EmailField(
        label=_("Their e-mail address"),
        required=False,
        help_text=_("They sign in with it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    password = forms.CharField(
        label=_("Their first password"),
        required=False,
        strip=False,
        max_length=256,
        help_text=_("At least 15 characters; four unrelated words do well. Hand it over in person."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, kept: str, others: Iterable[Person], **kwargs: Any) -> None:
        """`kept`: who approves now, in words, empty for nobody; `others`: who could be given the right."""
        super().__init__(*args, **kwargs)
        choices: list[tuple[str, Any]] = [(KEPT, _("As it is: %s") % kept)] if kept else []
        choices += [(person.pk, person.name) for person in others]
        choices += [(NEW, _("Somebody who cannot sign in here yet, named below"))]
        choices += [(ALONE, _("I approve alone for now; every decision will say so"))]
        self.fields["who"].choices = choices  # type: ignore[attr-defined]
        chosen = self.data.get("who") if self.is_bound else self.initial.get("who")
        for name in ("name", "email", "password"):
            self.fields[name].required = chosen == NEW

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password and self.cleaned_data.get("who") == NEW:
            validate_password(password)
        return password


class KeeperForm(RecordForm):
    """Who keeps checkpoints."""

    name = forms.CharField(label=_("Their name"), max_length=200)
    organisation = forms.CharField(
        label=_("Where they work"),
        required=False,
        max_length=200,
        help_text=_("For example an accountant, counsel, an auditor or an insurance broker."),
    )
    address = forms.EmailField(
        label=_("Their e-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    outside = forms.BooleanField(
        label=_("They are outside: nobody of ours can make them change what they hold"),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, enough: bool, **kwargs: Any) -> None:
        """`enough`: somebody keeps checkpoints already, so the form may be left empty."""
        super().__init__(*args, **kwargs)
        self.enough = enough
        self.fields["name"].required = self.fields["address"].required = not enough

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.enough and (values.get("name") or values.get("organisation") or values.get("address")):
            for name in ("name", "address"):
                if not values.get(name) and name not in self.errors:
                    self.add_error(name, _("A keeper needs this."))
        return values


class BackupPlaceForm(RecordForm):
    """Where Duecare's own backups go."""

    path = forms.CharField(
        label=_("Directory on this server"),
        max_length=500,
        help_text=_(
            "Its whole path, such as /mnt/backup/duecare. A small file is written, read and removed."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class AddressForm(RecordForm):
    """Under which address Duecare is reached."""

    where = forms.ChoiceField(
        label=_("Where people open Duecare"),
        choices=[
            (HERE, _("On this machine only, at localhost")),
            ("name", _("From other machines, under a name")),
        ],
        widget=forms.RadioSelect,
    )
    host = forms.CharField(
        label=_("The name"),
        required=False,
        max_length=253,
        help_text=_("Without https:// and port, such as duecare.clinic.example."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    proxies = forms.CharField(
        label=_("Address of the web server in front of it"),
        required=False,
        max_length=400,
        help_text=_(
            "It takes the encrypted connections and hands them on. 127.0.0.1 if it runs on this machine; "
            "one a line."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("where") == "name" and not values.get("host") and "host" not in self.errors:
            self.add_error("host", _("Write the name."))
        return values
