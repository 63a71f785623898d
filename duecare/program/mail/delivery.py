"""How one message of the outbox moves from waiting to an end: nothing is sent twice, nothing is lost. Pure.

    waiting -> claimed -> handing over -> sent, refused, unclear
       ^          |            |
       +----------+------------+  not now: another try later, until its time is over (given up)

Whoever sends claims a message for a time (the lease). Until its content is on its way, a sender that dies
has done nothing, and the message waits again. From then on only the other side's answer says how it ended
(RFC 5321 section 4.1.1.4: with the answer to the end of data the receiver takes or refuses responsibility).
Without an answer the end is unclear: it is shown, and a person decides whether it is sent again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

LEASE = timedelta(minutes=10)
"""For how long a message is claimed, and once more from when its content is on its way."""
PAUSES = tuple(timedelta(minutes=n) for n in (1, 2, 5, 15, 30, 60))
"""How long to wait after each failed try; the last one holds for all that follow."""
LONGEST_PAUSE = timedelta(hours=6)
"""The longest that the other side can make us wait before the next try."""


class State(StrEnum):
    """Where a message is."""

    WAITING = "waiting"
    CLAIMED = "taken up"
    """Somebody is about to hand it over; nothing of it has been sent."""
    HANDING = "handing over"
    """Its content is on its way; the answer is not here yet."""
    SENT = "sent"
    """The other side has taken it. Whether anybody reads it is not known."""
    REFUSED = "refused"
    """The other side will not have it, ever."""
    UNCLEAR = "unclear"
    """Its content was on its way when the connection or the sender ended: it may have arrived."""
    GIVEN_UP = "given up"
    """No try succeeded within its time."""
    DROPPED = "dropped"
    """Nobody is to have it any more."""


UNDER_WAY = (State.WAITING, State.CLAIMED, State.HANDING)
NOT_ARRIVED = (State.REFUSED, State.UNCLEAR, State.GIVEN_UP)
"""What a person should look at."""


class Came(StrEnum):
    """What the other side answered."""

    ACCEPTED = "accepted"
    LATER = "later"
    """It has not taken the message, and might another time."""
    NEVER = "never"
    NO_ANSWER = "no answer"
    """After content was on its way."""
    NOT_WANTED = "not wanted"
    """Not asked: the message is for nobody any more."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one try ended."""

    came: Came
    words: str = ""
    """The other side's own, or what went wrong."""
    wait: timedelta | None = None
    """How long the other side asks us to wait."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The part of a message that changes on its way. Times are aware."""

    state: State
    next_at: datetime
    """No try before."""
    gives_up_at: datetime
    """No try from then on."""
    attempts: int = 0
    """Tries that came to nothing."""
    lease: str = ""
    """Who claimed it last: a random text; kept at its end, so that a late answer is still heard."""
    lease_until: datetime | None = None
    ended_at: datetime | None = None
    words: str = ""
    """What came of the last try."""


def claim(one: Delivery, lease: str, now: datetime) -> Delivery | None:
    """The message as claimed; or as given up if its time is over; None if it is not to be sent now."""
    if one.state is not State.WAITING or now < one.next_at:
        return None
    if now >= one.gives_up_at:
        return _ended(one, State.GIVEN_UP, one.words, now)
    return replace(one, state=State.CLAIMED, lease=lease, lease_until=now + LEASE)


def hand(one: Delivery, lease: str, now: datetime) -> Delivery | None:
    """The message as its content goes on its way; None if the claim no longer holds: then nothing is sent."""
    if one.state is not State.CLAIMED or one.lease != lease or _over(one, now):
        return None
    return replace(one, state=State.HANDING, lease_until=now + LEASE)


def settle(one: Delivery, lease: str, answer: Answer, now: datetime) -> Delivery | None:
    """The message after an answer; None if it is no longer with who brings the answer.

    An answer that comes after the lease was over is still the truth about a message that was unclear.
    """
    if one.lease != lease or one.state not in (State.CLAIMED, State.HANDING, State.UNCLEAR):
        return None
    if answer.came is Came.LATER:
        return _again(one, answer, now)
    states = {
        Came.ACCEPTED: State.SENT,
        Came.NEVER: State.REFUSED,
        Came.NO_ANSWER: State.UNCLEAR,
        Came.NOT_WANTED: State.DROPPED,
    }
    return _ended(one, states[answer.came], answer.words, now)


def reap(one: Delivery, now: datetime) -> Delivery | None:
    """The message once its sender has not been heard of for longer than the lease; None if that is not so."""
    if one.state not in (State.CLAIMED, State.HANDING) or not _over(one, now):
        return None
    if one.state is State.CLAIMED:
        return replace(one, state=State.WAITING, lease="", lease_until=None)
    return _ended(one, State.UNCLEAR, one.words, now)


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failed tries (at least one)."""
    return PAUSES[min(attempts, len(PAUSES)) - 1]


def _over(one: Delivery, now: datetime) -> bool:
    return one.lease_until is None or now >= one.lease_until


def _again(one: Delivery, answer: Answer, now: datetime) -> Delivery:
    attempts = one.attempts + 1
    wait = max(pause_after(attempts), min(answer.wait or timedelta(), LONGEST_PAUSE))
    if now + wait >= one.gives_up_at:
        return replace(_ended(one, State.GIVEN_UP, answer.words, now), attempts=attempts)
    return replace(
        one,
        state=State.WAITING,
        attempts=attempts,
        next_at=now + wait,
        lease="",
        lease_until=None,
        ended_at=None,
        words=answer.words,
    )


def _ended(one: Delivery, state: State, words: str, now: datetime) -> Delivery:
    return replace(one, state=state, words=words, lease_until=None, ended_at=now)
