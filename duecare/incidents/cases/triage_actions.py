"""What becomes of reports and alerts that wait: a new case, a part of an open one, or no incident.

Each is one act about all of them. What somebody settled meanwhile is refused by their name: the second of two
people is told, and nothing of theirs is half done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef
from django.utils.translation import gettext as _

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.alerts.models import Alert
from duecare.incidents.cases.actions import begin
from duecare.incidents.cases.acts import held, say, sentence, twice
from duecare.incidents.cases.models import Case, IncidentReport
from duecare.incidents.cases.queries import ALERT, REPORT
from duecare.incidents.timeline.actions import put
from duecare.incidents.timeline.models import TimelineEntry
from duecare.law.moments import Moment
from duecare.ledger.naming import actor_words, name_of
from duecare.ledger.recording import recording
from duecare.web.recorded import recorded
from duecare.words import number

MOST = 1_000
"""Alerts of one act: longer, and others wait for it."""
NAMED = 10
"""Alerts of a group that the timeline names each; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is settled together: keys of reports and of alerts."""

    reports: Sequence[str] = ()
    alerts: Sequence[str] = ()


def take_up(
    actor: str,
    waiting: Waiting,
    now: datetime,
    *,
    title: str,
    kind: str = "",
    severity: str = "",
    words: str = "",
) -> Case:
    """Make a case of reports and alerts. Raises Refused if one of them was settled meanwhile."""

    def do() -> Case:
        with recording(actor, "take up an incident") as act:
            reports, alerts = _reports(waiting.reports), _alerts(waiting.alerts)
            case = begin(actor, now, title=title, kind=kind, severity=severity)
            act.reason = recorded("open the case %(title)s", title=case.title)
            _join(actor, case, reports, alerts, words.strip(), now)
        return case

    return twice(do)


def put_to(actor: str, waiting: Waiting, key: str, words: str, now: datetime) -> Case:
    """Put reports and alerts to an open case. Raises Refused for an exercise, or if one was settled
    meanwhile."""
    with recording(actor, "put what waited to a case"):
        case = held(key)
        if case.exercise:
            raise Refused(
                _("What really happened is not put to an exercise: nobody outside would be told of it."),
                _("Take it up as a new incident, or put it to one that is none."),
            )
        _join(actor, case, _reports(waiting.reports), _alerts(waiting.alerts), words.strip(), now)
    return case


def set_aside(actor: str, waiting: Waiting, words: str, now: datetime) -> None:
    """Say that reports and alerts are no incident, in words that whoever reported reads."""
    words = sentence(words, _("Say why it is no incident: whoever reported it reads this."))
    with recording(actor, "settle what waited as no incident"):
        reports, alerts = _reports(waiting.reports), _alerts(waiting.alerts)
        _settle(actor, None, reports, alerts, words, now)


def let_wait(actor: str, waiting: Waiting, words: str, now: datetime) -> None:
    """Let what was settled as no incident wait again, with the reason. Raises Refused for what was not."""
    words = sentence(words, _("Say what came up."))
    with recording(actor, "let what was settled wait again"):
        reports = list(IncidentReport.objects.select_for_update().filter(pk__in=waiting.reports))
        alerts = list(Alert.objects.select_for_update().filter(pk__in=waiting.alerts))
        settled = [row.triaged_at for row in reports] + [row.settled_at for row in alerts]
        taken = [row.case_id for row in reports] + [row.case_id for row in alerts]
        if not settled or not all(settled) or any(taken):
            raise Refused(
                _("Only what was settled as no incident can wait again."),
                _("What belongs to a case is detached on the case\u2019s page."),
            )
        for report in reports:
            report.triaged_at, report.triaged_by, report.triage_words = None, "", words
            report.save()
        for alert in alerts:
            alert.settled_at, alert.settled_by, alert.settled_words = None, "", words
            alert.save()


def detach_report(actor: str, key: str, report: str, words: str, now: datetime) -> None:
    """Take a report from a case: it waits again. Raises NotFound if it is not of the case any more."""
    words = sentence(words, _("Say why it does not belong to this case."))
    with recording(actor, "take a report from a case"):
        case = held(key)
        row = IncidentReport.objects.select_for_update().filter(pk=report, case=case).first()
        if row is None:
            raise _gone()
        row.case, row.triaged_at, row.triaged_by, row.triage_words = None, None, "", ""
        row.save()
        _strike(actor, case, f"{REPORT}:{row.pk}", words, now)
        say(
            actor,
            case,
            now,
            recorded("A report was detached, and waits again. %(words)s", words=words),
            f"{REPORT}:{row.pk}",
        )


def detach_alert(actor: str, key: str, alert: str, words: str, now: datetime) -> None:
    """Take an alert from a case: it waits again, with the reason. Raises NotFound if it is not of it."""
    words = sentence(words, _("Say why it does not belong to this case."))
    with recording(actor, "take an alert from a case"):
        case = held(key)
        row = Alert.objects.select_for_update().filter(pk=alert, case=case).first()
        if row is None:
            raise _gone()
        row.case, row.settled_at, row.settled_by = None, None, ""
        row.settled_words = recorded(
            "Taken from incident %(number)s: %(words)s", number=case.number, words=words
        )
        row.save()
        _strike(actor, case, f"{ALERT}:{row.pk}", words, now)
        say(
            actor,
            case,
            now,
            recorded("Alert detached: %(rule)s. %(words)s", rule=row.rule, words=words),
            f"{ALERT}:{row.pk}",
        )


def _strike(actor: str, case: Case, about: str, why: str, now: datetime) -> None:
    """Strike what a report or an alert told in the timeline, now that it is not of the case.

    What started a clock of the law since stays: that is struck by a person, who sees which limits go with it.
    """
    TimelineEntry.objects.filter(case=case, about=about, kind="event", trigger="", struck_at=None).update(
        struck_at=now, struck_by=actor, struck_because=why
    )


def _join(
    actor: str, case: Case, reports: list[IncidentReport], alerts: list[Alert], words: str, now: datetime
) -> None:
    _settle(actor, case, reports, alerts, words, now)
    for report in reports:
        _tell_report(actor, case, report, now)
    for alert in alerts[:NAMED]:
        told = recorded("%(source)s: %(rule)s", source=alert.source, rule=alert.rule)
        happened = Moment(alert.happened_at, case.zone)
        put(
            actor,
            case,
            now,
            told,
            happened,
            "event",
            source=alert.source,
            about=f"{ALERT}:{alert.pk}",
            techniques=alert.techniques,
        )
    if len(alerts) > NAMED:
        told = recorded("%(more)s further alerts were put to this case.", more=number(len(alerts) - NAMED))
        say(actor, case, now, told)


def _tell_report(actor: str, case: Case, report: IncidentReport, now: datetime) -> None:
    """What a report says, into the timeline; the first of a case is its milestone."""
    marked = set(
        TimelineEntry.objects.filter(
            case=case, struck_at=None, mark__in=("detected", "reported")
        ).values_list("mark", flat=True)
    )
    about = f"{REPORT}:{report.pk}"
    if report.noticed_at is not None:
        mark = "" if "detected" in marked else "detected"
        put(
            actor,
            case,
            now,
            recorded("Noticed, as was reported."),
            Moment(report.noticed_at, case.zone),
            "event",
            mark=mark,
            about=about,
        )
    mark = "" if "reported" in marked else "reported"
    told = recorded("Reported: %(words)s", words=report.words)
    put(actor, case, now, told, Moment(report.reported_at, case.zone), "event", mark=mark, about=about)


def _settle(
    actor: str,
    case: Case | None,
    reports: list[IncidentReport],
    alerts: list[Alert],
    words: str,
    now: datetime,
) -> None:
    if not reports and not alerts:
        raise BadInput(_("Nothing was chosen."), _("Choose what to settle."))
    for report in reports:
        report.case, report.triaged_at, report.triaged_by, report.triage_words = case, now, actor, words
        report.save()
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(
        case=case, settled_at=now, settled_by=actor, settled_words=words
    )


def _reports(keys: Sequence[str]) -> list[IncidentReport]:
    found: list[Any] = list(
        IncidentReport.objects.select_for_update(of=("self",))
        .select_related("case")
        .annotate(who=name_of(OuterRef("triaged_by")))
        .filter(pk__in=keys)
        .order_by("reported_at", "id")
    )
    if len(found) != len(set(keys)):
        raise _gone()
    for row in found:
        if row.triaged_at is not None:
            raise _settled(row.triaged_by, row.who, row.case)
    return found


def _alerts(keys: Sequence[str]) -> list[Alert]:
    if len(keys) > MOST:
        raise BadInput(
            _("At most %s alerts are settled in one act.") % number(MOST),
            _("Settle them in parts: the rest waits, and can be put to the same incident."),
        )
    found: list[Any] = list(
        Alert.objects.select_for_update(of=("self",))
        .select_related("case")
        .annotate(who=name_of(OuterRef("settled_by")))
        .filter(pk__in=keys)
        .order_by("happened_at", "id")
    )
    if len(found) != len(set(keys)):
        raise _gone()
    for row in found:
        if row.settled_at is not None:
            raise _settled(row.settled_by, row.who, row.case)
    return found


def _settled(actor: str, name: Any, case: Case | None) -> Refused:
    who = actor_words(actor, name)
    if case is None:
        what = _("%s has settled this as no incident meanwhile.") % who
    else:
        what = _("%(who)s has put this to incident %(number)s meanwhile.") % {
            "who": who,
            "number": case.number,
        }
    return Refused(what, _("Look again at what waits."))


def _gone() -> NotFound:
    return NotFound(_("It is not there any more."), _("Look again at what waits."))
