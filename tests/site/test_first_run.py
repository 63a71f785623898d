"""The first run: only who reads the terminal, or a file for its owner alone, claims a Duecare, and once."""

from __future__ import annotations

import json
import multiprocessing
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from duecare.errors import Refused
from duecare.ledger.models import Entry, Head
from duecare.program.models import Person, Profile, Right
from duecare.site import first_run, people
from duecare.site.first_run import MINUTES, check_token, discard_token, issue_token, leave_in_file
from duecare.site.models import User
from tests.people import PASSWORD, browser

NOW = 1_800_000_000.0
CLAIM = {
    "organisation": "Riverside Clinic",
    "zone": "Europe/Dublin",
    "computers": "150",
    "name": "Ann Example",
    "email": "Ann@Clinic.example",
    "password": PASSWORD,
}


@pytest.fixture(autouse=True)
def unclaimed(home: Path) -> Iterator[Path]:
    first_run.forget()
    yield home
    first_run.forget()


def claim(client: Client, token: str, **changes: Any) -> Any:
    return client.post("/first-run/", {**CLAIM, "token": token, **changes})


# The token


def test_a_token_holds_256_bits_and_no_two_are_the_same() -> None:
    tokens = {issue_token() for _ in range(20)}
    assert len(tokens) == 20
    assert all(len(token) >= 43 for token in tokens), "43 characters of base 64 hold 256 bits"


def test_a_token_counts_for_fifteen_minutes_to_the_second() -> None:
    token = issue_token(NOW)
    check_token(token, NOW + MINUTES * 60)
    with pytest.raises(Refused, match="older than 15 minutes"):
        check_token(token, NOW + MINUTES * 60 + 1)


def test_only_the_token_itself_counts() -> None:
    token = issue_token(NOW)
    for wrong in ("", token[:-1], token + "x", token.swapcase()):
        with pytest.raises(Refused, match="not the token"):
            check_token(wrong, NOW)
    check_token(f"  {token}\n", NOW)


def test_a_new_token_voids_the_one_before() -> None:
    first = issue_token(NOW)
    issue_token(NOW)
    with pytest.raises(Refused, match="not the token"):
        check_token(first, NOW)


def test_without_a_token_nothing_can_be_claimed(home: Path) -> None:
    with pytest.raises(Refused, match="duecare start"):
        check_token("anything", NOW)
    (home / "first-run-token").write_text("{broken")
    with pytest.raises(Refused, match="duecare start"):
        check_token("anything", NOW)


def test_the_home_keeps_only_the_hash_of_the_token_for_its_owner_alone(home: Path) -> None:
    token = issue_token(NOW)
    kept = home / "first-run-token"
    assert token not in kept.read_text()
    assert json.loads(kept.read_text())["expires"] == NOW + 900
    place = Path(leave_in_file(token))
    assert place.read_text() == f"{token}\n"
    for file in (kept, place):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_once_discarded_the_token_is_nowhere(home: Path) -> None:
    token = issue_token()
    leave_in_file(token)
    discard_token()
    assert [one.name for one in home.iterdir() if "token" in one.name] == []
    with pytest.raises(Refused):
        check_token(token)


# The door


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/account/login/",
        "/findings/",
        "/ledger/",
        "/healthz",
        "/nothing/",
        "/account/2fa/totp/activate/",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_before_the_claim_nothing_else_is_served(path: str, method: str) -> None:
    answer = getattr(browser(), method)(path)
    assert (answer.status_code, answer["Location"]) == (302, "/first-run/")


def test_before_the_claim_the_form_and_its_style_are_served() -> None:
    issue_token()
    size = Head.objects.get().size
    assert browser().get("/first-run/").status_code == 200
    assert browser().get("/static/web/duecare.css").status_code == 200
    assert Head.objects.get().size == size


def test_a_get_with_the_right_token_claims_nothing() -> None:
    token = issue_token()
    assert browser().get("/first-run/", {**CLAIM, "token": token}).status_code == 200
    assert not User.objects.exists()
    check_token(token)


def test_a_claim_needs_the_form_of_our_own_page() -> None:
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    assert claim(strict, issue_token()).status_code == 403
    assert not User.objects.exists()


def test_a_claim_makes_the_organisation_and_its_first_owner_in_one_act() -> None:
    token = issue_token()
    answer = claim(browser(), token)
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/")
    profile, person, user = Profile.objects.get(), Person.objects.get(), User.objects.get()
    assert (profile.name, profile.zone, profile.computers) == ("Riverside Clinic", "Europe/Dublin", 150)
    assert (person.name, user.email, user.person) == ("Ann Example", "ann@clinic.example", person.pk)
    assert Right.objects.get().role == "owner"
    first, seen = Entry.objects.filter(kind="ledger.act").order_by("index")
    kinds = list(Entry.objects.filter(index__lt=seen.index).values_list("kind", flat=True))
    assert first.index == 0
    assert sorted(kinds) == ["ledger.act", "program.person", "program.profile", "program.right"]
    assert {entry.actor for entry in Entry.objects.all()} == {f"person:{person.pk}"}


def test_a_token_is_good_for_one_claim(home: Path) -> None:
    token = issue_token()
    claim(browser(), token)
    answer = claim(browser(), token, email="eve@evil.example")
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert User.objects.count() == 1
    assert not list(home.glob("first-run-token*"))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": "short"}, "at least 15 characters"),
        ({"password": "riversideclinic2026"}, "Attackers try this early"),
        ({"email": "not an address"}, "email"),
        ({"zone": "Europe/Atlantis"}, "Europe/Atlantis"),
        ({"organisation": ""}, "required"),
        ({"name": "  "}, "required"),
    ],
)
def test_what_is_wrong_with_a_claim_is_said_and_the_token_stays_good(
    changes: dict[str, str], words: str
) -> None:
    token = issue_token()
    answer = claim(browser(), token, **changes)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert not User.objects.exists()
    assert Head.objects.get().size == 0
    assert claim(browser(), token).status_code == 302


def test_a_wrong_token_is_said_beside_its_field_and_is_not_shown_again() -> None:
    issue_token()
    answer = claim(browser(), "guess")
    assert answer.status_code == 400
    assert "This is not the token." in answer.content.decode()
    assert PASSWORD not in answer.content.decode()


def test_a_wrong_token_is_said_together_with_what_else_is_wrong() -> None:
    issue_token()
    told = claim(browser(), "guess", organisation="").content.decode()
    assert "This is not the token." in told
    assert "This field is required." in told


def _claim_as(number: int, ready: float) -> None:
    time.sleep(max(0.0, ready - time.time()))
    people.claim("Clinic", "UTC", None, f"Person {number}", f"p{number}@clinic.example", PASSWORD)


def test_of_claims_at_the_same_moment_one_wins() -> None:
    connections.close_all()
    context = multiprocessing.get_context("fork")
    ready = time.time() + 0.5
    racers = [context.Process(target=_claim_as, args=(number, ready)) for number in range(4)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert sorted(racer.exitcode or 0 for racer in racers) == [0, 1, 1, 1]
    assert User.objects.count() == Person.objects.count() == Profile.objects.count() == 1


def test_who_is_late_is_told_to_sign_in() -> None:
    people.claim("Clinic", "UTC", None, "Ann", "ann@clinic.example", PASSWORD)
    with pytest.raises(Refused, match="claimed this Duecare already"):
        people.claim("Clinic", "UTC", None, "Eve", "eve@clinic.example", PASSWORD)
    assert User.objects.count() == 1
