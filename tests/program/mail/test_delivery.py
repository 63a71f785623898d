"""How a message moves: under any crashes and answers it is taken once at most, and never lost unseen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from duecare.program.mail import delivery
from duecare.program.mail.delivery import (
    LEASE,
    LONGEST_PAUSE,
    NOT_ARRIVED,
    PAUSES,
    UNDER_WAY,
    Answer,
    Came,
    Delivery,
    State,
    pause_after,
)

BEGAN = datetime(2026, 11, 28, 7, tzinfo=UTC)
DAY = timedelta(days=1)


def waiting(tried_for: timedelta = 3 * DAY) -> Delivery:
    return Delivery(State.WAITING, BEGAN, BEGAN + tried_for)


# What happens to one try, as (what the other side does, whether the sender lives to write it down).
TRIES = st.sampled_from(
    (
        *("refused before", "put off before", "no connection", "died before", "died while handing", "slow"),
        *("accepted", "accepted, answer lost", "accepted, then died", "put off after", "refused after"),
        *("dropped after", "accepted late"),
    )
)
WAITS = st.integers(0, 5000).map(lambda minutes: timedelta(minutes=minutes))


class World:
    """A sender, another that may come in between, and a receiver that counts what it took."""

    def __init__(self) -> None:
        self.one, self.now, self.taken, self.leases = waiting(), BEGAN, 0, 0

    def step(self, new: Delivery | None) -> bool:
        if new is None:
            return False
        self.one = new
        return True

    def settle(self, lease: str, came: Came) -> None:
        self.step(delivery.settle(self.one, lease, Answer(came), self.now))

    def attempt(self, what: str, waits: timedelta) -> None:
        self.step(delivery.reap(self.one, self.now))
        self.leases += 1
        lease = str(self.leases)
        if not self.step(delivery.claim(self.one, lease, self.now)) or self.one.state is not State.CLAIMED:
            return
        if what == "slow":  # the lease is over before the content leaves: somebody else may have it
            self.now += LEASE + waits
            if waits > DAY:
                self.step(delivery.reap(self.one, self.now))
            assert delivery.hand(self.one, lease, self.now) is None
            return
        if what in ("no connection", "put off before", "refused before"):
            self.settle(lease, Came.NEVER if what == "refused before" else Came.LATER)
            return
        if what == "died before":
            return
        assert self.step(delivery.hand(self.one, lease, self.now))
        if what.startswith("accepted"):
            self.taken += 1
        if what in ("died while handing", "accepted, then died"):
            return
        if what == "accepted late":
            self.now += LEASE + waits
            self.step(delivery.reap(self.one, self.now))
        came = {
            "accepted": Came.ACCEPTED,
            "accepted late": Came.ACCEPTED,
            "put off after": Came.LATER,
            "refused after": Came.NEVER,
        }
        self.settle(lease, came.get(what, Came.NO_ANSWER))


@settings(max_examples=400)
@given(st.lists(st.tuples(TRIES, WAITS), max_size=12))
def test_whatever_happens_nothing_is_taken_twice_and_nothing_is_lost_unseen(
    events: list[tuple[str, timedelta]],
) -> None:
    world = World()
    for what, waits in events:
        world.attempt(what, waits)
        assert world.taken <= 1
        if world.taken:
            assert world.one.state in (State.SENT, State.UNCLEAR, State.HANDING)
        world.now += waits
    # Long after the last sender is gone, everything has an end or waits for its next try.
    world.now += LEASE
    world.step(delivery.reap(world.one, world.now))
    assert world.one.state in (State.WAITING, State.SENT, *NOT_ARRIVED)
    assert (world.one.state is State.SENT) <= (world.taken == 1)
    if world.one.state is State.WAITING:
        world.now = max(world.now, world.one.next_at)
        last = delivery.claim(world.one, "last", world.now)
        assert last is not None
        assert last.state in (State.CLAIMED, State.GIVEN_UP)


@given(st.lists(st.sampled_from([Came.LATER]), min_size=1, max_size=200))
def test_a_message_that_is_always_put_off_is_given_up_within_its_time(answers: list[Came]) -> None:
    one, now = waiting(DAY), BEGAN
    for _ in answers:
        claimed = delivery.claim(one, "a", now)
        if claimed is None or claimed.state is State.GIVEN_UP:
            break
        settled = delivery.settle(claimed, "a", Answer(Came.LATER, "down"), now)
        assert settled is not None
        one = settled
        now = one.next_at
    assert one.next_at < one.gives_up_at or one.state is State.GIVEN_UP
    if len(answers) > 40:
        assert one.state is State.GIVEN_UP


def test_the_pauses_grow_to_an_hour() -> None:
    assert [pause_after(n) for n in (1, 2, 3, 6, 7, 99)] == [
        PAUSES[0], PAUSES[1], PAUSES[2], PAUSES[5], PAUSES[5], PAUSES[5],
    ]  # fmt: skip


@given(st.integers(0, 10**6))
def test_the_other_side_can_ask_for_a_longer_pause_within_bounds(seconds: int) -> None:
    claimed = delivery.claim(waiting(), "a", BEGAN)
    assert claimed is not None
    asked = Answer(Came.LATER, wait=timedelta(seconds=seconds))
    settled = delivery.settle(claimed, "a", asked, BEGAN)
    assert settled is not None
    assert PAUSES[0] <= settled.next_at - BEGAN <= LONGEST_PAUSE


def test_an_answer_that_comes_when_it_was_thought_lost_is_still_the_truth() -> None:
    one = delivery.claim(waiting(), "a", BEGAN)
    assert one is not None
    one = delivery.hand(one, "a", BEGAN)
    assert one is not None
    one = delivery.reap(one, BEGAN + LEASE)
    assert one is not None
    assert one.state is State.UNCLEAR
    settled = delivery.settle(one, "a", Answer(Came.ACCEPTED), BEGAN + 2 * LEASE)
    assert settled is not None
    assert settled.state is State.SENT
    assert delivery.settle(settled, "a", Answer(Came.NEVER), BEGAN) is None


def test_nobody_else_can_say_how_it_ended() -> None:
    one = delivery.claim(waiting(), "a", BEGAN)
    assert one is not None
    assert delivery.settle(one, "b", Answer(Came.ACCEPTED), BEGAN) is None
    assert delivery.hand(one, "b", BEGAN) is None
    assert delivery.claim(one, "b", BEGAN) is None
    assert set(UNDER_WAY) == {State.WAITING, State.CLAIMED, State.HANDING}
