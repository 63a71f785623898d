"""The forms about insurer statements."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.program.record_form import LONG, DayField, RecordForm
from duecare.program.unchanged import SeenField, seen_entry
from duecare.risk.insurance.evidence import ANSWERS
from duecare.risk.insurance.looking import choices
from duecare.risk.insurance.policies.forms import words
from duecare.risk.insurance.statements.actions import MOST_DAYS, Draft
from duecare.risk.insurance.statements.models import InsurerStatement
from duecare.risk.insurance.statements.terms import CONTINUITY, KINDS


class StatementForm(RecordForm):
    """What an insurer asks, and of what it speaks."""

    question = words(_("The insurer’s question, word for word"), required=True)
    wording = forms.CharField(
        label=_("Where it stands"),
        max_length=100,
        required=False,
        help_text=_("Version of the conditions or of the form, and the number of the question."),
    )
    kind = forms.ChoiceField(
        label=_("What it is, as the policy says"),
        choices=list(KINDS.items()),
        help_text=_("If the policy does not say, ask the broker: they differ in what follows."),
    )
    scope = words(
        _("All of what?"),
        _("Accounts, computers, sites: whom it names, and who of ours that is. “All” means all."),
        required=True,
        rows=2,
    )
    predicate = words(_("What has to be true of each of them"), required=True, rows=2)
    threshold = forms.CharField(
        label=_("From which number on"),
        max_length=200,
        required=False,
        help_text=_("If the question has one: within 14 days, at least 12 characters."),
    )
    rests_on = forms.MultipleChoiceField(
        label=_("What of ours shows it"),
        required=False,
        help_text=_(
            "The checks or safeguards whose evidence answers it; several with Ctrl or Cmd. Without any, "
            "evidence can say nothing and will never warn you."
        ),
        widget=forms.SelectMultiple(attrs={"size": 10}),
    )
    lacks = words(
        _("What that evidence does not reach"),
        _(
            "Of all that the question speaks of: services whose accounts are not listed here, sites, "
            "suppliers. If anything is, evidence alone never says yes."
        ),
        rows=2,
    )
    as_of = DayField(label=_("The day of which it speaks"))
    continuity = forms.ChoiceField(
        label=_("For how long it has to be true"), choices=list(CONTINUITY.items())
    )
    until = DayField(
        label=_("Last day of that period"),
        required=False,
        help_text=_("Mostly that of the policy. Only for what has to stay true."),
    )
    exceptions = words(_("What the statement leaves out, as it is told to the insurer"), rows=2)
    consequence = words(
        _("What follows if it is untrue"),
        _("Rescission, no cover for this loss, a condition that failed: as the policy says."),
        required=True,
        rows=2,
    )
    tell_within = forms.IntegerField(
        label=_("Within how many days the insurer is told of a change"),
        required=False,
        min_value=0,
        max_value=MOST_DAYS,
        help_text=_("Empty where the policy names no time."),
    )
    seen = SeenField(required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["rests_on"]
        field.choices = choices()

    @staticmethod
    def of(row: InsurerStatement) -> dict[str, Any]:
        """What the form begins with for one that is there."""
        return {**{name: getattr(row, name) for name in Draft.__slots__}, "seen": seen_entry(row)}

    def draft(self) -> Draft:
        """What was said, once the form is valid."""
        values = self.cleaned_data
        return Draft(
            **{name: values[name] for name in Draft.__slots__ if name != "rests_on"},
            rests_on=tuple(values["rests_on"]),
        )


class AnswerForm(RecordForm):
    """The answer that somebody is to sign."""

    answer = forms.ChoiceField(label=_("Answer"), choices=list(ANSWERS.items()), widget=forms.RadioSelect)
    basis = words(
        _("What the answer rests on"),
        _("How you know: which evidence, which list, of which day, who looked."),
        required=True,
    )
    differs_because = words(
        _("Why it is another than what evidence says"),
        _("Only if it is. Whoever signs reads it beside what evidence says; so will others, later."),
    )
    seen = SeenField(required=False)


class TellForm(RecordForm):
    """That the insurer was told of a change."""

    words = forms.CharField(
        label=_("To whom, how, and what was told"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Put a copy of the letter to the statement as a file."),
    )
    seen = SeenField(required=False)
