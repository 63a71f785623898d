"""The posture as the terminal shows it, and as `assess --json` gives it to other programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from duecare.errors import DuecareError
from duecare.home import Home
from duecare.law.duties.actions import make_duty_tasks
from duecare.ledger import asof, blobs, sealing
from duecare.ledger.browsing import newest_checkpoint
from duecare.ledger.models import Head
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Viewer
from duecare.patching.waiting import Update, Waiting, waiting
from duecare.patching.weaknesses.actions import match_apart
from duecare.program import assessing
from duecare.program.finding_tasks import make_finding_tasks
from duecare.program.judgement import Facts, Grade, Unread, Verdict
from duecare.program.posture import Found, Said, Standing, State, count_states
from duecare.program.queries import live_profile, profile, required_by, standings, zone_of
from duecare.program.reach import Reach, reach
from duecare.program.statement_queries import names_of
from duecare.systems.actions import take_in_report
from duecare.systems.here import collect_here
from duecare.systems.models import Report

WORDS = {
    State.FAILING: "FAILING ",
    State.UNPROVEN: "unproven",
    State.EXCEPTED: "excepted",
    State.STATED: "stated  ",
    State.PROVEN: "proven  ",
}
LISTED = 20
"""Security updates that are named in the terminal; `--json` has them all."""
_MADE_UP = " of a demonstration: everything in it is made up"


@dataclass(frozen=True, slots=True)
class OwnUpdates:
    """What waits to be installed on the machine that Duecare runs on, by its newest report."""

    host: str
    collected_at: datetime
    now: datetime
    waiting: Waiting | None
    """None if the report could not tell; `fault` says why."""
    fault: str

    def told(self) -> dict[str, Any]:
        """What the JSON says."""
        found = self.waiting
        return {
            "host": self.host,
            "collected_at": self.collected_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "fault": self.fault or None,
            "security": None if found is None else [_update(one) for one in found.security],
            "unlabelled": None if found is None else found.unlabelled,
            "others": None if found is None else found.others,
        }

    def lines(self) -> list[str]:
        """What the terminal says."""
        if self.waiting is None:
            return [f"  Updates of {self.host}: unknown. {self.fault}", ""]
        found = self.waiting
        lines = [
            f"  Security updates that wait on {self.host}, by its report of "
            f"{self.collected_at:%Y-%m-%d %H:%M} UTC: {len(found.security)}"
            f" (and {found.others} other updates)"
        ]
        if (old := (self.now - self.collected_at).days) >= 2:
            lines.append(f"    That report is {old} days old: what came since is not known")
        if found.unlabelled:
            lines.append(f"    {found.unlabelled} more may be: their vendor does not say")
        if self.fault:
            lines.append(f"    There may be more: {self.fault}")
        for one in found.security[:LISTED]:
            age = "age unknown" if one.days is None else _days(one.days)
            lines.append(f"    {age:<12} {one.name}  {one.installed} -> {one.offered}  {one.origin}"[:150])
        if len(found.security) > LISTED:
            lines.append(f"    and {len(found.security) - LISTED} more: --json names them all")
        return [*lines, ""]


def _days(days: int) -> str:
    return "seen today" if days == 0 else "1 day" if days == 1 else f"{days} days"


def _update(one: Update) -> dict[str, Any]:
    return {
        "name": one.name,
        "installed": one.installed,
        "offered": one.offered,
        "origin": one.origin,
        "first_seen": one.first_seen,
        "days": one.days,
    }


def own_updates(now: datetime) -> OwnUpdates | None:
    """What waits on this machine, in the view that is in force; None if it never reported."""
    report = (
        Report.objects.filter(grade=Grade.OWN.value, newest=True, host__removed_at=None)
        .exclude(host__pulled__bound=True)  # those are other machines, read over SSH
        .select_related("host")
        .order_by("-collected_at")
        .first()
    )
    if report is None:
        return None
    name, at = report.host.name, report.collected_at
    try:
        facts = json.loads(blobs.fetch(report.report))["facts"]
        found = waiting(Facts(at, at, facts, report.live))
    except DuecareError as error:
        return OwnUpdates(name, at, now, None, error.what)
    except Unread as unread:
        return OwnUpdates(name, at, now, None, str(unread))
    return OwnUpdates(name, at, now, found, found.fault)


@dataclass(frozen=True, slots=True)
class Posture:
    """What can be said of every safeguard at a moment, and of the record that says it."""

    as_of: datetime
    standings: tuple[Standing, ...]
    required_by: dict[str, list[str]]
    """Ids of the obligations that apply, by safeguard."""
    reach: Reach
    size: int
    root: str
    checkpoint: int | None
    exceptions: Callable[[str], list[dict[str, Any]]]
    updates: OwnUpdates | None
    names: Mapping[str, str]
    """Who made the statements, in words, by actor."""
    demonstration: bool
    """Whether all of it is made up."""

    def fails(self, limit: str) -> bool:
        """Whether anything is worse than `limit` allows: "unmet", "unknown" or "" for anything goes.

        An admitted gap is unmet, a statement that expired or is doubted is unknown; a question that nobody
        has answered is neither. Gaps under an approved exception that holds fail nothing.
        """
        unmet = any(Verdict.UNMET in self._verdicts(one) for one in self.standings if one.excuse is None)
        if limit != "unknown":
            return unmet and limit == "unmet"
        open_ones = [one for one in self.standings if one.state is not State.EXCEPTED]
        return unmet or any(one.unjudged or Verdict.UNKNOWN in self._verdicts(one) for one in open_ones)

    def _verdicts(self, standing: Standing) -> set[Verdict]:
        checked = {one.verdict_at(self.as_of) for one in standing.found}
        return checked | {one.verdict_at(self.as_of) for one in standing.said}

    def as_json(self) -> str:
        return json.dumps(self.told(), indent=2, ensure_ascii=False)

    def told(self) -> dict[str, Any]:
        """What the JSON says."""
        return {
            "as_of": self.as_of.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "safeguards": [self._safeguard(one) for one in self.standings],
            "updates": self.updates and self.updates.told(),
            "ledger": {"size": self.size, "root": self.root, "checkpoint": self.checkpoint},
        }

    def _safeguard(self, standing: Standing) -> dict[str, Any]:
        return {
            "id": standing.safeguard.id,
            "title": standing.safeguard.title,
            "status": standing.state.value,
            "required_by": self.required_by.get(standing.safeguard.id, []),
            "checks": [self._check(one) for one in standing.found],
            "statements": [self._statement(one) for one in standing.said],
        }

    def _statement(self, said: Said) -> dict[str, Any]:
        return {
            "question": said.question,
            "asked": said.asked,
            "answer": said.answer,
            "made_by": self.names[said.made_by],
            "made_at": said.made_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "expires": said.expires.isoformat(),
            "review": said.review or None,
        }

    def _check(self, found: Found) -> dict[str, Any]:
        return {
            "id": found.check.id,
            "question": found.check.question,
            "verdict": found.verdict_at(self.as_of).value,
            "population": found.population,
            "exceptions": [
                {"subject": " ".join(filter(None, (line["name"], line["item"]))), "reason": line["reason"]}
                for line in self.exceptions(found.exceptions)
            ],
            "measure": found.measure,
            "evidence": found.grade or None,
        }

    def as_text(self) -> str:
        """A short posture: what fails, what cannot be proven, and how far the view reaches."""
        counts = count_states(self.standings)
        outcomes = [one for standing in self.standings for one in standing.found]
        lines = [
            "",
            f"Posture at {self.as_of:%Y-%m-%d %H:%M} UTC{_MADE_UP if self.demonstration else ''}",
            f"  {counts[State.FAILING]} safeguards failing, {counts[State.UNPROVEN]} unproven, "
            f"{counts[State.EXCEPTED]} excepted, "
            f"{counts[State.STATED]} stated by people, {counts[State.PROVEN]} proven, "
            f"of {len(self.standings)}; {len(outcomes)} outcomes of checks",
            f"  {self.reach.words}",
            "",
        ]
        for state in WORDS:
            judged = [one for one in self.standings if one.state is state and not one.silent]
            lines += [f"  {WORDS[state]}  {one.safeguard.title:<28} {one.why}"[:150] for one in judged]
        silent = sum(one.silent for one in self.standings)
        if silent:
            lines.append(
                f"  unproven  {silent} more safeguards: no check tests them, nobody answered for them"
            )
        lines += ["", *(self.updates.lines() if self.updates else [])]
        lines += [f"  Record: {self.size:,} entries, root {self.root[:16]}…", ""]
        return "\n".join(lines)


def posture_now(viewer: Viewer) -> Posture:
    """The posture of this moment."""
    size = sealing.seal()
    return posture_of(viewer, utc_now(), size)


def posture_as_of(text: str, viewer: Viewer) -> Posture:
    """The posture as it stood. Raises BadInput if the text is no day."""
    instant = min(asof.parse_instant(text, zone_of(live_profile())), utc_now())
    view = asof.view_at(instant)
    with asof.viewing(view):
        return posture_of(viewer, instant, view.size)


@contextmanager
def at_moment(text: str) -> Iterator[datetime]:
    """The moment that a command speaks from: now, or that of a past day, which is then viewed.

    Raises BadInput if the text is no day.
    """
    if not text:
        yield utc_now()
        return
    instant = min(asof.parse_instant(text, zone_of(live_profile())), utc_now())
    with asof.viewing(asof.view_at(instant)):
        yield instant


def posture_of(viewer: Viewer, now: datetime, size: int) -> Posture:
    """The posture in the view that is in force, of so many entries."""
    sealing.seal()
    signed = newest_checkpoint()
    certain = {
        key: [asker.id for asker in askers if asker.certain] for key, askers in required_by(profile()).items()
    }
    rows = tuple(standings(viewer, now))
    return Posture(
        as_of=now,
        standings=rows,
        required_by=certain,
        reach=reach(profile()),
        size=size,
        root=sealing.root(size).hex(),
        checkpoint=signed.size if signed else None,
        exceptions=assessing.read_lines,
        updates=own_updates(now),
        names=names_of({one.made_by for row in rows for one in row.said}, viewer),
        demonstration=Head.objects.get().demonstration,
    )


def assess(
    actor: str, *, collect: bool, progress: Callable[[int], None], say: Callable[[str], None]
) -> assessing.Assessed:
    """Gather facts about this machine if asked to, hold software against the feeds, judge all hosts, make the
    tasks that findings and duties need, sign."""
    home: Home = settings.DUECARE_HOME
    if collect and Head.objects.get().demonstration:
        say("This is a demonstration: the machine it runs on is left out.")
    elif collect:
        now = utc_now()
        report = collect_here(home.path / "first-seen.json", now)
        try:
            take_in_report(report, actor, utc_now(), Grade.OWN, new_host=True)
        except DuecareError as error:
            say(f"This machine's own report was not taken in: {error}")
    try:
        match_apart(actor, utc_now())
    except DuecareError as error:
        say(f"Software was not held against the feeds of advisories: {error}")
    done = assessing.assess(actor, utc_now(), progress=progress)
    make_finding_tasks(actor, utc_now())
    make_duty_tasks(actor, utc_now())
    sealing.checkpoint()
    return done
