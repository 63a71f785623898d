"""Passwords by SP 800-63B-4 section 3.1.1.2: length and a blocklist, and no other rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from duecare.ledger.recording import recording
from duecare.program.models import Profile
from duecare.program.queries import PROFILE
from duecare.site import passwords
from duecare.site.models import User
from duecare.site.people import check_password

pytestmark = pytest.mark.usefixtures("organisation")


@pytest.fixture
def organisation(home: Path) -> None:
    with recording("terminal:test", "name the organisation"):
        Profile.objects.create(id=PROFILE, name="Harbour Street Dental")


def refused(password: str) -> list[str]:
    """The codes of what is wrong."""
    try:
        validate_password(password, User(email="ann.lee@clinic.example", person="k3"))
    except ValidationError as error:
        return [str(one.code) for one in error.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    [
        "seven grey herons over the slipway",
        "correct horse battery staple",
        "wortschatz kiesel nebel fuchs",
        "пять синих птиц летят на юг",
        "七只灰鹭在船坞上空缓缓地飞过去了吗",
        "aaaabbbbccccddddeeee zonk",
        "83920174658291037465",
        "x" * 7 + "Y9!q" + "zmvk rtlo wq",
        "thinly sliced harbour seagulls 7",
    ],
)
def test_a_long_password_of_any_kind_of_characters_is_good(password: str) -> None:
    assert refused(password) == []


def test_fourteen_characters_are_too_few_and_fifteen_are_enough() -> None:
    assert refused("kzv plomt wexq") == ["password_too_short"]
    assert refused("kzv plomt wexqu") == []


def test_sixty_four_characters_and_more_are_taken_and_an_upper_bound_keeps_hashing_cheap() -> None:
    varied = "".join(chr(33 + (n * n * 7 + n) % 90) for n in range(256))
    assert refused(varied) == []
    assert refused(varied + "!") == ["password_too_long"]


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "password123456789",
        "Password!!!!!!!!!!!",
        "111111111111111",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabc",
        "123456789012345",
        "0987654321098765",
        "abcdefghijklmnop",
        "zyxwvutsrqponmlk",
        "qwertyuiopasdfg",
        "qwertyuiopasdfghjkl",
        "lkjhgfdsapoiuytrewq",
        "duecareduecare1",
        "Duecare-Password-2026",
        "welcome2duecare2026",
        "HarbourStreetDental",
        "harbour street dental",
        "Harbour-Street-2026!",
        "dental-harbour-1234",
        "               ",
        "letmeinletmeinletmein",
    ],
)
def test_what_attackers_try_early_is_refused(password: str) -> None:
    assert "password_blocked" in refused(password)


def test_the_own_address_is_no_password() -> None:
    assert "password_too_similar" in refused("ann.lee@clinic.example")


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=0, max_size=300))
def test_any_text_gets_an_answer_and_never_an_error(password: str) -> None:
    codes = refused(password)
    assert set(codes) <= {
        "password_too_short",
        "password_too_long",
        "password_blocked",
        "password_too_similar",
    }
    assert ("password_too_short" in codes) == (len(password) < 15)


def test_every_reason_is_said_at_once_with_what_to_do() -> None:
    from duecare.errors import BadInput

    with pytest.raises(BadInput) as caught:
        check_password("password", User(email="ann@clinic.example", person="k3"))
    assert "15 characters" in caught.value.what
    assert "Attackers try this early" in caught.value.what
    assert caught.value.next_step == "Choose another password."


def test_before_the_first_run_there_is_no_own_name_to_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "live_profile", lambda: None)
    assert refused("harbour street dental") == []


def test_the_help_says_what_is_asked_for() -> None:
    assert "256" in passwords.NotTooLong().get_help_text()
    assert "common" in passwords.NotBlocked().get_help_text()


def test_passwords_are_kept_as_scrypt_hashes_only() -> None:
    from django.conf import settings

    user = User(email="ann@clinic.example", person="k3")
    user.set_password("seven grey herons over the slipway")
    assert user.password.startswith("scrypt$")
    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.ScryptPasswordHasher"]
