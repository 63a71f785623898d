"""What a letter is as the body of a webhook: for Slack, for Teams, or as plain JSON with a signature. Pure.

Slack: an incoming webhook takes `text` and `blocks`; in text &, < and > are escaped, or a task's title could
call a whole channel. Teams: a workflow takes an Adaptive Card (version 1.4) as an attachment; its text runs
know no Markdown. Plain JSON is signed: HMAC-SHA256 (RFC 2104) under the webhook's own secret over
`<seconds since 1970>.<body>`, so that an old body cannot be sent again for a new one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from duecare.program.mail.letters import Letter, one_line

HEADER, SECTION = 150, 2900
"""Characters that Slack takes in a header and in a section."""
SIGNATURE = "Duecare-Signature"
DELIVERY = "Duecare-Delivery"
"""The header that names the message: the same however often it is tried."""


class CardKind(StrEnum):
    """Whose format it is."""

    SLACK = "slack"
    TEAMS = "teams"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Card:
    """A request's body and headers."""

    body: bytes
    headers: Mapping[str, str]


def as_card(
    kind: CardKind, letter: Letter, base: str, *, event: str, key: str, secret: str, at: datetime
) -> Card:
    """The letter in the format of `kind`. `key` names the message, `secret` signs plain JSON."""
    made = {CardKind.SLACK: _slack, CardKind.TEAMS: _teams}.get(kind)
    content = made(letter, base) if made else _plain(letter, base, event, key, at)
    body = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json", DELIVERY: key}
    if kind is CardKind.JSON:
        headers[SIGNATURE] = signature(secret, body, int(at.timestamp()))
    return Card(body, headers)


def signature(secret: str, body: bytes, seconds: int) -> str:
    """`t=<seconds since 1970>,v1=<hex>`: what a receiver computes as well, and compares."""
    signed = f"{seconds}.".encode() + body
    return f"t={seconds},v1={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"


def lines_of(letter: Letter) -> list[str]:
    """What the letter says, line by line."""
    lines = [one_line(text) for text in letter.opening]
    for part in letter.parts:
        lines += [one_line(part.heading), *(f"- {one_line(row.words)}" for row in part.rows)]
    return lines


def _slack(letter: Letter, base: str) -> dict[str, Any]:
    title, lines = one_line(letter.subject), "\n".join(lines_of(letter))
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title[:HEADER], "emoji": False}}
    ]
    if lines:
        text = {"type": "plain_text", "text": lines[:SECTION], "emoji": False}
        blocks.append({"type": "section", "text": text})
    if letter.link is not None:
        words = f"<{_escaped(base + letter.link.path)}|{_escaped(one_line(letter.link.words))}>"
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": words}})
    return {"text": _escaped(title), "blocks": blocks}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(letter: Letter, base: str) -> dict[str, Any]:
    def run(text: str, **look: Any) -> dict[str, Any]:
        return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}

    body = [run(one_line(letter.subject), weight="Bolder", size="Medium"), *map(run, lines_of(letter))]
    content: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if letter.link is not None:
        url = base + letter.link.path
        content["actions"] = [{"type": "Action.OpenUrl", "title": one_line(letter.link.words), "url": url}]
    kind = "application/vnd.microsoft.card.adaptive"
    return {
        "type": "message",
        "attachments": [{"contentType": kind, "contentUrl": None, "content": content}],
    }


def _plain(letter: Letter, base: str, event: str, key: str, at: datetime) -> dict[str, Any]:
    return {
        "event": event,
        "id": key,
        "at": at.isoformat(),
        "title": one_line(letter.subject),
        "lines": lines_of(letter),
        "url": "" if letter.link is None else base + letter.link.path,
    }
