"""How a letter is written as mail: headers are built, and nothing that was typed gets out of its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.program.mail.letters import Envelope, Letter, Part, Row, as_html, as_mail, as_text, one_line

AT = datetime(2026, 11, 28, 7, tzinfo=UTC)
TEXT = st.text(max_size=60)
LETTERS = st.builds(
    Letter,
    TEXT,
    st.lists(TEXT, max_size=2).map(tuple),
    st.lists(
        st.builds(Part, TEXT, st.lists(st.builds(Row, TEXT, st.just("/tasks/")), max_size=3).map(tuple)),
        max_size=2,
    ).map(tuple),
    st.none() | st.builds(Row, TEXT, st.just("/")),
    st.lists(TEXT, max_size=2).map(tuple),
)


def envelope(**more: str) -> Envelope:
    told = {"sender": "d@clinic.example", "sender_name": "Duecare", "to": "ann@clinic.example", "key": "k1"}
    return Envelope(**{**told, **more}, at=AT, base="https://d.example")


@given(LETTERS, TEXT)
def test_whatever_is_in_it_a_mail_has_its_own_headers_and_no_other(letter: Letter, name: str) -> None:
    mail = as_mail(letter, envelope(sender_name=name))
    data = mail.as_bytes()
    data.decode("ascii")
    read = message_from_bytes(data, policy=SMTP)
    assert {header.lower() for header in read} == {
        "from", "to", "subject", "date", "message-id", "auto-submitted", "mime-version", "content-type",
    }  # fmt: skip
    assert read["To"] == "ann@clinic.example"
    assert read["Message-ID"] == "<k1@clinic.example>"
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")


@pytest.mark.parametrize("bad", ["a\r\nBcc: evil@x.example", "a\nSubject: x", "a b@c.example"])
def test_an_address_that_is_none_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        as_mail(Letter("x"), envelope(to=bad)).as_bytes()


def test_a_subject_with_line_ends_stays_one_subject() -> None:
    mail = as_mail(Letter("Riverside\r\nBcc: evil@x.example Clinic"), envelope())
    assert mail["Subject"] == "Riverside Bcc: evil@x.example Clinic"
    assert mail["Bcc"] is None


@given(LETTERS)
def test_a_letter_comes_back_from_the_outbox_as_it_was(letter: Letter) -> None:
    assert Letter.from_json(json.loads(json.dumps(letter.to_json()))) == letter


@given(LETTERS)
def test_nothing_that_was_typed_becomes_markup(letter: Letter) -> None:
    html = as_html(letter, "https://d.example")
    expected = as_html(
        Letter(
            "", tuple("" for _ in letter.opening),
            tuple(Part("", tuple(Row("", row.path) for row in part.rows)) for part in letter.parts),
            letter.link and Row("", letter.link.path), tuple("" for _ in letter.closing),
        ),
        "https://d.example",
    )  # fmt: skip
    assert (html.count("<"), html.count(">")) == (expected.count("<"), expected.count(">"))


def test_the_text_says_the_same_with_addresses_in_full() -> None:
    letter = Letter(
        "x", ("Hello",), (Part("Late", (Row("Restore\na backup", "/tasks/k/"),)),), Row("Open", "/")
    )
    assert as_text(letter, "https://d.example") == (
        "Hello\n\nLate\n- Restore a backup\n  https://d.example/tasks/k/\n\nOpen:\nhttps://d.example/\n"
    )


@given(TEXT)
def test_one_line_is_one_line(text: str) -> None:
    line = one_line(text)
    assert line == one_line(line)
    assert len(line.splitlines()) <= 1
