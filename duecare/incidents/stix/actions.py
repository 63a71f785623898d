"""What people do with STIX: pass on what a case shows, and take in what others tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Q
from django.utils.translation import gettext as _

from duecare.errors import BadInput, Refused
from duecare.incidents.cases.models import Case
from duecare.incidents.indicators import actions as indicator_actions
from duecare.incidents.indicators.kinds import TLP, Found
from duecare.incidents.indicators.models import Indicator
from duecare.incidents.stix.bundles import Sign, Telling, Told, bundle_of
from duecare.incidents.stix.isolated import TECHNIQUE
from duecare.incidents.stix.markings import PASSED_ON
from duecare.incidents.timeline.actions import demand_open, put
from duecare.incidents.timeline.kinds import MOST_TECHNIQUES
from duecare.incidents.timeline.models import TimelineEntry
from duecare.law.moments import Moment
from duecare.ledger.models import Entry, Head
from duecare.ledger.recording import recording
from duecare.program.imports.tables import Table
from duecare.program.queries import live_profile
from duecare.web.recorded import recorded

NOTE = "incidents.stix-export"
"""The kind of the note that something was passed on, to whom and at which level."""
LONGEST = 200


def demand_no_exercise(case: Case) -> None:
    """Raises Refused for an exercise."""
    if case.exercise:
        raise Refused(
            _("This is an exercise, of which nothing is told to anybody outside."),
            _("Look at it here instead."),
        )


def telling_of(case: Case, tlp: str, now: datetime, *, summary: bool) -> Telling:
    """What of a case is passed on at that level. The title and the summary only if so said."""
    profile = live_profile()
    signs = Indicator.objects.filter(case=case, removed_at=None).order_by("added_at", "id")
    # What a bundle of others told is theirs to pass on: nobody here has seen it, and its level is not kept.
    told = TimelineEntry.objects.filter(case=case, struck_at=None).exclude(Q(kind="note") & ~Q(imported=""))
    entries = told.values_list("techniques", flat=True)
    return Telling(
        log=Head.objects.get().origin,
        organisation=profile.name if profile else _("an organisation"),
        since=Entry.objects.order_by("index")[0].time,
        case=case.pk,
        name=case.title if summary else _("Incident %s") % case.number,
        summary=case.summary if summary else "",
        opened=case.opened_at,
        now=max(now, case.opened_at),
        tlp=tlp,
        signs=tuple(
            Sign(
                one.pk, one.kind, one.value, one.tlp, one.words, one.first_seen or one.added_at, one.added_at
            )
            for one in signs
        ),
        techniques=tuple(sorted({one for techniques in entries for one in techniques})),
    )


def pass_on(
    actor: str, case: Case, recipient: str, tlp: str, now: datetime, *, summary: bool, id: UUID | None = None
) -> Told:
    """The bundle for a recipient who may read up to that level; that it was made is a note in the record.

    Raises BadInput for what cannot be, Refused for an exercise.
    """
    demand_no_exercise(case)
    if tlp not in PASSED_ON:
        raise BadInput(
            _("“%s” is no level at which something is passed on.") % tlp[:40],
            _("Choose one of %s.") % ", ".join(PASSED_ON),
            "tlp",
        )
    if not 0 < len(recipient.strip()) <= LONGEST:
        raise BadInput(_("Nobody is told without a name."), _("Say who gets it."), "recipient")
    bundle = id or uuid4()
    told = bundle_of(telling_of(case, tlp, now, summary=summary), bundle)
    content = {
        "bundle": str(bundle), "indicators": told.indicators, "recipient": recipient.strip(), "tlp": tlp,
        "summary": summary, "withheld": told.withheld,
    }  # fmt: skip
    with recording(actor, recorded("pass on what the case %(title)s shows", title=case.title)) as act:
        act.note(NOTE, case.pk, content)
    return told


def take_in(actor: str, case: Case, table: Table, tlp: str, file: str, name: str, now: datetime) -> int:
    """Add the signs of a bundle to a case, and its techniques to the timeline; how many signs were new.

    `tlp` is the level of those that carry none. Raises BadInput if any object is faulty, Refused if the same
    file was taken in before or the case is closed; nothing is taken in then.
    """
    if table.problems:
        raise BadInput(
            _("Of the bundle, %(count)s objects do not validate: %(first)s")
            % {"count": len(table.problems), "first": table.problems[0].reason},
            _("Ask for it again; nothing was taken in."),
        )
    if tlp not in TLP:
        raise BadInput(_("“%s” is not known.") % tlp[:40], _("Choose one of %s.") % ", ".join(TLP), "tlp")
    demand_new(case, file)
    techniques = sorted({row.cells[1] for row in table.rows if row.cells[0] == TECHNIQUE})
    signs = [row.cells for row in table.rows if row.cells[0] != TECHNIQUE]
    made = 0
    for start in range(0, max(1, len(signs)), indicator_actions.AT_ONCE):
        part = signs[start : start + indicator_actions.AT_ONCE]
        with recording(actor, recorded("take indicators into the case %(title)s", title=case.title)):
            demand_open(case)
            rows = [indicator_actions.New(Found(kind, value), level or tlp, words)
                    for kind, value, level, words, _id in part]  # fmt: skip
            made += indicator_actions.put(actor, case, rows, name, now)
            if start + indicator_actions.AT_ONCE >= len(signs):
                _note(actor, case, techniques, len(signs), file, name, now)
    return made


def demand_new(case: Case, file: str) -> None:
    """Raises Refused if that very file was taken into the case before."""
    if TimelineEntry.objects.filter(case=case, imported=file, struck_at=None).exists():
        raise Refused(_("This very file was taken in before."), _("Look at the list of indicators."))


def _note(
    actor: str, case: Case, techniques: Sequence[str], signs: int, file: str, name: str, now: datetime
) -> None:
    """Entries of the timeline: what was taken in, and the techniques that others observed."""
    words = recorded("STIX was taken in: %(name)s, with %(count)s indicators.", name=name, count=signs)
    for start in range(0, max(1, len(techniques)), MOST_TECHNIQUES):
        put(
            actor, case, now, words, Moment(now, case.zone), "note", source=name[:LONGEST], imported=file,
            techniques=list(techniques[start : start + MOST_TECHNIQUES]),
        )  # fmt: skip
