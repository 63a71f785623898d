"""The form of an estimate: the numbers of one way to tell it, and why one believes them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.program.record_form import LONG, RecordForm
from duecare.risk.amounts import read_amount, write_amount
from duecare.risk.money import digits
from duecare.risk.money_fields import MoneyField
from duecare.risk.register.believing import (
    CONFIDENCES,
    DATA,
    FIELDS,
    HISTORY,
    MOST_EVENTS,
    MOST_LISTED,
    RANGE,
    Belief,
    demand_belief,
    doubts,
)
from duecare.risk.register.estimate_actions import SOURCE, Estimated
from duecare.risk.register.forms_of_loss import RATE
from duecare.risk.register.models import Estimate, RiskTerms
from duecare.risk.register.rates import MILLION, read_rate, write_rate

LABELS = {
    "low": _("In nine cases of ten it is at least"),
    "high": _("and at most"),
    "least": _("Least"),
    "likely": _("Most likely"),
    "most": _("Most"),
}
LIST = 200_000
"""Characters of a list of losses as it is pasted."""


class RateField(forms.CharField):
    """How often: text on the page ("1 in 5"), millionths of an event a year in `cleaned_data`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=60, **options)
        self.widget.attrs |= {"autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        return write_rate(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text: str = super().clean(value)
        try:
            return read_rate(text) if text else None
        except BadInput as error:
            raise ValidationError(str(error)) from None


class LossesField(forms.CharField):
    """A list of losses, one a line: minor units in `cleaned_data`."""

    widget = forms.Textarea(attrs={"rows": 8})

    def __init__(self, currency: str, **options: Any) -> None:
        super().__init__(max_length=LIST, **options)
        self.currency = currency

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(write_amount(one, self.currency) for one in value)
        return value

    def clean(self, value: Any) -> Any:
        found = []
        lines = [one for one in re.split(r"[\r\n;]+", super().clean(value)) if one.strip()]
        if len(lines) > MOST_LISTED:
            raise ValidationError(
                gettext("The list has %(count)s lines, and at most %(most)s are taken.")
                % {"count": f"{len(lines):,}", "most": f"{MOST_LISTED:,}"}
            )
        for number, line in enumerate(lines, start=1):
            try:
                found.append(read_amount(line, self.currency))
            except BadInput as error:
                words = gettext("Line %(number)s: %(fault)s") % {"number": number, "fault": error}
                raise ValidationError(words) from None
        return found


class EstimateForm(RecordForm):
    """What somebody believes of one thing, in one of the ways to tell it."""

    reason = forms.CharField(
        label=_("Why you think so"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("A case you know, a count, somebody who said it. A sentence is enough."),
    )
    confidence = forms.ChoiceField(
        label=_("How sure you are"),
        choices=[(id, words) for id, words in CONFIDENCES.items()],
        widget=forms.RadioSelect,
        initial="low",
    )
    source = forms.CharField(
        label=_("Source"),
        required=False,
        max_length=SOURCE,
        widget=forms.TextInput(attrs={"list": "sources"}),
        help_text=_("A study or list that you leaned on, with its day."),
    )

    def __init__(
        self,
        what: str,
        kind: str,
        terms: RiskTerms,
        sent: Any = None,
        *,
        before: Estimate | None = None,
    ) -> None:
        """`before` is what the same person said earlier."""
        self.what, self.kind, self.terms = what, kind, terms
        super().__init__(sent, initial=_initial(kind, before))
        for name in FIELDS[kind]:
            self.fields[name] = self._number(name)
        self.order_fields([*FIELDS[kind], "reason", "confidence", "source"])

    def _number(self, name: str) -> forms.Field:
        currency = self.terms.currency
        if self.kind == HISTORY:
            if name == "events":
                return forms.IntegerField(
                    label=gettext("So many times it happened"),
                    min_value=0,
                    max_value=MOST_EVENTS,
                    help_text=gettext(
                        "Everybody shares one history of a scenario: yours takes the place of the one that "
                        "stands, even if somebody else told it."
                    ),
                )
            return forms.DecimalField(
                label=gettext("in so many years"),
                min_value=0,
                max_digits=10,
                decimal_places=6,
                help_text=gettext("For which you would know of it."),
            )
        if self.kind == DATA:
            return LossesField(
                currency,
                label=gettext("Each loss that happened, in %s") % currency,
                help_text=gettext("One a line. At most 10,000."),
            )
        label = LABELS[name]
        if self.what == RATE:
            helps = gettext("Times a year: 0.2, or 1 in 5 for once in five years.")
            return RateField(label=label, help_text=helps if name in ("low", "least") else "")
        return MoneyField(
            currency,
            label=label,
            help_text=gettext("Each time it happens.") if name in ("low", "least") else "",
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if any(name in self.errors for name in FIELDS[self.kind]):
            return values
        belief = self.belief()
        try:
            demand_belief(belief)
        except BadInput as error:
            self.add_error(error.place if error.place in self.fields else None, str(error))
            return values
        why = list(doubts(belief, self.terms.turnover, self.terms.currency))
        if why and not self.data.get("confirmed"):
            self.doubt(" ".join(why))
        return values

    def doubt(self, why: str) -> None:
        """Ask whether it is meant so, by a box that appears."""
        self.fields["confirmed"] = forms.BooleanField(
            label=gettext("It is meant so"), required=False, help_text=why
        )
        self.order_fields([*FIELDS[self.kind], "confirmed", "reason", "confidence", "source"])
        self.cleaned_data.setdefault("confirmed", False)
        self.add_error("confirmed", gettext("Correct the numbers above, or tick this box."))

    def belief(self) -> Belief:
        """What was said, once its fields are valid."""
        values = self.cleaned_data
        if self.kind == DATA:
            return Belief(self.what, DATA, tuple(values["losses"]))
        if self.kind == HISTORY:
            return Belief(self.what, HISTORY, (values["events"], int(values["years"] * MILLION)))
        return Belief(self.what, self.kind, tuple(values[name] for name in FIELDS[self.kind]))

    def estimated(self) -> Estimated:
        """The same with its reasons."""
        values = self.cleaned_data
        return Estimated(
            self.belief(),
            values["reason"],
            values["confidence"],
            values["source"],
            bool(self.data.get("confirmed")),
        )


def _initial(kind: str, before: Estimate | None) -> dict[str, Any]:
    if before is None:
        return {}
    found: dict[str, Any] = {name: getattr(before, name) for name in ("reason", "confidence", "source")}
    if before.kind != kind:
        return found
    if kind == DATA:
        return {**found, "losses": list(before.numbers)}
    if kind == HISTORY:
        events, years = before.numbers
        return {**found, "events": events, "years": write_rate(years)}
    return {**found, **dict(zip(FIELDS[kind], before.numbers, strict=True))}


def shown_numbers(row: Estimate, currency: str) -> str:
    """What an estimate says, in few words: "EUR 1,000 to 5,000"."""
    if row.kind == HISTORY:
        events, years = row.numbers
        return gettext("%(events)s in %(years)s years") % {"events": events, "years": write_rate(years)}
    if row.kind == DATA:
        return gettext("%s losses that happened") % len(row.numbers)
    if row.what == RATE:
        texts = [write_rate(one) for one in row.numbers]
    else:
        unit = 10 ** digits(currency)
        texts = [
            f"{round(one / unit):,}" if one >= unit else write_amount(one, currency) for one in row.numbers
        ]
    words = (
        gettext("%(low)s to %(high)s")
        if row.kind == RANGE
        else gettext("%(low)s, most likely %(likely)s, at most %(high)s")
    )
    return words % {"low": texts[0], "likely": texts[1], "high": texts[-1]}
