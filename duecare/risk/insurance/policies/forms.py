"""The forms about policies: the policy, one part of it, one notice period, and why it ends."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.program.record_form import LONG, DayField, RecordForm
from duecare.program.unchanged import SeenField, seen_entry
from duecare.risk.insurance.policies.actions import Draft
from duecare.risk.insurance.policies.models import InsurancePolicy
from duecare.risk.insurance.policies.terms import COUNTED, KINDS, PARTS, TRIGGERS, Notice, Part
from duecare.risk.money_fields import MoneyField
from duecare.risk.register.forms_of_loss import FORMS

LIMIT_HELP = gettext_lazy("Leave it empty where the policy has no such limit.")


def words(label: Any, help_text: Any = "", *, required: bool = False, rows: int = 3) -> forms.CharField:
    """A longer text."""
    return forms.CharField(
        label=label,
        max_length=LONG,
        required=required,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
    )


class PolicyForm(RecordForm):
    """What a policy says as a whole."""

    insurer = forms.CharField(label=gettext_lazy("Insurer"), max_length=200)
    number = forms.CharField(label=gettext_lazy("Number of the policy"), max_length=100)
    wording = forms.CharField(
        label=gettext_lazy("Which conditions, in which version"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("As the paper calls them: Cyber conditions, edition of March 2026."),
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=list(KINDS.items()))
    period_from = DayField(label=gettext_lazy("First day"))
    period_to = DayField(label=gettext_lazy("Last day"))
    exclusions = words(
        gettext_lazy("What it does not pay for"),
        gettext_lazy("The exclusions, in a few words each: war, old systems, fines."),
    )
    conditions = words(
        gettext_lazy("What has to be done or true for it to pay"),
        gettext_lazy(
            "The conditions. What you told the insurer about your safeguards is kept apart, as statements."
        ),
    )
    contact = words(
        gettext_lazy("Whom to call, and where the notice goes"),
        gettext_lazy(
            "Telephone of the hotline, address for the notice, the broker. It is needed on a bad day."
        ),
    )
    seen = SeenField(required=False)
    like = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, currency: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["premium"] = MoneyField(currency, label=_("Premium for the whole period"))
        self.fields["retention"] = MoneyField(
            currency,
            label=_("Retention"),
            help_text=_("What you pay of each event before the insurer does; 0 for none."),
        )
        self.fields["limit"] = MoneyField(
            currency, label=_("Limit of one event"), required=False, least=1, help_text=LIMIT_HELP
        )
        self.fields["aggregate"] = MoneyField(
            currency,
            label=_("Limit of the whole period"),
            required=False,
            least=1,
            help_text=_("The aggregate: all events of the period together. %s") % LIMIT_HELP,
        )
        self.order_fields(
            ["insurer", "number", "wording", "kind", "period_from", "period_to", "premium", "retention",
             "limit", "aggregate", "exclusions", "conditions", "contact"]
        )  # fmt: skip

    @staticmethod
    def of(row: InsurancePolicy) -> dict[str, Any]:
        """What the form begins with for a policy that is there."""
        return {**{name: getattr(row, name) for name in Draft.__slots__}, "seen": seen_entry(row)}

    def draft(self) -> Draft:
        """What was said, once the form is valid."""
        return Draft(**{name: self.cleaned_data[name] for name in Draft.__slots__})


class PartForm(RecordForm):
    """One part of a policy."""

    kind = forms.ChoiceField(label=gettext_lazy("What it pays for"), choices=list(PARTS.items()))
    forms_of_loss = forms.MultipleChoiceField(
        label=gettext_lazy("Which losses of the register it covers"),
        choices=list(FORMS.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Only these count in the figures. Leave them empty where the register knows no such loss, as for "
            "a ransom."
        ),
    )
    waiting_hours = forms.IntegerField(
        label=gettext_lazy("Waiting period, in hours"),
        required=False,
        min_value=0,
        help_text=gettext_lazy(
            "Mostly of business interruption, often 12. It is written down and not computed: if it is to "
            "count, say what those hours cost as a retention."
        ),
    )
    exclusions = words(gettext_lazy("What this part does not pay for"))
    seen = SeenField(required=False)

    def __init__(self, currency: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        share = _("Leave it empty if this part shares that of the policy.")
        self.fields["retention"] = MoneyField(
            currency, label=_("Retention of its own"), required=False, help_text=share
        )
        self.fields["limit"] = MoneyField(
            currency, label=_("Limit of one event of its own"), required=False, least=1, help_text=share
        )
        self.fields["aggregate"] = MoneyField(
            currency, label=_("Limit of the period of its own"), required=False, least=1, help_text=share
        )
        self.order_fields(
            ["kind", "forms_of_loss", "retention", "limit", "aggregate", "waiting_hours", "exclusions"]
        )

    @staticmethod
    def of(part: Part, row: InsurancePolicy) -> dict[str, Any]:
        """What the form begins with for a part that is there."""
        names = ("kind", "retention", "limit", "aggregate", "waiting_hours", "exclusions")
        return {
            **{name: getattr(part, name) for name in names},
            "forms_of_loss": list(part.forms),
            "seen": seen_entry(row),
        }

    def part(self, id: str) -> Part:
        """What was said, once the form is valid."""
        values = self.cleaned_data
        return Part(
            id,
            values["kind"],
            values["retention"],
            values["limit"],
            values["aggregate"],
            values["waiting_hours"],
            tuple(values["forms_of_loss"]),
            values["exclusions"].strip(),
        )


class NoticeForm(RecordForm):
    """One notice period."""

    recipient = forms.CharField(
        label=gettext_lazy("Who has to be told"),
        max_length=200,
        help_text=gettext_lazy("As the policy names them: the insurer’s claims department, the broker."),
    )
    trigger = forms.ChoiceField(
        label=gettext_lazy("It is counted from when"),
        choices=list(TRIGGERS.items()),
        help_text=gettext_lazy("The event of the case that starts the clock."),
    )
    counted = forms.ChoiceField(label=gettext_lazy("Counted in"), choices=list(COUNTED.items()))
    amount = forms.IntegerField(
        label=gettext_lazy("How many"),
        required=False,
        min_value=1,
        help_text=gettext_lazy("Empty for a period without a number."),
    )
    how = forms.CharField(
        label=gettext_lazy("How it has to be told"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "By which way, to which address, and what is no notice: in writing to claims@…; a call of the "
            "hotline is not notice."
        ),
    )
    seen = SeenField(required=False)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("counted") not in (None, "undelayed") and values.get("amount") is None:
            self.add_error("amount", ValidationError(_("How many hours or days is it?")))
        return values

    @staticmethod
    def of(notice: Notice, row: InsurancePolicy) -> dict[str, Any]:
        """What the form begins with for one that is there."""
        names = ("recipient", "how", "trigger", "counted", "amount")
        return {**{name: getattr(notice, name) for name in names}, "seen": seen_entry(row)}

    def notice(self, id: str) -> Notice:
        """What was said, once the form is valid."""
        values = self.cleaned_data
        return Notice(
            id,
            values["recipient"].strip(),
            values["how"].strip(),
            values["trigger"],
            values["counted"],
            values["amount"],
        )


class ReasonForm(RecordForm):
    """Why something ends."""

    reason = words(gettext_lazy("Why it ends"), required=True)
