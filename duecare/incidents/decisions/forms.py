"""The forms about decisions."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.incidents.decisions.actions import Draft
from duecare.program.record_form import LONG, RecordForm

OPTIONS = 3


def _long(label: Any, *, required: bool = False, help: Any = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=LONG, help_text=help,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


class DecisionForm(RecordForm):
    """A question, what could be done, what was chosen and why."""

    question = forms.CharField(label=gettext_lazy("Question"), max_length=300)
    reasons = _long(gettext_lazy("Why"), required=True)
    known_words = _long(
        gettext_lazy("What else was known, and what was not"),
        help=gettext_lazy("The answers to the questions of the law are kept by themselves, as they stand."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in range(1, OPTIONS + 1):
            self.fields[f"option{place}"] = forms.CharField(
                label=_("Option %s") % place, required=place <= 2, max_length=200
            )
            self.fields[f"words{place}"] = _long(_("What speaks for and against option %s") % place, rows=2)
        choices = [(str(place), _("Option %s") % place) for place in range(1, OPTIONS + 1)]
        self.fields["chosen"] = forms.ChoiceField(
            label=_("Chosen"), choices=choices, widget=forms.RadioSelect
        )
        pairs = [name for place in range(1, OPTIONS + 1) for name in (f"option{place}", f"words{place}")]
        self.order_fields(["question", *pairs, "chosen", "reasons", "known_words"])

    def draft(self) -> Draft:
        """What was put down."""
        values = self.cleaned_data
        options = [
            (values[f"option{place}"].strip(), values[f"words{place}"].strip())
            for place in range(1, OPTIONS + 1)
            if values[f"option{place}"].strip()
        ]
        chosen = values[f"option{values['chosen']}"].strip()
        return Draft(values["question"], options, chosen, values["reasons"], values["known_words"])


class NoticeDecisionForm(RecordForm):
    """Whether a notice is owed, and why."""

    owed = forms.ChoiceField(
        label=gettext_lazy("Is it owed?"),
        choices=[
            ("yes", gettext_lazy("It is owed: we hand it in")),
            ("no", gettext_lazy("It is not owed: we do not hand it in")),
        ],
        widget=forms.RadioSelect,
        help_text=gettext_lazy(
            "That it is not owed counts once an owner or an approver has signed it. Until then the clock "
            "goes on, and afterwards it stays on the page."
        ),
    )
    words1 = _long(gettext_lazy("What speaks for handing it in"), rows=2)
    words2 = _long(gettext_lazy("What speaks against it"), rows=2)
    reasons = _long(gettext_lazy("Why"), required=True)
    known_words = _long(
        gettext_lazy("What else was known, and what was not"),
        help=gettext_lazy("The answers to the questions of the law are kept by themselves, as they stand."),
    )

    def draft(self, clock: str, question: str, names: tuple[str, str]) -> Draft:
        """What was put down about a clock; `names` are what owed and not owed are called."""
        values = self.cleaned_data
        owed = values["owed"] == "yes"
        return Draft(
            question,
            [(names[0], values["words1"].strip()), (names[1], values["words2"].strip())],
            names[0] if owed else names[1],
            values["reasons"],
            values["known_words"],
            clock,
            owed,
        )


class EndForm(RecordForm):
    """Why something ends."""

    reason = _long(gettext_lazy("Why"), required=True)
