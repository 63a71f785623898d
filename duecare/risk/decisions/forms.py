"""The forms about decisions. What is refused says why, beside the field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.program.record_form import LONG, DayField, RecordForm
from duecare.program.unchanged import SeenField
from duecare.risk.decisions.drafts import DEAREST, LINE, MIDDLE, SHORT, WORDS, Draft, Option
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.money_fields import MoneyField


def _area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class DraftForm(RecordForm):
    """What a decision says, but for the options."""

    question = forms.CharField(
        label=_("The question"),
        max_length=LINE,
        help_text=_("As whoever signs would ask it: “Do we go on without a second person for payments?”"),
    )
    scenarios = forms.MultipleChoiceField(
        label=_("Scenarios"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The figures are those of these together."),
    )
    kind = forms.ChoiceField(
        label=_("What is to be done with the risk"),
        choices=(
            ("accept", _("Accept: it stays as it is, and somebody answers for that")),
            ("reduce", _("Reduce: measures make it come less often, or cost less")),
            ("transfer", _("Transfer: an insurance or a contract pays for it")),
            ("avoid", _("Avoid: what brings it about stops")),
        ),
        widget=forms.RadioSelect,
    )
    recommendation = forms.CharField(
        label=_("What you recommend, and why"), max_length=MIDDLE, widget=_area(4)
    )
    how = forms.CharField(
        label=_("By what"),
        max_length=MIDDLE,
        required=False,
        widget=_area(2),
        help_text=_("Of a transfer which insurance or contract; of what is avoided what stops."),
    )
    expires_on = DayField(
        label=_("It stands until"), help_text=_("On that day at the latest it is decided anew.")
    )
    reopen = forms.CharField(
        label=_("What would reopen it before then"),
        max_length=MIDDLE,
        widget=_area(2),
        help_text=_("An incident of this kind, a supplier lost, a check that fails: what you would see."),
    )
    seen = SeenField(required=False)

    def __init__(self, *args: Any, scenarios: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scenarios"].choices = list(scenarios)  # type: ignore[attr-defined]

    @staticmethod
    def of(row: RiskDecision) -> dict[str, Any]:
        """What the form begins with for a decision that is there."""
        names = ("question", "scenarios", "kind", "recommendation", "how", "expires_on", "reopen")
        return {name: getattr(row, name) for name in names}

    def draft(self, options: tuple[Option, ...] = ()) -> Draft:
        """What was said, once the form is valid."""
        values = self.cleaned_data
        return Draft(
            values["question"],
            tuple(values["scenarios"]),
            values["kind"],
            values["recommendation"],
            values["expires_on"],
            values["reopen"],
            values["how"],
            options,
        )


class OptionForm(RecordForm):
    """One option that is weighed."""

    label = forms.CharField(label=_("Name"), max_length=SHORT)
    words = forms.CharField(
        label=_("What speaks for it and against it"), max_length=WORDS, required=False, widget=_area()
    )
    measures = forms.MultipleChoiceField(
        label=_("Measures that it is made of"), required=False, widget=forms.CheckboxSelectMultiple
    )
    chosen = forms.BooleanField(label=_("This is what I recommend"), required=False)
    rejected = forms.CharField(label=_("If not: why not"), max_length=WORDS, required=False, widget=_area(2))
    seen = SeenField(required=False)

    def __init__(
        self,
        *args: Any,
        measures: Iterable[tuple[str, str]],
        currency: str,
        nothing: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        listed = list(measures)
        if nothing or not listed:
            del self.fields["measures"]
        else:
            self.fields["measures"].choices = listed  # type: ignore[attr-defined]
        if currency and not nothing:
            words = _("Empty: what its measures cost, what is paid once spread over their years.")
            label = gettext("What it costs a year")
            self.fields["cost"] = MoneyField(
                currency, most=DEAREST, label=label, required=False, help_text=words
            )
            order = ["label", "words", "measures", "cost", "chosen", "rejected"]
            self.order_fields(order)

    @staticmethod
    def of(option: Option) -> dict[str, Any]:
        """What the form begins with for an option that is there."""
        return {**option.to_json(), "measures": list(option.measures)}

    def option(self, kept: Option) -> Option:
        """What was said, once the form is valid; of what it does not ask, what was so before."""
        values = self.cleaned_data
        return Option(
            values["label"],
            values["words"],
            tuple(values.get("measures", kept.measures)),
            values.get("cost", kept.cost),
            values["chosen"],
            values["rejected"],
        )


class PutForm(RecordForm):
    """Before whom a decision is put."""

    before = forms.ChoiceField(label=_("Who is to sign"), required=False)
    outside = forms.BooleanField(
        label=_("This person is from outside the organisation"),
        required=False,
        help_text=_("An adviser, an auditor’s partner, a member of a board elsewhere. The paper says so."),
    )
    seen = SeenField(required=False)

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = list(people)
        if listed:
            anybody = ("", gettext("Whoever may sign this amount"))
            self.fields["before"].choices = [anybody, *listed]  # type: ignore[attr-defined]
        else:
            del self.fields["before"], self.fields["outside"]


class WordsForm(RecordForm):
    """What somebody says of a decision."""

    words = forms.CharField(label=_("Your words"), max_length=MIDDLE, widget=_area())


class DelegateForm(RecordForm):
    """Who signs in one's place."""

    to = forms.ChoiceField(label=_("Who is to sign in your place"))
    words = forms.CharField(label=_("Why"), max_length=MIDDLE, required=False, widget=_area(2))

    def __init__(self, *args: Any, people: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].choices = list(people)  # type: ignore[attr-defined]


class WithdrawForm(RecordForm):
    """Why a decision stands no more."""

    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=LONG, widget=_area())
