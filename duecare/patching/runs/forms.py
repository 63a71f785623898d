"""The forms about patch runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.patching.runs.actions import REASON, Draft
from duecare.patching.runs.choosing import Which
from duecare.patching.runs.orders import MOST_HOSTS, Stop
from duecare.patching.runs.queries import WEEKDAYS
from duecare.patching.runs.windows import LONGEST, Window
from duecare.program.record_form import DayField, RecordForm

USUAL = timedelta(days=7)
"""How long a patch run may take unless somebody says otherwise."""


class HourField(forms.TimeField):
    """A time of day, such as 22:00."""

    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class WhenForm(RecordForm):
    """When an order is carried out, in which rings, and when it stops."""

    title = forms.CharField(
        label=gettext_lazy("What this patch run is called"),
        max_length=200,
        help_text=gettext_lazy("So that whoever signs knows what it is for."),
    )
    first = DayField(label=gettext_lazy("First day"))
    last = DayField(label=gettext_lazy("Last day"))
    days = forms.TypedMultipleChoiceField(
        label=gettext_lazy("On these days of the week"),
        coerce=int,
        choices=[(number, gettext_lazy(name)) for number, name in enumerate(WEEKDAYS)],
        widget=forms.CheckboxSelectMultiple,
        initial=list(range(7)),
    )
    begins = HourField(
        label=gettext_lazy("Begin hosts from"),
        initial=time(20),
        help_text=gettext_lazy("By the clocks of the organisation. What was begun is finished."),
    )
    ends = HourField(
        label=gettext_lazy("and no later than"),
        initial=time(6),
        help_text=gettext_lazy("Earlier than the beginning is over midnight; equal is the whole day."),
    )
    first_ring = forms.IntegerField(
        label=gettext_lazy("Hosts in the first ring"),
        min_value=1,
        max_value=MOST_HOSTS,
        initial=1,
        help_text=gettext_lazy("Those that show whether the updates do harm."),
    )
    second_ring = forms.IntegerField(
        label=gettext_lazy("Hosts in the second ring"),
        min_value=0,
        max_value=MOST_HOSTS,
        initial=5,
        help_text=gettext_lazy("All others are in the third."),
    )
    rest_minutes = forms.IntegerField(
        label=gettext_lazy("Minutes between two rings"), min_value=0, max_value=7 * 24 * 60, initial=60
    )
    most_failed = forms.IntegerField(
        label=gettext_lazy("Stop when more hosts of a ring fail than"),
        min_value=0,
        max_value=MOST_HOSTS,
        initial=0,
    )
    share = forms.IntegerField(
        label=gettext_lazy("or more per cent of it than"), min_value=0, max_value=100, initial=0
    )
    reboot = forms.BooleanField(
        label=gettext_lazy("Restart a host that asks for it after its updates"), required=False
    )

    def __init__(self, today: date, zone: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._zone = zone
        self.fields["first"].initial, self.fields["last"].initial = today, today + USUAL
        self._today = today

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        first, last = values.get("first"), values.get("last")
        if first and last:
            if last < first or last < self._today:
                self.add_error("last", _("That day is past, or before the first one."))
            elif last - first >= LONGEST - timedelta(days=1):
                self.add_error("last", _("Choose a day within %s days of the first.") % LONGEST.days)
        return values

    def draft(self, hosts: Sequence[str], which: Which, names: frozenset[str]) -> Draft:
        """What was asked for, once the form is valid."""
        values = self.cleaned_data
        zone = ZoneInfo(self._zone)

        def midnight(day: date) -> datetime:
            return datetime.combine(day, time(), zone).astimezone(UTC)

        return Draft(
            title=values["title"],
            hosts=hosts,
            which=which,
            names=names,
            window=Window(
                midnight(values["first"]),
                midnight(values["last"] + timedelta(days=1)),
                self._zone,
                frozenset(values["days"]),
                values["begins"].replace(second=0, microsecond=0),
                values["ends"].replace(second=0, microsecond=0),
            ),
            first_ring=values["first_ring"],
            second_ring=values["second_ring"],
            rest_minutes=values["rest_minutes"],
            stop=Stop(values["most_failed"], values["share"]),
            reboot=values["reboot"],
        )


class ReachForm(RecordForm):
    """How a host is reached."""

    address = forms.CharField(
        label=gettext_lazy("Host name or IP address"),
        max_length=253,
        help_text=gettext_lazy("As the deployer reaches it, such as web-1.clinic.example."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    port = forms.IntegerField(label=gettext_lazy("Port of SSH"), min_value=1, max_value=65535, initial=22)
    host_key = forms.CharField(
        label=gettext_lazy("Fingerprint of its host key"),
        max_length=60,
        help_text=gettext_lazy(
            "Run “ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub” on the host itself, and copy what begins "
            "with SHA256:"
        ),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class WithdrawForm(RecordForm):
    """Why a patch run is no longer wanted."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is no longer wanted"),
        max_length=REASON,
        help_text=gettext_lazy("It stays in the record."),
    )
