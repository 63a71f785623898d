"""Evidence moves the curve: what checks measured of a safeguard counts before what was estimated."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.judgement import checks
from duecare.program.models import Assessment, Outcome
from duecare.risk.curve_files import answer
from duecare.risk.models import Effect, Estimate, Scenario
from duecare.risk.register.kept_outcomes import measured
from duecare.risk.register.portfolios import Stage, write
from duecare.risk.register.queries import rows_of

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
DAY = timedelta(days=1)
CHECK = checks()[0]
VIEWER = Viewer("person:k1", "Owner", frozenset({Role.OWNER}))


def judge(at: datetime, gaps: int, fresh: timedelta = 2 * DAY) -> None:
    """An outcome of a check as an assessment of that moment writes it."""
    before = Outcome.objects.filter(pk=CHECK.id).first()
    verdict = "unmet" if gaps else "met"
    with recording("job:test", "record what the checks found"):
        running = Assessment.objects.create(id=new_key(), started_at=at, program="1")
        Outcome(
            id=CHECK.id, safeguard=CHECK.safeguard, verdict=verdict, revision=1, population=10, subjects=10,
            unmet=gaps, unknown=0, stale_at=at + fresh, evidence_at=at, judged_at=at, assessment=running,
            since=before.since if before and before.verdict == verdict else at,
        ).save(force_insert=before is None, force_update=before is not None)  # fmt: skip


def scenario() -> Scenario:
    with recording(VIEWER.actor, "write a scenario"):
        made: Scenario = Scenario.objects.create(
            id=new_key(), number=1, title="Ransomware", who="Criminals", does="encrypt", to="files",
            harm="Work stands still.", made_at=NOW, made_by=VIEWER.actor,
        )  # fmt: skip
        told = {"scenario": made, "frequency_left": 1_000_000, "magnitude_left": 1_000_000, "made_at": NOW}
        for what, kind, numbers in (("rate", "pert", [50_000, 200_000, 800_000]),
                                    ("response", "range", [5_000_000, 200_000_000])):  # fmt: skip
            Estimate.objects.create(
                id=new_key(), what=what, kind=kind, numbers=numbers, reason="x", confidence="low", **told
            )
        Effect.objects.create(
            id=new_key(), scenario=made, safeguard=CHECK.safeguard, on="frequency", efficacy=[500, 500, 500],
            coverage=900, reliability=950, reason="x", made_at=NOW, made_by=VIEWER.actor,
        )  # fmt: skip
    return made


def test_the_estimate_counts_until_checks_measure_and_then_the_curve_moves() -> None:
    made = scenario()
    (hold,) = rows_of([made], VIEWER)[0].holds
    assert (hold.coverage, hold.reliability) == (0.9, 0.95)
    before = answer(write(rows_of([made], VIEWER), "own", Stage.TODAY, digits=2).document)["mean"]
    judge(NOW - DAY, gaps=5)
    (hold,) = rows_of([made], VIEWER)[0].holds
    assert (hold.coverage, hold.reliability) == (0.5, 0.95), "a day of history measures no reliability"
    after = answer(write(rows_of([made], VIEWER), "own", Stage.TODAY, digits=2).document)["mean"]
    assert after / before == pytest.approx((1 - 0.5 * 0.5 * 0.95) / (1 - 0.5 * 0.9 * 0.95))


def test_reliability_is_read_from_the_outcomes_that_the_record_kept() -> None:
    for day in range(60, 0, -1):
        judge(NOW - day * DAY, gaps=10 if day > 45 else 0)
    found = measured([CHECK.safeguard, "none-such"], NOW)
    assert found["none-such"].grounds == ()
    (ground,) = found[CHECK.safeguard].grounds
    assert (ground.check, ground.population, ground.coverage) == (CHECK.id, 10, 1000)
    assert (ground.reliability, ground.days) == (750, 60)
    judge(NOW, gaps=0, fresh=-DAY)
    assert measured([CHECK.safeguard], NOW)[CHECK.safeguard].coverage is None, "stale evidence gives nothing"


def test_what_has_been_met_for_more_than_a_year_needs_no_history() -> None:
    judge(NOW - 500 * DAY, gaps=0)
    judge(NOW - DAY, gaps=0)
    (ground,) = measured([CHECK.safeguard], NOW)[CHECK.safeguard].grounds
    assert (ground.reliability, ground.days) == (1000, 365)
