"""Who is told of a report and of a role, at once, by mail and webhook. Mails say that, and lead to the page.

Nothing of what somebody reported leaves the house in a mail: what it is about is read on the page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.incidents.cases.models import ROOM, Case, CaseRole, IncidentReport
from duecare.incidents.cases.naming import called, kind_name, role_name
from duecare.incidents.plans.queries import plan_content
from duecare.ledger.viewers import CHANGERS
from duecare.program.mail.letters import Letter, Row
from duecare.program.mail.models import Channel, OutboxMessage
from duecare.program.mail.notices import MANAGERS
from duecare.program.mail.outbox import Queued, queue
from duecare.program.mail.server import mail_server
from duecare.program.mail.webhooks import URGENT, tell_webhooks
from duecare.program.models import Person
from duecare.program.task_queries import holding_people, today_at
from duecare.web.recorded import in_the_records_language

LEAD = "lead"
"""The role of the plan whose holder is told of every report."""


def who_must_know(now: datetime) -> list[str]:
    """Keys of the people who are told of a report: owners and managers of the area, and the plan's lead."""
    day = today_at(now)
    reaching = Q(rights__areas=None) | Q(rights__areas__area=ROOM)
    holding = Q(rights__ended_at=None, rights__role__in=[role.value for role in MANAGERS]) & (
        Q(rights__until=None) | Q(rights__until__gte=day)
    )
    found = set(Person.objects.filter(holding & reaching).values_list("pk", flat=True))
    lead = {
        key
        for duty in plan_content(None).roles
        if duty.id == LEAD
        for key in (duty.person, duty.deputy)
        if key
    }
    if lead - found:
        found |= set(holding_people(day).filter(pk__in=lead).values_list("pk", flat=True))
    return sorted(found)


def was_anybody_told(report: IncidentReport) -> bool:
    """Whether anybody gets word of a report outside the pages, by mail or webhook."""
    told: bool = OutboxMessage.objects.filter(about__startswith=f"{_about(report)}:").exists()
    return told


def _about(report: IncidentReport) -> str:
    return f"incident-report:{report.pk}"


def _can_judge(people: Iterable[str], now: datetime) -> set[str]:
    """Those of them whose right lets them read reports and judge."""
    reaching = Q(rights__areas=None) | Q(rights__areas__area=ROOM)
    holding = Q(rights__ended_at=None, rights__role__in=[role.value for role in CHANGERS]) & (
        Q(rights__until=None) | Q(rights__until__gte=today_at(now))
    )
    return set(Person.objects.filter(holding & reaching, pk__in=list(people)).values_list("pk", flat=True))


def tell_of_report(report: IncidentReport, now: datetime) -> int:
    """Tell who must know, and the webhooks for what is urgent; within the act that it tells of; how many."""
    with in_the_records_language():
        subject = _("Somebody reports what may be an incident")
        kind = kind_name(plan_content(None), report.kind)
        words = [_("It looks like this to them: %s.") % kind] if kind else []
        path = reverse("triage-report", args=[report.pk])
        about = _about(report)
        people = who_must_know(now)
        able = _can_judge(people, now)
        told = _mail(about, subject, words, path, [key for key in people if key in able], now)
        others = [key for key in people if key not in able]
        if others:
            ask = _(
                "You lead by the plan, but your right here does not let you read reports. Call an owner or a "
                "manager now: they can read it to you, and give you the right."
            )
            told += _mail(about, subject, (), reverse("home"), others, now, ask)
        return told + tell_webhooks(URGENT, about, Letter(subject, (), (), Row(_("Look at it"), path)), now)


def tell_of_role(case: Case, role: CaseRole, now: datetime) -> int:
    """Tell a person that they have a role in a case; nobody of an exercise, which mails nothing."""
    if case.exercise or not role.person_id:
        return 0
    with in_the_records_language():
        subject = _("You have a role in incident %s") % case.number
        words = [f"{called(case.number, case.exercise)}: {role_name(plan_content(case), role.role)}"]
        path = reverse("case", args=[case.pk])
        return _mail(f"case-role:{role.pk}", subject, words, path, [role.person_id], now)


def _mail(
    about: str,
    subject: str,
    words: Sequence[str],
    path: str,
    people: Iterable[str],
    now: datetime,
    ask: str = "",
) -> int:
    """Queue a mail for each. `ask` tells those for whom no page is open whom to turn to, also in short."""
    server = mail_server()
    if server is None:
        return 0
    opening = () if server.short else tuple(words)
    closing = (_("You get this because you have a part in incidents here, and it cannot wait."),)
    if ask:
        opening = (ask,)
    link = Row(_("To Duecare") if ask else _("Look at it"), path)
    letter = Letter(subject, opening, (), link, closing)
    return queue((Queued(f"{about}:{key}", Channel.MAIL, key, URGENT, letter, rank=0) for key in people), now)
