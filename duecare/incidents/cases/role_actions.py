"""Who has which role in a case: give one, hand it over, end it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound
from duecare.incidents.cases import playbook_tasks
from duecare.incidents.cases.acts import held, say
from duecare.incidents.cases.models import CaseRole
from duecare.incidents.cases.naming import duty_of, role_name
from duecare.incidents.cases.role_acts import put_role
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.recording import recording
from duecare.program.models import Person
from duecare.program.task_queries import holding_people, today_at
from duecare.web.recorded import in_the_records_language, recorded

NAME = 200


def give_role(
    actor: str,
    key: str,
    role: str,
    now: datetime,
    *,
    person: str = "",
    name: str = "",
    instead: str = "",
) -> CaseRole:
    """Let a person, or somebody from outside by name, have a role; `instead` of whoever has that row of it.

    Tasks of the role that are nobody's, or theirs whose role ends, are handed on with it. Raises BadInput for
    a role, person or name that cannot be, NotFound if the role that is handed over has ended.
    """
    name = name.strip()
    if bool(person) == bool(name) or len(name) > NAME:
        raise BadInput(
            _("A role is somebody’s: choose a person, or name somebody from outside."),
            _("Do one of both; a name has at most %s characters.") % NAME,
            "person",
        )
    with recording(actor, "give a role in a case"):
        case = held(key)
        content = plan_content(case)
        if duty_of(content, role) is None:
            raise BadInput(_("The plan has no such role."), _("Choose one of the list."), "role")
        chosen = _person(person, now) if person else None
        rows = list(CaseRole.objects.select_for_update().filter(case=case, role=role, ended_at=None))
        if any(row.person_id == person if person else row.name == name for row in rows):
            raise BadInput(_("They have this role already."), _("Choose somebody else."), "person")
        before = None
        if instead:
            before = next((row for row in rows if row.pk == instead), None)
            if before is None:
                raise NotFound(_("That role has ended meanwhile."), _("Load the page again."))
            before.ended_at, before.ended_by = now, actor
            before.save()
        made = put_role(actor, case, role, chosen, name, now)
        if chosen is not None:
            playbook_tasks.hand_on(case, role, None, chosen.pk)
        if before is not None and before.person_id:
            playbook_tasks.hand_on(case, role, before.person_id, chosen.pk if chosen else None)
        with in_the_records_language():
            called = role_name(content, role)
        who = chosen.name if chosen else name
        if before is None:
            say(actor, case, now, recorded("%(role)s: %(who)s.", role=called, who=who))
        else:
            was = before.person.name if before.person else before.name
            say(
                actor,
                case,
                now,
                recorded("%(role)s: handed over from %(was)s to %(who)s.", role=called, was=was, who=who),
            )
    return made


def end_role(actor: str, key: str, row: str, now: datetime) -> None:
    """End somebody's role; their open tasks of the playbook stay with them, who may hand them on.

    Raises NotFound if it has ended.
    """
    with recording(actor, "end a role in a case"):
        case = held(key)
        found = (
            CaseRole.objects.select_for_update(of=("self",))
            .select_related("person")
            .filter(case=case, pk=row, ended_at=None)
            .first()
        )
        if found is None:
            raise NotFound(
                _("There is no such role in this case, or it has ended."), _("Load the page again.")
            )
        found.ended_at, found.ended_by = now, actor
        found.save()
        with in_the_records_language():
            called = role_name(plan_content(case), found.role)
        who = found.person.name if found.person else found.name
        say(actor, case, now, recorded("%(role)s: no longer %(who)s.", role=called, who=who))


def _person(key: str, now: datetime) -> Person:
    found: Person | None = holding_people(today_at(now)).filter(pk=key).first()
    if found is None:
        raise BadInput(
            _("There is no such person who may sign in."), _("Choose one from the list."), "person"
        )
    return found
