"""The form about the terms of risk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.errors import BadInput
from duecare.ledger.viewers import Role, Viewer
from duecare.program.matter_queries import open_matters_of
from duecare.program.record_form import RecordForm
from duecare.program.unchanged import SeenField, seen_entry
from duecare.risk.money import demand_currency
from duecare.risk.money_fields import MoneyField
from duecare.risk.register.models import RiskTerms
from duecare.risk.register.terms_actions import HORIZONS, NONE, Law, TermsDraft


class TermsForm(RecordForm):
    """Currency, sizes, horizon; to an owner also the tests of law."""

    currency = forms.CharField(
        label=_("Currency"),
        max_length=3,
        min_length=3,
        help_text=_(
            "Three letters, such as EUR. All amounts of the area are kept in it. It is chosen once: what was "
            "estimated in one currency cannot be turned into another without changing what people said."
        ),
        widget=forms.TextInput(attrs={"size": 4, "autocomplete": "off"}),
    )
    horizon = forms.IntegerField(
        label=_("Horizon, in years"),
        min_value=HORIZONS[0],
        max_value=HORIZONS[-1],
        help_text=_("Over so many years what is paid once is spread, so that it compares with a year."),
    )
    seen = SeenField(required=False)

    def __init__(self, viewer: Viewer, row: RiskTerms | None, sent: Any = None) -> None:
        self.owner = viewer.has(Role.OWNER)
        currency = _currency_of(sent, row)
        super().__init__(sent, initial=_initial(row))
        self.fields["turnover"] = MoneyField(
            currency,
            label=gettext("Turnover of a year"),
            required=False,
            least=1,
            help_text=gettext("Or the budget, if you sell nothing. A loss far above it is asked twice."),
        )
        self.fields["tolerance"] = MoneyField(
            currency,
            label=gettext("What a bad year may cost us"),
            required=False,
            least=1,
            help_text=gettext(
                "The loss that you could bear in the worst of twenty years. Whoever answers for the whole "
                "should say it; curves are drawn against it."
            ),
        )
        self.fields["remedy"] = MoneyField(
            currency,
            label=gettext("What a bad year may cost others"),
            required=False,
            least=1,
            help_text=gettext(
                "Above it, harm to people and organisations other than us would need remedy. Who is harmed "
                "would be asked in court, not we: ask counsel before you say it."
            ),
        )
        self.fields["programme"] = MoneyField(
            currency,
            label=gettext("What security costs in a year"),
            required=False,
            least=1,
            help_text=gettext(
                "People, tools and services together. One state’s law holds the scale of a programme against "
                "the largest loss that is probable."
            ),
        )
        if row is None and not sent:  # nobody has chosen a currency yet
            self.fields["turnover"].label = gettext("Turnover of a year")
            self.fields["tolerance"].label = gettext("What a bad year may cost us")
        order = ["currency", "turnover", "tolerance", "remedy", "programme", "horizon"]
        if self.owner:
            self._add_law(viewer, row)
        self.order_fields([*order, "legal_tests", "matter", "seen"])

    def _add_law(self, viewer: Viewer, row: RiskTerms | None) -> None:
        self.fields["legal_tests"] = forms.BooleanField(
            label=gettext("Compute the tests of law"), required=False
        )
        mine = [(one.key, one.title) for one in open_matters_of(viewer)]
        held = row.matter if row is not None else ""
        if held and held not in dict(mine):
            mine.append((held, gettext("the matter that holds them now")))
        self.fields["matter"] = forms.ChoiceField(
            label=gettext("Which matter holds them"),
            required=False,
            choices=[
                ("", gettext("Not chosen")),
                *mine,
                (NONE, gettext("None: they are shown to all who read risk")),
            ],
            help_text=gettext("A matter is work at counsel’s direction. Ask counsel before you choose."),
        )

    def draft(self) -> TermsDraft:
        """What was said, once the form is valid."""
        values = self.cleaned_data
        law = Law(values["legal_tests"], values["matter"]) if self.owner else None
        names = ("currency", "turnover", "tolerance", "remedy", "programme", "horizon")
        return TermsDraft(**{name: values[name] for name in names}, law=law)


def _initial(row: RiskTerms | None) -> dict[str, Any]:
    if row is None:
        return {"horizon": 3}
    names = ("currency", "turnover", "tolerance", "remedy", "programme", "horizon", "legal_tests")
    matter = row.matter or (NONE if row.legal_tests else "")
    return {**{name: getattr(row, name) for name in names}, "matter": matter, "seen": seen_entry(row)}


def _currency_of(sent: Mapping[str, Any] | None, row: RiskTerms | None) -> str:
    """The currency in which the amounts beside it are meant: the one that is being said."""
    try:
        return demand_currency(str(sent.get("currency", ""))) if sent else (row.currency if row else "EUR")
    except BadInput:
        return row.currency if row else "EUR"
