"""A plan as pages, papers and approvers read it: people by name, times in words, versions with changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecare.incidents.cases.phases import phase_of
from duecare.incidents.plans.content import PlanContent, Playbook
from duecare.incidents.plans.models import Plan, PlanReview
from duecare.incidents.plans.queries import KIND, PLAN, REFERENCE, fields_at
from duecare.incidents.plans.stored import FIELDS, plan_of
from duecare.ledger.browsing import entries_about
from duecare.ledger.models import from_microseconds
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.viewers import Viewer
from duecare.program.approval_queries import Shown, decisions_about
from duecare.program.models import Decided, Person
from duecare.program.task_queries import holding_people
from duecare.words import number

PARTS: Mapping[str, Any] = {
    "scope": gettext_lazy("scope"),
    "meeting": gettext_lazy("meeting place"),
    "roles": gettext_lazy("roles"),
    "severities": gettext_lazy("severity"),
    "playbooks": gettext_lazy("playbooks"),
    "words": gettext_lazy("what else holds"),
}
"""The fields of the plan, in words."""


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role with names."""

    id: str
    name: str
    duties: str
    person: str
    deputy: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """A step in words."""

    id: str
    number: int
    phase: str
    role: str
    what: str
    limit: str
    """Within which time, in words; empty for none."""


@dataclass(frozen=True, slots=True)
class PlaybookLine:
    """A playbook in words."""

    id: str
    name: str
    signs: str
    never: tuple[str, ...]
    steps: tuple[StepLine, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of the plan."""

    entry: int
    at: datetime
    who: str
    changed: str
    """What is not as in the version before, in words."""
    approved: str
    """Who approved it; empty if nobody did."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How the plan stands."""

    state: str
    """A word of `web/words.py`: `draft` before any approval, `asked` when changed since, `approved`."""
    words: str
    approval: Shown | None
    """The newest that holds, whether of this version or an earlier one."""
    review: PlanReview | None
    """The newest review of the approved version."""

    @property
    def looked_at(self) -> datetime | None:
        """When the approved version was last approved or reviewed."""
        moments = [self.approval.approval.at] if self.approval else []
        return max([*moments, *([self.review.reviewed_at] if self.review else [])], default=None)


def people_named(plan: PlanContent, viewer: Viewer, today: date | None = None) -> dict[str, str]:
    """The names of the people who have a role, by key, as far as the viewer may see them.

    With `today` it says of those who hold no right on that day that they do not.
    """
    keys = {key for role in plan.roles for key in (role.person, role.deputy) if key}
    found = dict(Person.objects.all().visible_to(viewer).filter(pk__in=keys).values_list("pk", "name"))
    if today is None or not found:
        return found
    here = set(holding_people(today).filter(pk__in=keys).values_list("pk", flat=True))
    return {
        key: name if key in here else _("%s (no longer has a right here)") % name
        for key, name in found.items()
    }


def deserted(plan: PlanContent, today: date) -> list[str]:
    """The names of those roles of which neither the person nor the deputy who is named holds a right."""
    named = {role.id: {role.person, role.deputy} - {""} for role in plan.roles}
    keys = {key for people in named.values() for key in people}
    here = set(holding_people(today).filter(pk__in=keys).values_list("pk", flat=True))
    return [str(role.name) for role in plan.roles if named[role.id] and not named[role.id] & here]


def role_lines(plan: PlanContent, names: Mapping[str, str]) -> list[RoleLine]:
    """The roles with the people who have them."""
    return [
        RoleLine(
            role.id,
            str(role.name),
            str(role.duties),
            names.get(role.person, _("somebody who is not here any more") if role.person else ""),
            names.get(role.deputy, _("somebody who is not here any more") if role.deputy else ""),
        )
        for role in plan.roles
    ]


def playbook_line(one: Playbook, plan: PlanContent) -> PlaybookLine:
    """A playbook with its roles and phases by name."""
    roles = {role.id: str(role.name) for role in plan.roles}
    return PlaybookLine(
        one.id,
        str(one.name),
        str(one.signs),
        tuple(map(str, one.never)),
        tuple(
            StepLine(
                step.id,
                place,
                str(phase_of(step.phase).name),
                roles.get(step.role, step.role),
                str(step.what),
                limit_words(step.minutes),
            )
            for place, step in enumerate(one.steps, start=1)
        ),
    )


def limit_words(minutes: int) -> str:
    """ "within 15 minutes"; hours from two on, days from two on; empty for no limit."""
    if not minutes:
        return ""
    if minutes >= 2880 and minutes % 1440 == 0:
        days = minutes // 1440
        return ngettext("within %(n)s day", "within %(n)s days", days) % {"n": number(days)}
    if minutes >= 120 and minutes % 60 == 0:
        hours = minutes // 60
        return ngettext("within %(n)s hour", "within %(n)s hours", hours) % {"n": number(hours)}
    return ngettext("within %(n)s minute", "within %(n)s minutes", minutes) % {"n": number(minutes)}


def hours_words(hours: int) -> str:
    """Until somebody is at work on it."""
    if not hours:
        return _("at once")
    return ngettext("within %(n)s hour", "within %(n)s hours", hours) % {"n": number(hours)}


def standing_of(viewer: Viewer) -> Standing:
    """Whether the plan is approved as it stands, and when it was last looked at."""
    decided = decisions_about([REFERENCE], viewer).get(REFERENCE, [])
    good = [one for one in decided if one.approval.decided == Decided.APPROVED and not one.fault]
    newest = next(iter(good), None)
    review = None
    if newest is not None:
        found = PlanReview.objects.all().visible_to(viewer).filter(entry=newest.approval.entry)
        review = found.order_by("-reviewed_at", "-id").first()
    if newest is None:
        return Standing("draft", _("Not approved by anybody yet"), None, None)
    if not newest.current:
        return Standing("asked", _("Changed since it was approved"), newest, review)
    return Standing("approved", _("Approved as it stands"), newest, review)


def editions(viewer: Viewer, most: int) -> list[Edition]:
    """The newest versions of the plan, within the day that is viewed, with what each changed."""
    entries = list(
        entries_about(KIND, [PLAN], viewer)
        .filter(kind=KIND)
        .annotate(actor_name=name_of(OuterRef("actor")))
        .order_by("-index")[: most + 1]
    )
    approved = {
        one.approval.entry: one.by
        for one in decisions_about([REFERENCE], viewer).get(REFERENCE, [])
        if one.approval.decided == Decided.APPROVED and not one.fault
    }
    kept = [fields_at(entry.index) for entry in entries]
    before = [*kept[1:], None]
    return [
        Edition(
            entry.index,
            from_microseconds(entry.at),
            actor_words(entry.actor, entry.actor_name),
            ", ".join(changed(old, new)) if old else _("the first version that is kept"),
            approved.get(entry.index, ""),
        )
        for entry, new, old in zip(entries[:most], kept, before, strict=False)
    ]


def changed(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> Iterator[str]:
    """What is not the same in two versions, in words; playbooks and roles by name."""
    if old is None or new is None:
        yield _("cannot be told: one of the two was erased")
        return
    for name in FIELDS:
        if old[name] == new[name]:
            continue
        what = str(PARTS[name])
        named = list(_named(old[name], new[name]))
        yield f"{what} ({', '.join(named)})" if named else what


def _named(old: Any, new: Any) -> Iterator[str]:
    """The names of the members that differ, of a list of rows or a mapping of them."""
    one, other = (_by_id(value) for value in (old, new))
    for id in [*one, *(id for id in other if id not in one)]:
        if one.get(id) != other.get(id):
            yield str((other.get(id) or one[id])["name"])


def _by_id(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    return {row["id"]: row for row in value} if isinstance(value, list) else {}


def facts(record: Plan, viewer: Viewer) -> Sequence[tuple[str, Any]]:
    """What whoever approves has to read: all of it."""
    plan = plan_of({name: getattr(record, name) for name in FIELDS})
    names = people_named(plan, viewer)
    rows: list[tuple[str, Any]] = [
        (_("Scope"), plan.scope or "–"),
        (_("Meeting place"), plan.meeting or "–"),
    ]
    rows += [(one.name, _role_text(one)) for one in role_lines(plan, names)]
    rows += [(str(one.name), f"{hours_words(one.hours)}. {one.means}") for one in plan.severities]
    for playbook in plan.playbooks.values():
        rows.append((_("Playbook: %s") % playbook.name, playbook_text(playbook_line(playbook, plan))))
    return [*rows, (_("What else holds"), plan.words or "–")]


def _role_text(one: RoleLine) -> str:
    who = one.person or _("nobody yet")
    deputy = _("deputy: %s") % one.deputy if one.deputy else _("no deputy")
    return f"{who}; {deputy}. {one.duties}"


def playbook_text(one: PlaybookLine) -> str:
    """A playbook as plain lines."""
    return "\n".join([one.signs, *one.never, *_step_texts(one.steps)])


def _step_texts(steps: Iterable[StepLine]) -> Iterator[str]:
    for step in steps:
        about = ", ".join(filter(None, (step.phase, step.role, step.limit)))
        yield f"{step.number}. {step.what} ({about})"
