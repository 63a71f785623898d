"""The forms about statements. What is refused says why, beside the field."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from duecare.program.models import Answer, Review
from duecare.program.questions import Question
from duecare.program.record_form import LONG, DayField, RecordForm
from duecare.program.remarks import SIZE_LIMIT
from duecare.program.statement_actions import LINK, REASON, Draft, faults
from duecare.words import number

FILES = 5
"""Most files that come with one form; more can be put to the statement afterwards."""


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files, each within the limit of an attachment."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        files = [super(FilesField, self).clean(one, initial) for one in data or ()]
        if len(files) > FILES:
            raise forms.ValidationError(
                _("At most %(most)s files come with a statement; put the others to it afterwards."),
                params={"most": FILES},
            )
        for one in files:
            if one.size > SIZE_LIMIT:
                raise forms.ValidationError(
                    _("“%(name)s” has %(size)s bytes; at most %(most)s are taken. Give a link instead."),
                    params={
                        "name": one.name[:80],
                        "size": number(one.size),
                        "most": number(SIZE_LIMIT),
                    },
                )
        return files


class StatementForm(RecordForm):
    """An answer to a question."""

    answer = forms.ChoiceField(
        label=_("Answer"),
        choices=[
            (Answer.YES, _("Yes")),
            (Answer.PARTLY, _("Partly")),
            (Answer.NO, _("No")),
            (Answer.NOT_APPLICABLE, _("Not applicable")),
        ],
        widget=forms.RadioSelect,
        help_text=_("“Partly” and “no” are recorded as a gap. An honest gap serves you better than a claim."),
    )
    words = forms.CharField(
        label=_("In your words"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 6})
    )
    period_from = DayField(
        label=_("First day it speaks of"),
        help_text=_("The same day twice speaks of how things stand on it."),
    )
    period_to = DayField(label=_("Last day it speaks of"), help_text=_("Today or earlier."))
    expires = DayField(label=_("It counts until"), required=False)
    link = forms.CharField(
        label=_("Link to what shows it"),
        required=False,
        max_length=LINK,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("A page or document that a reader can open. Duecare does not fetch it."),
    )
    uploads = FilesField(label=_("Files that show it"), required=False)

    def __init__(self, question: Question, today: date, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"period_from": today, "period_to": today})
        super().__init__(*args, **kwargs)
        self.question, self.today = question, today
        self.fields["words"].help_text = question.tell
        self.fields["expires"].help_text = _(
            "Empty: %(days)s days after the last day it speaks of, which is the most for this question."
        ) % {"days": number(question.days)}
        self.fields["uploads"].help_text = _("%(bring)s At most %(most)s files of %(size)s MiB each.") % {
            "bring": question.bring,
            "most": number(FILES),
            "size": number(SIZE_LIMIT >> 20),
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        # A fault in one field is no reason to hide those in the others, but a draft needs them all.
        if not self.errors:
            for field, words in faults(self._draft(values), self.question, self.today).items():
                self.add_error(field, words)
        return values

    def draft(self) -> Draft:
        """What the form says, once it is valid."""
        return self._draft(self.cleaned_data)

    @staticmethod
    def _draft(values: dict[str, Any]) -> Draft:
        return Draft(
            answer=Answer(values["answer"]),
            words=values["words"],
            link=values["link"],
            period_from=values["period_from"],
            period_to=values["period_to"],
            expires=values["expires"],
        )


class ReviewForm(RecordForm):
    """What a second person says to a statement."""

    review = forms.ChoiceField(
        label=_("Your view"),
        choices=[
            (Review.AGREED, _("I looked, and agree")),
            (Review.DOUBTED, _("I doubt it: it then counts as unproven")),
        ],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        label=_("What you looked at, and what it showed or lacked"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class WithdrawForm(RecordForm):
    """Why a statement no longer holds."""

    reason = forms.CharField(
        label=_("Why it no longer holds"),
        max_length=REASON,
        help_text=_("For example: made for the wrong building."),
    )
