"""The forms about matters. What is refused says why, beside the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.ledger.viewers import VisibleQuerySet
from duecare.program.matter_queries import TITLE, WORDS, MatterTold, PaperTold
from duecare.program.models import Person
from duecare.program.record_form import LONG, RecordForm
from duecare.program.remarks import SIZE_LIMIT


class OpenMatterForm(RecordForm):
    """What a new matter is about, and who directs it."""

    title = forms.CharField(label=_("What it is about"), max_length=TITLE)
    why = forms.CharField(
        label=_("What counsel is to advise on"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("And how they asked for the work: a letter, a call, and when."),
    )
    counsel = forms.ChoiceField(
        label=_("Counsel, who directs the work"),
        help_text=_(
            "An owner, manager or approver of this Duecare. Give counsel from outside a right first."
        ),
    )

    def __init__(self, people: VisibleQuerySet[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["counsel"], people)


class MemberForm(RecordForm):
    """Who else reads a matter, and what they are needed for."""

    person = forms.ChoiceField(label=_("Who"))
    why = forms.CharField(
        label=_("What they are needed for"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Each further reader weakens a claim of privilege."),
    )

    def __init__(self, people: VisibleQuerySet[Person], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self.fields["person"], people)


class PaperForm(RecordForm):
    """Something to put into a matter."""

    title = forms.CharField(label=_("Title"), max_length=TITLE)
    words = forms.CharField(
        label=_("Words"), max_length=WORDS, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    file = forms.FileField(
        label=_("File"), required=False, max_length=1000, help_text=_("At most 20 MiB. It is sealed too.")
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload and upload.size > SIZE_LIMIT:
            raise forms.ValidationError(
                _("The file has %(size)s bytes; at most %(most)s are taken."),
                params={"size": f"{upload.size:,}", "most": f"{SIZE_LIMIT:,}"},
            )
        return upload

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors and not values.get("words", "").strip() and not values.get("file"):
            self.add_error("words", _("Write something, or choose a file."))
        return values


class CopyForm(RecordForm):
    """Into which matter a record is copied, under what title, and why."""

    matter = forms.ChoiceField(label=_("Matter"))
    title = forms.CharField(label=_("Title"), max_length=TITLE)
    words = forms.CharField(
        label=_("What counsel should know about it"),
        max_length=LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, matters: Sequence[MatterTold], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["matter"]
        chosen.choices = [(one.key, one.title) for one in matters]


class ReleaseForm(RecordForm):
    """What is released, and why. It is asked for twice: the second time with `sure`."""

    papers = forms.MultipleChoiceField(
        label=_("Papers to release"), widget=forms.CheckboxSelectMultiple, required=True
    )
    reason = forms.CharField(
        label=_("Why they are released"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who reads the record reads this."),
    )

    def __init__(self, papers: Sequence[PaperTold], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen: Any = self.fields["papers"]
        chosen.choices = [(one.key, one.title) for one in papers]


def _choose(field: forms.Field, people: VisibleQuerySet[Person]) -> None:
    chosen: Any = field
    chosen.choices = [
        ("", _("Choose somebody")),
        *((one.pk, one.name) for one in people.order_by("name", "id")),
    ]
