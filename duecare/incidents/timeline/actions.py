"""What people and other rooms write into the timeline of a case. Nothing of it is changed: it is struck."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases.kept_law import freeze_law, keep_law
from duecare.incidents.cases.models import Case
from duecare.incidents.notices.models import MAIL, Notice
from duecare.incidents.timeline.guarding import guarded, unguarded
from duecare.incidents.timeline.kinds import KINDS
from duecare.incidents.timeline.milestones import OF_ID
from duecare.incidents.timeline.models import TimelineEntry
from duecare.incidents.timeline.queries import register_of
from duecare.incidents.timeline.rows import LONGEST_WORDS, Draft, demand_exact, demand_order, demand_past
from duecare.law.moments import Moment
from duecare.law.terms import SUBMISSION
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.web.recorded import recorded
from duecare.words import day, number

NOTICE = "incidents.notice"
"""The kind of what an entry tells of that came with a notice."""
AT_ONCE = 500
"""Entries of one act."""


def put(
    actor: str, case: Case, now: datetime, words: str, happened: Moment, kind: str, **values: Any
) -> TimelineEntry:
    """Write one entry, within an act that is open already: for rooms that record something of their own.

    `values` are further fields: `trigger`, `obligation`, `mark`, `about`, `source`...
    """
    made: TimelineEntry = TimelineEntry.objects.create(
        id=new_key(),
        case=case,
        happened_at=happened.at,
        whole_day=happened.whole_day,
        zone=happened.zone,
        recorded_at=now,
        recorded_by=actor,
        words=words,
        kind=kind,
        **values,
    )
    return made


def add_entry(actor: str, case: Case, draft: Draft, now: datetime) -> TimelineEntry:
    """Write down what happened. Raises BadInput for what cannot be, Refused if the case is closed."""
    _demand_good(case, draft, now)
    kept = _law_kept(case, [draft])
    with recording(actor, recorded("write into the timeline of the case %(title)s", title=case.title)):
        _begin(actor, demand_open(case), kept, now)
        return _put(actor, case, draft, now)


def strike_entry(
    actor: str, case: Case, key: str, reason: str, now: datetime, *, confirmed: Collection[str] = ()
) -> TimelineEntry:
    """Say that an entry was wrong; it stays, struck. `confirmed` are ids for those who guard it.

    A notice of which it told that it was handed in is a draft again. Raises BadInput without a reason, or for
    what is to be confirmed first; NotFound for no such entry; Refused if it is struck, if the mail server
    took the notice of which it tells, if a later part of that notice stands, or if the case is closed.
    """
    with recording(actor, recorded("strike an entry of the case %(title)s", title=case.title)):
        current = demand_open(case)
        found = _standing(case, key)
        notice = _told_of(found)
        if notice is not None:
            _demand_not_mailed(notice)
            _demand_last(notice)
        check = guarded(current, now) if found.trigger else unguarded
        _strike(actor, found, reason, now)
        if notice is not None:
            notice.how, notice.submitted_at, notice.submitted_by = "", None, ""
            notice.address, notice.reference, notice.proof_words = "", "", ""
            notice.save()
        check(confirmed)
    return found


def tell_anew(
    actor: str,
    case: Case,
    key: str,
    draft: Draft,
    reason: str,
    now: datetime,
    *,
    confirmed: Collection[str] = (),
) -> TimelineEntry:
    """Strike an entry and write what is right in its place; one act. Raises as the two do.

    What tells of a notice that was handed in goes on telling of it, whatever the draft says of the law, and
    the notice was handed in when the draft says. Refused for another time than that of the mail server.
    """
    kept = _law_kept(case, [draft])
    with recording(actor, recorded("tell an entry of the case %(title)s anew", title=case.title)):
        current = demand_open(case)
        struck = _standing(case, key)
        if struck.trigger.startswith(SUBMISSION):
            draft = replace(draft, trigger=struck.trigger, obligation=struck.obligation)
        _demand_good(current, draft, now, before=struck)
        notice = _told_of(struck)
        if notice is not None and notice.submitted_at != draft.happened.at:
            _demand_not_mailed(notice)
            notice.submitted_at = draft.happened.at
            notice.save()
        check = guarded(current, now) if struck.trigger or draft.trigger else unguarded
        _strike(actor, struck, reason, now)
        _begin(actor, current, kept, now)
        made = _put(actor, case, draft, now, instead_of=struck, about=struck.about)
        check(confirmed)
    return made


def take_in(actor: str, case: Case, drafts: Sequence[Draft], file: str, now: datetime) -> int:
    """Write all entries of a file, of which `file` is the identity, and how many those were.

    They are written in acts of AT_ONCE. Where that broke off, the same file goes on from there. Raises
    Refused if the file is in the timeline already, or somebody else takes it in at the same time.
    """
    written = already_there(case, len(drafts), file)
    begun = written
    kept = _law_kept(case, drafts)
    known = TimelineEntry.objects.filter(case=case, imported=file)
    before = known.count() - written
    while written < len(drafts):
        part = drafts[written : written + AT_ONCE]
        with recording(actor, recorded("take events into the case %(title)s", title=case.title)):
            current = demand_open(case)
            if known.count() != before + written:
                raise Refused(
                    _("Somebody else takes this file in at the same time."), _("Look at the timeline.")
                )
            _begin(actor, current, kept, now)
            for one in part:
                _put(actor, case, one, now, imported=file)
        written += len(part)
    return written - begun


def already_there(case: Case, rows: int, file: str) -> int:
    """How many of a file's rows were written before that broke off; 0 for a new file.

    Raises Refused if all of it is there. A file of which every entry was struck may come again.
    """
    known = TimelineEntry.objects.filter(case=case, imported=file)
    first = known.filter(struck_at=None).order_by("recorded_at").first()
    if first is None:
        return 0
    # What was taken in before that and is struck whole counts no more.
    count = known.filter(recorded_at__gte=first.recorded_at).count()
    if count < rows:
        return count
    raise Refused(
        _("This very file was taken in on %(day)s.") % {"day": day(first.recorded_at.date())},
        _("If it was read wrongly, strike its entries first; each names the file."),
    )


def strike_file(
    actor: str, case: Case, file: str, reason: str, now: datetime, *, confirmed: Collection[str] = ()
) -> int:
    """Strike all that came from one file, in acts of AT_ONCE; how many entries those were.

    Events of the law come first: what has to be confirmed is asked before anything is struck. Raises BadInput
    for that and without a reason, NotFound if nothing that stands came from it.
    """
    _demand_reason(reason)
    standing = TimelineEntry.objects.filter(case=case, imported=file, struck_at=None)
    struck = 0
    first = standing.order_by("-trigger", "id")
    while file and (part := list(first.values_list("pk", "trigger")[:AT_ONCE])):
        with recording(actor, recorded("strike entries of the case %(title)s", title=case.title)):
            current = demand_open(case)
            check = guarded(current, now) if part[0][1] else unguarded
            struck += standing.filter(pk__in=[key for key, _trigger in part]).update(
                struck_at=now, struck_by=actor, struck_because=reason.strip()
            )
            check(confirmed)
    if not struck:
        raise NotFound(_("Nothing of such a file stands in the timeline."), _("Look at the timeline."))
    return struck


def demand_open(case: Case) -> Case:
    """The case as it is now, and stays until the act ends. Raises Refused if it is closed by now."""
    current: Case | None = Case.objects.select_for_update().filter(pk=case.pk).first()
    if current is None or current.closed_at is not None:
        raise Refused(_("This case is closed."), _("Open it again on its page if there is more to do."))
    return current


def _law_kept(case: Case, drafts: Sequence[Draft]) -> tuple[str, str] | None:
    """Before an act: the law of today, if one of these begins the clocks of a case that has none."""
    return keep_law() if not case.law and any(one.trigger for one in drafts) else None


def _begin(actor: str, current: Case, kept: tuple[str, str] | None, now: datetime) -> None:
    """Within an act: the case has the law that was kept, unless it has one by now."""
    if kept is not None:
        freeze_law(actor, current, kept, now)


def _put(actor: str, case: Case, draft: Draft, now: datetime, **values: Any) -> TimelineEntry:
    return put(
        actor,
        case,
        now,
        draft.words.strip(),
        draft.happened,
        draft.kind,
        observed_at=draft.observed.at if draft.observed else None,
        mark=draft.mark,
        trigger=draft.trigger,
        obligation=draft.obligation,
        techniques=list(draft.techniques),
        source=draft.source.strip(),
        **values,
    )


def _standing(case: Case, key: str) -> TimelineEntry:
    """The entry, locked. Raises NotFound, or Refused if it is struck."""
    found: TimelineEntry | None = TimelineEntry.objects.select_for_update().filter(case=case, pk=key).first()
    if found is None:
        raise NotFound(_("There is no such entry in this timeline."), _("Look at the timeline."))
    if found.struck_at is not None:
        raise Refused(_("This entry is struck already."), _("Look at it for the reason."))
    return found


def _strike(actor: str, found: TimelineEntry, reason: str, now: datetime) -> None:
    _demand_reason(reason)
    found.struck_at, found.struck_by, found.struck_because = now, actor, reason.strip()
    found.save()


def _told_of(entry: TimelineEntry) -> Notice | None:
    """The notice, locked, of which an entry tells that it was handed in."""
    kind, _colon, key = entry.about.partition(":")
    if kind != NOTICE or not entry.trigger.startswith(SUBMISSION):
        return None
    standing = Notice.objects.select_for_update().filter(pk=key, submitted_at__isnull=False, dropped_at=None)
    found: Notice | None = standing.first()
    return found


def _demand_not_mailed(notice: Notice) -> None:
    if notice.how == MAIL:
        raise Refused(
            _("The notice “%(subject)s” was taken by the mail server: that, and when, is no mistake.")
            % {"subject": notice.subject},
            _("Tell it anew with other words; hand in the next part of the notice if its text was wrong."),
        )


def _demand_last(notice: Notice) -> None:
    """What a later part goes on from stays handed in: else two drafts of one notice would stand."""
    parts = Notice.objects.filter(case=notice.case_id, obligation=notice.obligation, clock=notice.clock)
    later = parts.filter(part__gt=notice.part, dropped_at=None).order_by("-part").first()
    if later is None:
        return
    values = {"subject": notice.subject, "part": number(later.part)}
    raise Refused(
        _("Part %(part)s of the notice “%(subject)s” stands, and goes on from what this entry tells.")
        % values,
        _("Strike first that part %(part)s was handed in.") % values
        if later.submitted_at is not None
        else _("Drop the draft of part %(part)s first, or tell this entry anew.") % values,
    )


def _demand_reason(reason: str) -> None:
    if not reason.strip():
        raise BadInput(
            _("An entry is not struck without a reason."), _("Say what was wrong with it."), "reason"
        )


def _demand_good(case: Case, draft: Draft, now: datetime, before: TimelineEntry | None = None) -> None:
    """What the entry `before` said of the law may be said again, whatever the law of the case is by now."""
    law = register_of(case)
    told = ("", before.trigger if before else ""), ("", before.obligation if before else "")
    if not 0 < len(draft.words.strip()) <= LONGEST_WORDS:
        raise BadInput(
            _("An entry has 1 to %s characters.") % number(LONGEST_WORDS), _("Say what happened."), "words"
        )
    for name, value, known in (
        ("kind", draft.kind, KINDS),
        ("mark", draft.mark, ("", *OF_ID)),
        ("trigger", draft.trigger, (*told[0], *law.events)),
        ("obligation", draft.obligation, (*told[1], *law.obligations)),
    ):
        if value not in known:
            raise BadInput(
                _("“%s” is not known.") % value[:60], _("Choose one of those that are offered."), name
            )
    if draft.obligation and not draft.trigger:
        raise BadInput(
            _("Only an event of the law is of one obligation alone."),
            _("Choose the event, or no obligation."),
            "obligation",
        )
    demand_past(draft.happened, now, "happened")
    if draft.observed is not None:
        demand_exact(draft.observed)
        demand_past(draft.observed, now, "observed")
        demand_order(draft.happened, draft.observed)
