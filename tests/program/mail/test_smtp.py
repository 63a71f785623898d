"""Handing over mail: against real servers, and against some that end where they should not."""

from __future__ import annotations

import time

import pytest

from duecare.program.mail.delivery import Answer, Came
from duecare.program.mail.smtp import Security, Server, ServerFault, talking
from duecare.program.outgoing import Outgoing
from duecare.program.outgoing_rules import Rules
from tests.program.mail.post_office import ADDRESSED, GREETED, HOST, READY, here, post_office, scripted
from tests.program.others import Authority

MAIL = b"Subject: hello\r\n\r\nOne line.\r\n.a line that begins with a dot\r\n"
QUICK = 1.0
ENOUGH = 4.0
"""Seconds within which a busy machine gets as far as the content."""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def server(port: int, security: Security = Security.NONE, **more: str) -> Server:
    return Server(HOST, port, security, sender="duecare@clinic.example", **more)


def hand_over(one: Server, out: Outgoing, *, begin: bool = True, seconds: float = 5.0) -> Answer:
    with talking(one, out, seconds=seconds) as line:
        return line.hand_over("ann@clinic.example", MAIL, lambda: begin)


# ── What works ───────────────────────────────────────────────────────────────────────────────────────────


def test_over_tls_with_a_password_the_mail_arrives_as_it_was_written(authority: Authority) -> None:
    with post_office(tls=authority.server(HOST), password="secret") as (port, received):
        one = server(port, Security.TLS, user="user", password="secret")
        answer = hand_over(one, here(authority.trust))
    assert (answer.came, answer.words) == (Came.ACCEPTED, f"{HOST} answered: 250 2.0.0 queued as ABC")
    (mail,) = received.mails
    assert (mail["Subject"], received.to) == ("hello", ["ann@clinic.example"])
    assert mail.get_payload() == "One line.\r\n.a line that begins with a dot\r\n"
    assert received.signed_in


def test_over_starttls_nothing_is_said_in_the_clear_but_the_greeting(authority: Authority) -> None:
    with post_office(starttls=authority.server(HOST), password="secret") as (port, received):
        one = server(port, Security.STARTTLS, user="user", password="secret")
        assert hand_over(one, here(authority.trust)).came is Came.ACCEPTED
    assert len(received.mails) == 1
    assert received.signed_in


def test_several_mails_go_over_one_line_and_a_refused_one_does_not_end_it() -> None:
    with post_office() as (port, received):
        received.rcpt = lambda address: "250 OK" if "no" not in address else "550 5.1.1 no such user"
        with talking(server(port), here()) as line:
            came = [
                line.hand_over(f"{name}@clinic.example", MAIL, lambda: True)
                for name in ("ann", "no-one", "bo")
            ]
    assert [one.came for one in came] == [Came.ACCEPTED, Came.NEVER, Came.ACCEPTED]
    assert came[1].words == f"{HOST} answered: 550 5.1.1 no such user"
    assert received.to == ["ann@clinic.example", "bo@clinic.example"]


# ── What is refused ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("answer", "came"),
    [
        ("451 4.7.1 come back later", Came.LATER),
        ("554 5.7.1 no spam", Came.NEVER),
        ("552 too big", Came.NEVER),
    ],
)
def test_an_answer_to_the_content_says_whether_another_try_makes_sense(answer: str, came: Came) -> None:
    with post_office() as (port, received):
        received.data = lambda address: answer
        assert hand_over(server(port), here()).came is came
    assert received.mails == []


def test_a_recipient_that_is_put_off_waits_and_no_content_is_sent() -> None:
    begun = []
    with post_office() as (port, received):
        received.rcpt = lambda address: "450 4.2.0 greylisted"
        with talking(server(port), here()) as line:
            answer = line.hand_over("ann@clinic.example", MAIL, lambda: bool(begun.append(1)) or True)
    assert answer.came is Came.LATER
    assert begun == []


def test_a_wrong_password_is_a_fault_of_the_server_settings_in_its_own_words(authority: Authority) -> None:
    with post_office(tls=authority.server(HOST), password="secret") as (port, _received):
        one = server(port, Security.TLS, user="user", password="hunter2-hunter2")
        with pytest.raises(ServerFault, match=r"did not take the user name and password: 535 ") as fault:
            hand_over(one, here(authority.trust))
    assert "hunter2" not in str(fault.value)
    assert "hunter2" not in repr(one)
    assert "Enter them anew" in fault.value.next_step


def test_a_server_without_encryption_gets_nothing_where_starttls_was_chosen() -> None:
    with post_office() as (port, received), pytest.raises(ServerFault, match="offers no encryption"):
        hand_over(server(port, Security.STARTTLS), here())
    assert received.mails == []


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_certificate_of_another_name_is_not_trusted(authority: Authority, security: Security) -> None:
    context = authority.server("other.example")
    office = post_office(**{security.value: context})  # type: ignore[arg-type]
    with office as (port, received), pytest.raises(ServerFault, match="could not be trusted"):
        hand_over(server(port, security), here(authority.trust))
    assert received.mails == []


def test_a_server_of_this_machine_is_refused_unless_it_is_listed() -> None:
    with pytest.raises(ServerFault, match="not an address of the public internet") as fault:
        hand_over(server(25), Outgoing(Rules(), resolve=lambda host: ["127.0.0.1"]))
    assert "[outgoing] allow" in fault.value.next_step


def test_a_sender_that_the_server_does_not_know_keeps_all_mail_waiting() -> None:
    told = pytest.raises(ServerFault, match=r"does not take mail from .*: 553 ")
    with scripted(*GREETED, "553 5.7.1 not your address") as (port, _heard), told:
        hand_over(server(port), here())


# ── What breaks off ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "steps", [("drop",), ("220 ready", "drop"), (*GREETED, "drop"), (*ADDRESSED, "drop")]
)
def test_a_connection_that_ends_before_the_content_is_a_fault_and_nothing_was_sent(
    steps: tuple[str, ...],
) -> None:
    with scripted(*steps) as (port, heard), pytest.raises(ServerFault):
        hand_over(server(port), here())
    assert not any(b"One line" in line for line in heard)


def test_a_connection_that_ends_after_the_content_leaves_it_unclear() -> None:
    with scripted(*READY, "content", "drop") as (port, heard):
        answer = hand_over(server(port), here())
    assert answer.came is Came.NO_ANSWER
    assert HOST in answer.words
    assert b"..a line that begins with a dot\r\n" in heard


def test_a_server_that_never_answers_the_content_is_cut_off_and_it_is_unclear() -> None:
    began = time.monotonic()
    with scripted(*READY, "content", "silence") as (port, _heard):
        answer = hand_over(server(port), here(), seconds=ENOUGH)
    assert answer.came is Came.NO_ANSWER
    assert "took too long" in answer.words
    assert time.monotonic() - began < 15


def test_a_server_that_never_greets_is_cut_off() -> None:
    with scripted("silence") as (port, _heard), pytest.raises(ServerFault, match="took too long"):
        hand_over(server(port), here(), seconds=QUICK)


def test_a_claim_that_no_longer_holds_sends_no_content() -> None:
    told = pytest.raises(ServerFault, match="taken this mail over")
    with scripted(*READY, "content") as (port, heard), told:
        hand_over(server(port), here(), begin=False)
    assert not any(b"One line" in line for line in heard)


def test_what_a_server_says_comes_out_as_one_plain_line() -> None:
    with scripted(*ADDRESSED, "550 no\x1b[31m \u202eway" + "x" * 900) as (port, _heard):
        answer = hand_over(server(port), here())
    assert answer.came is Came.NEVER
    assert "\x1b" not in answer.words
    assert "\u202e" not in answer.words
    assert len(answer.words) < 400
