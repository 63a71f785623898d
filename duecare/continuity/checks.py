"""Checks of backups, as far as the host itself can tell: a job, its last success, a copy elsewhere.

That a backup can be restored is shown by restore tests alone, not by a job's success.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from duecare.program.judgement import (
    Facts,
    Item,
    Judgement,
    Section,
    check,
    met,
    not_applicable,
    unknown,
    unmet,
)
from duecare.systems.evidence import (
    FAST,
    SLOW,
    days_since,
    each,
    few,
    perhaps_done_by_its_host,
    undated,
    value,
)
from duecare.words import gettext as _
from duecare.words import gettext_noop

Job = Mapping[str, Any]

SHORT = 60
NO_BACKUP = gettext_noop("no backup job is set up, which is a gap of its own")


@check(
    "continuity.backup_set_up",
    safeguard="backups",
    question="Is a backup job set up and enabled on the computer?",
    advice="Set up a daily backup; where another computer fetches it, record a statement.",
    fresh_for=SLOW,
)
def backup_set_up(facts: Facts, _target: None) -> Judgement:
    section = facts.section("backup")
    jobs = _jobs(section)
    if any(job["enabled"] for job in jobs):
        return met()
    untold = [_name(job) for job in jobs if job["enabled"] is None]
    if untold:
        return unknown(_("whether it is enabled could not be told: %(names)s") % {"names": few(untold)})
    if not section.complete:
        return unknown(
            _("not all places where backup jobs are set up could be read: %(problems)s")
            % {"problems": section.problems}
        )
    disabled = (
        _("set up but disabled: %(names)s") % {"names": few(map(_name, jobs))}
        if jobs
        else _("no backup job was found")
    )
    return perhaps_done_by_its_host(facts, _("the backup"), unmet(disabled))


@check(
    "continuity.backup_recent",
    safeguard="backups",
    question="Did every backup job succeed within the target number of days?",
    advice="Read the job's log, put right what failed, and run it once by hand.",
    fresh_for=FAST,
    counts="backup jobs",
    target="backup_days",
    unit="days",
)
def backup_recent(facts: Facts, target: int) -> Judgement:
    section = facts.section("backup")
    jobs = _active(section)
    if not jobs and section.complete:
        return not_applicable(_(NO_BACKUP))
    late: list[Item] = []
    untold: list[Item] = []
    ages: list[int] = []
    for job in jobs:
        age = days_since(facts, job["last_success"])
        if age is None:
            untold.append(
                Item(_name(job), _("its last success: %(why)s") % {"why": undated(job["last_success"])})
            )
            continue
        ages.append(age)
        if age > target:
            late.append(
                Item(
                    _name(job),
                    _("it last succeeded %(age)s days ago, expected at most %(target)s")
                    % {"age": age, "target": target},
                )
            )
    return each(len(jobs), late, untold, read_from=[section], measure=max(ages, default=None))


@check(
    "continuity.backup_off_host",
    safeguard="backups",
    question="Does a backup go to another computer?",
    advice="Send a copy to another place, one that this computer cannot erase.",
    fresh_for=SLOW,
)
def backup_off_host(facts: Facts, _target: None) -> Judgement:
    section = facts.section("backup")
    jobs = _active(section)
    if any(job["enabled"] and job["off_host"] for job in jobs):
        return met()
    if not section.complete:
        return unknown(
            _("not all places where backup jobs are set up could be read: %(problems)s")
            % {"problems": section.problems}
        )
    if not jobs:
        return not_applicable(_(NO_BACKUP))
    untold = [_name(job) for job in jobs if job["off_host"] is not False]
    if untold:
        return unknown(
            _("whether it leaves the computer could not be told: %(names)s") % {"names": few(untold)}
        )
    return unmet(_("every backup stays on the computer: %(names)s") % {"names": few(map(_name, jobs))})


def _jobs(section: Section) -> Sequence[Job]:
    found: Sequence[Job] = [] if section.absent else value(section, "jobs")
    return found


def _active(section: Section) -> Sequence[Job]:
    """Jobs not known to be disabled."""
    return [job for job in _jobs(section) if job["enabled"] is not False]


def _name(job: Job) -> str:
    """Short, and the same from one report to the next: what a job saves is often a whole command line."""
    tool: str = job["tool"]
    what: str = job["what"] or ""
    return f"{tool} of {what}" if 0 < len(what) <= SHORT else f"{tool} in {job['source']}"
