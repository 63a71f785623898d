"""What pages read of notices, and what a draft is made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils.translation import gettext as _

from duecare.errors import NotFound
from duecare.incidents.cases.models import Case, CaseRole, cases_held_by
from duecare.incidents.decisions.queries import fact_words, known_facts, value_words
from duecare.incidents.notices.clocks import Clocks
from duecare.incidents.notices.drafting import Earlier, Material
from duecare.incidents.notices.models import MAIL, OUTSIDE, Notice
from duecare.incidents.notices.notice_actions import MESSAGE, NOTICE
from duecare.incidents.notices.showing import at_words, moment_words
from duecare.incidents.timeline.models import TimelineEntry
from duecare.law.moments import Moment
from duecare.law.saying import event_words
from duecare.law.terms import LATEST, SUBMISSION
from duecare.law.told import Told
from duecare.ledger import asof
from duecare.ledger.naming import name_of
from duecare.ledger.viewers import Viewer
from duecare.program.mail.delivery import NOT_ARRIVED
from duecare.program.mail.models import OutboxMessage
from duecare.program.queries import live_profile
from duecare.program.remark_models import register_remarked
from duecare.program.remarks import register_remarking
from duecare.program.subjects import register_reference

MEASURES, TIMES = 20, 20
"""Lines of a draft."""
CONTACTS = ("legal", "lead", "communications")
"""Roles whose people a recipient may ask, in this order."""

register_reference(NOTICE, lambda key: reverse("case-notice", args=[key]))


def _works_on(key: str, viewer: Viewer) -> bool:
    held = Notice.objects.filter(pk=key, case__in=cases_held_by(viewer))
    return bool(held.exists())


register_remarked(NOTICE, Notice)
register_remarking(NOTICE, _works_on)


def find_notice(key: str, viewer: Viewer) -> Notice:
    """The notice, if the viewer may see it. Raises NotFound otherwise."""
    found: Notice | None = named(Notice.objects.all().visible_to(viewer).filter(pk=key)).first()
    if found is None:
        raise NotFound(
            _("There is no such notice, or none that you may see."), _("Look in the list of incidents.")
        )
    return found


def notices_of(case: Case, viewer: Viewer) -> list[Notice]:
    """The notices of a case, the newest first."""
    rows = named(Notice.objects.all().visible_to(viewer).filter(case=case))
    return list(rows.order_by("-drafted_at", "-id"))


def named(rows: Any) -> Any:
    """With the names of who drafted, changed, reviewed and handed in, and with what became of the mail."""
    return (
        with_mail(rows)
        .select_related("case")
        .annotate(
            **{
                f"{field}_name": name_of(OuterRef(field))
                for field in ("drafted_by", "changed_by", "reviewed_by", "submitted_by")
            }
        )
    )


def with_mail(rows: Any) -> Any:
    """With whether their mail did not arrive; of a past day that is not known, the outbox has no past."""
    if asof.current() is not None:
        return rows
    about = Concat(Value(MESSAGE), OuterRef("pk"))
    failed = OutboxMessage.objects.filter(about=about, state__in=NOT_ARRIVED)
    return rows.annotate(mail_failed=Exists(failed))


def state_of(notice: Notice) -> str:
    """A word of `web/words.py`."""
    if notice.dropped_at is not None:
        return "dropped"
    if notice.submitted_at is not None:
        return "sent"
    if notice.how == MAIL:
        return "mail did not arrive" if getattr(notice, "mail_failed", False) else "handing over"
    return "agreed" if notice.reviewed_at is not None else "draft"


def material_of(clocks: Clocks, told: Told, viewer: Viewer, part: int = 1) -> Material:
    """What a draft for a clock is made from: what the case knows, in the words of the record's language."""
    case, register, facts = clocks.case, clocks.register, clocks.incident.facts
    law = register.obligations[told.clock.obligation]
    known = [
        one for one in known_facts(facts, register, told.clock) if not one["fact"].startswith("profile.")
    ]
    answers = [
        (fact_words(one["fact"], register), value_words(one["value"]))
        for one in known
        if one["value"] is not None and (one["rests"] or _counts_people(one["fact"]))
    ]
    here = live_profile()
    return Material(
        organisation=here.name if here else "",
        recipient=str(told.clock.recipient),
        law=f"{law.name}, {told.clock.citation}",
        case=case.called,
        title=case.title,
        summary=case.summary,
        times=list(_times(clocks, told)),
        answers=answers,
        measures=_measures(case, viewer),
        unknown=[ask.question for ask in told.asks if ask.about in ("fact", "event", "time")],
        contact=_contact(case, viewer),
        earlier=_earlier(case, told, viewer),
        part=part,
        exercise=case.exercise,
    )


def _counts_people(fact: str) -> bool:
    return fact in ("affected_individuals", "consumers_affected") or fact.startswith("residents_affected.")


def telling_of(notice: Notice) -> TimelineEntry | None:
    """The entry by which a notice was handed in outside: who recorded that by mistake strikes it."""
    if notice.submitted_at is None or notice.how != OUTSIDE:
        return None
    rows = TimelineEntry.objects.filter(case=notice.case_id, about=f"{NOTICE}:{notice.pk}", struck_at=None)
    found: TimelineEntry | None = rows.filter(trigger__startswith=SUBMISSION).first()
    return found


def _times(clocks: Clocks, told: Told) -> Iterable[tuple[str, str]]:
    """The events of the law that concern this obligation, as they happened."""
    for entry in clocks.events[:TIMES]:
        if entry.trigger.startswith(SUBMISSION) or entry.obligation not in ("", told.clock.obligation):
            continue
        moment = Moment(entry.happened_at, entry.zone, entry.whole_day)
        yield event_words(entry.trigger, clocks.register), moment_words(moment, clocks.case.zone)


def _measures(case: Case, viewer: Viewer) -> list[str]:
    rows = TimelineEntry.objects.all().visible_to(viewer)
    actions = rows.filter(case=case, kind="action", struck_at=None).order_by("happened_at", "id")
    return [f"{at_words(row.happened_at, case.zone)}: {row.words}" for row in actions[:MEASURES]]


def _contact(case: Case, viewer: Viewer) -> str:
    rows = CaseRole.objects.all().visible_to(viewer).filter(case=case, ended_at=None, role__in=CONTACTS)
    people = sorted(rows.select_related("person"), key=lambda row: CONTACTS.index(row.role))
    return ", ".join(dict.fromkeys(row.person.name if row.person else row.name for row in people))


def _earlier(case: Case, told: Told, viewer: Viewer) -> list[Earlier]:
    """What was handed in on the same clock, or on the one from which this one counts."""
    before = told.clock.trigger.removeprefix(LATEST).removeprefix(SUBMISSION)
    ids = {told.clock.id} | (
        {before} if told.clock.trigger.removeprefix(LATEST).startswith(SUBMISSION) else set()
    )
    rows = (
        Notice.objects.all()
        .visible_to(viewer)
        .filter(case=case, obligation=told.clock.obligation, clock__in=ids, submitted_at__isnull=False)
    )
    return [
        Earlier(row.part, at_words(row.submitted_at, case.zone), row.reference)
        for row in rows.order_by("submitted_at", "id")
        if row.submitted_at
    ]
