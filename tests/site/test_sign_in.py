"""Signing in as a person does: password, then a code; every refusal is an entry without what was typed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.test import Client, override_settings

from duecare.ledger.models import Entry, Payload
from duecare.site import first_run, people
from duecare.site.models import User
from tests.people import PASSWORD, browser
from tests.site.browser import code

EMAIL = "ann@clinic.example"
SECRETS = ("hunter2-hunter2-hunter2", "mallory@evil.example")


@pytest.fixture(autouse=True)
def owner(home: object) -> Any:
    """Ann, an owner, who has a password and no second factor yet."""
    cache.clear()
    first_run.forget()
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield people.add_user("terminal:test", EMAIL, "Ann Example", PASSWORD, "owner")
    first_run.forget()


def sign_in(client: Client, password: str = PASSWORD, email: str = EMAIL, **headers: Any) -> Any:
    return client.post("/account/login/", {"login": email, "password": password}, **headers)


def notes(kind: str) -> list[dict[str, Any]]:
    """The contents of the notes of a kind, with whom they are about."""
    found = []
    for entry in Entry.objects.filter(kind=kind).order_by("index"):
        content = json.loads(bytes(Payload.objects.get(index=entry.index).data))["note"]
        found.append({"subject": entry.subject, "actor": entry.actor, **content})
    return found


def record() -> bytes:
    """Everything that the ledger holds."""
    return b"".join(bytes(one.data) for one in Payload.objects.all()) + b"".join(
        bytes(one.meta) for one in Entry.objects.all()
    )


def enrol(client: Client) -> str:
    """Sign in for the first time and set up the code generator; its secret."""
    assert sign_in(client)["Location"] == "/"
    assert client.get("/")["Location"] == "/account/2fa/totp/activate/"
    page = client.get("/account/2fa/totp/activate/")
    assert page.status_code == 200
    found = re.search(r"\b[A-Z2-7]{32}\b", page.content.decode())
    assert found, "the page shows the secret for those who type it"
    answer = client.post("/account/2fa/totp/activate/", {"code": code(found[0])})
    assert answer.status_code == 302, answer.content.decode()
    return found[0]


# The way in


def test_the_first_sign_in_leads_to_a_second_factor_and_only_then_to_the_pages(owner: Any) -> None:
    client = browser()
    enrol(client)
    assert client.get("/").status_code == 200
    added = notes("site.second-factor")
    assert {(one["change"], one["subject"]) for one in added} == {("add", owner.pk)}
    assert "totp" in {one["type"] for one in added}


def test_the_next_sign_in_asks_for_the_code(owner: Any) -> None:
    secret = enrol(browser())
    cache.clear()
    client = browser()
    assert sign_in(client)["Location"].startswith("/account/2fa/authenticate/")
    assert client.get("/")["Location"].startswith("/account/login/"), "a password alone opens nothing"
    cache.clear()
    answer = client.post("/account/2fa/authenticate/", {"code": code(secret)})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/").status_code == 200
    assert [one["subject"] for one in notes("site.sign-in")] == [owner.pk, owner.pk]


def test_a_wrong_code_is_refused_and_is_an_entry_without_the_code(owner: Any) -> None:
    enrol(browser())
    client = browser()
    sign_in(client)
    answer = client.post("/account/2fa/authenticate/", {"code": "000000"})
    assert answer.status_code == 200
    (denied,) = notes("site.sign-in-denied")
    assert (denied["subject"], denied["actor"], denied["factor"]) == (owner.pk, "server", "second")
    assert b"000000" not in record()[-2000:]
    assert client.get("/")["Location"].startswith("/account/login/")


def test_a_recovery_code_signs_in_once() -> None:
    first = browser()
    enrol(first)
    codes = Authenticator.objects.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()
    for client, status in ((browser(), 302), (browser(), 200)):
        cache.clear()
        sign_in(client)
        assert client.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == status


def test_a_member_needs_no_second_factor() -> None:
    people.add_user("terminal:test", "bo@clinic.example", "Bo", PASSWORD, "member")
    client = browser()
    sign_in(client, email="bo@clinic.example")
    assert client.get("/").status_code == 200


def test_who_is_given_a_role_that_changes_things_needs_one_from_then_on() -> None:
    person = people.add_user("terminal:test", "bo@clinic.example", "Bo", PASSWORD, "member")
    client = browser()
    sign_in(client, email="bo@clinic.example")
    people.give_right("terminal:test", person, "manager", None, None, None)
    for path in ("/", "/settings/", "/findings/", "/account/"):
        assert client.get(path)["Location"] == "/account/2fa/totp/activate/"


# Refusals


@pytest.mark.parametrize(
    ("email", "password", "known"),
    [(EMAIL, SECRETS[0], True), (SECRETS[1], PASSWORD, False), (SECRETS[1], SECRETS[0], False)],
)
def test_a_refused_sign_in_is_an_entry_without_anything_that_was_typed(
    owner: Any, email: str, password: str, known: bool
) -> None:
    answer = sign_in(browser(), password, email, REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 200
    assert notes("site.sign-in-denied") == [
        {"subject": owner.pk if known else "unknown", "actor": "server", "address": "203.0.113.9"}
    ]
    assert not any(secret.encode() in record() for secret in (*SECRETS, EMAIL, PASSWORD))


def test_the_page_does_not_tell_which_addresses_can_sign_in() -> None:
    wrong_password = sign_in(browser(), SECRETS[0]).content.decode()
    cache.clear()
    nobody = sign_in(browser(), SECRETS[0], SECRETS[1]).content.decode()

    def shown(page: str) -> str:
        page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)
        return page.replace(EMAIL, "").replace(SECRETS[1], "")

    assert shown(wrong_password) == shown(nobody)


def test_guessing_a_password_is_slowed_down_even_for_who_knows_it_in_the_end() -> None:
    for number in range(5):
        sign_in(browser(), f"guess number {number} of many")
    answer = sign_in(browser())
    assert answer.status_code == 200
    assert "Too many failed login attempts" in answer.content.decode()
    assert len(notes("site.sign-in-denied")) == 5


def test_guessing_a_code_is_slowed_down_too() -> None:
    secret = enrol(browser())
    cache.clear()
    client = browser()
    sign_in(client)
    for _ in range(5):
        client.post("/account/2fa/authenticate/", {"code": "000000"})
    answer = client.post("/account/2fa/authenticate/", {"code": code(secret)})
    assert answer.status_code in (200, 302)
    assert client.get("/")["Location"].startswith("/account/login/")


def test_a_form_from_elsewhere_signs_nobody_in() -> None:
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert sign_in(strict).status_code == 403
    assert notes("site.sign-in") == []


@pytest.mark.parametrize(
    "path", ["/account/signup/", "/account/password/reset/", "/account/confirm-email/x/"]
)
def test_there_are_no_accounts_or_passwords_by_mail(path: str) -> None:
    client = browser()
    enrol(client)
    assert client.get(path).status_code == 404
    assert client.post(path, {"email": "eve@evil.example", "password1": PASSWORD}).status_code == 404
    assert User.objects.count() == 1


def test_who_forgot_the_password_is_told_what_to_do() -> None:
    answer = browser().get("/account/password/reset/")
    assert answer.status_code == 404
    assert "duecare user password" in answer.content.decode()


# The way out, and back


def test_only_a_post_signs_out() -> None:
    client = browser()
    enrol(client)
    assert client.get("/account/logout/").status_code == 200
    assert client.head("/account/logout/").status_code == 200
    assert client.get("/").status_code == 200
    assert client.post("/account/logout/").status_code == 302
    assert client.get("/")["Location"].startswith("/account/login/")
    assert len(notes("site.sign-out")) == 1


def test_after_signing_in_the_asked_page_opens_and_no_other_site() -> None:
    client = browser()
    asked = client.get("/findings/?state=open")["Location"]
    assert asked == "/account/login/?next=/findings/%3Fstate%3Dopen"
    enrol(browser())
    people.add_user("terminal:test", "bo@clinic.example", "Bo", PASSWORD, "member")
    form = {"login": "bo@clinic.example", "password": PASSWORD}
    assert client.post("/account/login/", {**form, "next": "https://evil.example/"})["Location"] == "/"


def test_a_new_password_needs_the_old_one_is_an_entry_and_ends_other_sessions(owner: Any) -> None:
    client, other = browser(), browser()
    secret = enrol(client)
    cache.clear()
    sign_in(other)
    other.post("/account/2fa/authenticate/", {"code": code(secret)})
    new = "nine brown otters under the pier"
    wrong = {"oldpassword": SECRETS[0], "password1": new, "password2": new}
    assert client.post("/account/password/change/", wrong).status_code == 200
    weak = {"oldpassword": PASSWORD, "password1": "password1234567", "password2": "password1234567"}
    assert client.post("/account/password/change/", weak).status_code == 200
    assert notes("site.password") == []
    right = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert client.post("/account/password/change/", right).status_code == 302
    assert notes("site.password") == [{"subject": owner.pk, "actor": f"person:{owner.pk}"}]
    assert client.get("/").status_code == 200
    assert other.get("/")["Location"].startswith("/account/login/")
    assert new.encode() not in record()


def test_a_password_set_at_the_terminal_ends_sessions_and_names_who_did_it(owner: Any) -> None:
    client = browser()
    enrol(client)
    people.set_password("terminal:root", EMAIL.upper(), "nine brown otters under the pier")
    assert client.get("/")["Location"].startswith("/account/login/")
    assert notes("site.password") == [{"subject": owner.pk, "actor": "terminal:root"}]
    assert User.objects.get().check_password("nine brown otters under the pier")


def test_removing_the_second_factor_is_an_entry_and_shuts_the_pages_again(owner: Any) -> None:
    client = browser()
    enrol(client)
    assert client.post("/account/2fa/totp/deactivate/").status_code == 302
    assert ("remove", owner.pk) in {(one["change"], one["subject"]) for one in notes("site.second-factor")}
    assert client.get("/")["Location"] == "/account/2fa/totp/activate/"
