"""Webhooks, against real servers: what they are sent, what their answers mean, where they may not lead."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from duecare.errors import BadInput, NotFound
from duecare.ledger.models import Payload
from duecare.program.mail import outbox, webhooks
from duecare.program.mail.cards import CardKind, as_card, signature
from duecare.program.mail.delivery import Came
from duecare.program.mail.letters import Letter, Part, Row
from duecare.program.mail.models import OutboxMessage, Webhook
from duecare.program.mail.sending import Sender, send_due
from duecare.program.mail.webhooks import DAILY, URGENT, add_webhook, post, tell_webhooks
from duecare.program.outgoing import Outgoing
from tests.program.mail.post_office import here
from tests.program.others import Authority, Serve, http, listening, saying, secured

NOW = datetime(2026, 11, 28, 7, tzinfo=UTC)
ACTOR = "terminal:test"
BASE = "https://duecare.example"
LETTER = Letter("3 findings <!channel>", ("It *is* so",), (Part("Late", (Row("a & b"),)),), Row("Open", "/"))
HOST = "hooks.example"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@contextmanager
def receiver(authority: Authority, serve: Serve) -> Iterator[int]:
    with listening(secured(authority.server(HOST), serve)) as port:
        yield port


def hook_at(port: int, kind: CardKind = CardKind.SLACK, *events: str) -> Webhook:
    url = f"https://{HOST}:{port}/services/T0/B0/secret"
    hook, _secret = add_webhook(ACTOR, "channel", kind, url, events or (URGENT, DAILY), NOW, base=BASE)
    return hook


def send(hook: Webhook, authority: Authority, out: Outgoing | None = None) -> Any:
    out = out or here(authority.trust)
    return post(hook, LETTER, event=URGENT, key="k1", out=out, at=NOW)


# ── Formats ──────────────────────────────────────────────────────────────────────────────────────────────


def card(kind: CardKind, letter: Letter = LETTER) -> Any:
    made = as_card(kind, letter, BASE, event=DAILY, key="k1", secret="s", at=NOW)
    return json.loads(made.body)


def test_slack_gets_text_and_blocks_in_which_nothing_calls_a_channel() -> None:
    told = card(CardKind.SLACK)
    assert told["text"] == "3 findings &lt;!channel&gt;"
    kinds = [(block["type"], block["text"]["type"]) for block in told["blocks"]]
    assert kinds == [("header", "plain_text"), ("section", "plain_text"), ("section", "mrkdwn")]
    assert told["blocks"][2]["text"]["text"] == "<https://duecare.example/|Open>"
    long = card(CardKind.SLACK, Letter("t" * 500, ("x" * 9000,)))
    assert len(long["blocks"][0]["text"]["text"]) <= 150
    assert len(long["blocks"][1]["text"]["text"]) <= 3000


def test_teams_gets_an_adaptive_card_whose_text_knows_no_markdown() -> None:
    told = card(CardKind.TEAMS)
    (attachment,) = told["attachments"]
    assert (told["type"], attachment["contentType"]) == (
        "message", "application/vnd.microsoft.card.adaptive",
    )  # fmt: skip
    content = attachment["content"]
    assert {block["type"] for block in content["body"]} == {"RichTextBlock"}
    assert content["actions"] == [
        {"type": "Action.OpenUrl", "title": "Open", "url": "https://duecare.example/"}
    ]


def test_plain_json_is_signed_over_its_time_and_body() -> None:
    made = as_card(CardKind.JSON, LETTER, BASE, event=DAILY, key="k1", secret="s3cret", at=NOW)
    told = dict(part.split("=", 1) for part in made.headers["Duecare-Signature"].split(","))
    expected = hmac.new(b"s3cret", told["t"].encode() + b"." + made.body, hashlib.sha256).hexdigest()
    assert told["v1"] == expected
    assert int(told["t"]) == int(NOW.timestamp())
    assert signature("other", made.body, int(told["t"])) != made.headers["Duecare-Signature"]
    assert json.loads(made.body) == {
        "event": "daily", "id": "k1", "at": "2026-11-28T07:00:00+00:00", "title": "3 findings <!channel>",
        "lines": ["It *is* so", "Late", "- a & b"], "url": "https://duecare.example/",
    }  # fmt: skip


# ── The address is a secret ──────────────────────────────────────────────────────────────────────────────


def test_the_address_is_in_a_private_file_and_nowhere_else(home: Path) -> None:
    hook = hook_at(443)
    kept = home / "keys" / f"webhook-{hook.pk}"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "services/T0/B0/secret" in kept.read_text()
    assert (hook.host, b"B0/secret" in b"".join(bytes(one.data) for one in Payload.objects.all())) == (
        HOST, False,
    )  # fmt: skip
    database = b"".join(place.read_bytes() for place in home.parent.glob("*.db*"))
    assert b"B0/secret" not in database
    webhooks.remove_webhook(ACTOR, hook.pk, NOW)
    assert not kept.exists()
    with pytest.raises(NotFound):
        webhooks.remove_webhook(ACTOR, hook.pk, NOW)


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    "url", ["http://hooks.example/x", "ftp://hooks.example", "https://a:b@hooks.example/", ""]
)
def test_only_https_addresses_are_kept(url: str, home: Path) -> None:
    with pytest.raises(BadInput):
        add_webhook(ACTOR, "x", CardKind.SLACK, url, [DAILY], NOW, base=BASE)
    assert not list((home / "keys").glob("webhook-*"))


# ── What answers mean ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("home")
class TestAnswers:
    def test_a_message_that_was_taken_arrived_once_with_its_headers(self, authority: Authority) -> None:
        heard: list[bytes] = []
        with receiver(authority, saying(http(b"ok"), heard)) as port:
            answer = send(hook_at(port), authority)
        assert (answer.came, answer.words) == (Came.ACCEPTED, f"{HOST} answered: 200 ok")
        (request,) = heard
        assert b"POST /services/T0/B0/secret HTTP/1.1" in request
        assert b"Duecare-Delivery: k1" in request

    def test_too_many_is_tried_again_when_the_receiver_says(self, authority: Authority) -> None:
        busy = http(b"slow down", "429 Too Many Requests", "Retry-After: 900")
        with receiver(authority, saying(busy)) as port:
            answer = send(hook_at(port), authority)
        assert (answer.came, answer.wait) == (Came.LATER, timedelta(seconds=900))

    @pytest.mark.parametrize(
        ("status", "came"),
        [
            ("500 Oh", Came.LATER),
            ("503 Oh", Came.LATER),
            ("404 Not Found", Came.NEVER),
            ("410 Gone", Came.NEVER),
        ],
    )
    def test_their_faults_may_pass_and_ours_do_not(
        self, authority: Authority, status: str, came: Came
    ) -> None:
        with receiver(authority, saying(http(b"no", status))) as port:
            assert send(hook_at(port), authority).came is came

    @pytest.mark.parametrize(
        "target", ["https://127.0.0.2/x", "https://169.254.169.254/latest", "http://a.example/"]
    )
    def test_a_redirect_to_what_may_not_be_reached_is_refused_in_words(
        self, authority: Authority, target: str
    ) -> None:
        answer = http(b"", "307 Temporary Redirect", f"Location: {target}")
        out = Outgoing(
            here().rules,
            resolve=lambda host: [host if host[0].isdigit() else "127.0.0.1"],
            trust=authority.trust,
        )
        with receiver(authority, saying(answer)) as port:
            told = send(hook_at(port), authority, out)
        assert told.came is Came.NEVER
        assert "not an address of the public internet" in told.words or "without encryption" in told.words
        assert "B0/secret" not in told.words

    def test_a_redirect_that_would_lose_what_is_sent_is_refused(self, authority: Authority) -> None:
        with receiver(authority, saying(http(b"", "302 Found", "Location: /elsewhere"))) as port:
            told = send(hook_at(port), authority)
        assert (told.came, "would be lost" in told.words) == (Came.NEVER, True)

    def test_nobody_there_waits_for_another_time(self, authority: Authority) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        told = send(hook_at(port), authority)
        assert (told.came, "does not answer" in told.words) == (Came.LATER, True)

    def test_a_receiver_that_breaks_off_leaves_it_unclear(self, authority: Authority) -> None:
        with receiver(authority, saying(b"")) as port:
            assert send(hook_at(port), authority).came is Came.NO_ANSWER

    def test_a_receiver_that_drips_is_cut_off_and_it_is_unclear(
        self, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(webhooks, "SECONDS", 1.0)

        def drip(sock: socket.socket) -> None:
            sock.recv(65536)
            for letter in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 600:
                sock.sendall(bytes([letter]))
                time.sleep(0.05)

        began = time.monotonic()
        with receiver(authority, drip) as port:
            told = send(hook_at(port), authority)
        assert told.came is Came.NO_ANSWER
        assert time.monotonic() - began < 10


# ── Through the outbox ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("home")
class TestOutbox:
    def sender(self, authority: Authority, now: datetime = NOW) -> Sender:
        return Sender(lambda keys: {}, lambda: now, out=lambda: here(authority.trust))

    def test_only_those_that_want_an_event_are_told_of_it_and_once(self, authority: Authority) -> None:
        heard: list[bytes] = []
        with receiver(authority, saying(http(b"ok"), heard)) as port:
            wanting = hook_at(port, CardKind.SLACK, DAILY)
            hook_at(port, CardKind.SLACK, URGENT)
            paused = hook_at(port, CardKind.TEAMS, DAILY)
            webhooks.pause_webhook(ACTOR, paused.pk, False)
            for _ in range(2):
                tell_webhooks(DAILY, "daily:2026-11-28", LETTER, NOW)
            assert send_due(self.sender(authority)) == {"sent": 1}
        assert len(heard) == 1
        assert OutboxMessage.objects.get().to == wanting.pk

    def test_without_a_mail_server_webhooks_are_told_all_the_same(self, authority: Authority) -> None:
        heard: list[bytes] = []
        with receiver(authority, saying(http(b"ok"), heard)) as port:
            hook_at(port, CardKind.JSON)
            tell_webhooks(DAILY, "daily:x", LETTER, NOW)
            send_due(self.sender(authority))
        assert b'"url":"https://duecare.example/"' in heard[0]

    def test_a_busy_receiver_is_asked_once_for_all_that_waits(self, authority: Authority) -> None:
        heard: list[bytes] = []
        busy = http(b"", "429 Too Many Requests", "Retry-After: 600")
        with receiver(authority, saying(busy, heard)) as port:
            hook_at(port)
            for number in range(5):
                tell_webhooks(DAILY, f"daily:{number}", LETTER, NOW)
            send_due(self.sender(authority))
            assert len(heard) == 1
            send_due(self.sender(authority, NOW + timedelta(seconds=30)))
            assert len(heard) == 1

    def test_a_removed_one_gets_nothing_that_still_waited(self, authority: Authority) -> None:
        hook = hook_at(1)
        tell_webhooks(DAILY, "daily:x", LETTER, NOW)
        webhooks.remove_webhook(ACTOR, hook.pk, NOW)
        assert not send_due(self.sender(authority))
        assert OutboxMessage.objects.get().state == "dropped"
        assert not outbox.not_arrived().exists()
