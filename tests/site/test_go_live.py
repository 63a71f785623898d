"""Going live: what is said of address and encryption is true, and the lines to put in are those that work."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from duecare.ledger.viewers import Role
from duecare.site import configuration, people
from duecare.site.go_live import HERE, Arrived, Served, Wanted, caddy, in_place, lines, look, nginx
from tests.people import PASSWORD, browser, sign_in

NAME = "duecare.clinic.example"
NEW = Served(hosts=(), tls=False, cookie_secure=False, proxies=(), port=8000)
READY = Served(hosts=(NAME,), tls=True, cookie_secure=True, proxies=("127.0.0.1",), port=8000)
AT_HOME = Arrived(HERE, False, "127.0.0.1", False, False)
BY_NAME = Arrived(NAME, True, "127.0.0.1", True, True)
WANTED = Wanted(NAME, ("127.0.0.1",))

NAMES, FLAG, COOKIES, FRONT, HOW, TLS, PASSKEYS, CERTIFICATE = range(8)


def states(arrived: Arrived, served: Served, wanted: Wanted) -> list[str]:
    return [one.state for one in look(arrived, served, wanted)]


def test_on_this_machine_alone_nothing_is_amiss_and_what_cannot_be_seen_is_unknown() -> None:
    found = states(AT_HOME, NEW, Wanted(HERE, ()))
    assert found == ["met", "met", "met", "met", "met", "unknown", "met", "unknown"]


def test_before_anything_is_said_the_name_is_unknown_not_wrong() -> None:
    assert states(AT_HOME, NEW, Wanted("", ()))[NAMES] == "unknown"


def test_a_name_that_is_wanted_shows_all_that_is_still_missing() -> None:
    found = look(AT_HOME, NEW, WANTED)
    assert [one.state for one in found[: HOW + 1]] == ["unmet", "unmet", "unmet", "unmet", "met"]
    assert "Requests for duecare.clinic.example are refused" in found[NAMES].words


def test_once_served_by_name_over_tls_only_the_certificate_stays_unknown() -> None:
    assert states(BY_NAME, READY, WANTED) == ["met"] * 7 + ["unknown"]


@pytest.mark.parametrize(
    ("arrived", "served", "which", "word"),
    [
        (replace(BY_NAME, believed=False), READY, HOW, "Not believed"),
        (replace(BY_NAME, secure=False), READY, TLS, "No"),
        (replace(BY_NAME, secure=False), READY, COOKIES, "Not kept"),
        (replace(BY_NAME, secure=False), READY, PASSKEYS, "No"),
        (replace(BY_NAME, host="10.0.0.5"), READY, PASSKEYS, "No"),
        (replace(BY_NAME, host="[::1]"), READY, PASSKEYS, "No"),
        (BY_NAME, replace(READY, proxies=()), FRONT, "Not listed"),
        (BY_NAME, replace(READY, tls=False), FLAG, "Off"),
        (BY_NAME, replace(READY, hosts=("other.example",)), NAMES, "Missing"),
    ],
)
def test_each_fault_is_told_where_it_is(arrived: Arrived, served: Served, which: int, word: str) -> None:
    found = look(arrived, served, WANTED)[which]
    assert (found.state, found.word) == ("unmet", word)
    assert found.words


def test_links_in_mails_that_lead_elsewhere_are_told_once_anything_is_mailed() -> None:
    here = replace(NEW, mails="http://localhost:8000")
    assert look(AT_HOME, here, Wanted(HERE, ()))[-1].state == "met"
    there = look(BY_NAME, replace(READY, mails="http://localhost:8000"), WANTED)[-1]
    assert (there.what, there.word) == ("Links in mails", "Elsewhere")
    assert look(BY_NAME, replace(READY, mails=f"https://{NAME}"), WANTED)[-1].word == "In order"


def test_a_name_without_anything_in_front_is_told_that_duecare_speaks_no_tls() -> None:
    assert "speaks no TLS itself" in look(AT_HOME, NEW, Wanted(NAME, ()))[FRONT].words


# What to put in


def test_the_lines_are_read_by_the_program_as_they_were_meant_and_keep_what_is_there() -> None:
    served = replace(NEW, hosts=("old.example",), proxies=("10.0.0.5",))
    text = lines(served, Wanted(NAME, ("127.0.0.1", "::1")))
    read = configuration.parse(tomllib.loads(text), "duecare.toml")
    assert read.hosts == ("old.example", NAME)
    assert read.proxies == ("10.0.0.5", "127.0.0.1", "::1")
    assert read.tls


def test_no_lines_are_needed_on_this_machine_alone() -> None:
    assert lines(NEW, Wanted(HERE, ())) == lines(NEW, Wanted("", ())) == ""
    assert not in_place(NEW, WANTED)
    assert in_place(READY, WANTED)


def test_the_examples_hold_the_name_and_the_port_that_is_served() -> None:
    served = replace(NEW, port=8123)
    assert caddy(served, WANTED, "127.0.0.1").split() == [NAME, "{", "reverse_proxy", "127.0.0.1:8123", "}"]
    text = nginx(served, WANTED, "127.0.0.1")
    assert text.count("{") == text.count("}")
    assert "proxy_pass http://127.0.0.1:8123;" in text
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in text


# The page


@pytest.fixture
def owner(home: Path) -> Client:
    people.claim("Riverside Clinic", "UTC", 150, "Ann", "ann@clinic.example", PASSWORD)
    client = browser()
    sign_in(client, Role.OWNER)
    return client


def shown(client: Client, **headers: Any) -> str:
    return client.get("/settings/go-live/", **headers).content.decode()


def test_the_page_prints_what_was_said_and_says_when_it_is_in_place(owner: Client) -> None:
    owner.post("/settings/go-live/", {"where": "name", "host": NAME, "proxies": "127.0.0.1"})
    page = shown(owner)
    assert f"hosts = [&quot;{NAME}&quot;]" in page
    with override_settings(
        ALLOWED_HOSTS=["localhost", NAME], DUECARE_TLS=True, DUECARE_PROXIES=["127.0.0.1"]
    ):
        page = shown(owner, HTTP_HOST=NAME, HTTP_X_FORWARDED_PROTO="https", HTTP_X_FORWARDED_FOR="9.9.9.9")
    assert "started with these lines already" in page
    assert "By a listed web server." in page
    assert "connection to you was encrypted" in page


def test_what_hands_on_without_being_listed_is_named(owner: Client) -> None:
    page = shown(owner, HTTP_X_FORWARDED_PROTO="https", HTTP_X_FORWARDED_FOR="9.9.9.9")
    assert "127.0.0.1 says that it hands on for others, and is not listed" in page
    assert "9.9.9.9" not in page, "what it says of others is not believed"


def test_what_cannot_be_put_into_the_file_is_refused_and_the_page_stays_whole(owner: Client) -> None:
    answer = owner.post("/settings/go-live/", {"where": "name", "host": 'x"\n[web]', "proxies": ""})
    assert answer.status_code == 400
    assert "is not a host name" in answer.content.decode()
