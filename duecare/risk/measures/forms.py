"""The forms about measures. What is refused says why, beside the field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from duecare.program.catalogue import Safeguard
from duecare.program.models import Person
from duecare.program.record_form import LONG, RecordForm
from duecare.program.task_forms import owner_field
from duecare.program.unchanged import SeenField
from duecare.risk.measures.actions import LINE, MOST_EFFECTS, MOST_YEARS, Change, Draft, Three
from duecare.risk.measures.models import Measure
from duecare.risk.measures.queries import ENDS, SIDES_OF
from duecare.risk.money_fields import MoneyField, not_rising
from duecare.risk.register.models import Scenario
from duecare.web.figures import sort_key

EMPTY_ROWS = 3
"""Rows for effects that are offered beyond those that are there."""
PARTS = ("least", "likely", "most")


class EffectWidget(forms.MultiWidget):
    """The parts of an effect beside each other, each under its own label."""

    template_name = "risk/effect_widget.html"
    use_fieldset = True

    def __init__(self, labels: Sequence[Any], widgets: Sequence[forms.Widget]) -> None:
        super().__init__(widgets)
        self.labels = labels

    def decompress(self, value: Change | None) -> list[Any]:
        if value is None:
            return [None] * len(self.widgets)
        shares = (*value.efficacy, value.coverage, value.reliability)
        return [value.scenario, value.on, *(_per_cent(one) for one in shares)]

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        parts = context["widget"]["subwidgets"]
        for label, part in zip(self.labels, parts, strict=True):
            part["label"] = label
            part["attrs"].pop("aria-describedby", None)
        return context


class EffectField(forms.MultiValueField):
    """One effect: a scenario, what of it, and shares in per cent. Nothing at all is no effect."""

    def __init__(self, scenarios: Iterable[tuple[str, str]], **options: Any) -> None:
        share = {"min_value": 0, "max_value": 100, "max_digits": 4, "decimal_places": 1, "required": False}
        shares = [forms.DecimalField(**share) for _part in range(5)]  # type: ignore[arg-type]
        sides = [(key, str(words)) for key, words in SIDES_OF.items()]
        fields: list[forms.Field] = [
            forms.ChoiceField(choices=[("", _("Choose a scenario")), *scenarios], required=False),
            forms.ChoiceField(choices=sides, required=False),
            *shares,
        ]
        labels = (
            _("Scenario"), _("What it lowers"), _("Least, %"), _("Likely, %"), _("Most, %"),
            _("Coverage, %"), _("Reliability, %"),
        )  # fmt: skip
        for field, width in zip(fields, (None, None, *(("6",) * 5)), strict=True):
            field.widget.attrs["class"] = "field"
            if width:
                field.widget.attrs |= {"inputmode": "decimal", "step": "0.1"}
        widget = EffectWidget(labels, [field.widget for field in fields])
        super().__init__(fields, require_all_fields=False, required=False, widget=widget, **options)
        self.names = labels

    def compress(self, data: list[Any]) -> Change | None:
        if not data:
            return None
        scenario, on, *shares = data
        if not scenario:
            if any(one is not None for one in shares):
                raise ValidationError(_("Choose the scenario that it changes, or empty the row."))
            return None
        lacking = [str(name) for name, one in zip(self.names[2:], shares, strict=True) if one is None]
        if lacking:
            raise ValidationError(_("Fill in: %(names)s."), params={"names": ", ".join(lacking)})
        least, likely, most, coverage, reliability = (int(one * 10) for one in shares)
        if not least <= likely <= most:
            raise ValidationError(_("Least, likely and most do not rise: swap them, or correct one."))
        return Change(scenario, on, (least, likely, most), coverage, reliability)


class MeasureForm(RecordForm):
    """What could be done, what it costs and what it would change."""

    title = forms.CharField(
        label=_("Measure"),
        max_length=LINE,
        help_text=_("What would be done: “Backups that cannot be altered”."),
    )
    safeguard = forms.ChoiceField(label=_("Safeguard that it brings in or makes better"))
    about = forms.CharField(
        label=_("About it"), max_length=LONG, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    years = forms.IntegerField(
        label=_("Years over which the cost once is spread"), min_value=1, max_value=MOST_YEARS
    )
    must = forms.CharField(
        label=_("Obligation that leaves no choice"),
        max_length=LINE,
        required=False,
        help_text=_("The law or contract that demands it, in words. Such a measure is in every choice."),
    )
    curtails = forms.CharField(
        label=_("What it would hinder"),
        max_length=LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_(
            "Legitimate work or rights that it would make harder: care of patients, staff’s privacy. Empty "
            "if none is known."
        ),
    )
    seen = SeenField(required=False)

    def __init__(
        self,
        *args: Any,
        currency: str,
        scenarios: Iterable[Scenario],
        safeguards: Iterable[Safeguard],
        others: Iterable[Measure],
        people: Iterable[Person],
        rows: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        named = sorted(((one.id, str(one.title)) for one in safeguards), key=lambda one: sort_key(one[1]))
        self.fields["safeguard"].choices = [("", _("Choose one")), *named]  # type: ignore[attr-defined]
        self.fields["owner"] = owner_field(people, _("Who sees to it"), _("Nobody yet"))
        for side, words, help_text in (
            ("once", _("Cost once"), _("Buying, setting up, moving over; the time of people as money.")),
            ("yearly", _("Cost each year"), _("Licences, care, the time that it takes from people.")),
        ):
            for part, how in zip(PARTS, (_("least"), _("likely"), _("most")), strict=True):
                self.fields[f"{side}_{part}"] = MoneyField(
                    currency,
                    label=f"{words}, {how}",
                    required=False,
                    help_text=help_text if part == "least" else "",
                )
        choices = [(one.pk, one.title) for one in others]
        for name, label in (("needs", _("Needs")), ("excludes", _("Cannot be beside"))):
            if choices:
                self.fields[name] = forms.MultipleChoiceField(
                    label=label, choices=choices, required=False, widget=forms.CheckboxSelectMultiple
                )
        told = [(one.pk, str(one)) for one in scenarios]
        self.effects = [f"effect_{place}" for place in range(min(rows + EMPTY_ROWS, MOST_EFFECTS))]
        for place, name in enumerate(self.effects if told else (), start=1):
            self.fields[name] = EffectField(told, label=_("Effect %s") % place)
        order = ["title", "safeguard", "about", *(f"once_{part}" for part in PARTS), "years"]
        order += [*(f"yearly_{part}" for part in PARTS), *self.effects]
        self.order_fields([*order, "needs", "excludes", "must", "curtails", "owner"])

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        for side in ("once", "yearly"):
            names = [f"{side}_{part}" for part in PARTS]
            given = [values.get(name) is not None for name in names]
            if any(given) and not given[1] and names[1] not in self.errors:
                self.add_error(names[1], _("Say what is likely; least and most may be left empty."))
            for field, why in not_rising(values, names):
                self.add_error(field, why)
        return values

    @staticmethod
    def of(row: Measure) -> dict[str, Any]:
        """The form's values as the measure has them, but for `seen`."""
        names = ("title", "safeguard", "about", "years", "must", "curtails", "needs", "excludes")
        changes = [changed(one) for one in row.effects]
        return {
            **{name: getattr(row, name) for name in names},
            **{f"once_{part}": one for part, one in zip(PARTS, row.once, strict=True)},
            **{f"yearly_{part}": one for part, one in zip(PARTS, row.yearly, strict=True)},
            **{f"effect_{place}": one for place, one in enumerate(changes)},
            "owner": row.owner_id or "",
        }

    def draft(self) -> Draft:
        """What was typed, once the form is valid."""
        values = self.cleaned_data
        told = [values[name] for name in self.effects if values.get(name) is not None]
        return Draft(
            title=values["title"],
            safeguard=values["safeguard"],
            once=self._three("once"),
            yearly=self._three("yearly"),
            years=values["years"],
            about=values["about"],
            effects=tuple(told),
            needs=tuple(values.get("needs", ())),
            excludes=tuple(values.get("excludes", ())),
            must=values["must"],
            curtails=values["curtails"],
            owner=values["owner"],
        )

    def _three(self, side: str) -> Three:
        """A cost; what is likely stands for what was left empty."""
        least, likely, most = (self.cleaned_data.get(f"{side}_{part}") for part in PARTS)
        middle = likely or 0
        return (middle if least is None else least, middle, middle if most is None else most)

    def place_of(self, place: str) -> str | None:
        """The field that a refusal is about: of its effects the n-th that was filled in."""
        if place in ("once", "yearly"):
            return f"{place}_likely"
        if place.startswith("effect_"):
            told = [name for name in self.effects if self.cleaned_data.get(name) is not None]
            number = int(place.removeprefix("effect_"))
            return told[number] if number < len(told) else None
        return place if place in self.fields else None


def changed(one: Any) -> Change:
    """An effect of a record as a value."""
    least, likely, most = one["efficacy"]
    return Change(one["scenario"], one["on"], (least, likely, most), one["coverage"], one["reliability"])


def _per_cent(share: int) -> Decimal:
    """Thousandths in per cent, without a needless zero."""
    return Decimal(share // 10) if share % 10 == 0 else Decimal(share) / 10


class EndMeasureForm(RecordForm):
    """How a measure leaves the table."""

    how = forms.ChoiceField(
        label=_("What became of it"), choices=list(ENDS.items()), widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Why, or how it was done"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "If it was rejected: what was weighed, and who decided. After an incident this is what will be "
            "asked for."
        ),
    )
    into_register = forms.BooleanField(
        label=_("It was done: what it changes stands on its scenarios from now on"),
        required=False,
        help_text=_(
            "As it was estimated, in the place of what is said of the same safeguard there. Where checks "
            "measure it, what they measure counts. What was estimated of the scenarios stays."
        ),
    )
    seen = SeenField(required=False)
