"""The pages of mail and webhooks: set up, tried on the spot, what did not arrive; what is told at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from duecare.ledger.models import Entry, Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.mail.delivery import State
from duecare.program.mail.models import MailServer, OutboxMessage, Webhook
from duecare.program.mail.notices import notify_now
from duecare.program.mail.outbox import Queued, queue
from duecare.program.mail.server import CHANGED
from duecare.program.models import Profile
from duecare.program.outgoing import Outgoing
from duecare.site import mail_trying, mail_views, mailing, worker
from duecare.site.models import MailChoice
from tests.ledger.library import sql, unguarded
from tests.people import browser, sign_in
from tests.program.mail.post_office import HOST, free_port, here, post_office
from tests.program.others import Authority, http, listening, saying, secured

Somebody = tuple[Client, Viewer]
HOOK = "hooks.example"
URL = "/settings/mail/"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def owner(home: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Somebody]:
    with recording("terminal:test", "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic")
    for module in (mail_views, mail_trying):
        monkeypatch.setattr(module, "way_out", lambda: here(authority.trust))
    client = browser()
    return client, sign_in(client, Role.OWNER)


def form(port: int, **more: Any) -> dict[str, Any]:
    return {
        "host": HOST, "port": port, "security": "none", "user": "", "password": "", "morning": 7,
        "sender": "d@clinic.example", "address": "https://d.example/", "late_days": 7, "short": "on", **more,
    }  # fmt: skip


def told(client: Client, answer: Any) -> str:
    """The page that an answer leads to, as text."""
    assert answer.status_code == 302, answer.content.decode()
    text = re.sub(r"<[^>]+>", " ", client.get(answer["Location"]).content.decode())
    return re.sub(r"\s+", " ", text)


# The mail server


def test_as_shipped_nothing_is_mailed_and_the_pages_say_so(owner: Somebody) -> None:
    client, _viewer = owner
    assert "Nothing is mailed" in client.get(URL).content.decode()
    assert "nothing is mailed" in client.get("/settings/").content.decode()
    assert "mails nothing yet" in client.get("/account/mail/").content.decode()
    assert client.post("/settings/mail/test/").status_code == 404


def test_an_owner_sets_the_server_and_the_record_knows_no_secret(owner: Somebody, home: Path) -> None:
    client, _viewer = owner
    sent = form(465, security="tls", user="duecare-user", password="hunter2-hunter2")
    assert "Kept" in told(client, client.post(f"{URL}change/", sent))
    server = MailServer.objects.get()
    assert (server.host, server.address, server.short, server.sign_in) == (
        HOST,
        "https://d.example",
        True,
        False,
    )
    assert (home / "keys" / "mail-password").read_text() == "hunter2-hunter2"
    shown = client.get(f"{URL}change/").content.decode() + client.get(URL).content.decode()
    assert "hunter2" not in shown
    client.post(f"{URL}change/", {**sent, "password": "", "port": 587})
    assert (home / "keys" / "mail-password").read_text() == "hunter2-hunter2"
    record = b"".join(bytes(one.data) for one in Payload.objects.all())
    assert b"hunter2" not in record
    assert b"duecare-user" not in record
    assert Entry.objects.filter(kind=CHANGED).count() == 2


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"security": "none", "user": "x", "password": "y"}, "not sent without encryption"),
        ({"address": "https://d.example/path"}, "Leave out what comes after the host"),
        ({"address": "d.example"}, "not a web address"),
        ({"host": "mail server"}, "name alone"),
        ({"morning": "24"}, "23"),
        ({"sender": "nobody"}, "e"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(
    owner: Somebody, wrong: dict[str, str], words: str
) -> None:
    answer = owner[0].post(f"{URL}change/", form(25, **wrong))
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not MailServer.objects.exists()


def test_the_test_mail_shows_what_the_server_answers(owner: Somebody) -> None:
    client, _viewer = owner
    with post_office() as (port, received):
        client.post(f"{URL}change/", form(port))
        shown = told(client, client.post(f"{URL}test/"))
        assert f"{HOST} answered: 250 2.0.0 queued as ABC" in shown
        (mail,) = received.mails
        assert mail["Subject"] == "Test mail from Duecare"
        received.rcpt = lambda address: "550 5.7.1 relaying denied"
        assert "550 5.7.1 relaying denied" in told(client, client.post(f"{URL}test/"))
    shown = told(client, client.post(f"{URL}test/"))
    assert f"{HOST} does not answer on port {port}: Connection refused" in shown
    assert "Look whether it is running" in shown


def test_a_server_on_a_network_that_is_not_listed_is_refused_with_the_way_to_list_it(
    owner: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _viewer = owner
    monkeypatch.setattr(mail_trying, "way_out", lambda: Outgoing(resolve=lambda host: ["10.0.0.5"]))
    client.post(f"{URL}change/", form(25))
    assert "[outgoing] allow in duecare.toml" in told(client, client.post(f"{URL}test/")).replace(
        "&quot;", '"'
    )


def test_what_did_not_arrive_is_shown_at_home_and_sent_again_when_a_person_says_so(owner: Somebody) -> None:
    client, viewer = owner
    from duecare.program.mail.letters import Letter

    queue([Queued("x:1", "mail", viewer.person, "digest", Letter("Hello"))], utc_now())  # type: ignore[list-item]
    row = OutboxMessage.objects.get()
    words = "mail.example broke off: Connection unexpectedly closed"
    OutboxMessage.objects.update(state=State.UNCLEAR, ended_at=utc_now(), words=words)
    page = client.get(URL).content.decode()
    assert words in page
    assert "may have arrived" in page
    assert "did not arrive: see which and why" in client.get("/").content.decode()
    assert "sent again" in told(client, client.post(f"{URL}{row.pk}/again/"))
    assert OutboxMessage.objects.get().state == "waiting"
    assert client.post(f"{URL}{row.pk}/again/").status_code == 404
    assert "did not arrive: see which" not in client.get("/").content.decode()
    OutboxMessage.objects.update(state=State.REFUSED, ended_at=utc_now())
    assert words not in told(client, client.post(f"{URL}{row.pk}/seen/"))
    assert OutboxMessage.objects.get().state == "dropped"
    assert client.post(f"{URL}{row.pk}/seen/").status_code == 404


def test_what_waits_says_why_and_until_when(owner: Somebody) -> None:
    client, viewer = owner
    from duecare.program.mail.letters import Letter

    client.post(f"{URL}change/", form(free_port()))
    queue([Queued("x:1", "mail", viewer.person, "digest", Letter("Hello"))], utc_now())  # type: ignore[list-item]
    mailing.send_waiting("worker", mailing.sender(out=here))
    page = client.get(URL).content.decode()
    assert "1 message waits" in page
    assert "does not answer on port" in page
    assert viewer.name in page


def test_giving_mail_up_forgets_the_server(owner: Somebody, home: Path) -> None:
    client, _viewer = owner
    client.post(f"{URL}change/", form(465, security="tls", user="u", password="p"))
    assert "Nothing is mailed any more" in told(client, client.post(f"{URL}stop/"))
    assert not MailServer.objects.exists()
    assert not (home / "keys" / "mail-password").exists()


def test_everybody_chooses_how_often_they_get_mail(owner: Somebody) -> None:
    member = browser()
    viewer = sign_in(member, Role.MEMBER)
    assert member.post("/account/mail/", {"how": "weekly"}).status_code == 302
    assert member.post("/account/mail/", {"how": "late"}).status_code == 302
    assert list(MailChoice.objects.values_list("person", "how")) == [(viewer.person, "late")]
    assert member.post("/account/mail/", {"how": "hourly"}).status_code == 400
    assert 'value="late" checked' in re.sub(
        r'(required|id="\S+") ', "", member.get("/account/mail/").content.decode()
    )


# Webhooks


def hook_form(port: int, **more: Any) -> dict[str, Any]:
    return {
        "name": "channel",
        "kind": "slack",
        "url": f"https://{HOOK}:{port}/B0/secret",
        "events": ["daily"],
        **more,
    }


def test_a_webhook_is_added_tried_paused_and_removed_and_only_its_host_is_shown(
    owner: Somebody, authority: Authority, home: Path
) -> None:
    client, _viewer = owner
    with listening(secured(authority.server(HOOK), saying(http(b"ok")))) as port:
        client.post("/settings/webhooks/add/", hook_form(port))
        hook = Webhook.objects.get()
        page = client.get("/settings/webhooks/").content.decode()
        assert HOOK in page
        assert "B0/secret" not in page
        shown = told(client, client.post(f"/settings/webhooks/{hook.pk}/test/"))
        assert f"It was taken. {HOOK} answered: 200 ok" in shown
    assert "does not answer on port" in told(client, client.post(f"/settings/webhooks/{hook.pk}/test/"))
    assert "told nothing" in told(client, client.post(f"/settings/webhooks/{hook.pk}/pause/"))
    assert "told again" in told(client, client.post(f"/settings/webhooks/{hook.pk}/pause/"))
    assert "removed" in told(client, client.post(f"/settings/webhooks/{hook.pk}/remove/"))
    assert not list((home / "keys").glob("webhook-*"))
    assert client.post(f"/settings/webhooks/{hook.pk}/test/").status_code == 404


def test_a_webhook_that_redirects_to_this_machine_is_refused_with_the_next_step(
    owner: Somebody, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _viewer = owner
    out = Outgoing(
        here().rules, resolve=lambda host: [host if host[0].isdigit() else "127.0.0.1"], trust=authority.trust
    )
    monkeypatch.setattr(mail_views, "way_out", lambda: out)
    answer = http(b"", "308 Permanent Redirect", "Location: https://127.0.0.2/latest/meta-data")
    with listening(secured(authority.server(HOOK), saying(answer))) as port:
        client.post("/settings/webhooks/add/", hook_form(port))
        shown = told(client, client.post(f"/settings/webhooks/{Webhook.objects.get().pk}/test/"))
    assert "It was not taken. 127.0.0.2 leads to 127.0.0.2" in shown
    assert "not an address of the public internet" in shown
    assert "duecare.toml" in shown


def test_the_signing_secret_is_shown_once(owner: Somebody, home: Path) -> None:
    client, _viewer = owner
    answer = client.post("/settings/webhooks/add/", hook_form(443, kind="json"))
    secret = re.search(r'mono wrap">([\w-]{40,})<', answer.content.decode())
    assert secret
    (kept,) = (home / "keys").glob("webhook-*")
    assert secret[1] in kept.read_text()
    assert secret[1] not in client.get("/settings/webhooks/").content.decode()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "http://hooks.example/x"}, "begins with https"),
        ({"events": []}, "required"),
        ({"kind": "x"}, "x"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused(owner: Somebody, wrong: dict[str, Any], words: str) -> None:
    answer = owner[0].post("/settings/webhooks/add/", hook_form(443, **wrong))
    assert (answer.status_code, words in answer.content.decode()) == (400, True)
    assert not Webhook.objects.exists()


# At once


def test_a_fault_of_the_record_is_told_at_once_to_owners_and_managers_and_once_a_day(owner: Somebody) -> None:
    client, viewer = owner
    client.post(f"{URL}change/", form(25))
    manager, member = sign_in(browser(), Role.MANAGER), sign_in(browser(), Role.MEMBER)
    with unguarded():
        sql("UPDATE program_profile SET name = 'Other' WHERE id = 'profile'")
    job = next(job for job in worker.jobs() if job.name == "verify the record")
    assert job.run()["faults"] == 1
    rows = list(OutboxMessage.objects.filter(kind="urgent"))
    assert {row.to for row in rows} == {viewer.person, manager.person}
    assert member.person not in {row.to for row in rows}
    assert {row.rank for row in rows} == {0}
    assert "profile" not in str(rows[0].content), "short mails name nothing"
    assert job.run()["faults"] == 1
    assert OutboxMessage.objects.count() == 2


def test_what_is_told_at_once_is_kept_with_the_act_or_not_at_all(owner: Somebody) -> None:
    owner[0].post(f"{URL}change/", form(25))

    def broken() -> None:
        with recording("worker", "tell"):
            notify_now("incident:1", "An incident", ["It is so"], "/", utc_now())
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        broken()
    assert not OutboxMessage.objects.exists()
    with recording("worker", "tell") as act:
        assert notify_now("incident:1", "An incident", ["It is so"], "/", utc_now()) == 1
        act.note("site.test", "x", {})
    gives_up = OutboxMessage.objects.get().gives_up_at - utc_now()
    assert gives_up > timedelta(days=2)
