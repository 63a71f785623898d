"""The outbox and real mail servers: a day without one, a killed sender, and what a person sees of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duecare.ledger.recording import recording
from duecare.program.mail import outbox
from duecare.program.mail.delivery import LEASE, Answer, Came, State
from duecare.program.mail.letters import Letter, Part, Row
from duecare.program.mail.models import Channel, MailServer, OutboxMessage
from duecare.program.mail.outbox import Queued, queue
from duecare.program.mail.sending import BATCH, Sender, send_due
from duecare.program.mail.server import MailSettings, give_up_server, keep_server
from duecare.program.mail.smtp import Security
from duecare.program.outgoing import Outgoing
from tests.ledger.library import environment
from tests.program.mail.post_office import HOST, READY, free_port, here, post_office, scripted

pytestmark = pytest.mark.usefixtures("home")
BEGAN = datetime(2026, 11, 28, 7, tzinfo=UTC)
ACTOR = "terminal:test"
LETTER = Letter("Hello", ("One line.",), (Part("Late", (Row("Restore a backup", "/tasks/k3/"),)),))


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now


def addresses(keys: list[str]) -> Mapping[str, str]:
    return {key: f"{key}@clinic.example" for key in keys if key != "gone"}


def by(clock: Clock, out: Outgoing | None = None) -> Sender:
    return Sender(addresses, clock, out=lambda: out or here())


def set_server(port: int, **more: object) -> None:
    chosen = MailSettings(
        HOST, port, Security.NONE, "", "duecare@clinic.example", "https://duecare.example", 7, True, False, 7
    )
    keep_server(ACTOR, chosen, None, BEGAN)


def tell(*names: str, now: datetime = BEGAN, about: str = "hello") -> int:
    return queue([Queued(f"{about}:{name}", Channel.MAIL, name, "digest", LETTER) for name in names], now)


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in OutboxMessage.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def test_what_was_told_is_not_told_again() -> None:
    assert tell("ann", "bo") == 2
    assert tell("ann", "cy", "cy") == 1
    assert OutboxMessage.objects.count() == 3


def test_a_message_is_kept_with_its_act_or_not_at_all() -> None:
    def broken() -> None:
        with recording(ACTOR, "fail"):
            tell("ann")
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        broken()
    assert not OutboxMessage.objects.exists()


def test_without_a_mail_server_nothing_leaves_and_nothing_is_tried() -> None:
    tell("ann")
    assert not send_due(by(Clock()))
    assert states() == {"waiting": 1}


def test_what_was_sent_leaves_nothing_of_what_it_said() -> None:
    tell("ann", "bo", "gone")
    with post_office() as (port, received):
        set_server(port)
        assert send_due(by(Clock())) == {"sent": 2, "dropped": 1}
    assert sorted(received.to) == ["ann@clinic.example", "bo@clinic.example"]
    (mail, _other) = received.mails
    assert mail["From"] == "Duecare <duecare@clinic.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "https://duecare.example/tasks/k3/" in text.get_content()
    assert [row.content for row in OutboxMessage.objects.all()] == [{}, {}, {}]


def test_a_day_without_a_server_loses_nothing_and_sends_nothing_twice() -> None:
    """The server comes back after a day; each mail of both days arrives once."""
    clock, port = Clock(), free_port()
    names = [f"p{number}" for number in range(2 * BATCH + 7)]
    set_server(port)
    tell(*names)
    tries = 0
    for minutes in range(0, 24 * 60, 10):
        clock.now = BEGAN + timedelta(minutes=minutes)
        tries += bool(send_due(by(clock)))
    assert states() == {"waiting": len(names)}
    assert tries < 60, "an hour's pause at the end, not a try every minute"
    waiting = OutboxMessage.objects.filter(attempts__gt=0).first()
    assert waiting is not None
    assert f"{HOST} does not answer on port {port}" in waiting.words
    tell(*names, now=clock.now, about="second")
    with post_office(port=port) as (_port, received):
        for minutes in range(0, 180, 10):
            clock.now = BEGAN + timedelta(days=1, minutes=minutes)
            send_due(by(clock))
    assert states() == {"sent": 2 * len(names)}
    assert len(received.to) == 2 * len(names)
    ids = [mail["Message-ID"] for mail in received.mails]
    assert len(set(ids)) == len(ids)


def test_what_no_server_takes_within_three_days_is_given_up_and_shown() -> None:
    clock = Clock()
    set_server(free_port())
    tell("ann")
    for hours in range(0, 80, 2):
        clock.now = BEGAN + timedelta(hours=hours)
        send_due(by(clock))
    (row,) = outbox.not_arrived()
    assert (row.state, "does not answer" in row.words) == ("given up", True)
    assert row.content != {}, "a person can send it again"


def test_a_put_off_recipient_is_tried_again_and_the_others_are_not_held_up() -> None:
    clock = Clock()
    tell("ann", "bo")
    with post_office() as (port, received):
        set_server(port)
        received.rcpt = lambda address: "450 later" if address.startswith("ann") else "250 OK"
        assert send_due(by(clock)) == {"waiting": 1, "sent": 1}
        assert not send_due(by(clock)), "not before its pause is over"
        received.rcpt = lambda address: "250 OK"
        clock.now += timedelta(minutes=2)
        assert send_due(by(clock)) == {"sent": 1}
    assert sorted(received.to) == ["ann@clinic.example", "bo@clinic.example"]


def test_a_connection_lost_after_the_content_is_unclear_and_not_tried_again() -> None:
    clock = Clock()
    tell("ann", "bo")
    with scripted(*READY, "content", "drop") as (port, _heard):
        set_server(port)
        found = send_due(by(clock))
    assert found["unclear"] == 1
    clock.now += timedelta(hours=5)
    with post_office() as (port, received):
        set_server(port)
        send_due(by(clock))
    assert states() == {"unclear": 1, "sent": 1}
    assert len(received.to) == 1
    (row,) = outbox.not_arrived()
    assert outbox.again(row.pk, clock.now)
    assert not outbox.again(row.pk, clock.now)
    with post_office() as (port, received):
        set_server(port)
        send_due(by(clock))
    assert states() == {"sent": 2}
    assert received.mails[0]["Message-ID"].startswith(f"<{row.key}@"), "so that a second copy is known as one"


def test_when_mail_is_given_up_what_waits_is_dropped_and_the_password_forgotten(home: Path) -> None:
    chosen = MailSettings(
        HOST, 465, Security.TLS, "user", "duecare@clinic.example", "https://d.example", 7, True, False, 7
    )
    keep_server(ACTOR, chosen, "secret", BEGAN)
    kept = home / "keys" / "mail-password"
    assert (kept.read_text(), kept.stat().st_mode & 0o777) == ("secret", 0o600)
    tell("ann")
    assert give_up_server(ACTOR, BEGAN) == 1
    assert not kept.exists()
    assert states() == {"dropped": 1}
    assert not MailServer.objects.exists()


KILLED = """
import os, sys
import django
django.setup()
from datetime import UTC, datetime
from duecare.program.mail.sending import Sender, send_due
from tests.program.mail.post_office import here
now = datetime(2026, 11, 28, 7, tzinfo=UTC)
send_due(Sender(lambda keys: {key: f"{key}@clinic.example" for key in keys}, lambda: now, out=here))
"""


@pytest.mark.parametrize(
    ("steps", "after"), [(("silence",), "waiting"), ((*READY, "content", "silence"), "unclear")]
)
def test_a_sender_killed_before_the_content_is_tried_again_and_one_killed_after_is_unclear(
    steps: tuple[str, ...], after: str
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("the other process opens the file of the database")
    tell("ann")
    with scripted(*steps) as (port, heard):
        set_server(port)
        process = subprocess.Popen([sys.executable, "-c", KILLED], env=_environment())
        until, state = time.monotonic() + 60, "handing over" if after == "unclear" else "taken up"
        while time.monotonic() < until and (
            not OutboxMessage.objects.filter(state=state).exists()
            or (after == "unclear" and b".\r\n" not in heard)
        ):
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait(20)
    assert states() == {state: 1}
    assert outbox.is_due(BEGAN + LEASE)
    assert not outbox.is_due(BEGAN + timedelta(minutes=1))
    assert outbox.reap(BEGAN + LEASE) == 1
    assert states() == {after: 1}


def _environment() -> dict[str, str]:
    root = Path(__file__).parents[3]
    return {**environment(), "PYTHONPATH": os.pathsep.join((str(root), os.environ.get("PYTHONPATH", "")))}


def test_what_is_long_over_is_forgotten() -> None:
    tell("gone")
    with post_office() as (port, _received):
        set_server(port)
        send_due(by(Clock()))
    outbox.reap(BEGAN + timedelta(days=29))
    assert OutboxMessage.objects.count() == 1
    outbox.reap(BEGAN + timedelta(days=31))
    assert not OutboxMessage.objects.exists()


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["claim", "hand", "accept", "later", "never", "lost", "reap"]),
        st.integers(0, 2),
        st.integers(0, 30),
    ),
    max_size=25,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_two_senders_in_any_order_hand_a_message_over_once(steps: list[tuple[str, int, int]]) -> None:
    """The same as of the pure steps, of the rows: content leaves only after `hand` has said so."""
    OutboxMessage.objects.all().delete()
    tell("ann")
    now, held, on_its_way = BEGAN, {}, []  # type: ignore[var-annotated]
    for what, who, minutes in steps:
        now += timedelta(minutes=minutes)
        row = held.get(who)
        if what == "claim":
            found = outbox.claim(Channel.MAIL, 5, now)
            held |= {who: found[0]} if found else {}
        elif what == "reap":
            outbox.reap(now)
        elif row is not None and what == "hand":
            before = len(on_its_way)
            on_its_way += [who] if outbox.hand(row, now) else []
            if len(on_its_way) > before:
                earlier = OutboxMessage.objects.get().attempts
                assert before <= earlier, "another content left although none was refused since"
        elif row is not None and what in ("accept", "later", "never", "lost"):
            came = {"accept": Came.ACCEPTED, "later": Came.LATER, "never": Came.NEVER, "lost": Came.NO_ANSWER}
            outbox.settle(row, Answer(came[what]), now)
    assert states().keys() <= {str(state) for state in State}
    assert sum(states().values()) == 1
