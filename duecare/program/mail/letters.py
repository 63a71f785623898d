"""What a message says, and how it is written as mail: plain text, and the same as simple HTML. Pure.

A letter is told in words and in paths of pages; addresses are put in front when it is sent. Nothing in it is
loaded from elsewhere, and no link signs anybody in but that of a sign-in mail. Headers are built by the
standard library's `email` (RFC 5322), which refuses line ends in them; nothing is concatenated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Any
from unicodedata import category

SUBJECT = 150
"""Characters of a subject."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line, and the page that it is about."""

    words: str
    path: str = ""
    """Begins with a slash; empty for none."""


@dataclass(frozen=True, slots=True)
class Part:
    """Lines under a heading."""

    heading: str
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class File:
    """Something that comes with a message."""

    name: str
    type: str
    """Such as `application/pdf` (RFC 2046)."""
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What a message says."""

    subject: str
    opening: tuple[str, ...] = ()
    """Paragraphs."""
    parts: tuple[Part, ...] = ()
    link: Row | None = None
    """The one page to go to."""
    closing: tuple[str, ...] = ()
    """Paragraphs: why somebody gets this, and how to get less of it."""
    attached: tuple[File, ...] = ()
    """Only of letters that are written as they are sent: the outbox keeps no files."""

    def to_json(self) -> dict[str, Any]:
        """As the outbox keeps it. Raises ValueError for one that files come with."""
        if self.attached:
            raise ValueError("a letter with files is written as it is sent, and not kept")
        kept = asdict(self)
        del kept["attached"]
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Letter:
        """What `to_json` gave, once it has been through JSON."""
        return cls(
            kept["subject"],
            tuple(kept["opening"]),
            tuple(Part(part["heading"], tuple(Row(**row) for row in part["rows"])) for part in kept["parts"]),
            None if kept["link"] is None else Row(**kept["link"]),
            tuple(kept["closing"]),
        )


@dataclass(frozen=True, slots=True)
class Envelope:
    """From whom a mail comes, to whom it goes, and how it is known."""

    sender: str
    """The address, as in RFC 5321."""
    sender_name: str
    to: str
    key: str
    """The part of the Message-ID before the @: the same however often it is tried."""
    at: datetime
    """Aware: when it was written."""
    base: str
    """The address that paths are put behind, without a slash at its end."""


def as_mail(letter: Letter, envelope: Envelope) -> EmailMessage:
    """The letter as a mail. Raises ValueError for an address that no header can hold."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(display_name=one_line(envelope.sender_name), addr_spec=envelope.sender)
    mail["To"] = Address(addr_spec=envelope.to)
    mail["Subject"] = one_line(letter.subject)[:SUBJECT]
    mail["Date"] = format_datetime(envelope.at)
    mail["Message-ID"] = f"<{one_line(envelope.key)}@{envelope.sender.rpartition('@')[2]}>"
    # RFC 3834 section 5: so that no holiday notice answers.
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(as_text(letter, envelope.base), cte="quoted-printable")
    mail.add_alternative(as_html(letter, envelope.base), subtype="html", cte="quoted-printable")
    for one in letter.attached:
        main, _slash, sub = one.type.partition("/")
        mail.add_attachment(one.data, maintype=main, subtype=sub, filename=one_line(one.name))
    return mail


def as_text(letter: Letter, base: str) -> str:
    """The letter as plain text."""
    blocks = [*letter.opening]
    for part in letter.parts:
        lines = [one_line(part.heading)]
        for row in part.rows:
            lines.append(f"- {one_line(row.words)}")
            if row.path:
                lines.append(f"  {base}{row.path}")
        blocks.append("\n".join(lines))
    if letter.link is not None:
        blocks.append(f"{letter.link.words}:\n{base}{letter.link.path}")
    if letter.closing:
        blocks.append("-- \n" + "\n".join(letter.closing))
    return "\n\n".join(blocks) + "\n"


def as_html(letter: Letter, base: str) -> str:
    """The same as HTML without style, script, pictures or anything from elsewhere."""
    body: list[str] = [_paragraph(text) for text in letter.opening]
    for part in letter.parts:
        rows = "".join(f"<li>{_linked(row, base)}</li>" for row in part.rows)
        body.append(f"<h2>{escape(part.heading)}</h2>" + (f"<ul>{rows}</ul>" if rows else ""))
    if letter.link is not None:
        body.append(f"<p>{_linked(letter.link, base)}</p>")
    if letter.closing:
        body += ["<hr>", *map(_paragraph, letter.closing)]
    title = escape(one_line(letter.subject))
    return f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head><body>' + (
        "\n".join(body) + "</body></html>\n"
    )


def one_line(text: str) -> str:
    """Text without line ends, control characters and marks that turn text round."""
    plain = "".join(
        letter if category(letter)[0] != "C" else " " if letter.isspace() else "" for letter in text
    )
    return " ".join(plain.split())


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _linked(row: Row, base: str) -> str:
    words = escape(row.words)
    return f'<a href="{escape(base + row.path)}">{words}</a>' if row.path else words
