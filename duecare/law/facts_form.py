"""The questions about the organisation on which obligations turn, as a form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.program.record_form import RecordForm


class FactsForm(RecordForm):
    """The questions by which obligations apply: yes, no or not answered."""

    dense = True
    """Each question takes one line of the page: there are dozens."""

    def __init__(
        self, questions: Mapping[str, str], answers: Mapping[str, bool | None], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for id, question in questions.items():
            self.fields[id] = forms.ChoiceField(
                label=_begun(str(question)),
                choices=[("", _("Not answered")), ("yes", _("Yes")), ("no", _("No"))],
                required=False,
                initial={True: "yes", False: "no"}.get(answers.get(id), ""),  # type: ignore[arg-type]
            )

    def answers(self) -> dict[str, bool]:
        """The questions that were answered."""
        return {id: value == "yes" for id, value in self.cleaned_data.items() if value}

    def all_answers(self) -> dict[str, bool | None]:
        """Every question of the form with its answer, None for one that is open."""
        return {**dict.fromkeys(self.fields), **self.answers()}


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
