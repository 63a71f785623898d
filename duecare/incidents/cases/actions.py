"""What people do with cases: open one, say what it is, move it on, end it as no incident, open it again."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from duecare.errors import BadInput, Refused
from duecare.incidents.cases import playbook_tasks, role_acts
from duecare.incidents.cases.acts import held, held_whole, say, sentence, twice
from duecare.incidents.cases.closing import demand_settled
from duecare.incidents.cases.models import Case
from duecare.incidents.cases.naming import kind_name, severity_name, severity_of
from duecare.incidents.cases.phases import OF_CASES, phase_of
from duecare.incidents.cases.queries import next_number
from duecare.incidents.plans.queries import approved_entry, plan_content
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.program.queries import live_profile, zone_of
from duecare.program.record_form import LONG
from duecare.web.recorded import in_the_records_language, recorded

LONGEST = 200
"""Characters of a title."""


def open_case(
    actor: str,
    now: datetime,
    *,
    title: str,
    kind: str = "",
    severity: str = "",
    exercise: bool = False,
    country: str = "",
    summary: str = "",
) -> Case:
    """Take up an incident, or begin the case of an exercise. Raises BadInput for what cannot be."""

    def do() -> Case:
        with recording(actor, recorded("open the case %(title)s", title=title.strip()[:LONGEST])):
            return begin(
                actor,
                now,
                title=title,
                kind=kind,
                severity=severity,
                exercise=exercise,
                country=country,
                summary=summary,
            )

    return twice(do)


def begin(
    actor: str,
    now: datetime,
    *,
    title: str,
    kind: str = "",
    severity: str = "",
    exercise: bool = False,
    country: str = "",
    summary: str = "",
) -> Case:
    """The same within an act that is open already.

    The plan that is approved is the case's from now on; those whom it names have their roles, and the tasks
    of the kind's playbook are made.
    """
    title, summary = _titled(title), _summed(summary)
    content = plan_content(None)
    if kind and kind not in content.playbooks:
        raise _no_kind()
    if severity and severity_of(content, severity) is None:
        raise _no_severity()
    profile = live_profile()
    made: Case = Case.objects.create(
        id=new_key(),
        number=next_number(),
        title=title,
        kind=kind,
        severity=severity,
        phase="identify",
        summary=summary,
        country=country or (profile.country if profile else ""),
        zone=str(zone_of(profile)),
        exercise=exercise,
        plan_entry=approved_entry(),
        opened_at=now,
        opened_by=actor,
    )
    say(actor, made, now, recorded("The case is opened."))
    role_acts.fill_from_plan(actor, made, now)
    playbook_tasks.make_tasks(actor, made, now)
    return made


def describe(
    actor: str, key: str, *, title: str | None, summary: str | None, seen: int | None, now: datetime
) -> Case:
    """Say what a case is called, and what is known by now; None leaves either as it stands.

    Raises Refused if somebody changed the case since the entry `seen`, BadInput for what cannot be.
    """
    title = None if title is None else _titled(title)
    summary = None if summary is None else _summed(summary)
    with recording(actor, "say what is known of a case"):
        case = held(key, seen)
        case.title = case.title if title is None else title
        case.summary = case.summary if summary is None else summary
        case.save()
    return case


def set_severity(actor: str, key: str, severity: str, words: str, seen: int | None, now: datetime) -> Case:
    """Say how grave it is, on the scale of the plan. A change of it needs a word."""
    with recording(actor, "say how grave a case is"):
        case = held(key, seen)
        content = plan_content(case)
        if severity_of(content, severity) is None:
            raise _no_severity()
        if severity == case.severity:
            raise BadInput(_("It is of this severity already."), _("Choose another."), "severity")
        if case.severity:
            words = sentence(words, _("Say why it is graver, or less grave, than it was thought."))
        with in_the_records_language():
            before, after = severity_name(content, case.severity), severity_name(content, severity)
        case.severity = severity
        case.save()
        if before:
            say(
                actor,
                case,
                now,
                recorded(
                    "Severity: from %(before)s to %(after)s. %(words)s",
                    before=before,
                    after=after,
                    words=words.strip(),
                ),
            )
        else:
            say(
                actor, case, now, recorded("Severity: %(after)s. %(words)s", after=after, words=words).strip()
            )
    return case


def set_kind(actor: str, key: str, kind: str, words: str, seen: int | None, now: datetime) -> Case:
    """Say what kind of incident it is.

    The tasks of that playbook are made; those of the one before that nobody has done are dropped, with the
    word that a change needs.
    """
    with recording(actor, "say what kind of incident a case is"):
        case = held(key, seen)
        content = plan_content(case)
        if kind not in content.playbooks:
            raise _no_kind()
        if kind == case.kind:
            raise BadInput(_("It is of this kind already."), _("Choose another."), "kind")
        with in_the_records_language():
            before, after = kind_name(content, case.kind), kind_name(content, kind)
        if case.kind:
            words = sentence(words, _("Say what shows that it is of another kind."))
            playbook_tasks.drop_tasks(
                actor, case, recorded("The incident is of another kind: %(words)s", words=words), now
            )
        case.kind = kind
        case.save()
        made = playbook_tasks.make_tasks(actor, case, now)
        if before:
            say(
                actor,
                case,
                now,
                recorded(
                    "Kind: %(after)s, no longer %(before)s; %(made)s tasks made. %(words)s",
                    before=before,
                    after=after,
                    made=made,
                    words=words.strip(),
                ),
            )
        else:
            say(
                actor,
                case,
                now,
                recorded(
                    "Kind: %(after)s; %(made)s tasks made. %(words)s",
                    after=after,
                    made=made,
                    words=words.strip(),
                ),
            )
    return case


def move_phase(actor: str, key: str, phase: str, words: str, seen: int | None, now: datetime) -> Case:
    """Move a case to another phase, on or back, with a word."""
    words = sentence(words, _("Say what is done, or why it goes back."))
    if phase not in OF_CASES:
        raise BadInput(_("A case has no such phase."), _("Choose one of the list."), "phase")
    with recording(actor, "move a case to another phase"):
        case = held(key, seen)
        if phase == case.phase:
            raise BadInput(_("It is in this phase already."), _("Choose another."), "phase")
        back = OF_CASES.index(phase) < OF_CASES.index(case.phase)
        with in_the_records_language():
            before, after = str(phase_of(case.phase).name), str(phase_of(phase).name)
        case.phase = phase
        case.save()
        if back:
            told = recorded(
                "Phase: back from %(before)s to %(after)s. %(words)s", before=before, after=after, words=words
            )
        else:
            told = recorded(
                "Phase: from %(before)s to %(after)s. %(words)s", before=before, after=after, words=words
            )
        say(actor, case, now, told)
    return case


def end_as_none(actor: str, key: str, words: str, seen: int | None, now: datetime) -> Case:
    """Close a case as no incident, with the reason. Its tasks that nobody has done are dropped with it.

    How a case that was one closes: `closing.py`. What stands in the way there (a clock that runs, a lesson
    without its answer) stands in the way here, too. Raises Refused that names it.
    """
    words = sentence(words, _("Say what shows that it is no incident."))
    with recording(actor, "close a case as no incident"):
        case = held(key, seen)
        playbook_tasks.drop_tasks(actor, case, recorded("It is no incident: %(words)s", words=words), now)
        demand_settled(case, now)
        say(actor, case, now, recorded("Closed as no incident. %(words)s", words=words))
        case.closed_at, case.closed_by, case.closed_as, case.closed_words = now, actor, "no incident", words
        case.save()
    return case


def open_again(actor: str, key: str, words: str, now: datetime) -> Case:
    """Open a closed case again; of one that was thought to be none, the playbook's tasks are made again.

    Raises Refused for one that is open, or that was merged into another.
    """
    words = sentence(words, _("Say what came up."))
    with recording(actor, "open a case again"):
        case = held_whole(key)
        if case.closed_at is None:
            raise Refused(_("This case is open already."), _("There is nothing left to do."))
        if case.merged_into_id is not None:
            raise Refused(
                _("This case went up in another one."), _("Go on there: its page leads to that case.")
            )
        was_none = case.closed_as == "no incident"
        case.closed_at, case.closed_by, case.closed_as, case.closed_words = None, "", "", ""
        case.save()
        say(actor, case, now, recorded("Opened again. %(words)s", words=words))
        made = playbook_tasks.make_tasks(actor, case, now) if was_none else 0
        if made:
            say(actor, case, now, recorded("Tasks of its playbook made again: %(made)s.", made=made))
    return case


def _titled(title: str) -> str:
    title = title.strip()
    if not 0 < len(title) <= LONGEST:
        raise BadInput(
            _("A case needs a title of at most %s characters.") % LONGEST,
            _("Say in a few words what happened."),
            "title",
        )
    return title


def _summed(summary: str) -> str:
    if len(summary.strip()) > LONG:
        raise BadInput(_("The text is too long."), _("Use at most %s characters.") % LONG, "summary")
    return summary.strip()


def _no_kind() -> BadInput:
    return BadInput(_("The plan has no playbook of this kind."), _("Choose one of the list."), "kind")


def _no_severity() -> BadInput:
    return BadInput(_("The plan’s scale has no such step."), _("Choose one of the list."), "severity")
