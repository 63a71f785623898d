"""The questions about the organisation on which obligations turn, as a form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.errors import Refused
from duecare.program import actions
from duecare.program.profile_followers import Unconfirmed
from duecare.program.queries import live_profile
from duecare.program.record_form import RecordForm
from duecare.program.unchanged import SeenField, seen_entry

YES_NO = {"yes": True, "no": False}


class FactsForm(RecordForm):
    """The questions by which obligations apply: yes, no or not answered.

    It carries the answers with which it was drawn, so that one that somebody gave meanwhile is not taken
    away by a form that never showed it.
    """

    dense = True
    """Each question takes one line of the page: there are dozens."""
    seen = SeenField(required=False)
    drawn = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20_000)
    stops = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20_000)
    confirmed = forms.BooleanField(
        label=_("I have read what stops, and it is right"), required=False, widget=forms.HiddenInput
    )

    def __init__(
        self,
        questions: Mapping[str, str],
        answers: Mapping[str, bool | None],
        *args: Any,
        seen: int | None = None,
        **kwargs: Any,
    ) -> None:
        """`seen` is the newest entry about the profile."""
        super().__init__(*args, **kwargs)
        self.questions = tuple(questions)
        self.fields["seen"].initial = seen
        self.fields["drawn"].initial = self._told(answers)
        for id, question in questions.items():
            self.fields[id] = forms.ChoiceField(
                label=_begun(str(question)),
                choices=[("", _("Not answered")), ("yes", _("Yes")), ("no", _("No"))],
                required=False,
                initial=_word(answers.get(id)),
            )
        self.order_fields(self.questions)

    def answers(self) -> dict[str, bool]:
        """The questions that were answered."""
        return {id: YES_NO[value] for id in self.questions if (value := self.cleaned_data[id])}

    def changes(self) -> dict[str, bool | None]:
        """The answers that are others than those with which the form was drawn, None for one that is open
        again. Where it does not say with which, what it leaves open changes nothing."""
        given, drawn = self.answers(), self.drawn_with()
        if drawn is None:
            return dict(given)
        return {id: given.get(id) for id in self.questions if given.get(id) is not drawn.get(id)}

    def drawn_with(self) -> dict[str, bool] | None:
        """The answers with which it was drawn; None where it does not say."""
        try:
            told = json.loads(self.cleaned_data["drawn"])
        except (ValueError, RecursionError):
            return None
        if not isinstance(told, dict) or not all(isinstance(answer, bool) for answer in told.values()):
            return None
        return told

    def record(self, actor: str) -> bool:
        """Record what was changed. False if that is refused; the form then says why, and shows how the
        questions stand."""
        values = self.cleaned_data
        changes = self.changes()
        if not changes:
            return True
        try:
            actions.answer_facts(
                actor,
                changes,
                drawn=self.drawn_with(),
                seen=values["seen"],
                confirmed=values["stops"].splitlines() if values["confirmed"] else (),
            )
        except Unconfirmed as error:
            self._ask_to_confirm(error)
        except Refused as error:
            self._stale(error, changes)
        else:
            return True
        return False

    def _ask_to_confirm(self, error: Unconfirmed) -> None:
        """Show the tick by which whoever answers says that they have read what stops."""
        self.fields["confirmed"].widget = forms.CheckboxInput()
        sent = {name: value for name, value in self.data.items() if name != "confirmed"}
        self.data = {**sent, "stops": "\n".join(error.stops)}
        self.add_error("confirmed", str(error))

    def _stale(self, error: Refused, changes: Mapping[str, bool | None]) -> None:
        """Say beside each question that was answered meanwhile how it stands; the next time counts from
        there."""
        here = live_profile()
        facts: Mapping[str, bool] = here.facts if here else {}
        drawn = self.drawn_with() or {}
        words = {True: _("Yes"), False: _("No"), None: _("Not answered")}
        for id in changes:
            if facts.get(id) is not drawn.get(id):
                self.add_error(id, _("Meanwhile it stands at: %s") % words[facts.get(id)])
        # What was not changed here takes the answer that somebody gave meanwhile, and shows it.
        taken = {id: _word(facts.get(id)) for id in self.questions if id not in changes}
        seen = seen_entry(here) if here else ""
        self.data = {**dict(self.data.items()), **taken, "drawn": self._told(facts), "seen": seen}
        self.add_error(None, str(error))

    def _told(self, answers: Mapping[str, bool | None]) -> str:
        return json.dumps({id: answers[id] for id in self.questions if answers.get(id) is not None})


def seen_profile() -> int | None:
    """The newest entry about the profile, for the form; None before the first run."""
    here = live_profile()
    return seen_entry(here) if here else None


def _word(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
