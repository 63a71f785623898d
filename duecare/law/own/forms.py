"""The forms about obligations of one's own: the guided one, and the one for YAML."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from duecare.law.incident_files import PLACE
from duecare.law.obligations import Confidence, Register, register
from duecare.law.own.guided import ALL, ALWAYS, ANY, FACTS, KEPT, ClockRow, DutyRow, Guided
from duecare.law.own.isolated import LARGEST
from duecare.law.wording import CONFIDENCES, KINDS, cadence_words
from duecare.program.catalogue import catalogue
from duecare.program.record_form import LONG, RecordForm
from duecare.program.unchanged import SeenField
from duecare.web.figures import sort_key

NEW_DUTIES, NEW_CLOCKS = 2, 1
"""Empty rows after those that are there; whoever needs more saves and goes on."""
OWN_KINDS = ("contract", "standard", "group_policy", "law", "regulation", "contract_standard")
CADENCES = (
    ("P1Y", _("Every year")),
    ("P6M", _("Every 6 months")),
    ("P3M", _("Every 3 months")),
    ("P1M", _("Every month")),
    ("P2Y", _("Every 2 years")),
    ("P3Y", _("Every 3 years")),
    ("continuous", _("Always")),
    ("event", _("Whenever it happens")),
    ("before_event", _("Each time before it is done")),
    ("once", _("Once")),
)
COUNTED = (
    ("hours", _("hours, every hour counts")),
    ("eu hours", _("hours, as the Union counts them")),
    ("days", _("calendar days")),
    ("eu days", _("calendar days, as the Union counts them")),
    ("working days", _("working days of its place")),
    ("months", _("months")),
    ("undelayed", _("without undue delay, no number")),
)
FIRST_EVENTS = ("awareness", "detection", "suspicion", "discovery", "determination")
"""Events that contracts name most; they stand first."""


class OwnForm(RecordForm):
    """The usual of a contract, a standard or a policy. Rows of duties and clocks are numbered fields."""

    name = forms.CharField(
        label=_("What it is called"),
        max_length=200,
        help_text=_("As people call it: “Hosting contract with Northwind”."),
    )
    kind = forms.ChoiceField(label=_("What it is"), choices=[(id, _(KINDS[id])) for id in OWN_KINDS])
    asked_by = forms.CharField(
        label=_("Who asks for it"),
        required=False,
        max_length=300,
        help_text=_("The other party, the body that made the standard, the group."),
    )
    citation = forms.CharField(
        label=_("Where it is written"),
        max_length=400,
        help_text=_("The paper with its day, so that anybody finds it: “Contract of 2026-03-01, annex 2”."),
    )
    source = forms.CharField(
        label=_("Where that paper lies"),
        required=False,
        max_length=400,
        help_text=_("A place or an https address."),
    )
    jurisdiction = forms.CharField(
        label=_("Where it holds"),
        max_length=6,
        initial="GLOBAL",
        help_text=_(
            "A code such as DE or US-NY, EU, or GLOBAL for everywhere. Working days are those of it."
        ),
    )
    since = forms.CharField(
        label=_("Since when it binds"), required=False, max_length=100, help_text=_("Such as 2026-03-01.")
    )
    applies = forms.ChoiceField(
        label=_("When it applies"),
        choices=[
            (ALWAYS, _("Always")),
            (ANY, _("If one of these is true of the organisation")),
            (ALL, _("If all of these are true of the organisation")),
        ],
        widget=forms.RadioSelect,
        initial=ALWAYS,
    )
    penalties = forms.CharField(label=_("What a breach of it may cost"), required=False, max_length=500)
    confidence = forms.ChoiceField(
        label=_("How far it was confirmed"),
        choices=[(one.value, _(CONFIDENCES[one])) for one in Confidence],
    )
    seen = SeenField(required=False)

    def __init__(
        self, *args: Any, shown: Guided | None = None, seen: int | None = None, **kwargs: Any
    ) -> None:
        """`shown` is what it says now, None for a new one; `seen` the newest entry about it."""
        self.shown = shown
        kwargs["initial"] = {"seen": seen, **(_initial(shown) if shown else {})}
        super().__init__(*args, **kwargs)
        known = register()
        if shown is None:
            del self.fields["seen"]
        elif shown.applies == KEPT:
            self.fields["applies"].choices = [  # type: ignore[attr-defined]
                (KEPT, _("By the condition that was written as YAML")),
                *self.fields["applies"].choices,  # type: ignore[attr-defined]
            ]
        if shown is not None and shown.kind not in OWN_KINDS:
            self.fields["kind"].choices = [  # type: ignore[attr-defined]
                *self.fields["kind"].choices,  # type: ignore[attr-defined]
                (shown.kind, gettext(KINDS[shown.kind])),
            ]
        self.duties = (len(shown.duties) if shown else 0) + NEW_DUTIES
        self.clocks = (len(shown.clocks) if shown else 0) + NEW_CLOCKS
        self._add_facts(known)
        self._add_safeguards()
        for number in range(1, self.duties + 1):
            self._add_duty(number)
        for number in range(1, self.clocks + 1):
            self._add_clock(number, known)
        self.order_fields(list(_order(self.duties, self.clocks)))

    def _add_facts(self, known: Register) -> None:
        choices = [("", _("None")), *((id, str(words)) for id, words in known.profile_facts.items())]
        for number in range(1, FACTS + 1):
            label = gettext("Fact %(n)s, if it does not apply always") % {"n": number}
            self.fields[f"fact_{number}"] = forms.ChoiceField(label=label, choices=choices, required=False)

    def _add_safeguards(self) -> None:
        titles = sorted(
            ((id, str(one.title)) for id, one in catalogue().items()), key=lambda one: sort_key(one[1])
        )
        self.fields["safeguards"] = forms.MultipleChoiceField(
            label=_("Safeguards that it asks for"),
            choices=titles,
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    def _add_duty(self, number: int) -> None:
        words, was = {"n": number}, self._duty(number)
        self.fields[f"duty_{number}_what"] = forms.CharField(
            label=gettext("Duty %(n)s: what is to be done") % words,
            required=False,
            max_length=400,
            help_text=gettext("Empty takes it out.") if was else "",
        )
        cadences: list[tuple[str, Any]] = list(CADENCES)
        if was and was.cadence not in dict(cadences):
            cadences.append((was.cadence, cadence_words(was.cadence)))
        self.fields[f"duty_{number}_cadence"] = forms.ChoiceField(
            label=gettext("Duty %(n)s: how often") % words, choices=cadences, required=False
        )
        self.fields[f"duty_{number}_citation"] = forms.CharField(
            label=gettext("Duty %(n)s: where it is written") % words, required=False, max_length=300
        )

    def _add_clock(self, number: int, known: Register) -> None:
        words, was = {"n": number}, self._clock(number)
        name = f"clock_{number}"
        self.fields[f"{name}_recipient"] = forms.CharField(
            label=gettext("Notice %(n)s: who is to be told") % words,
            required=False,
            max_length=300,
            help_text=gettext("Empty takes it out.") if was else "",
        )
        self.fields[f"{name}_amount"] = forms.IntegerField(
            label=gettext("Notice %(n)s: within how many") % words,
            required=False,
            min_value=1,
            max_value=9999,
        )
        self.fields[f"{name}_counted"] = forms.ChoiceField(
            label=gettext("Notice %(n)s: counted in") % words,
            choices=[
                *COUNTED,
                *([(KEPT, _("as it was written as YAML"))] if was and was.counted == KEPT else []),
            ],
            required=False,
        )
        self.fields[f"{name}_trigger"] = forms.ChoiceField(
            label=gettext("Notice %(n)s: from when") % words,
            choices=list(_events(known, was.trigger if was else "")),
            required=False,
        )
        facts = [(id, str(one.asks)) for id, one in known.incident_facts.items() if one.answer == "yes_no"]
        kept = [(KEPT, _("By the conditions that were written as YAML"))] if was and was.fact == KEPT else []
        self.fields[f"{name}_fact"] = forms.ChoiceField(
            label=gettext("Notice %(n)s: only if the answer is yes") % words,
            choices=[*kept, ("", _("In any case")), *facts],
            required=False,
        )
        self.fields[f"{name}_citation"] = forms.CharField(
            label=gettext("Notice %(n)s: where it is written") % words, required=False, max_length=300
        )

    def clean_jurisdiction(self) -> str:
        code: str = self.cleaned_data["jurisdiction"].strip().upper()
        if not (PLACE.fullmatch(code) or code in ("EU", "GLOBAL")):
            raise forms.ValidationError(_("Write a code such as DE or US-NY, EU, or GLOBAL for everywhere."))
        return code

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("applies") in (ANY, ALL) and not any(self._facts(values)):
            self.add_error("fact_1", _("Choose at least one fact, or let it apply always."))
        for number in range(1, self.clocks + 1):
            name = f"clock_{number}"
            counted = values.get(f"{name}_counted")
            if not values.get(f"{name}_recipient") or f"{name}_amount" in self.errors:
                continue
            if values.get(f"{name}_amount") is None and counted not in ("undelayed", KEPT):
                self.add_error(f"{name}_amount", _("Write how many, or choose “without undue delay”."))
        return values

    def guided(self) -> Guided:
        """The answers."""
        values = self.cleaned_data
        return Guided(
            name=values["name"],
            kind=values["kind"],
            asked_by=values["asked_by"],
            citation=values["citation"],
            jurisdiction=values["jurisdiction"],
            since=values["since"],
            applies=values["applies"],
            facts=tuple(dict.fromkeys(filter(None, self._facts(values)))),
            safeguards=tuple(values["safeguards"]),
            duties=tuple(self._duties(values)),
            clocks=tuple(self._clocks(values)),
            penalties=values["penalties"],
            confidence=values["confidence"],
            source=values["source"],
        )

    def _facts(self, values: dict[str, Any]) -> list[str]:
        return [values.get(f"fact_{number}", "") for number in range(1, FACTS + 1)]

    def _duties(self, values: dict[str, Any]) -> Iterator[DutyRow]:
        for number in range(1, self.duties + 1):
            what = values[f"duty_{number}_what"]
            if what:
                was, cadence = self._duty(number), values[f"duty_{number}_cadence"] or CADENCES[0][0]
                yield DutyRow(was.id if was else "", what, cadence, values[f"duty_{number}_citation"])

    def _clocks(self, values: dict[str, Any]) -> Iterator[ClockRow]:
        for number in range(1, self.clocks + 1):
            name = f"clock_{number}"
            if values[f"{name}_recipient"]:
                was = self._clock(number)
                yield ClockRow(
                    was.id if was else "",
                    values[f"{name}_recipient"],
                    values[f"{name}_trigger"] or FIRST_EVENTS[0],
                    values[f"{name}_amount"],
                    values[f"{name}_counted"] or COUNTED[0][0],
                    values[f"{name}_fact"],
                    values[f"{name}_citation"],
                )

    def _duty(self, number: int) -> DutyRow | None:
        """The duty that stands in that row by now; None for an empty one."""
        return self.shown.duties[number - 1] if self.shown and number <= len(self.shown.duties) else None

    def _clock(self, number: int) -> ClockRow | None:
        return self.shown.clocks[number - 1] if self.shown and number <= len(self.shown.clocks) else None


class ChangeOwnForm(OwnForm):
    """The same for one that is there, with the reason."""

    why = forms.CharField(
        label=_("Why you change it"),
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What changed, and by which paper."),
    )


class YamlForm(RecordForm):
    """One obligation as YAML."""

    text = forms.CharField(
        label=_("The obligation as YAML"),
        max_length=LARGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 28, "class": "mono", "spellcheck": "false"}),
    )
    why = forms.CharField(
        label=_("Why you change it"), max_length=LONG, widget=forms.Textarea(attrs={"rows": 2})
    )
    seen = SeenField()


class BringForm(RecordForm):
    """A file with obligations of one's own, or its text."""

    file = forms.FileField(
        label=_("A file of YAML"),
        required=False,
        max_length=1000,
        help_text=_("In the form that docs/obligations.md describes; “Save as YAML” writes one."),
    )
    text = forms.CharField(
        label=_("or its text"),
        required=False,
        max_length=LARGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "class": "mono", "spellcheck": "false"}),
    )
    why = forms.CharField(
        label=_("Why those that are here already change"),
        required=False,
        max_length=LONG,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        upload = values.get("file")
        if upload and upload.size > LARGEST:
            self.add_error("file", _("The file is too large: at most 500,000 bytes are taken."))
        elif not upload and not values.get("text", "").strip() and "text" not in self.errors:
            self.add_error("file", _("Choose a file, or paste its text."))
        return values

    def data_given(self) -> tuple[bytes, str]:
        """The bytes, and what to call them in an error."""
        upload = self.cleaned_data.get("file")
        if upload:
            return upload.read(), str(upload.name)[:100]
        return self.cleaned_data["text"].encode(), gettext("The text")


def _initial(shown: Guided) -> dict[str, Any]:
    names = (
        "name", "kind", "asked_by", "citation", "jurisdiction", "since", "applies", "penalties",
        "confidence", "source",
    )  # fmt: skip
    found: dict[str, Any] = {name: getattr(shown, name) for name in names}
    found["safeguards"] = list(shown.safeguards)
    found |= {f"fact_{number}": fact for number, fact in enumerate(shown.facts, start=1)}
    for number, duty in enumerate(shown.duties, start=1):
        found |= {f"duty_{number}_{name}": getattr(duty, name) for name in ("what", "cadence", "citation")}
    told = ("recipient", "amount", "counted", "trigger", "fact", "citation")
    for number, clock in enumerate(shown.clocks, start=1):
        found |= {f"clock_{number}_{name}": getattr(clock, name) for name in told}
    return found


def _events(known: Register, kept: str) -> Iterator[tuple[str, str]]:
    """The events from which a notice can run, the usual ones first."""
    order = [*FIRST_EVENTS, *(id for id in known.events if id not in FIRST_EVENTS)]
    if kept and kept not in known.events:
        yield kept, kept
    for id in order:
        yield id, str(known.events[id])


def _order(duties: int, clocks: int) -> Iterator[str]:
    yield from ("name", "kind", "asked_by", "citation", "source", "jurisdiction", "since", "applies")
    yield from (f"fact_{number}" for number in range(1, FACTS + 1))
    for number in range(1, duties + 1):
        yield from (f"duty_{number}_{name}" for name in ("what", "cadence", "citation"))
    for number in range(1, clocks + 1):
        names = ("recipient", "amount", "counted", "trigger", "fact", "citation")
        yield from (f"clock_{number}_{name}" for name in names)
    yield from ("safeguards", "penalties", "confidence", "why", "seen")
