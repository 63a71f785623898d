"""The forms of an import: which file, which sheet, which column is which, and why it is undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.program.imports.interface import List, loaders
from duecare.program.imports.tables import MOST_BYTES, Sheet, Table, letters
from duecare.program.record_form import DayField, RecordForm

BY_HEAD, BY_HAND = "", "by-hand"
SHOWN = 40
"""Characters of a head or value that a choice of columns shows."""


class FileForm(RecordForm):
    """A file, and what one has to know of it."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, at most 32 MiB and 50,000 rows. Bring it as it was downloaded."),
    )
    loader = forms.ChoiceField(label=gettext_lazy("What it is"), required=False)
    source = forms.CharField(
        label=gettext_lazy("Which service or list it is of"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("Such as Entra ID. Leave it empty for a file that is known by its columns."),
    )
    downloaded = DayField(
        label=gettext_lazy("Day on which it was downloaded"),
        help_text=gettext_lazy("It is evidence of that day and gets older from then on."),
    )
    whole = forms.BooleanField(
        label=gettext_lazy("It is the whole list: nothing was filtered out"),
        required=False,
        help_text=gettext_lazy(
            "Then what it lacks is shown as gone, and the checks may rely on it. "
            "Otherwise it only adds and changes."
        ),
    )

    def __init__(self, one: List[Any], today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        known = loaders(one.id)
        self.fields["loader"].choices = [  # type: ignore[attr-defined]
            (BY_HEAD, _("Find out from its columns")),
            *((loader.id, loader.name) for loader in known),
            (BY_HAND, _("Another list: I say which column is which")),
        ]
        self.fields["downloaded"].initial = today
        if not known:
            del self.fields["loader"]
        if not one.sourced:
            for name in ("source", "whole", "downloaded"):
                del self.fields[name]

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file has %(size)s bytes; at most %(most)s MiB are taken. Cut it into several files.")
                % {"size": f"{upload.size:,}", "most": MOST_BYTES >> 20}
            )
        return upload

    def clean_downloaded(self) -> date:
        day: date = self.cleaned_data["downloaded"]
        if not date(2000, 1, 1) <= day <= self.today:
            raise forms.ValidationError(_("Choose today or a day before."))
        return day

    def downloaded_at(self, now: datetime) -> datetime:
        """The moment of which the file is evidence: now for today, else the beginning of its day."""
        day: date = self.cleaned_data.get("downloaded", self.today)
        return now if day == self.today else timezone.make_aware(datetime.combine(day, time()))


class SheetForm(RecordForm):
    """Which sheet of a workbook is meant."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), widget=forms.RadioSelect)

    def __init__(self, sheets: list[Sheet], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sheet"].choices = [  # type: ignore[attr-defined]
            (one.name, _("%s (hidden)") % one.name if one.hidden else one.name) for one in sheets
        ]


class ColumnsForm(RecordForm):
    """Which column holds which field."""

    def __init__(
        self, one: List[Any], table: Table, proposed: Mapping[str, tuple[int, ...]], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("", _("Not in the file")),
            *((str(at), _column(table, at)) for at in range(len(table.head))),
        ]
        for field in one.fields:
            places = proposed.get(field.name, ())
            self.fields[field.name] = forms.ChoiceField(
                label=field.label,
                choices=choices,
                required=field.required,
                initial=str(places[0]) if places else "",
            )

    def columns(self) -> dict[str, list[int]]:
        """By field: its column."""
        return {name: [int(value)] for name, value in self.cleaned_data.items() if value}


def _column(table: Table, at: int) -> str:
    """A column as people find it: its letter, its head, and the first value that it holds."""
    example = next((row.cells[at] for row in table.rows[:50] if row.cells[at].strip()), "")
    head = table.head[at][:SHOWN] or _("without a head")
    return f"{letters(at)}: {head}" + (f" ({example[:SHOWN]})" if example else "")


class UndoForm(RecordForm):
    """Why an import is undone."""

    reason = forms.CharField(
        label=gettext_lazy("What was wrong with it"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: the list of another branch was downloaded."),
    )
