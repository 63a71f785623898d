"""The forms about reports and cases. What is refused says why, beside the field."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duecare.incidents.cases.actions import LONGEST
from duecare.incidents.cases.affected_actions import NAME
from duecare.incidents.cases.fields import MomentField
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.naming import STATUSES
from duecare.incidents.cases.phases import OF_CASES, phase_of
from duecare.incidents.plans.content import PlanContent
from duecare.program.models import Person
from duecare.program.record_form import LONG, RecordForm
from duecare.program.statement_forms import FilesField
from duecare.program.unchanged import SeenField

Choices = Sequence[tuple[str, Any]]
LOOKS = {
    "ransomware": _("Files are locked, or somebody asks for money"),
    "mail-takeover": _("Somebody else may have a password or a mail account"),
    "lost-device": _("A device is lost or was stolen"),
    "data-leak": _("Data went to somebody who should not have it"),
    "supplier-breach": _("A supplier tells that they were attacked"),
    "denial-of-service": _("Something of ours cannot be reached"),
    "insider": _("Somebody of ours does what they should not"),
}
"""The kinds that ship, as they look to somebody without training; kinds of one's own go by their name."""


def kinds(content: PlanContent, none: Any) -> list[tuple[str, Any]]:
    """The kinds of incident that the plan has a playbook for; the last is none of them."""
    return [*((id, one.name) for id, one in content.playbooks.items()), ("", none)]


def severities(content: PlanContent) -> list[tuple[str, Any]]:
    """The scale of the plan, each step with what it means."""
    return [(one.id, f"{one.name}: {one.means}") for one in content.severities]


def words_field(label: Any, help_text: Any = "", *, required: bool = True, rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONG,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ReportForm(RecordForm):
    """What somebody saw."""

    words = words_field(
        _("What did you see?"),
        _("In your own words. What looks odd is enough; you need not know what it is."),
        rows=4,
    )
    kind = forms.ChoiceField(label=_("What does it look like?"), required=False, widget=forms.RadioSelect)
    noticed = MomentField(label=_("When did you notice it?"), required=False)
    file = FilesField(
        label=_("Files, if you have any"),
        required=False,
        max_length=1000,
        help_text=_("A photograph of the screen, the mail as a file. At most 5, of 20 MiB each."),
    )

    def __init__(self, *args: Any, content: PlanContent, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        looks = [(id, LOOKS.get(id, name)) for id, name in kinds(content, _("I do not know"))]
        self.fields["kind"].choices = looks  # type: ignore[attr-defined]
        self.fields["noticed"].zone = zone  # type: ignore[attr-defined]


class TriageForm(RecordForm):
    """What becomes of what waits."""

    what = forms.ChoiceField(
        label=_("What becomes of it?"),
        choices=(
            ("new", _("Take it up as a new incident")),
            ("case", _("Put it to an incident that is open")),
            ("none", _("It is no incident")),
        ),
        widget=forms.RadioSelect,
    )
    title = forms.CharField(label=_("Title of the new incident"), required=False, max_length=LONGEST)
    kind = forms.ChoiceField(label=_("Kind of the new incident"), required=False)
    severity = forms.ChoiceField(label=_("Severity of the new incident"), required=False)
    case = forms.ChoiceField(label=_("The incident that is open"), required=False)
    words = words_field(
        _("A word to whoever reported it"),
        _("They read it with their report. If it is no incident, it says why."),
        required=False,
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, content: PlanContent, cases: Iterable[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds(content, _("Not known yet"))  # type: ignore[attr-defined]
        self.fields["severity"].choices = [  # type: ignore[attr-defined]
            ("", _("Not known yet")),
            *severities(content),
        ]
        self.fields["case"].choices = [("", _("Choose")), *called(cases)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        what = values.get("what")
        if what == "new" and not values.get("title", "").strip() and "title" not in self.errors:
            self.add_error("title", _("Say in a few words what happened."))
        if what == "case" and not values.get("case") and "case" not in self.errors:
            self.add_error("case", _("Choose the incident."))
        if what == "none" and not values.get("words", "").strip() and "words" not in self.errors:
            self.add_error("words", _("Say why it is no incident: whoever reported it reads this."))
        return values


def called(cases: Iterable[Case]) -> list[tuple[str, str]]:
    """Cases as a choice; what is only rehearsed is marked."""
    rehearsed = _("Exercise %(number)s: %(title)s")
    return [
        (
            case.pk,
            str(rehearsed % {"number": case.number, "title": case.title})
            if case.exercise
            else f"{case.number}: {case.title}",
        )
        for case in cases
    ]


class NewCaseForm(RecordForm):
    """An incident that somebody takes up by themselves."""

    title = forms.CharField(label=_("What happened, in a few words"), max_length=LONGEST)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    severity = forms.ChoiceField(label=_("Severity"), required=False)
    summary = words_field(_("What is known by now"), required=False)

    def __init__(self, *args: Any, content: PlanContent, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = kinds(content, _("Not known yet"))[::-1]  # type: ignore[attr-defined]
        self.fields["severity"].choices = [  # type: ignore[attr-defined]
            ("", _("Not known yet")),
            *severities(content),
        ]


class DescribeForm(RecordForm):
    """What a case is called, and what is known."""

    title = forms.CharField(label=_("Title"), max_length=LONGEST)
    summary = words_field(
        _("What is known by now"),
        _("A few sentences: what somebody who comes late needs."),
        required=False,
        rows=6,
    )
    seen = SeenField()


class SeverityForm(RecordForm):
    """How grave a case is."""

    severity = forms.ChoiceField(label=_("Severity"), widget=forms.RadioSelect)
    words = words_field(_("Why"), required=False)
    seen = SeenField()

    def __init__(self, *args: Any, content: PlanContent, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["severity"].choices = severities(content)  # type: ignore[attr-defined]
        self.fields["words"].required = bool(case.severity)


class KindForm(RecordForm):
    """What kind of incident it is."""

    kind = forms.ChoiceField(label=_("Kind"), widget=forms.RadioSelect)
    words = words_field(_("What shows it"), required=False)
    seen = SeenField()

    def __init__(self, *args: Any, content: PlanContent, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (id, f"{one.name}: {one.signs}") for id, one in content.playbooks.items()
        ]
        self.fields["words"].required = bool(case.kind)


class PhaseForm(RecordForm):
    """In which phase it is."""

    phase = forms.ChoiceField(
        label=_("Phase"),
        choices=[(id, phase_of(id).name) for id in OF_CASES],
        widget=forms.RadioSelect,
        help_text=_("It may go back: what comes up again is identified and contained again."),
    )
    words = words_field(_("What is done, or why it goes back"))
    seen = SeenField()


class NoneForm(RecordForm):
    """That it is no incident."""

    words = words_field(_("What shows that it is no incident"))
    seen = SeenField()


class WordsForm(RecordForm):
    """A word that an act needs."""

    words = words_field(_("Why"))


class MergeForm(RecordForm):
    """Into which case one goes up."""

    field_order = ("into", "words")
    into = forms.ChoiceField(label=_("The incident that goes on"))
    words = words_field(_("What shows that both are one incident"))

    def __init__(self, *args: Any, cases: Iterable[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = [("", _("Choose")), *called(cases)]  # type: ignore[attr-defined]


class RoleForm(RecordForm):
    """Who has a role from now on."""

    role = forms.ChoiceField(label=_("Role"))
    person = forms.ChoiceField(label=_("Who"), required=False)
    name = forms.CharField(
        label=_("Or somebody from outside"),
        required=False,
        max_length=NAME,
        help_text=_("Name, organisation, and how they are reached."),
    )
    instead = forms.ChoiceField(label=_("In place of"), required=False)

    def __init__(
        self, *args: Any, roles: Choices, people: Iterable[Person], holders: Choices, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = roles  # type: ignore[attr-defined]
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody of ours")),
            *((one.pk, one.name) for one in people),
        ]
        self.fields["instead"].choices = [  # type: ignore[attr-defined]
            ("", _("Nobody: beside whoever has it")),
            *holders,
        ]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if bool(values.get("person")) == bool(values.get("name", "").strip()):
            self.add_error("person", _("Choose a person, or name somebody from outside."))
        return values


STATUS = [(one, one) for one in STATUSES]


class AffectedForm(RecordForm):
    """What an incident touches."""

    about = forms.ChoiceField(label=_("What was found"), required=False, widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("Or name it"),
        required=False,
        max_length=NAME,
        help_text=_("For what is not known here: a telephone, a paper file, a service of somebody else."),
    )
    status = forms.ChoiceField(label=_("How it stands"), choices=STATUS)
    words = words_field(_("What is known of it"), required=False)

    def __init__(self, *args: Any, found: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if found:
            self.fields["about"].choices = [  # type: ignore[attr-defined]
                *found,
                ("", _("None of these")),
            ]
        else:
            del self.fields["about"]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if bool(values.get("about")) == bool(values.get("name", "").strip()):
            self.add_error("name", _("Choose what was found, or name it: one of both."))
        return values


class StatusForm(RecordForm):
    """How what is affected stands now."""

    status = forms.ChoiceField(label=_("How it stands"), choices=STATUS)
    words = words_field(_("What is known of it"), required=False)
    seen = SeenField()


class AttachForm(RecordForm):
    """To which case something belongs."""

    field_order = ("case", "words")
    case = forms.ChoiceField(label=_("The incident"))
    words = words_field(_("Why it belongs to it"))

    def __init__(self, *args: Any, cases: Iterable[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["case"].choices = [("", _("Choose")), *called(cases)]  # type: ignore[attr-defined]


class CounselForm(RecordForm):
    """A note for counsel, sealed in a matter."""

    matter = forms.ChoiceField(label=_("Matter"))
    title = forms.CharField(label=_("Title"), max_length=LONGEST)
    words = words_field(_("Note"), rows=6)

    def __init__(self, *args: Any, matters: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["matter"].choices = matters  # type: ignore[attr-defined]
