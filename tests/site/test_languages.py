"""Whose language a page speaks, and that it never speaks another's."""

from __future__ import annotations

import csv
import io
import json
import threading
from pathlib import Path

import pytest
from django.test import Client, override_settings
from django.utils import translation

from duecare.errors import BadInput
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.assessing import assess
from duecare.program.judgement import Grade
from duecare.program.models import Finding
from duecare.site import configuration
from duecare.site.languages import chosen
from duecare.site.models import User
from duecare.systems.actions import take_in_report
from tests.people import browser, sign_in
from tests.pseudo import CODE
from tests.site.past import report

GERMAN = "de-AT,de;q=0.8,en;q=0.5"


@pytest.fixture
def owner(home: Path) -> Client:
    client = browser()
    sign_in(client, Role.OWNER)
    return client


@pytest.mark.parametrize(
    ("own", "wished", "language"),
    [
        ("", "", "en"),
        ("", GERMAN, "de"),
        ("", "EN-xa, de", CODE),
        ("", "tlh, xx-YY;q=0.9", "en"),
        ("", "*", "en"),
        ("", "x" * 20_000, "en"),
        ("", "de;q=0.1, en;q=0.9", "en"),
        ("de", "en", "de"),
        ("tlh", GERMAN, "de"),
    ],
)
def test_ones_own_choice_goes_before_the_browsers_and_that_before_the_organisations(
    own: str, wished: str, language: str
) -> None:
    assert chosen(own, wished) == language


def test_the_organisations_language_is_for_whoever_asks_for_none() -> None:
    with override_settings(LANGUAGE_CODE="de"):
        assert (chosen("", ""), chosen("", "tlh"), chosen("", "en")) == ("de", "de", "en")


def test_the_file_of_settings_names_a_language_that_there_is() -> None:
    assert configuration.parse({"words": {"language": "de"}}, "duecare.toml").language == "de"
    with pytest.raises(BadInput, match=r"there is no 'tlh' here\. Use one of en, de"):
        configuration.parse({"words": {"language": "tlh"}}, "duecare.toml")


def test_a_person_chooses_on_the_account_page_and_can_choose_to_follow_the_browser(owner: Client) -> None:
    assert owner.get("/account/language/").status_code == 200
    assert User.objects.get().language == ""
    answer = owner.post("/account/language/", {"language": CODE}, follow=True)
    assert "⟦Ţhé påğéš" in answer.content.decode()
    assert f'<html lang="{CODE}"' in owner.get("/", HTTP_ACCEPT_LANGUAGE="en").content.decode()
    assert owner.post("/account/language/", {"language": "tlh"}).status_code == 400
    owner.post("/account/language/", {"language": ""})
    assert '<html lang="en"' in owner.get("/", HTTP_ACCEPT_LANGUAGE="en").content.decode()


def test_a_stranger_is_greeted_in_the_language_of_the_browser(home: Path) -> None:
    sign_in(browser(), Role.OWNER)
    answer = browser().get("/account/login/", HTTP_ACCEPT_LANGUAGE=CODE)
    assert answer.headers["Content-Language"] == CODE
    assert "⟦" in answer.content.decode()


def test_refusals_and_pages_that_are_not_there_are_said_in_it_too(owner: Client) -> None:
    for address in ("/no-such-page/", "/findings/?sort=nothing", "/?as_of=yesterday"):
        answer = owner.get(address, HTTP_ACCEPT_LANGUAGE=CODE)
        assert answer.status_code in (400, 404)
        assert "⟦" in answer.content.decode(), address


def test_a_language_ends_with_its_request_whatever_comes_of_it(owner: Client) -> None:
    for address in ("/", "/no-such-page/", "/findings/?format=csv", "/?as_of=yesterday"):
        answer = owner.get(address, HTTP_ACCEPT_LANGUAGE=CODE)
        assert translation.get_language() == "en", address
        if answer.streaming:
            next(iter(answer.streaming_content))
            assert translation.get_language() == "en", "between two parts of a stream"


def test_two_readers_at_once_each_read_their_own(owner: Client) -> None:
    """Threads of one process, as granian serves."""
    found: dict[str, set[str]] = {"en": set(), CODE: set()}
    cookies = owner.cookies

    def read(language: str) -> None:
        client = browser()
        client.cookies = cookies
        for _again in range(6):
            answer = client.get("/account/", HTTP_ACCEPT_LANGUAGE=language)
            found[language].add("⟦" if "⟦Ýöüŕ" in answer.content.decode() else "plain")

    readers = [threading.Thread(target=read, args=(language,)) for language in found]
    for one in readers:
        one.start()
    for one in readers:
        one.join()
    assert found == {"en": {"plain"}, CODE: {"⟦"}}


def assessed(language: str) -> None:
    now = utc_now()
    take_in_report(report(now, "web-1"), "terminal:test", now, Grade.IMPORTED, new_host=True)
    with override_settings(LANGUAGE_CODE=language):
        assess("terminal:test", now)


def test_what_checks_say_is_kept_in_the_organisations_language_whoever_sets_them_off(owner: Client) -> None:
    with translation.override(CODE):
        assessed("en")
    assert not [text for text in Finding.objects.values_list("reason", flat=True) if "⟦" in text]
    assert "the firewall" in owner.get("/findings/", HTTP_ACCEPT_LANGUAGE=CODE).content.decode()
    with override_settings(LANGUAGE_CODE=CODE):
        assess("terminal:test", utc_now())
    open_ones = Finding.objects.filter(closed_at=None)
    assert open_ones
    assert [text for text in open_ones.values_list("reason", flat=True) if "⟦" not in text] == []
    assert not Finding.objects.exclude(closed_at=None), "a language closes no finding"


def test_a_csv_has_its_heads_in_the_readers_language_and_its_values_for_machines(owner: Client) -> None:
    assessed("en")
    plain, told = (
        list(csv.reader(io.StringIO(_whole(owner, "/findings/?format=csv", language))))
        for language in ("en", CODE)
    )
    assert all("⟦" in head for head in told[0])
    assert told[1:] == plain[1:]
    whole = [_whole(owner, "/findings/?format=json", language) for language in ("en", CODE)]
    assert whole[0] == whole[1]
    assert json.loads(whole[0])["rows"]


def _whole(client: Client, address: str, language: str) -> str:
    answer = client.get(address, HTTP_ACCEPT_LANGUAGE=language)
    return b"".join(answer.streaming_content).decode("utf-8-sig")
