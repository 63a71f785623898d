"""What pages, commands and jobs read of the spine."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from duecare.ledger import asof
from duecare.ledger.asof import LIVE, end_of
from duecare.ledger.once import once
from duecare.ledger.viewers import Viewer
from duecare.program.askers import Asker, registered
from duecare.program.catalogue import Safeguard, area_of, catalogue
from duecare.program.judgement import Check, Verdict, checks, find_check
from duecare.program.models import Answer, Outcome, Profile, Statement, Target
from duecare.program.posture import Asked, Found, Said, Standing, excepted, standing
from duecare.program.questions import questions
from duecare.program.targets import TargetDefinition, definitions

PROFILE = "profile"


@dataclass(frozen=True, slots=True)
class CurrentTarget:
    """The number that holds now, and whether the organisation has said so."""

    definition: TargetDefinition
    value: int
    adopted: Target | None
    """None while it is only the shipped default."""

    @property
    def words(self) -> str:
        """The number with its unit: "14 days"."""
        return self.definition.counted(self.value)


def current_targets() -> dict[str, CurrentTarget]:
    """Every target by id, with the organisation's number or else the default."""
    adopted = once("targets", Target.objects.in_bulk)
    return {
        id: CurrentTarget(
            definition, adopted[id].value if id in adopted else definition.default, adopted.get(id)
        )
        for id, definition in definitions().items()
    }


def profile() -> Profile | None:
    """The organisation's profile; None before the first run is finished."""
    if asof.current() is None:
        return live_profile()
    return once("profile", lambda: Profile.objects.filter(pk=PROFILE).first())


def live_profile() -> Profile | None:
    """The profile of today, also while a past day is being viewed: days are counted in today's zone."""
    return once("live profile", lambda: Profile.objects.using(LIVE).filter(pk=PROFILE).first(), live=True)


def zone_of(profile: Profile | None) -> ZoneInfo:
    """The organisation's time zone."""
    return ZoneInfo(profile.zone if profile else "UTC")


def found_outcomes(viewer: Viewer) -> dict[str, Found]:
    """The outcomes that a viewer may see, by check id; those of checks that no longer exist are left out."""
    rows = Outcome.objects.all().visible_to(viewer)
    return {row.pk: _found(row, check) for row in rows if (check := find_check(row.pk)) is not None}


def _found(row: Outcome, check: Check) -> Found:
    return Found(
        check=check,
        verdict=Verdict(row.verdict),
        reason=row.reason,
        population=row.population,
        subjects=row.subjects,
        unmet=row.unmet,
        unknown=row.unknown,
        example=row.example,
        measure=row.measure,
        target=row.target,
        grade=row.grade,
        evidence_at=row.evidence_at,
        stale_at=row.stale_at,
        judged_at=row.judged_at,
        since=row.since,
        exceptions=row.exceptions,
        looked_at=row.looked_at,
        population_was=row.population_was,
        target_was=row.target_was,
    )


MEANS = {
    Answer.YES: Verdict.MET,
    Answer.PARTLY: Verdict.UNMET,
    Answer.NO: Verdict.UNMET,
    Answer.NOT_APPLICABLE: Verdict.NOT_APPLICABLE,
}
"""What an answer comes to. Half-done is not done."""


def safeguards_for(viewer: Viewer) -> dict[str, Safeguard]:
    """The safeguards of the catalogue that a viewer may see, by id: those of the areas that they cover."""
    return {id: one for id, one in catalogue().items() if viewer.reads and viewer.covers(one.area)}


def all_asked(viewer: Viewer, safeguard: str = "") -> dict[str, list[Asked]]:
    """Every question of the viewer's areas with the statement that answers it, as far as they may see it, by
    safeguard; those of one safeguard alone if it is given. Statements of questions that no longer exist are
    left out."""
    rows = Statement.objects.all().visible_to(viewer).filter(ended_at=None)
    if safeguard:
        rows = rows.filter(safeguard=safeguard)
    statements = {row.question: row for row in rows.order_by("made_at", "id")}
    # Days end where the organisation is today, on a page of a past day too.
    zone = zone_of(live_profile()) if statements else ZoneInfo("UTC")
    found: dict[str, list[Asked]] = {}
    for question in questions().values():
        if safeguard in ("", question.safeguard) and viewer.covers(area_of(question.safeguard)):
            row = statements.get(question.id)
            said = None if row is None else said_by(row, zone)
            found.setdefault(question.safeguard, []).append(Asked(question, said))
    return found


def said_by(row: Statement, zone: tzinfo) -> Said:
    """A statement as posture needs it; `zone` is where its last day ends."""
    return Said(
        key=row.pk,
        question=row.question,
        asked=row.asked,
        answer=row.answer,
        means=MEANS[Answer(row.answer)],
        made_by=row.made_by,
        made_at=row.made_at,
        expires=row.expires,
        expires_at=end_of(row.expires, zone),
        review=row.review,
        reviewed_at=row.reviewed_at,
    )


def standings(viewer: Viewer, now: datetime) -> list[Standing]:
    """Every safeguard that the viewer may see with its state, in the catalogue's order."""
    found, asked = found_outcomes(viewer), all_asked(viewer)
    of: dict[str, list[Check]] = {}
    for check in checks():
        of.setdefault(check.safeguard, []).append(check)
    rows = [
        standing(safeguard, of.get(id, []), found, now, asked.get(id, []))
        for id, safeguard in safeguards_for(viewer).items()
    ]
    return _excused(rows, viewer, now)


def standing_of(safeguard: Safeguard, viewer: Viewer, now: datetime) -> Standing:
    """One safeguard with its state."""
    mine = [check for check in checks() if check.safeguard == safeguard.id]
    asked = all_asked(viewer, safeguard.id).get(safeguard.id, [])
    return _excused([standing(safeguard, mine, found_outcomes(viewer), now, asked)], viewer, now)[0]


def _excused(rows: list[Standing], viewer: Viewer, now: datetime) -> list[Standing]:
    """The same safeguards under the exceptions that hold."""
    from duecare.program.exception_queries import excuses  # exceptions are decided on by what is read here

    excused = excuses(viewer, now, rows[0].safeguard.id if len(rows) == 1 else "")
    return [
        excepted(row, excused[row.safeguard.id], now) if row.safeguard.id in excused else row for row in rows
    ]


def required_by(profile: Profile | None) -> dict[str, list[Asker]]:
    """Who asks for each safeguard, by its id; certain ones first."""
    facts = dict(profile.facts) if profile else {}
    found: dict[str, list[Asker]] = {}
    for function in registered():
        for safeguard, askers in function(facts).items():
            found.setdefault(safeguard, []).extend(askers)
    return {key: sorted(askers, key=lambda a: (not a.certain, a.name)) for key, askers in found.items()}
