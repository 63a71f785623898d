"""Signing in by mail: once, for fifteen minutes, with a member's rights, and never by a link alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from duecare.ledger.models import Entry, Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.mail.models import OutboxMessage
from duecare.program.mail.server import MailSettings, keep_server
from duecare.program.mail.smtp import Security
from duecare.program.models import Profile
from duecare.site import doors, first_run, mail_sign_in, mailing, people
from duecare.site.models import SignInRequest, User
from tests.people import PASSWORD, browser, sign_in
from tests.program.mail.post_office import HOST, Received, here, post_office

ACTOR = "terminal:test"
ASK, CODE = "/account/login/mail/", "/account/login/mail/code/"
ANN, BO = "ann@clinic.example", "bo@clinic.example"


@pytest.fixture(autouse=True)
def office(home: object) -> Iterator[Received]:
    """A clinic with an owner and a member, and a mail server that takes everything."""
    cache.clear()
    first_run.forget()
    cheap = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with cheap, post_office() as (port, received):
        with recording(ACTOR, "begin"):
            Profile.objects.create(id="profile", name="Riverside Clinic")
        people.add_user(ACTOR, ANN, "Ann", PASSWORD, "owner")
        people.add_user(ACTOR, BO, "Bo", PASSWORD, "member")
        set_server(port)
        yield received
    first_run.forget()


def set_server(port: int, *, sign_in: bool = True) -> None:
    chosen = MailSettings(
        HOST, port, Security.NONE, "", "d@clinic.example", "http://localhost", 7, True, sign_in, 7
    )
    keep_server(ACTOR, chosen, None, utc_now())


def deliver() -> None:
    mailing.send_waiting("worker", mailing.sender(out=here))


def ask(client: Client, email: str = BO) -> Any:
    answer = client.post(ASK, {"email": email})
    deliver()
    return answer


def newest(received: Received) -> tuple[str, str]:
    """The link's path and the code of the newest mail."""
    body = received.mails[-1].get_body(("plain",))
    assert body is not None
    text = body.get_content()
    code, path = re.search(r"Your code: (\S+)", text), re.search(r"http://localhost(/account/\S+)", text)
    assert code
    assert path
    return path[1], code[1]


def notes(kind: str) -> list[dict[str, Any]]:
    rows = Entry.objects.filter(kind=kind).order_by("index")
    return [
        {
            "subject": row.subject,
            **json.loads(bytes(Payload.objects.get(index=row.index).data))["note"],
        }
        for row in rows
    ]


def signed_in(client: Client) -> bool:
    return "sessionid" in client.cookies and client.get("/").status_code == 200


# The way in


def test_the_code_typed_where_it_was_asked_for_signs_in_once(office: Received) -> None:
    client = browser()
    assert (ask(client).status_code, client.get(CODE).status_code) == (302, 200)
    _path, code = newest(office)
    answer = client.post(CODE, {"code": code.upper()})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert signed_in(client)
    bo = User.objects.get(email=BO).person
    assert [one["subject"] for one in notes("site.sign-in") if one.get("by") == "mail"] == [bo]
    other = browser()
    ask(other)
    assert other.post(CODE, {"code": code}).status_code == 400, "that of another mail"
    assert not signed_in(other)


def test_a_link_opened_where_it_was_asked_for_shows_a_button_whose_post_signs_in(office: Received) -> None:
    client = browser()
    ask(client)
    path, _code = newest(office)
    for _ in range(3):  # a scanner, or a second look: a GET uses nothing up
        page = client.get(path)
        assert page.status_code == 200
        assert "in this browser" in page.content.decode()
    assert client.get("/").status_code == 302
    assert client.post(path, {"code": ""})["Location"] == "/"
    assert signed_in(client)
    assert browser().get(path).status_code == 404, "used"


def test_a_scanner_that_opens_and_presses_everything_signs_nobody_in(office: Received) -> None:
    client, scanner = browser(), browser()
    ask(client)
    path, code = newest(office)
    assert "another browser" in scanner.get(path).content.decode()
    assert scanner.post(path, {"code": ""}).status_code == 400
    assert not signed_in(scanner)
    assert client.post(CODE, {"code": code}).status_code == 302, "and does not spoil it"


def test_in_another_browser_the_link_needs_the_code_from_the_same_mail(office: Received) -> None:
    phone = browser()
    ask(browser())
    path, code = newest(office)
    assert phone.post(path, {"code": "2222-2222"}).status_code == 400
    assert phone.post(path, {"code": code}).status_code == 302
    assert signed_in(phone)


def test_a_code_without_the_link_signs_in_nowhere_else(office: Received) -> None:
    client, other = browser(), browser()
    ask(client)
    _path, code = newest(office)
    assert other.post(CODE, {"code": code}).status_code == 302
    assert other.get(CODE)["Location"] == ASK, "nothing was asked for here"


# What it opens


def test_an_owner_who_signs_in_by_mail_sees_their_own_duties_and_nothing_else(office: Received) -> None:
    client = browser()
    ask(client, ANN)
    client.post(CODE, {"code": newest(office)[1]})
    page = client.get("/").content.decode()
    assert "Member, signed in by mail" in page
    for path in ("/findings/", "/settings/", "/settings/mail/", "/ledger/", "/exceptions/"):
        assert client.get(path).status_code == 404, path
    for path in (
        "/account/password/change/",
        "/account/2fa/",
        "/account/2fa/totp/activate/",
        "/account/2fa/webauthn/add/",
        "/account/2fa/recovery-codes/generate/",
        "/account/reauthenticate/",
    ):
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert "sign in with your password or passkey" in answer.content.decode()
        assert client.post(path, {"password": PASSWORD}).status_code == 403, path
    assert "sign out and sign in with your password" in client.get("/account/").content.decode()
    assert client.get("/account/mail/").status_code == 200
    assert client.post("/approvals/program.target:security_update_days/decide/", {}).status_code in (403, 404)


def test_a_password_lifts_the_mark(office: Received) -> None:
    client = browser()
    ask(client, BO)
    client.post(CODE, {"code": newest(office)[1]})
    assert "signed in by mail" in client.get("/").content.decode()
    client.post("/account/logout/")
    client.post("/account/login/", {"login": BO, "password": PASSWORD})
    page = client.get("/").content.decode()
    assert "Member" in page
    assert "signed in by mail" not in page
    assert client.get("/account/password/change/").status_code == 200


def test_when_an_owner_ends_it_open_sessions_see_nothing_more(office: Received) -> None:
    client = browser()
    ask(client)
    client.post(CODE, {"code": newest(office)[1]})
    set_server(25, sign_in=False)
    answer = client.get("/")
    assert (answer.status_code, "any more" in answer.content.decode()) == (403, True)
    assert client.post("/account/logout/").status_code == 302


def test_who_holds_no_right_any_more_gets_no_mail_and_no_way_in(office: Received) -> None:
    from duecare.program.models import Right

    client = browser()
    ask(client)
    code = newest(office)[1]
    people.end_right(ACTOR, Right.objects.get(role="member"), utc_now())
    assert client.post(CODE, {"code": code}).status_code == 400
    ask(browser())
    assert len(office.mails) == 1


# What is kept, and what is not told


def test_neither_link_nor_code_is_kept_anywhere(office: Received) -> None:
    client = browser()
    client.post(ASK, {"email": BO})
    assert OutboxMessage.objects.get().content == {}, "written only as it is sent"
    deliver()
    path, code = newest(office)
    row = SignInRequest.objects.get()
    kept = json.dumps([row.token, row.code, row.browser, row.key])
    kept += "".join(bytes(one.data).decode() for one in Payload.objects.all())
    kept += "".join(json.dumps(one.content) for one in OutboxMessage.objects.all())
    assert path.split("/")[-2] not in kept
    assert code not in kept
    assert code.replace("-", "") not in kept


def test_nobody_learns_whether_an_address_signs_in_here(office: Received) -> None:
    known, unknown = browser(), browser()
    answers = [ask(known, BO), ask(unknown, "nobody@clinic.example")]
    assert len({(one.status_code, one["Location"], one.content) for one in answers}) == 1
    pages = [re.sub(rb'value="[^"]{40,}"', b"", client.get(CODE).content) for client in (known, unknown)]
    assert pages[0] == pages[1]
    wrong = [client.post(CODE, {"code": "2222-2222"}) for client in (known, unknown)]
    assert [one.status_code for one in wrong] == [400, 400]
    assert office.to == [BO]


def test_every_request_use_and_refusal_is_an_entry_without_what_was_typed(office: Received) -> None:
    client = browser()
    ask(client)
    client.post(CODE, {"code": "2345-wxyz"})
    client.post(CODE, {"code": newest(office)[1]})
    bo = User.objects.get(email=BO).person
    assert [(one["subject"], one.get("used", False)) for one in notes("site.mail-sign-in")] == [
        (bo, False),
        (bo, True),
    ]
    assert [one["subject"] for one in notes("site.sign-in-denied")] == [bo]
    assert b"2345" not in b"".join(bytes(one.data) for one in Payload.objects.all())


# Limits


def test_fifteen_minutes_after_the_request_it_opens_nothing(
    office: Received, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser()
    ask(client)
    path, code = newest(office)
    later = utc_now() + mail_sign_in.LASTS + timedelta(seconds=1)
    monkeypatch.setattr(doors, "utc_now", lambda: later)
    assert client.post(CODE, {"code": code}).status_code == 400
    assert client.get(path).status_code == 404


def test_a_mail_that_could_not_be_sent_in_time_is_never_sent(office: Received) -> None:
    browser().post(ASK, {"email": BO})
    late = mailing.sender(lambda: utc_now() + timedelta(minutes=16), out=here)
    mailing.send_waiting("worker", late)
    assert office.mails == []
    assert OutboxMessage.objects.get().state == "given up"


def test_after_five_wrong_codes_the_right_one_is_too_late(office: Received) -> None:
    client = browser()
    ask(client)
    for _ in range(mail_sign_in.TRIES):
        assert client.post(CODE, {"code": "2222-2222"}).status_code == 400
    assert client.post(CODE, {"code": newest(office)[1]}).status_code == 400


def test_one_address_gets_few_mails_and_one_place_few_tries(office: Received) -> None:
    for _ in range(6):
        assert ask(browser()).status_code == 302
    assert len(office.mails) == mail_sign_in.MAILS
    answers = [ask(browser(), f"p{number}@clinic.example").status_code for number in range(20)]
    assert answers[-1] == 400
    assert 302 in answers
    many = [one for one in notes("site.sign-in-denied") if one.get("too_many")]
    assert len(many) == 1, "the first refusal of an hour; the rest would fill the record"


def test_where_nobody_may_the_pages_say_so(office: Received) -> None:
    assert ASK in browser().get("/account/login/").content.decode()
    set_server(25, sign_in=False)
    for path in (ASK, CODE, f"{ASK}key/token/"):
        answer = browser().get(path)
        assert (answer.status_code, "password or passkey" in answer.content.decode()) == (404, True)
    assert ASK not in browser().get("/account/login/").content.decode()


def test_who_is_signed_in_is_sent_home() -> None:
    client = browser()
    sign_in(client, Role.MEMBER)
    assert client.get(ASK)["Location"] == "/"
