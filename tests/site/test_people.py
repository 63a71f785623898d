"""Who may sign in and what they may do: each change is an act, and somebody always stays owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.models import Entry, Head, Payload
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.models import Person, Right
from duecare.site import people
from duecare.site.models import User
from duecare.site.rights import STRANGER, today, viewer_of
from tests.people import PASSWORD, browser, sign_in

pytestmark = pytest.mark.usefixtures("home")
ACTOR = "terminal:test"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def cheap() -> Iterator[None]:
    """Hashes that take no time: nobody guesses here."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def add(role: str = "owner", name: str = "Ann", **more: Any) -> Person:
    return people.add_user(ACTOR, f"{name.lower()}@clinic.example", name, PASSWORD, role, **more)


def right_of(person: Person) -> Right:
    return Right.objects.get(person=person, ended_at=None)


def viewer(person: Person, now: datetime | None = None) -> Any:
    return viewer_of(User.objects.get(person=person.pk), now or utc_now())


def size() -> int:
    return Head.objects.get().size


# Letting somebody in


def test_a_person_who_can_sign_in_is_one_act_and_their_address_is_not_in_the_record() -> None:
    person = add("manager")
    assert [entry.kind for entry in Entry.objects.order_by("index")] == [
        "ledger.act",
        "program.person",
        "program.right",
    ]
    record = b"".join(bytes(one.data) for one in Payload.objects.all())
    assert b"Ann" in record
    assert b"clinic.example" not in record
    user = User.objects.get()
    assert user.check_password(PASSWORD)
    assert user.password.encode() not in record
    assert viewer(person).roles == {Role.MANAGER}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"email": "ann"}, "'ann' is not an e-mail address"),
        ({"email": ""}, "'' is not an e-mail address"),
        ({"name": "  "}, "needs a name"),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"password": "short"}, "15 characters"),
        ({"role": "king"}, "no role 'king'"),
        ({"role": "auditor"}, "needs a last day"),
        ({"until": "tomorrow"}, "'tomorrow' is not a day"),
        ({"until": "2001-01-01"}, "is past"),
        ({"role": "member", "sees_from": date(2026, 1, 1)}, "Only an auditor's right"),
        (
            {
                "role": "auditor",
                "until": "2999-01-01",
                "sees_from": date(2026, 2, 1),
                "sees_to": date(2026, 1, 1),
            },
            "ends before it begins",
        ),
    ],
)
def test_what_is_wrong_is_named_and_nothing_changes(changes: dict[str, Any], words: str) -> None:
    values = {"email": "bo@clinic.example", "name": "Bo", "password": PASSWORD, "role": "owner"}
    with pytest.raises(BadInput, match=words):
        people.add_user(ACTOR, **{**values, **changes})
    assert (size(), User.objects.count(), Person.objects.count()) == (0, 0, 0)


def test_an_address_can_sign_in_once_however_it_is_written() -> None:
    add()
    before = size()
    with pytest.raises(BadInput, match="can sign in already"):
        people.add_user(ACTOR, " ANN@clinic.example ", "Ann Two", PASSWORD, "member")
    assert size() == before


def test_a_name_is_recorded_in_the_form_that_the_record_takes() -> None:
    people.add_user(ACTOR, "zoe@clinic.example", "Zoe\u0308", PASSWORD, "member")
    assert Person.objects.get().name == "Zo\u00eb"


# Rights


def test_a_right_is_given_and_ended_by_acts_that_say_who_did_it() -> None:
    person = add("member")
    given = people.give_right("person:k3", person, "approver", None, None, None)
    assert viewer(person).roles == {Role.MEMBER, Role.APPROVER}
    people.end_right("person:k4", given, utc_now())
    assert viewer(person).roles == {Role.MEMBER}
    entries = Entry.objects.filter(subject=given.pk).order_by("index")
    assert [(one.action, one.actor) for one in entries] == [
        ("created", "person:k3"),
        ("changed", "person:k4"),
    ]


def test_the_same_role_is_not_held_twice_so_that_a_period_is_what_was_given() -> None:
    person = add("auditor", until="2999-01-01", sees_from=date(2024, 1, 1), sees_to=date(2024, 12, 31))
    with pytest.raises(BadInput, match="is auditor already"):
        people.give_right(ACTOR, person, "auditor", date(2999, 1, 1), date(2026, 1, 1), None)
    assert viewer(person).period == (date(2024, 1, 1), date(2024, 12, 31))
    people.end_right(ACTOR, right_of(person), utc_now())
    people.give_right(ACTOR, person, "auditor", date(2999, 1, 1), date(2026, 1, 1), None)
    assert viewer(person).period == (date(2026, 1, 1), None)


def test_an_auditor_who_has_another_role_too_is_not_bounded() -> None:
    person = add("auditor", until="2999-01-01", sees_to=date(2024, 12, 31))
    people.give_right(ACTOR, person, "member", None, None, None)
    assert viewer(person).period == (None, date(2024, 12, 31))
    people.give_right(ACTOR, person, "manager", None, None, None)
    assert viewer(person).period == (None, None)


def test_the_last_owner_stays() -> None:
    person = add()
    before = size()
    with pytest.raises(Refused, match="last owner"):
        people.end_right(ACTOR, right_of(person), utc_now())
    assert size() == before
    add(name="Bo")
    people.end_right(ACTOR, right_of(person), utc_now())
    assert viewer(person).roles == frozenset()


def test_an_owner_for_a_time_does_not_let_the_last_lasting_one_go() -> None:
    person = add()
    for_a_time = add(name="Bo", until=(utc_now() + 9 * DAY).date().isoformat())
    with pytest.raises(Refused, match="without a last day"):
        people.end_right(ACTOR, right_of(person), utc_now())
    people.end_right(ACTOR, right_of(for_a_time), utc_now())


def test_a_right_ends_once() -> None:
    person = add("member")
    right = right_of(person)
    people.end_right(ACTOR, right, utc_now())
    with pytest.raises(NotFound, match="ended already"):
        people.end_right(ACTOR, right, utc_now())


def test_a_right_holds_to_the_end_of_its_last_day_in_the_organisations_zone() -> None:
    people.claim("Clinic", "Pacific/Auckland", None, "Ann", "ann@clinic.example", PASSWORD)
    last = today(utc_now()) + 5 * DAY
    person = add("manager", name="Bo", until=last.isoformat())
    midnight = datetime.combine(last + DAY, datetime.min.time(), tzinfo=UTC)
    # Auckland is 12 or 13 hours ahead: its day is over at 11:00 or 12:00 UTC.
    assert viewer(person, midnight - timedelta(hours=14)).roles == {Role.MANAGER}
    assert viewer(person, midnight - timedelta(hours=11)).roles == frozenset()
    add("member", name="Cy", until=today(utc_now()).isoformat())
    with pytest.raises(BadInput, match="is past"):
        add("member", name="Di", until=(today(utc_now()) - DAY).isoformat())


def test_who_holds_no_right_is_still_known_by_name_to_the_record() -> None:
    add()
    person = add("member", name="Bo")
    people.end_right(ACTOR, right_of(person), utc_now())
    assert (viewer(person).actor, viewer(person).reads) == (f"person:{person.pk}", False)


def test_a_locked_account_is_a_stranger() -> None:
    person = add()
    User.objects.update(is_active=False)
    assert viewer(person) == STRANGER


def test_rights_are_read_from_the_live_tables_while_a_past_day_is_viewed() -> None:
    from duecare.ledger import asof

    person = add("manager")
    add(name="Bo")
    past = asof.view_at(utc_now())
    people.end_right(ACTOR, right_of(person), utc_now())
    with asof.viewing(past):
        assert viewer(person).roles == frozenset()
        assert {right.person.name for right in people.rights_held(utc_now())} == {"Ann", "Bo"}
    assert {right.person.name for right in people.rights_held(utc_now())} == {"Bo"}


# The pages


def test_an_owner_lets_somebody_in_gives_and_ends_rights_on_the_pages() -> None:
    client = browser()
    owner = sign_in(client, Role.OWNER)
    form = {"name": "Bo", "email": "bo@clinic.example", "password": PASSWORD, "role": "member"}
    assert client.post("/settings/people/add/", form)["Location"] == "/settings/"
    person = Person.objects.get(name="Bo")
    assert client.post(f"/settings/people/{person.pk}/give/", {"role": "manager"}).status_code == 302
    assert viewer(person).roles == {Role.MEMBER, Role.MANAGER}
    given = Right.objects.get(person=person, role="manager")
    assert client.post(f"/settings/rights/{given.pk}/end/").status_code == 302
    assert viewer(person).roles == {Role.MEMBER}
    assert Entry.objects.filter(subject=given.pk, actor=owner.actor).count() == 2


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"role": "auditor"}, "needs a last day"),
        ({"role": "member", "until": "2001-01-01"}, "is past"),
        ({"role": "king"}, "king"),
        ({"role": "member", "email": "ann"}, "valid email"),
        ({"role": "member", "password": "short"}, "15 characters"),
    ],
)
def test_the_page_says_what_is_wrong_with_a_person(form: dict[str, str], words: str) -> None:
    client = browser()
    sign_in(client, Role.OWNER)
    before = size()
    values = {"name": "Bo", "email": "bo@clinic.example", "password": PASSWORD}
    answer = client.post("/settings/people/add/", {**values, **form})
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert PASSWORD not in answer.content.decode()
    assert size() == before


def test_the_last_owner_cannot_be_ended_on_the_page_either() -> None:
    client = browser()
    owner = sign_in(client, Role.OWNER)
    answer = client.post(f"/settings/rights/{Right.objects.get(person=owner.person).pk}/end/")
    assert answer.status_code == 403
    assert "last owner" in answer.content.decode()


def test_a_password_is_hashed_before_the_record_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[bool] = []
    plain = User.set_password

    def watched(self: User, password: str | None) -> None:
        inside.append(connection.in_atomic_block)
        plain(self, password)

    monkeypatch.setattr(User, "set_password", watched)
    add()
    assert inside == [False]
