"""Two cases that are one incident: one goes up in the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, Refused
from duecare.incidents.alerts.models import Alert
from duecare.incidents.cases.acts import held, say, sentence
from duecare.incidents.cases.closing import demand_mergeable
from duecare.incidents.cases.models import Affected, Case, CaseLink, CaseRole, IncidentReport
from duecare.incidents.cases.naming import GRAVEST
from duecare.incidents.cases.playbook_tasks import made_for, origin_of
from duecare.incidents.cases.queries import CASE
from duecare.incidents.cases.role_acts import put_role
from duecare.incidents.timeline.models import TimelineEntry
from duecare.ledger.recording import recording
from duecare.program.models import Ending, Task
from duecare.web.recorded import in_the_records_language, recorded


def merge(actor: str, key: str, into: str, why: str, now: datetime) -> Case:
    """Close a case as merged into another, which goes on with what belonged to it; the other.

    Reports, alerts, links, what is affected and open tasks follow; who had a role has it there too. Timeline,
    answers, evidence, decisions and notices stay where they were made, and can be read there.

    Raises Refused for a case in which something started a clock of the law (its limits would be lost from
    sight) or a lesson has no answer yet, and for exercises; BadInput for the same case or for an exercise
    with what is none.
    """
    why = sentence(why, _("Say what shows that both are one incident."))
    if key == into:
        raise BadInput(_("A case is not merged into itself."), _("Choose another case."), "into")
    with recording(actor, "merge two cases"):
        first, second = sorted((key, into))  # always in one order, so that two mergers cannot wait in a ring
        found = {first: held(first), second: held(second)}
        case, target = found[key], found[into]
        if case.exercise != target.exercise:
            raise BadInput(
                _("An exercise is not merged with what really happened."), _("Choose another case."), "into"
            )
        if case.exercise:
            raise Refused(
                _("An exercise is not merged with another: each is played for itself."),
                _("End it on its page, and close its case."),
            )
        _demand_no_trigger(case)
        demand_mergeable(case, now)
        _follow(actor, case, target, now)
        say(
            actor,
            case,
            now,
            recorded("Merged into incident %(number)s. %(why)s", number=target.number, why=why),
            f"{CASE}:{target.pk}",
        )
        say(
            actor,
            target,
            now,
            recorded("Incident %(number)s was merged into this one. %(why)s", number=case.number, why=why),
            f"{CASE}:{case.pk}",
        )
        case.closed_at, case.closed_by, case.closed_as, case.closed_words = now, actor, "merged", why
        case.merged_into = target
        case.save()
    return target


def _demand_no_trigger(case: Case) -> None:
    if TimelineEntry.objects.filter(case=case, struck_at=None).exclude(trigger="").exists():
        raise Refused(
            _("In incident %s something started a clock of the law; its limits must not be lost from sight.")
            % case.number,
            _(
                "Merge the other case into this one instead, or tell it in the timeline of the other case "
                "and strike it here with the reason."
            ),
        )


def _follow(actor: str, case: Case, target: Case, now: datetime) -> None:
    IncidentReport.objects.filter(case=case).update(case=target)
    Alert.objects.filter(case=case).update(case=target)
    _links(actor, case, target, now)
    _affected(actor, case, target, now)
    _tasks(actor, case, target, now)
    _roles(actor, case, target, now)


def _links(actor: str, case: Case, target: Case, now: datetime) -> None:
    there = set(CaseLink.objects.filter(case=target, detached_at=None).values_list("about", flat=True))
    there.add(f"{CASE}:{target.pk}")
    for link in CaseLink.objects.filter(case=case, detached_at=None):
        if link.about in there:
            link.detached_at, link.detached_by = now, actor
            link.detached_why = recorded("It belongs to incident %(number)s already.", number=target.number)
        else:
            link.case = target
        link.save()
    itself = f"{CASE}:{case.pk}"
    for link in CaseLink.objects.filter(case=target, about=itself, detached_at=None):
        link.detached_at, link.detached_by = now, actor
        link.detached_why = recorded("Merged into this case.")
        link.save()


def _affected(actor: str, case: Case, target: Case, now: datetime) -> None:
    """What is affected goes on there; what stands in both, as the graver of the two."""

    def named(row: Any) -> tuple[str, str]:
        return row.about, "" if row.about else row.name

    there = {named(row): row for row in Affected.objects.filter(case=target, removed_at=None)}
    for row in Affected.objects.filter(case=case, removed_at=None).order_by("id"):
        same = there.get(named(row))
        if same is None:
            row.case = target
            row.save()
        elif GRAVEST.index(row.status) < GRAVEST.index(same.status):
            same.status, same.said_by, same.said_at = row.status, actor, now
            same.save()
            with in_the_records_language():
                status = _(row.status)
            words = recorded(
                "%(name)s: %(status)s, as it stood in incident %(number)s.",
                name=same.name,
                status=status,
                number=case.number,
            )
            say(actor, target, now, words, same.about)


def _tasks(actor: str, case: Case, target: Case, now: datetime) -> None:
    """Open tasks are about the other case from now on; a step that is open there too is dropped here."""
    there = set(
        Task.objects.filter(about=f"{CASE}:{target.pk}", ended_at=None)
        .exclude(origin="")
        .values_list("origin", flat=True)
    )
    for task in Task.objects.select_for_update().filter(about=f"{CASE}:{case.pk}", ended_at=None):
        kind, step = made_for(task)
        if step and origin_of(target, kind, step) in there:
            task.ended_at, task.ended_by, task.ended_as = now, actor, Ending.DROPPED
            task.ended_words = recorded("It is to be done in incident %(number)s.", number=target.number)
        else:
            task.about = f"{CASE}:{target.pk}"
            if step:
                task.origin = origin_of(target, kind, step)
        task.save()


def _roles(actor: str, case: Case, target: Case, now: datetime) -> None:
    there = {
        (row.role, row.person_id, row.name) for row in CaseRole.objects.filter(case=target, ended_at=None)
    }
    for row in CaseRole.objects.filter(case=case, ended_at=None).select_related("person"):
        if (row.role, row.person_id, row.name) not in there:
            put_role(actor, target, row.role, row.person, row.name, now)
