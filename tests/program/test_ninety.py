"""Which tasks the first ninety days hold: whatever is known of an organisation, and for one clinic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from duecare.program.catalogue import catalogue
from duecare.program.judgement import Verdict
from duecare.program.ninety import (
    CHORES,
    IG1,
    MOST,
    WEEK_MINUTES,
    WEEKS,
    WEIGHTS,
    Chore,
    Known,
    Planned,
    Who,
    choose,
    rank,
)
from duecare.program.posture import Asked, Found, Said, Standing, State
from duecare.program.questions import questions_of
from duecare.program.services import Service
from tests.program.fakes import check, told

NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


def said(question: str, review: str = "") -> Said:
    return Said(
        key=f"key-{question}",
        question=question,
        asked="?",
        answer="yes",
        means=Verdict.MET,
        made_by="person:x",
        made_at=NOW,
        expires=date(2027, 11, 28),
        expires_at=NOW,
        review=review,
    )


def standing(id: str, state: State, review: str = "") -> Standing:
    asked = tuple(
        Asked(question, said(question.id, review) if state is State.STATED else None)
        for question in questions_of(id)
    )
    return Standing(catalogue()[id], state, None, f"{id} is {state}", (), (), asked)


def known(states: dict[str, State], **more: object) -> Known:
    return Known(tuple(standing(id, states.get(id, State.PROVEN)) for id in catalogue()), **more)  # type: ignore[arg-type]


chores = st.lists(st.sampled_from(sorted(CHORES)), unique=True).map(
    lambda ids: tuple(Chore(id, f"do {id}", "because", f"site.place:{id}") for id in ids)
)
anything = st.builds(
    lambda states, services, asked, data, approver, left: known(
        dict(zip(catalogue(), states, strict=True)),
        services=services,
        asked_by=asked,
        data_of=data,
        approver=approver,
        chores=left,
    ),
    st.lists(st.sampled_from(State), min_size=len(catalogue()), max_size=len(catalogue())),
    st.frozensets(st.sampled_from(Service)),
    st.dictionaries(st.sampled_from(sorted(catalogue())), st.integers(0, 9)),
    st.integers(0, 10**6),
    st.booleans(),
    chores,
)


def by_week(plan: tuple[Planned, ...]) -> dict[int, list[Planned]]:
    return {week: [one for one in plan if one.week == week] for week in {one.week for one in plan}}


@given(anything)
def test_there_are_never_more_than_twelve_tasks_each_of_its_own_origin_within_thirteen_weeks(
    clinic: Known,
) -> None:
    plan = choose(clinic)
    assert len(plan) <= MOST == 12
    assert len({one.origin for one in plan}) == len(plan)
    assert all(1 <= one.week <= WEEKS == 13 for one in plan)
    assert all(one.title and len(one.title) <= 200 and one.why and one.minutes > 0 for one in plan)


@given(anything)
def test_what_is_proven_excepted_or_not_applicable_becomes_no_task(clinic: Known) -> None:
    settled = {
        one.safeguard.id
        for one in clinic.standings
        if one.state in (State.PROVEN, State.EXCEPTED, State.NOT_APPLICABLE)
    }
    assert not {one.safeguard for one in choose(clinic)} & settled


@given(anything)
def test_the_same_is_chosen_every_time_and_in_whatever_order_it_is_told(clinic: Known) -> None:
    turned = Known(
        clinic.standings[::-1],
        clinic.asked_by,
        clinic.findings,
        clinic.services,
        clinic.data_of,
        clinic.approver,
        clinic.chores[::-1],
    )
    assert choose(clinic) == choose(clinic) == choose(turned)


@given(anything)
def test_no_week_asks_for_more_than_two_hours_or_more_tasks_than_its_share(clinic: Known) -> None:
    for week, tasks in by_week(choose(clinic)).items():
        assert sum(one.minutes for one in tasks) <= WEEK_MINUTES
        assert len(tasks) <= {1: 3, 2: 2}.get(week, 1)


@given(anything)
def test_there_is_something_for_this_week_unless_nothing_is_left(clinic: Known) -> None:
    plan = choose(clinic)
    left = clinic.chores or any(
        one.state in (State.FAILING, State.UNPROVEN, State.STATED) for one in clinic.standings
    )
    assert bool(plan) == bool(left)
    if plan:
        assert plan[0].week == 1


@given(anything)
def test_the_heaviest_come_first_and_nothing_lighter_takes_the_place_of_something_heavier(
    clinic: Known,
) -> None:
    plan = choose(clinic)
    assert [one.points for one in plan] == sorted((one.points for one in plan), reverse=True)
    rest = choose(clinic, had=[one.origin for one in plan])
    if plan and rest:
        assert rest[0].points <= plan[-1].points


@given(anything, st.integers(1, 13))
def test_what_was_a_task_before_does_not_come_back(clinic: Known, week: int) -> None:
    had = [one.origin for one in choose(clinic)]
    taken = {week: (1, 90)}
    later = choose(clinic, had=had, most=5, first_week=week, taken=taken)
    assert not {one.origin for one in later} & set(had)
    assert len(later) <= 5
    assert all(one.week >= week for one in later)
    assert sum(one.minutes for one in later if one.week == week) <= WEEK_MINUTES - 90


@given(anything)
def test_nobody_is_named_to_approve_where_nobody_does(clinic: Known) -> None:
    whose = {one.who for one in choose(clinic)}
    assert Who.NOBODY not in whose if clinic.approver else Who.APPROVER not in whose


def test_a_clinic_on_its_first_day_begins_with_sign_in_backups_and_updates() -> None:
    clinic = known(
        dict.fromkeys(catalogue(), State.UNPROVEN),
        services=frozenset({Service.MICROSOFT_365, Service.TRADE_SOFTWARE}),
        data_of=12_000,
    )
    plan = choose(clinic)
    assert [one.safeguard for one in plan[:3]] == ["mfa", "backups", "privileged_access"]
    assert plan[0].title.startswith("Switch on a second factor for everyone in Microsoft 365")
    assert {one.safeguard for one in plan} >= {"patching", "restore_test", "ir_plan", "awareness_training"}
    assert len(by_week(plan)[1]) == 3
    assert max(one.week for one in plan) <= 10, "weeks are left for what slips"


def test_what_fails_outweighs_what_is_only_not_shown_and_says_how_it_fails() -> None:
    states = {"patching": State.UNPROVEN, "encryption_rest": State.FAILING}
    first, second = choose(known(states, findings={"encryption_rest": "program.finding:f"}))
    failing = next(one for one in (first, second) if one.safeguard == "encryption_rest")
    assert failing.why.endswith("Today it fails: encryption_rest is failing.")
    assert failing.about == "program.finding:f"
    assert failing.points == 15 + next(
        one.points for one in choose(known({"encryption_rest": State.UNPROVEN}))
    )


def test_what_no_machine_sees_leads_to_its_question() -> None:
    (one,) = choose(known({"ir_plan": State.UNPROVEN}))
    assert one.about == "program.question:ir_plan.written"
    assert one.title.startswith("Write the names and telephone numbers to call in an incident on one sheet")
    assert one.why.count(". ") <= 1


def test_what_does_not_arise_on_the_computers_seen_is_still_asked_of_people() -> None:
    """No SSH on the one server seen says nothing of the mail."""
    ssh = Found(
        check=check(told),
        verdict=Verdict.NOT_APPLICABLE,
        reason="no SSH server",
        population=0,
        subjects=1,
        unmet=0,
        unknown=0,
        example="",
        measure=None,
        target=None,
        grade="",
        evidence_at=NOW,
        stale_at=NOW,
        judged_at=NOW,
        since=NOW,
        exceptions="",
        looked_at="",
    )
    seen = replace(standing("mfa", State.UNPROVEN), found=(ssh,))
    (one,) = choose(Known((seen,)))
    assert (one.safeguard, one.about) == ("mfa", "program.question:mfa.cloud")


def test_a_statement_that_nobody_else_has_read_asks_for_a_second_look_once() -> None:
    (one,) = choose(known({"physical": State.STATED}, approver=True))
    assert (one.origin, one.who) == ("ninety:physical:review", Who.APPROVER)
    assert one.about.startswith("program.statement:key-physical.")
    read = Known((standing("physical", State.STATED, review="agreed"),))
    assert choose(read) == ()


def test_a_chore_is_dropped_once_the_safeguard_that_it_serves_is_proven() -> None:
    chore = Chore("reach", "Bring in reports", "why", "site.place:hosts", "asset_inventory")
    assert choose(known({}, chores=(chore,))) == ()
    assert [one.origin for one in choose(known({"asset_inventory": State.FAILING}, chores=(chore,)))] == [
        "ninety:asset_inventory",
        "ninety:reach",
    ]


def test_weights_name_safeguards_that_exist_and_group_one_has_its_56_ids() -> None:
    assert set(WEIGHTS) <= set(catalogue())
    assert len(IG1) == 56
    assert all(0 <= weight.pays <= 12 and weight.minutes <= WEEK_MINUTES for weight in WEIGHTS.values())
    assert rank("ninety:mfa") > rank("ninety:time_sync") > rank("ninety:no_such_thing")
    assert rank("ninety:reach") > 0
