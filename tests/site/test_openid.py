"""Signing in through a real OpenID Connect provider, and through one that lies."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import requests
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.core.cache import cache
from django.test import Client, override_settings

from duecare.ledger.models import ACT, Entry, Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.models import Person, Profile, Right
from duecare.site import openid_people, people
from duecare.site.configuration import OpenId
from duecare.site.models import OpenIdAccount, User
from duecare.site.rights import holding_rights, today
from tests.chromium import axe_faults, chromium, windows
from tests.people import PASSWORD, browser, sign_in
from tests.site.api_server import served
from tests.site.openid_provider import CLIENT, SECRET

BACK = "http://localhost/account/openid/back/"
ROLES = {"dc-owners": "owner", "dc-managers": "manager", "dc-approvers": "approver", "dc-staff": "member"}
PEOPLE = {
    "ava": ["dc-owners"],
    "ben": ["dc-managers", "dc-staff", "printers"],
    "cleo": ["dc-approvers"],
    "dan": ["dc-staff"],
    "eve": ["printers"],
    "finn": [],
}


def claims(name: str, groups: list[str], **more: Any) -> dict[str, Any]:
    told = {"name": f"{name.title()} Example", "email": f"{name}@clinic.example", "email_verified": True}
    return {**told, "groups": groups, **more}


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The provider, and who its people are."""

    address: str
    place: Path
    port: int
    """Where a browser may be sent back to."""

    def tell(self, **changed: dict[str, Any]) -> None:
        told = {name: claims(name, groups) for name, groups in PEOPLE.items()}
        (self.place / "people.json").write_text(json.dumps({**told, **changed}))

    @property
    def settings(self) -> OpenId:
        return OpenId(f"{self.address}/o", CLIENT, "Clinic ID", "groups", (), ("clinic.example",), ROLES)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elsewhere]:
    place = tmp_path_factory.mktemp("provider")
    with socket.create_server(("127.0.0.1", 0)) as free, socket.create_server(("127.0.0.1", 0)) as other:
        port, back = free.getsockname()[1], other.getsockname()[1]
    found = Elsewhere(f"http://localhost:{port}", place, back)
    found.tell()
    allowed = f"{BACK} {BACK.replace('localhost', f'localhost:{back}')}"
    words = [sys.executable, "-m", "tests.site.openid_provider", str(port), str(place), allowed]
    log = (place / "log").open("w")
    process = subprocess.Popen(
        words, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=log, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", (place / "log").read_text()
        yield found
    finally:
        process.terminate()
        process.wait(20)
        log.close()


@contextmanager
def known(settings: OpenId) -> Iterator[None]:
    """Duecare as set up with this provider."""
    cache.clear()
    given = {
        "DUECARE_OPENID": settings,
        "DUECARE_OPENID_SECRET": SECRET,
        "DUECARE_OUTGOING": ["localhost"],
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    }
    with override_settings(**given):
        yield


@pytest.fixture
def here(home: Path, elsewhere: Elsewhere) -> Iterator[Elsewhere]:
    elsewhere.tell()
    with recording("terminal:test", "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic")
    people.add_user("terminal:test", "first@clinic.example", "First", PASSWORD, "owner")
    from duecare.site import first_run

    first_run.forget()
    with known(elsewhere.settings):
        yield elsewhere


def go(client: Client, who: str, there: requests.Session | None = None) -> str:
    """There and back: the address to which the provider sends somebody."""
    sent = client.get("/account/openid/")
    assert sent.status_code == 302, sent.content
    session = there or requests.Session()
    answer = session.get(sent["Location"], allow_redirects=False)
    while "/account/openid/back/" not in answer.headers["Location"]:
        to = requests.compat.urljoin(answer.url, answer.headers["Location"])
        if "/login/" in to:
            to += f"&as={who}"
        answer = session.get(to, allow_redirects=False)
    return answer.headers["Location"]


def come(client: Client, back: str) -> Any:
    """The answer to going on from the page to which somebody came back."""
    page = client.get(back.removeprefix("http://localhost"))
    assert page.status_code == 200, page.content
    found = dict(re.findall(r'name="(code|state|iss)" value="([^"]*)"', page.content.decode()))
    return client.post("/account/openid/finish/", found)


def enter(who: str) -> tuple[Client, Any]:
    client = browser()
    return client, come(client, go(client, who))


def roles_of(who: str) -> set[str]:
    held = holding_rights(today(utc_now())).filter(person__name=f"{who.title()} Example")
    return set(held.values_list("role", flat=True))


def reasons() -> list[str]:
    heads = Payload.objects.filter(kind=ACT).order_by("index")
    return [json.loads(bytes(head.data))["reason"] for head in heads]


# Through the real one


@pytest.mark.parametrize(
    ("who", "roles"),
    [("ava", {"owner"}), ("ben", {"manager", "member"}), ("cleo", {"approver"}), ("dan", {"member"})],
)
def test_somebody_with_a_mapped_group_comes_in_with_its_right(
    here: Elsewhere, who: str, roles: set[str]
) -> None:
    client, answer = enter(who)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert roles_of(who) == roles
    # Whoever changes things sets up a second factor first, as everybody does.
    assert client.get("/").status_code == (200 if roles == {"member"} else 302)
    assert User.objects.get(email=f"{who}@clinic.example").has_usable_password() is False
    assert f"give the right {min(roles)} by OpenID Connect group" in " ".join(reasons())
    assert Entry.objects.filter(kind="site.sign-in").count() == 1


@pytest.mark.parametrize("at", ["validate_email", "new_key"], ids=["before", "within"])
def test_somebody_who_comes_twice_at_once_is_one_person_and_signed_in_twice(
    here: Elsewhere, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """The second sign-in is whole while the first has only begun: before it looks for them, or after."""
    whole, others = getattr(openid_people, at), []

    def meanwhile(*given: Any) -> Any:
        monkeypatch.setattr(openid_people, at, whole)
        others.append(enter("ben"))
        return whole(*given)

    monkeypatch.setattr(openid_people, at, meanwhile)
    _client, answer = enter("ben")
    assert [one.status_code for one in (answer, others[0][1])] == [302, 302]
    assert Person.objects.filter(name="Ben Example").count() == 1
    assert OpenIdAccount.objects.count() == 1
    assert roles_of("ben") == {"manager", "member"}
    assert len(OpenIdAccount.objects.get().rights) == 2


def test_rights_that_another_sign_in_gives_meanwhile_are_noted_once(
    here: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, others = people.give_right, []

    def meanwhile(*given: Any, **more: Any) -> Right:
        monkeypatch.setattr(people, "give_right", whole)
        others.append(enter("ben"))
        return whole(*given, **more)

    monkeypatch.setattr(people, "give_right", meanwhile)
    _client, answer = enter("ben")
    assert (answer.status_code, others[0][1].status_code) == (302, 302)
    assert Right.objects.filter(person__name="Ben Example", ended_at=None).count() == 2
    assert len(set(OpenIdAccount.objects.get().rights)) == 2


@pytest.mark.parametrize("who", ["eve", "finn"])
def test_somebody_without_a_mapped_group_is_told_and_nobody_is_made(here: Elsewhere, who: str) -> None:
    before = (User.objects.count(), Person.objects.count())
    client, answer = enter(who)
    assert answer.status_code == 403
    assert "None of your groups at Clinic ID" in answer.content.decode()
    assert (User.objects.count(), Person.objects.count()) == before
    assert Entry.objects.filter(kind="site.sign-in-denied").count() == 1
    assert client.get("/").status_code == 302


def test_coming_again_finds_the_same_person_and_changes_nothing(here: Elsewhere) -> None:
    enter("dan")
    size = Right.objects.count()
    enter("dan")
    assert Person.objects.filter(name="Dan Example").count() == 1
    assert Right.objects.count() == size


def test_another_address_at_the_provider_is_still_the_same_person(here: Elsewhere) -> None:
    enter("dan")
    here.tell(dan=claims("dan", ["dc-staff"], email="daniel@clinic.example"))
    enter("dan")
    assert User.objects.filter(email="dan@clinic.example").exists()
    assert not User.objects.filter(email="daniel@clinic.example").exists()


def test_a_right_ends_and_another_begins_when_the_groups_change(here: Elsewhere) -> None:
    enter("ben")
    here.tell(ben=claims("ben", ["dc-staff", "dc-approvers"]))
    enter("ben")
    assert roles_of("ben") == {"approver", "member"}
    assert "end the right manager for want of an OpenID Connect group" in reasons()
    here.tell(ben=claims("ben", []))
    _client, answer = enter("ben")
    assert answer.status_code == 403
    assert roles_of("ben") == set()
    here.tell()
    enter("ben")
    assert roles_of("ben") == {"manager", "member"}


def test_a_right_that_a_person_gave_stays_whatever_the_groups_say(here: Elsewhere) -> None:
    enter("dan")
    dan = Person.objects.get(name="Dan Example")
    people.give_right("terminal:test", dan, Role.APPROVER, None, None, None)
    here.tell(dan=claims("dan", []))
    _client, answer = enter("dan")
    assert answer.status_code == 403
    assert roles_of("dan") == {"approver"}


def test_an_address_of_another_domain_or_one_not_verified_does_not_come_in(here: Elsewhere) -> None:
    here.tell(
        dan=claims("dan", ["dc-staff"], email="dan@elsewhere.example"),
        ben=claims("ben", ["dc-staff"], email_verified=False),
    )
    _client, answer = enter("dan")
    assert (answer.status_code, "elsewhere.example" in answer.content.decode()) == (403, True)
    _client, answer = enter("ben")
    assert (answer.status_code, "was verified" in answer.content.decode()) == (403, True)
    assert not OpenIdAccount.objects.exists()


def test_who_signs_in_here_otherwise_is_linked_only_once_an_owner_allowed_it(here: Elsewhere) -> None:
    dan = people.add_user("terminal:test", "dan@clinic.example", "Dan Local", PASSWORD, "member")
    _client, answer = enter("dan")
    assert (answer.status_code, "in another way" in answer.content.decode()) == (403, True)
    owner = browser()
    sign_in(owner, Role.OWNER)
    assert "Allow Clinic ID" in owner.get("/settings/").content.decode()
    assert owner.post(f"/settings/people/{dan.pk}/openid/").status_code == 302
    assert owner.post(f"/settings/people/{dan.pk}/openid/").status_code == 403
    here.tell(dan=claims("dan", ["dc-staff"], email_verified=False))
    assert enter("dan")[1].status_code == 403
    here.tell()
    client, answer = enter("dan")
    assert answer.status_code == 302
    assert "Dan Local" in client.get("/account/").content.decode()
    assert OpenIdAccount.objects.get().subject == "id-of-dan"
    # The permission is used up: nobody else with that address takes the account over.
    here.tell(eve=claims("eve", ["dc-staff"], email="dan@clinic.example"))
    assert enter("eve")[1].status_code == 403


def test_a_manager_cannot_allow_it(here: Elsewhere) -> None:
    manager = browser()
    viewer = sign_in(manager, Role.MANAGER)
    assert manager.post(f"/settings/people/{viewer.person}/openid/").status_code == 404
    assert "Allow Clinic ID" not in manager.get("/settings/").content.decode()


def test_somebody_with_a_second_factor_here_is_asked_for_it(here: Elsewhere) -> None:
    enter("ben")
    user = User.objects.get(email="ben@clinic.example")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "not used"})
    client, answer = enter("ben")
    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert client.get("/settings/")["Location"].startswith("/account/login/")


def test_the_last_owner_stays_owner_when_their_group_is_gone(here: Elsewhere) -> None:
    enter("ava")
    first = Right.objects.get(person__name="First")
    people.end_right("terminal:test", first, utc_now())
    here.tell(ava=claims("ava", ["dc-staff"]))
    enter("ava")
    assert roles_of("ava") == {"owner", "member"}
    people.give_right("terminal:test", first.person, Role.OWNER, None, None, None)
    enter("ava")
    assert roles_of("ava") == {"member"}


def test_going_there_and_coming_back_changes_nothing(here: Elsewhere) -> None:
    client = browser()
    size = Entry.objects.count()
    back = go(client, "dan")
    client.get(back.removeprefix("http://localhost"))
    assert Entry.objects.count() == size
    assert client.get("/")["Location"].startswith("/account/login/")


def test_an_answer_counts_once_and_in_the_browser_that_asked(here: Elsewhere) -> None:
    client, other = browser(), browser()
    back = go(client, "dan")
    other.get("/account/openid/")
    assert come(other, back).status_code == 403
    assert come(browser(), back).status_code == 403
    assert come(client, back).status_code == 302
    client.get("/account/openid/")
    assert come(client, back).status_code == 403
    assert come(client, re.sub(r"state=[^&]+", "state=x", go(client, "dan"))).status_code == 403


def test_a_code_that_is_none_is_refused_with_what_to_do(here: Elsewhere) -> None:
    client = browser()
    back = go(client, "dan")
    answer = come(client, re.sub(r"code=[^&]+", "code=stolen", back))
    assert answer.status_code == 500
    assert "answered with status 400" in answer.content.decode()


def test_an_error_of_the_provider_is_told(here: Elsewhere) -> None:
    answer = browser().get("/account/openid/back/?error=access_denied&state=x")
    assert (answer.status_code, "did not let you in" in answer.content.decode()) == (403, True)


def test_the_page_to_sign_in_offers_it_only_where_it_is_set_up(here: Elsewhere) -> None:
    assert "Sign in through Clinic ID" in browser().get("/account/login/").content.decode()
    with override_settings(DUECARE_OPENID=None):
        assert "/account/openid/" not in browser().get("/account/login/").content.decode()
        assert browser().get("/account/openid/").status_code == 404


def test_a_provider_that_is_down_is_named_and_asked_no_more_for_a_while(here: Elsewhere) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with known(replace(here.settings, issuer=f"http://localhost:{port}/o")):
        answer = browser().get("/account/openid/")
        assert (answer.status_code, "does not answer" in answer.content.decode()) == (500, True)
        assert "does not answer" in browser().get("/account/openid/").content.decode()


def test_a_provider_in_the_private_network_is_reached_only_if_that_is_said(here: Elsewhere) -> None:
    with override_settings(DUECARE_OUTGOING=[]):
        answer = browser().get("/account/openid/")
    assert (answer.status_code, "[outgoing]" in answer.content.decode()) == (403, True)


@pytest.mark.browser
def test_in_a_browser_it_is_a_button_there_and_a_button_back(here: Elsewhere, tmp_path: Path) -> None:
    pictures = Path(os.environ.get("DUECARE_PICTURES") or tmp_path)
    with served(here.port) as address, chromium() as running, windows(running) as opened:
        page = opened.open(375)
        page.goto(f"{address}/account/login/")
        assert axe_faults(page) == []
        page.screenshot(path=str(pictures / "openid-login.png"), full_page=True)
        page.get_by_role("link", name="Sign in through Clinic ID").click()
        page.get_by_role("link", name="dan").click()
        page.get_by_role("button", name="Go on").wait_for()
        assert page.url.startswith(f"{address}/account/openid/back/")
        assert axe_faults(page) == []
        page.screenshot(path=str(pictures / "openid-back.png"), full_page=True)
        page.get_by_role("button", name="Go on").click()
        page.get_by_text("Nothing waits for you").wait_for()


# Through one that lies


KEY, OTHER = (rsa.generate_private_key(65537, 2048) for _ in range(2))


@dataclass(slots=True)
class Liar:
    """A provider of ours, which says whatever a test wants."""

    address: str = ""
    config: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    userinfo: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> OpenId:
        return OpenId(self.address, CLIENT, "Liar", "groups", (), (), ROLES)

    def answer(self, path: str) -> Any:
        if path.startswith("/.well-known/"):
            told = {"issuer": self.address, "authorization_endpoint": f"{self.address}/auth"}
            told |= {"token_endpoint": f"{self.address}/token", "jwks_uri": f"{self.address}/keys"}
            return {**told, "userinfo_endpoint": f"{self.address}/who", **self.config}
        if path == "/keys":
            told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return {"keys": [{**told, "kid": "k", "alg": "RS256", "use": "sig"}]}
        if path == "/who":
            return self.userinfo
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.token}


@pytest.fixture
def liar(home: Path) -> Iterator[Liar]:
    with recording("terminal:test", "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic")
    people.add_user("terminal:test", "first@clinic.example", "First", PASSWORD, "owner")
    from duecare.site import first_run

    first_run.forget()
    found = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            data = json.dumps(found.answer(self.path)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.do_GET()

        def log_message(self, *words: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.address = f"http://localhost:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with known(found.settings):
        yield found
    server.shutdown()
    server.server_close()


def lie(liar: Liar, *, key: Any = None, head: dict[str, Any] | None = None, **changed: Any) -> Any:
    """The answer to an ID token with these claims changed (None: left out)."""
    client = browser()
    sent = client.get("/account/openid/")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(sent["Location"]).query).items()}
    now = int(time.time())
    told = {"iss": liar.address, "aud": CLIENT, "sub": "id-of-dan", "nonce": asked["nonce"], "iat": now}
    told |= {"exp": now + 300, **claims("dan", ["dc-staff"]), **changed}
    told = {name: value for name, value in told.items() if value is not None}
    headers = {"kid": "k", **(head or {})}
    algorithm = headers.pop("alg", "RS256")
    liar.token = jwt.encode(told, key if key is not None else KEY, algorithm, headers=headers)
    return client.post("/account/openid/finish/", {"code": "c", "state": asked["state"]})


def test_the_question_asks_for_a_code_with_pkce_and_a_nonce(liar: Liar) -> None:
    asked = parse_qs(urlsplit(browser().get("/account/openid/")["Location"]).query)
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    assert len(asked["state"][0]) == len(asked["nonce"][0]) == 43
    assert asked["redirect_uri"] == [BACK]
    again = parse_qs(urlsplit(browser().get("/account/openid/")["Location"]).query)
    assert not {asked[name][0] for name in ("state", "nonce", "code_challenge")} & {
        again[name][0] for name in ("state", "nonce", "code_challenge")
    }


def test_the_truth_is_believed(liar: Liar) -> None:
    assert lie(liar).status_code == 302
    assert lie(liar, aud=[CLIENT]).status_code == 302
    assert lie(liar, aud=[CLIENT, "other"], azp=CLIENT).status_code == 302
    assert lie(liar, groups="dc-staff").status_code == 302


FALSE: tuple[dict[str, Any], ...] = (
    {"nonce": "another"},
    {"nonce": None},
    {"iss": "https://other.example"},
    {"iss": None},
    {"aud": "other"},
    {"aud": ["other"]},
    {"aud": [CLIENT, "other"]},
    {"azp": "other"},
    {"aud": None},
    {"exp": 1_000_000_000},
    {"exp": None},
    {"exp": "soon"},
    {"iat": None},
    {"iat": 9_999_999_999},
    {"nbf": 9_999_999_999},
    {"sub": None},
    {"sub": ""},
    {"sub": "id\n"},
    {"sub": "né"},
    {"sub": 7},
    {"sub": "x" * 256},
)


def test_a_claim_that_does_not_hold_is_not_believed(liar: Liar) -> None:
    for changed in FALSE:
        answer = lie(liar, **changed)
        assert answer.status_code == 403, changed
        assert "is not believed" in answer.content.decode()
    assert not OpenIdAccount.objects.exists()
    assert Entry.objects.filter(kind="site.sign-in-denied").count() == len(FALSE)


def test_a_signature_that_does_not_hold_is_not_believed(liar: Liar) -> None:
    assert lie(liar, key=OTHER).status_code == 403
    assert lie(liar, head={"kid": "unknown"}).status_code == 403
    assert lie(liar, head={"alg": "none"}, key="").status_code == 403
    assert lie(liar, head={"alg": "HS256"}, key="x" * 64).status_code == 403
    assert lie(liar, head={"alg": "ES256"}, key=ec.generate_private_key(ec.SECP256R1())).status_code == 403
    assert lie(liar, head={"alg": "PS256"}).status_code == 403
    assert not OpenIdAccount.objects.exists()


def test_a_public_key_is_not_taken_for_a_shared_secret(liar: Liar) -> None:
    known_to_all = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))["n"]
    assert lie(liar, head={"alg": "HS256"}, key=known_to_all).status_code == 403


def test_what_is_no_token_is_not_believed(liar: Liar) -> None:
    for token in ("", "x", "a.b.c", "…", "e30.e30.", "A" * 100_000):
        client = browser()
        sent = client.get("/account/openid/")
        liar.token = token
        state = parse_qs(urlsplit(sent["Location"]).query)["state"][0]
        answer = client.post("/account/openid/finish/", {"code": "c", "state": state})
        assert answer.status_code == 403, token[:20]


def test_what_a_claim_holds_of_text_does_no_harm(liar: Liar) -> None:
    assert lie(liar, name="Da\ud800n\x00 Exa\u0301mple\u202e").status_code == 302
    assert Person.objects.filter(name="Dan Ex\u00e1mple").count() == 1
    assert lie(liar, sub="a", email="no address").status_code == 403
    assert lie(liar, sub="a", email=["b@clinic.example"]).status_code == 403
    assert lie(liar, sub="a", groups={"dc-owners": True}).status_code == 403
    assert lie(liar, sub="a", groups=[None, 3, ["dc-owners"]]).status_code == 403


def test_userinfo_is_believed_only_of_the_same_person(liar: Liar) -> None:
    liar.userinfo = {"sub": "id-of-dan", "groups": ["dc-managers"]}
    assert lie(liar, groups=None).status_code == 302
    assert roles_of("dan") == {"manager"}
    liar.userinfo = {"sub": "id-of-ava", "groups": ["dc-owners"]}
    assert lie(liar, groups=None).status_code == 403
    assert roles_of("dan") == {"manager"}


def test_an_answer_that_names_another_provider_is_a_mix_up(liar: Liar) -> None:
    liar.config = {"authorization_response_iss_parameter_supported": True}
    assert lie(liar).status_code == 403


def test_a_provider_that_says_of_itself_what_cannot_be_is_not_asked(liar: Liar) -> None:
    for config in (
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"token_endpoint": None},
        {"token_endpoint": "http://192.0.2.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": 3},
    ):
        liar.config = config
        assert browser().get("/account/openid/").status_code in (400, 403), config
