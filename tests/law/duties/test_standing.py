"""How a duty stands: never kept on what is unknown, failing, excepted or said too long ago."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from duecare.law.duties.standing import LEAD, Evidence, State, Work, stand, wants_task
from duecare.law.obligations import Confidence, Duty
from duecare.program.posture import State as Posture

TODAY = date(2026, 11, 28)
YEARLY = Duty("a-law", "review", "review it", "P1Y", "", "s 1", "", "", Confidence.LOW, "1", ("mfa",))
PLAIN = replace(YEARLY, safeguards=())
HOLDING = (Posture.PROVEN, Posture.STATED)


def shown(state: Posture | None, said_on: date | None = None) -> Evidence:
    return Evidence("mfa", "Multi-factor sign-in", state, said_on)


@given(
    st.lists(st.sampled_from([*Posture, None]), min_size=1, max_size=4),
    st.sampled_from(["P1Y", "P6M", "continuous", "event", "once"]),
    st.booleans(),
)
def test_a_duty_is_kept_by_its_safeguards_only_if_every_one_of_them_holds(
    states: list[Posture | None], text: str, done: bool
) -> None:
    evidence = [shown(state, TODAY if state is Posture.STATED else None) for state in states]
    work = Work(done_on=TODAY - timedelta(days=400)) if done else Work()
    found = stand(replace(YEARLY, cadence=text), True, evidence, work, TODAY, TODAY)
    assert found.kept is all(state in HOLDING for state in states)
    if Posture.FAILING in states:
        assert found.state is State.FAILING
    if found.kept:
        assert not wants_task(YEARLY, found, TODAY)
        assert (found.state is State.PROVEN) is all(state is Posture.PROVEN for state in states)


def test_what_was_said_longer_ago_than_the_duty_comes_again_keeps_nothing() -> None:
    half = replace(YEARLY, cadence="P6M")
    old = [shown(Posture.STATED, TODAY - timedelta(days=250))]
    assert stand(half, True, old, Work(), TODAY, TODAY).state is State.UNPROVEN
    assert stand(YEARLY, True, old, Work(), TODAY, TODAY).state is State.STATED


def test_without_safeguards_the_tasks_tell() -> None:
    never = stand(PLAIN, True, (), Work(), TODAY, TODAY)
    assert (never.state, never.due) == (State.TO_DO, date(2027, 2, 28))
    assert wants_task(PLAIN, never, TODAY)
    done = stand(PLAIN, True, (), Work(done_on=date(2026, 6, 1)), TODAY, TODAY)
    assert (done.state, done.due) == (State.DONE, date(2027, 6, 1))
    assert not wants_task(PLAIN, done, TODAY)
    assert wants_task(PLAIN, done, date(2027, 6, 1) - LEAD)
    late = stand(PLAIN, True, (), Work(done_on=date(2025, 6, 1)), TODAY, TODAY)
    assert (late.state, late.due) == (State.LATE, date(2026, 6, 1))
    dropped = stand(PLAIN, True, (), Work(dropped_on=TODAY, dropped_due=TODAY), TODAY, TODAY)
    assert (dropped.state, dropped.due) == (State.DROPPED, date(2027, 11, 28))
    opened = Work(open=True, due=TODAY - timedelta(days=1))
    assert stand(PLAIN, True, (), opened, TODAY, TODAY).state is State.LATE


def test_what_does_not_bind_yet_or_may_not_makes_no_task() -> None:
    coming = replace(PLAIN, since="2027-12-11")
    assert stand(coming, True, (), Work(), TODAY, TODAY).state is State.NOT_YET
    assert stand(PLAIN, None, (), Work(), TODAY, TODAY).state is State.UNKNOWN
    event = replace(PLAIN, cadence="event")
    assert stand(event, True, (), Work(), TODAY, TODAY).state is State.ON_EVENT
    always = replace(PLAIN, cadence="continuous")
    assert stand(always, True, (), Work(), TODAY, TODAY).state is State.UNKNOWN
    for duty in (coming, event, always):
        assert not wants_task(duty, stand(duty, True, (), Work(), TODAY, TODAY), TODAY)
