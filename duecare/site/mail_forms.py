"""The forms of the mail server, of webhooks, and of how often somebody wants the digest."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.program.mail.cards import CardKind
from duecare.program.mail.models import MailServer
from duecare.program.mail.server import MailSettings
from duecare.program.mail.smtp import Security
from duecare.program.mail.webhooks import EVENTS
from duecare.program.outgoing import read_url
from duecare.program.record_form import RecordForm
from duecare.site.models import MailChoice

SERVER, NONE = "server", "none"
"""How mail leaves: through a server, or not at all."""


class MailServerForm(RecordForm):
    """Through which server, as whom, and what."""

    host = forms.RegexField(
        r"^[A-Za-z0-9]([A-Za-z0-9.:-]{0,251}[A-Za-z0-9])?$",
        label=_("Mail server"),
        help_text=_("Its name, such as smtp.example.org."),
        error_messages={"invalid": _("Write the server's name alone, such as smtp.example.org.")},
    )
    port = forms.IntegerField(
        label=_("Port"), min_value=1, max_value=65535, help_text=_("465 with TLS, 587 with STARTTLS.")
    )
    security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[
            (Security.TLS.value, _("TLS from the start")),
            (Security.STARTTLS.value, _("STARTTLS: encrypted after the greeting, or nothing is sent")),
            (
                Security.NONE.value,
                _("None (unsafe): only a server on a private address that duecare.toml lists, no password"),
            ),
        ],
        widget=forms.RadioSelect,
    )
    user = forms.CharField(
        label=_("User name"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=500,
        help_text=_("Kept in a file of its own, outside the database. Empty: the one that is kept stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    sender = forms.EmailField(
        label=_("Mail comes from"), help_text=_("An address that the server lets you send from.")
    )
    address = forms.CharField(
        label=_("Address of this Duecare in mails"),
        max_length=300,
        help_text=_("Where links lead, such as https://duecare.example.org."),
    )
    morning = forms.IntegerField(
        label=_("Hour of the daily digest"),
        min_value=0,
        max_value=23,
        initial=7,
        help_text=_("From 0 to 23, in the organisation's time zone."),
    )
    late_days = forms.IntegerField(
        label=_("A late task goes to the managers after so many days"), min_value=1, max_value=365, initial=7
    )
    short = forms.BooleanField(
        label=_("Short mails: how many, and links"),
        required=False,
        initial=True,
        help_text=_("Mail is readable on its way. Without this it names tasks and findings."),
    )
    sign_in = forms.BooleanField(
        label=_("People may sign in by mail"),
        required=False,
        help_text=_("With a code or link, for their own duties only, whatever other rights they hold."),
    )

    @classmethod
    def of(cls, server: MailServer) -> dict[str, Any]:
        """The form's values as they are set; never the password."""
        return {name: getattr(server, name) for name in MailSettings.__slots__}

    def clean_address(self) -> str:
        try:
            url = read_url(self.cleaned_data["address"].strip())
        except BadInput as error:
            raise forms.ValidationError(str(error)) from None
        if url.path != "/":
            raise forms.ValidationError(_("Leave out what comes after the host."))
        return url.origin

    def chosen(self) -> MailSettings:
        """What was chosen."""
        values = {name: self.cleaned_data[name] for name in MailSettings.__slots__}
        return MailSettings(**{**values, "security": Security(values["security"])})


class MailStepForm(MailServerForm):
    """Mail as the guided set-up asks for it: through which server, or none for now.

    What it does not ask has the value that is kept, or as shipped.
    """

    how = forms.ChoiceField(
        label=_("How mail leaves"),
        choices=[
            (SERVER, _("Through the server below; a test mail to you is sent at once")),
            (NONE, _("None for now: nothing is mailed")),
        ],
        widget=forms.RadioSelect,
    )
    field_order = ("how", "host", "port", "security", "user", "password", "sender")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("address", "morning", "late_days", "short", "sign_in"):
            del self.fields[name]
        chosen = self.data.get("how") if self.is_bound else self.initial.get("how")
        for name in ("host", "port", "security", "sender"):
            self.fields[name].required = chosen == SERVER

    def asked(self, kept: MailServer | None, address: str) -> MailSettings:
        """What was chosen; `address` is where links in mails lead if nothing is kept."""
        rest = MailServerForm.of(kept or MailServer(address=address))
        asked = {name: value for name, value in self.cleaned_data.items() if name in rest}
        return MailSettings(**{**rest, **asked, "security": Security(asked["security"])})


class WebhookForm(RecordForm):
    """A place elsewhere that is told."""

    name = forms.CharField(
        label=_("Name"), max_length=100, help_text=_("So that you know it again, such as “security channel”.")
    )
    kind = forms.ChoiceField(
        label=_("For"),
        choices=[
            (CardKind.SLACK.value, _("Slack, or what takes its format")),
            (CardKind.TEAMS.value, _("Teams: a workflow that posts when a webhook request is received")),
            (CardKind.JSON.value, _("Anything else: JSON with a signature")),
        ],
        widget=forms.RadioSelect,
    )
    url = forms.CharField(
        label=_("Its address"),
        max_length=2000,
        help_text=_("Begins with https. Whoever has it can write there: it is kept in a file of its own."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    events = forms.MultipleChoiceField(
        label=_("What it is told of"), choices=list(EVENTS.items()), widget=forms.CheckboxSelectMultiple
    )


class MailChoiceForm(RecordForm):
    """How often."""

    how = forms.ChoiceField(
        label=_("Send me the digest"),
        choices=[
            (MailChoice.How.DAILY.value, _("Every morning on which there is something")),
            (MailChoice.How.WEEKLY.value, _("Once a week, on its first morning")),
            (MailChoice.How.LATE.value, _("Only when something of mine is late")),
        ],
        widget=forms.RadioSelect,
    )
