"""The form about what hosts are exposed to. For several hosts every answer may be left as it is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.program.models import DataSet, Person
from duecare.program.record_form import RecordForm
from duecare.systems.exposure import counts
from duecare.systems.exposure_actions import NOBODY, REASON, Answer, Said
from duecare.systems.exposure_models import Exposure

ANSWERS = (
    (Answer.YES.value, gettext_lazy("Yes")),
    (Answer.NO.value, gettext_lazy("No")),
    (Answer.UNKNOWN.value, gettext_lazy("Not known")),
)
AS_IT_IS = ("", gettext_lazy("Leave it as it is"))


class ExposureForm(RecordForm):
    """What hosts are exposed to, and who is responsible for them."""

    internet = forms.ChoiceField(
        label=gettext_lazy("Can it be reached from the internet?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Directly, or through something that hands connections on to it."),
    )
    holds_data = forms.ChoiceField(
        label=gettext_lazy("Do data of people lie on it?"),
        choices=ANSWERS,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Of patients, customers, staff: files, databases, mail, copies."),
    )
    data_sets = forms.MultipleChoiceField(
        label=gettext_lazy("Which of our data sets"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    responsible = forms.ChoiceField(
        label=gettext_lazy("Who is responsible for it"),
        required=False,
        help_text=gettext_lazy("Gets the tasks that findings about it make."),
    )
    because = forms.CharField(
        label=gettext_lazy("How this is known"),
        required=False,
        max_length=REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: read in the rules of the firewall on 3 March."),
    )

    def __init__(
        self,
        *args: Any,
        people: Iterable[Person],
        data_sets: Iterable[DataSet],
        several: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.several = several
        persons = [(person.pk, person.name) for person in people]
        kept = [(one.pk, one.name) for one in data_sets]
        self.fields["data_sets"].choices = kept  # type: ignore[attr-defined]
        if not kept:
            del self.fields["data_sets"]
        nobody = (NOBODY, gettext_lazy("Nobody yet"))
        first = [AS_IT_IS, nobody] if several else [nobody]
        self.fields["responsible"].choices = [*first, *persons]  # type: ignore[attr-defined]
        if several:
            for name in ("internet", "holds_data"):
                self.fields[name].choices = [AS_IT_IS, *ANSWERS]  # type: ignore[attr-defined]
                self.fields[name].required = False
                self.fields[name].initial = ""

    @classmethod
    def of(cls, said: Exposure | None, since: datetime) -> dict[str, Any]:
        """The form's values as they were said of a host. What was said before `since` is asked anew."""
        if said is None:
            return {"internet": Answer.UNKNOWN, "holds_data": Answer.UNKNOWN, "responsible": NOBODY}
        words = {True: Answer.YES, False: Answer.NO, None: Answer.UNKNOWN}
        return {
            "internet": words[said.internet] if _holds(said.internet, said.internet_at, since) else "",
            "holds_data": words[said.holds_data] if _holds(said.holds_data, said.data_at, since) else "",
            "data_sets": said.data_sets,
            "responsible": said.responsible_id or NOBODY,
            "because": said.because,
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.several and not any(values.get(name) for name in ("internet", "holds_data", "responsible")):
            self.add_error(None, _("Answer at least one of the questions."))
        if values.get("data_sets") and values.get("holds_data") != Answer.YES:
            self.add_error("holds_data", _("You chose data sets: answer yes, or choose none."))
        decided = {values.get("internet"), values.get("holds_data")} & {Answer.YES.value, Answer.NO.value}
        if decided and not values.get("because", "").strip() and "because" not in self.errors:
            self.add_error("because", _("Say how it is known: what you looked at, and when."))
        return values

    def _data_sets(self) -> tuple[str, ...] | None:
        """Those ticked; None, which leaves them, where none could be, or none was of several hosts."""
        ticked = tuple(self.cleaned_data.get("data_sets", ()))
        return None if "data_sets" not in self.fields or (self.several and not ticked) else ticked

    def said(self) -> Said:
        """What was said, once the form is valid. To name another person says nothing anew of the rest."""
        values = self.cleaned_data
        if self.changed_data == ["responsible"]:
            return Said(responsible=values["responsible"])
        return Said(
            Answer(values["internet"]) if values["internet"] else None,
            Answer(values["holds_data"]) if values["holds_data"] else None,
            self._data_sets(),
            values["responsible"] or None,
            values["because"],
        )


def _holds(answer: bool | None, at: datetime | None, since: datetime) -> bool:
    """Whether an answer may be shown as the one to keep: "not known" always may."""
    return answer is None or counts(at, since)
