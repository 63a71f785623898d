"""The forms that ask what a report is to tell."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.assurance.quarters import Quarter, newest
from duecare.assurance.reports.binder import OBLIGATION, SAFEGUARD
from duecare.assurance.reports.incident import CASE
from duecare.assurance.reports.interface import Asked
from duecare.incidents.cases.models import Case
from duecare.incidents.lessons.queries import called
from duecare.law.applicable import register_now
from duecare.ledger import asof
from duecare.program.catalogue import areas, catalogue
from duecare.program.record_form import LONG, DayField, RecordForm
from duecare.web.figures import short_day, sort_key

QUARTERS = 12
"""Quarters that may be chosen, back from today's."""


class AskForm(RecordForm):
    """What all of them need: the moment of asking, and the day on which the record began."""

    def __init__(self, *args: Any, now: datetime, began: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.today = timezone.localtime(now).date()
        self.began = timezone.localtime(began).date()

    def asked(self) -> Asked:
        """What was asked for, once the form is valid."""
        raise NotImplementedError

    def instant_of(self, day: date) -> datetime:
        """The end of a day, or the present moment if the day is not over."""
        return min(asof.end_of(day, timezone.get_current_timezone()), self.now)


class DayForm(AskForm):
    """A report about one day."""

    day = DayField(
        label=gettext_lazy("As of the end of"),
        help_text=gettext_lazy("Today means now. An earlier day is told as the record had it then."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["day"]
        field.initial = self.today
        field.widget.attrs.update(min=self.began.isoformat(), max=self.today.isoformat())

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise forms.ValidationError(_("That day lies in the future. Choose today or an earlier day."))
        if day < self.began:
            raise forms.ValidationError(
                _("The record began on %s. Choose that day or a later one.") % short_day(self.began)
            )
        return day

    def asked(self) -> Asked:
        day = self.cleaned_data["day"]
        return Asked(day, day, self.instant_of(day))


class BinderForm(DayForm):
    """A report about one safeguard or obligation."""

    about = forms.ChoiceField(
        label=gettext_lazy("Safeguard or obligation"),
        error_messages={
            "invalid_choice": gettext_lazy(
                "There is no such safeguard or obligation. Choose one from the list."
            )
        },
    )
    field_order = ("about", "day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = _subjects()  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        day = self.cleaned_data["day"]
        return Asked(day, day, self.instant_of(day), about=self.cleaned_data["about"])


class IncidentForm(DayForm):
    """A report about one incident or exercise."""

    about = forms.ChoiceField(
        label=gettext_lazy("Incident or exercise"),
        error_messages={"invalid_choice": gettext_lazy("There is no such case. Choose one from the list.")},
    )
    field_order = ("about", "day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Who makes reports reads all areas, and so every case.
        cases = Case.objects.order_by("-number")
        self.fields["about"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose one")),
            *((f"{CASE}{case.pk}", called(case)) for case in cases),
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        key, day = values.get("about", "").removeprefix(CASE), values.get("day")
        case = Case.objects.filter(pk=key).first() if key else None
        if case is not None and day is not None and day < timezone.localtime(case.opened_at).date():
            self.add_error(
                "day",
                _("The case was opened on %s. Choose that day or a later one.")
                % short_day(timezone.localtime(case.opened_at).date()),
            )
        return values

    def asked(self) -> Asked:
        day = self.cleaned_data["day"]
        return Asked(day, day, self.instant_of(day), about=self.cleaned_data["about"])


def _subjects() -> list[Any]:
    """All that a binder can be about: safeguards by area, then obligations."""
    groups = [
        (
            _(area.name),
            [(f"{SAFEGUARD}{id}", one.title) for id, one in catalogue().items() if one.area == area.id],
        )
        for area in areas()
    ]
    laws = sorted(
        ((f"{OBLIGATION}{id}", str(one.name)) for id, one in register_now().obligations.items()),
        key=lambda choice: sort_key(choice[1]),
    )
    return [("", _("Choose one")), *(group for group in groups if group[1]), (_("Obligations"), laws)]


class BoardForm(AskForm):
    """A report about one quarter."""

    quarter = forms.ChoiceField(
        label=gettext_lazy("Quarter"),
        error_messages={
            "invalid_choice": gettext_lazy(
                "The record has nothing of that quarter. Choose one from the list."
            )
        },
    )
    asks = forms.CharField(
        label=gettext_lazy("What you ask of the board"),
        help_text=gettext_lazy(
            "Decisions, money, time: plain text. About twenty lines fit; what is longer goes to the annex."
        ),
        max_length=LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        quarters = newest(self.today, self.began, QUARTERS)
        self.fields["quarter"].choices = [  # type: ignore[attr-defined]
            (str(one), _quarter_words(one, self.today)) for one in quarters
        ]

    def asked(self) -> Asked:
        quarter = Quarter.parse(self.cleaned_data["quarter"])
        last = min(quarter.last, self.today)
        return Asked(quarter.first, last, self.instant_of(last), words=self.cleaned_data["asks"].strip())


def _quarter_words(one: Quarter, today: date) -> str:
    words = _("quarter %(number)s of %(year)s") % {"number": one.number, "year": one.year}
    return _("%s, not over yet") % words if one.last >= today else words


FORMS: dict[str, type[AskForm]] = {
    "posture": DayForm,
    "board": BoardForm,
    "binder": BinderForm,
    "incident": IncidentForm,
    "risk": DayForm,
}
"""By the id of the report."""
