"""The forms about safeguards that hold a scenario down."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.program.catalogue import catalogue
from duecare.program.record_form import LONG, RecordForm
from duecare.program.unchanged import SeenField, seen_entry
from duecare.risk.register.effect_actions import ON, EffectDraft
from duecare.risk.register.models import Effect
from duecare.web.figures import sort_key

SHARES = {
    "least": _("Where it works, it takes away at least, in percent"),
    "likely": _("most likely, in percent"),
    "most": _("and at most, in percent"),
    "coverage": _("Of what should have it, so much has it, in percent"),
    "reliability": _("It works in so much of the time, in percent"),
}
KNOWN = (
    ("yes", _("It was so already: the estimates tell of a world with it, and today’s figures stay")),
    ("no", _("It came since: the estimates do not know of it, and today’s figures move")),
)


class EffectForm(RecordForm):
    """What a safeguard does to a scenario."""

    safeguard = forms.ChoiceField(label=_("Safeguard"))
    on = forms.ChoiceField(label=_("What it holds down"), choices=list(ON.items()), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why you think that it holds so much"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    known = forms.ChoiceField(
        label=_("And the estimates that stand?"), choices=KNOWN, widget=forms.RadioSelect, initial="yes"
    )
    seen = SeenField(required=False)

    def __init__(self, *args: Any, likely: Iterable[str] = (), **options: Any) -> None:
        """`likely` are the safeguards that bear on such a scenario; they stand first."""
        super().__init__(*args, **options)
        first = [id for id in dict.fromkeys(likely) if id in catalogue()]
        rest = sorted(
            (id for id in catalogue() if id not in first), key=lambda id: sort_key(str(catalogue()[id].title))
        )
        choices = [(id, str(catalogue()[id].title)) for id in (*first, *rest)]
        self.fields["safeguard"].choices = [("", gettext("Choose one")), *choices]  # type: ignore[attr-defined]
        for name, label in SHARES.items():
            self.fields[name] = forms.DecimalField(
                label=label,
                min_value=0,
                max_value=100,
                max_digits=4,
                decimal_places=1,
                initial=100 if name in ("coverage", "reliability") else None,
            )
        self.order_fields(["safeguard", "on", *SHARES, "reason", "known", "seen"])

    @staticmethod
    def of(row: Effect) -> dict[str, Any]:
        """What the form begins with for one that is there."""
        shares = dict(zip(SHARES, (*row.efficacy, row.coverage, row.reliability), strict=True))
        return {
            **{name: f"{share / 10:g}" for name, share in shares.items()},
            "safeguard": row.safeguard,
            "on": row.on,
            "reason": row.reason,
            "known": "yes",
            "seen": seen_entry(row),
        }

    def draft(self) -> EffectDraft:
        """What was said, once the form is valid."""
        values = self.cleaned_data
        least, likely, most, coverage, reliability = (int(values[name] * 10) for name in SHARES)
        return EffectDraft(
            values["safeguard"],
            values["on"],
            (least, likely, most),
            coverage,
            reliability,
            values["reason"],
            values["known"] == "yes",
        )


class EndEffectForm(RecordForm):
    """Why a safeguard holds a scenario down no longer."""

    reason = forms.CharField(label=_("Why"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 3}))
    known = forms.ChoiceField(
        label=_("And the estimates that stand?"),
        choices=(
            ("no", _("It fell away since: today’s figures rise")),
            ("yes", _("It never held: the estimates know that, and today’s figures stay")),
        ),
        widget=forms.RadioSelect,
        initial="no",
    )
