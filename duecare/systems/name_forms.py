"""The forms about names of ours."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import BadInput
from duecare.program.record_form import RecordForm
from duecare.systems.models import Name, NameKind
from duecare.systems.name_actions import MOST_SELECTORS
from duecare.systems.names.interface import host_name, selector


class SelectorsField(forms.CharField):
    """DKIM selectors, apart by spaces or commas."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("DKIM selectors of the domain"),
            required=False,
            max_length=1000,
            help_text=gettext_lazy(
                "Apart by spaces, such as “selector1 selector2”. You find one as s= in the header "
                "“DKIM-Signature” of a mail that you sent."
            ),
            widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        )

    def clean(self, value: Any) -> Any:
        texts = re.split(r"[\s,;]+", super().clean(value))
        try:
            found = [selector(text) for text in texts if text]
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error
        if len(found) > MOST_SELECTORS:
            raise forms.ValidationError(_("Name at most %s of them.") % MOST_SELECTORS)
        return found


class DailyField(forms.BooleanField):
    """Whether Duecare goes out by itself."""

    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("Look at it each day without being asked"), required=False)


class AddNameForm(RecordForm):
    """A host or mail domain that is ours."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What it is"),
        choices=NameKind.choices,
        widget=forms.RadioSelect,
        initial=NameKind.TLS,
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=253,
        help_text=gettext_lazy(
            "Such as www.example.org for a host, or example.org for a domain that stands after the @."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    port = forms.IntegerField(
        label=gettext_lazy("Port of the host"),
        min_value=1,
        max_value=65535,
        initial=443,
        required=False,
        help_text=gettext_lazy("443 for a website. On 25 and 587 mail servers are asked for STARTTLS."),
    )
    selectors = SelectorsField()
    daily = DailyField()

    def clean_name(self) -> str:
        try:
            return host_name(self.cleaned_data["name"])
        except BadInput as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("kind") == NameKind.TLS and values.get("port") is None and "port" not in self.errors:
            self.add_error("port", _("A host needs a port; for a website it is 443."))
        if values.get("kind") == NameKind.MAIL and "." not in values.get("name", "."):
            self.add_error("name", _("Write what follows the @, such as example.org."))
        return values


class ChangeNameForm(RecordForm):
    """How a name is looked at."""

    selectors = SelectorsField()
    daily = DailyField()

    def __init__(self, name: Name, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"selectors": " ".join(name.selectors), "daily": name.daily})
        super().__init__(*args, **kwargs)
        if name.kind != NameKind.MAIL:
            del self.fields["selectors"]


class RemoveNameForm(RecordForm):
    """Why a name is no longer looked at."""

    reason = forms.CharField(
        label=gettext_lazy("What became of it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: the shop was closed on 3 March and its name given back."),
    )
