"""Safe harbours: how each stands by what the organisation says, and saying it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecare.errors import BadInput, Refused
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Viewer
from duecare.program.queries import profile
from duecare.program.record_form import LONG, RecordForm
from duecare.program.unchanged import SeenField, demand_unchanged
from duecare.risk.criteria import Answer
from duecare.risk.measures.models import HarbourAnswers
from duecare.risk.register.actions import lock_terms
from duecare.risk.safe_harbours import Facts, SafeHarbour, Standing, judge, safe_harbours

KEY = "safe-harbours"
KIND = "risk.harbouranswers"
WORDS = (("", gettext_lazy("Nobody has said")), ("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))
SAID: Mapping[str, bool] = {"yes": True, "no": False}


def answers(viewer: Viewer) -> HarbourAnswers | None:
    """What was said, if anything was and the viewer may see it."""
    found: HarbourAnswers | None = HarbourAnswers.objects.all().visible_to(viewer).filter(pk=KEY).first()
    return found


def standings(viewer: Viewer) -> Sequence[Standing]:
    """Every safe harbour that ships, by what is known on the day that is viewed."""
    said, organisation = answers(viewer), profile()
    facts = Facts(
        said.frameworks if said else {},
        said.conditions if said else {},
        organisation.people if organisation else None,
    )
    return [judge(one, facts) for one in safe_harbours().harbours.values()]


@dataclass(frozen=True, slots=True)
class Line:
    """One safe harbour with how it stands; states are keys of the statuses."""

    harbour: SafeHarbour
    state: str
    reason: str
    parts: Sequence[tuple[str, str, str]]
    """What it asks for, how that stands, and why."""


STATES: Mapping[Answer, str] = {Answer.MET: "met", Answer.NOT_MET: "unmet", Answer.CANNOT_SAY: "unknown"}
"""Keys of the statuses."""


def lines(viewer: Viewer) -> Sequence[Line]:
    """The same for a page."""
    found = []
    for one in standings(viewer):
        parts = [(str(each.what), STATES[told.answer], told.reason) for each, told in one.conditions]
        for name, told in ((_("Framework"), one.framework), (_("Size"), one.size)):
            if told is not None:
                parts.insert(0, (name, STATES[told.answer], told.reason))
        found.append(Line(one.harbour, STATES[one.answer], one.reason, parts))
    return found


def frameworks() -> Sequence[str]:
    """Every framework that a safe harbour names, once."""
    named: dict[str, None] = {}
    for one in safe_harbours().harbours.values():
        named.update(dict.fromkeys((*one.frameworks, *one.regulated_frameworks)))
    return list(named)


def say(
    viewer: Viewer,
    frameworks_said: Mapping[str, bool],
    conditions_said: Mapping[str, bool],
    reason: str,
    seen: int,
    now: datetime,
) -> HarbourAnswers:
    """Put down what is so. Raises Refused where a matter holds the tests, because these answers would stand
    outside of it, or if somebody changed them since `seen`; BadInput for what no safe harbour asks."""
    known = {each.id for one in safe_harbours().harbours.values() for each in one.conditions}
    unknown = (set(frameworks_said) - set(frameworks())) | (set(conditions_said) - known)
    if unknown:
        raise BadInput(
            _("No safe harbour asks for “%s”.") % min(unknown)[:60],
            _("Use the names that are shown."),
            "frameworks",
        )
    if len(reason.strip()) > LONG:
        raise BadInput(_("This takes at most %s characters.") % LONG, _("Shorten it."), "reason")
    with recording(viewer.actor, "say what safe harbours ask for"):
        if lock_terms().matter:
            raise Refused(
                _("A matter holds the tests of law, and these answers would stand outside of it."),
                _("Put what is so into a paper of the matter."),
            )
        row = HarbourAnswers.objects.select_for_update().filter(pk=KEY).first()
        fresh = row is None
        if row is None:
            row = HarbourAnswers(id=KEY)
        else:
            demand_unchanged(row, seen)
        row.frameworks, row.conditions = dict(frameworks_said), dict(conditions_said)
        row.reason, row.made_at, row.made_by = reason.strip(), now, viewer.actor
        row.save(force_insert=fresh, force_update=not fresh)
    return row


class HarbourForm(RecordForm):
    """One choice a framework and a condition."""

    reason = forms.CharField(
        label=gettext_lazy("What the answers rest on"),
        max_length=LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    seen = SeenField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.frameworks = {f"framework_{place}": name for place, name in enumerate(frameworks())}
        self.conditions: dict[str, str] = {}
        for field, name in self.frameworks.items():
            self.fields[field] = _choice(_("Is %s followed?") % name)
        for one in safe_harbours().harbours.values():
            for each in one.conditions:
                field = f"condition_{len(self.conditions)}"
                self.conditions[field] = each.id
                self.fields[field] = _choice(f"{one.jurisdiction}: {each.what}")
        self.order_fields([*self.frameworks, *self.conditions, "reason"])

    def began(self, row: HarbourAnswers | None) -> dict[str, Any]:
        """The form's values as they were said."""
        if row is None:
            return {}
        words = {True: "yes", False: "no"}
        return {
            **{field: words.get(row.frameworks.get(name), "") for field, name in self.frameworks.items()},
            **{field: words.get(row.conditions.get(id), "") for field, id in self.conditions.items()},
            "reason": row.reason,
        }

    def said(self) -> tuple[Mapping[str, bool], Mapping[str, bool]]:
        """What was answered of frameworks, and of conditions."""
        values = self.cleaned_data
        found = tuple(
            {name: SAID[values[field]] for field, name in named.items() if values[field]}
            for named in (self.frameworks, self.conditions)
        )
        return found[0], found[1]


def _choice(label: str) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=WORDS, required=False)
