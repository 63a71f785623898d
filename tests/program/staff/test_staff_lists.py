"""People come in as lists: by number or address, never by name, and nobody is lost or let in by it."""

from __future__ import annotations

import json
import time
from datetime import date
from pathlib import Path

import pytest

from duecare.errors import BadInput, Refused
from duecare.ledger import verifying
from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.imports.terminal import Said, import_table
from duecare.program.imports.undoing import undo
from duecare.program.models import Person, Right, StaffMember, StaffSource
from duecare.program.staff import queries
from duecare.program.staff.actions import say_what_became
from duecare.program.staff.queries import State, in_state, state_of
from duecare.site.models import User
from tests.people import browser, sign_in
from tests.program.imports import files
from tests.program.imports.test_taking_in import ACTOR, bring

OFFICE = """\
Employee ID,Full name,E-mail,Manager,Department,Job title,Start date,End date
1,Ada Example,Ada@clinic.example,,Management,Director,2019-02-01,
2,Ben Example,ben@clinic.example,Ada Example <ada@clinic.example>,Nursing,Nurse,2020-03-01,2026-01-31
3,Ada Example,ada.2@clinic.example,1,Nursing,Nurse,2024-05-01,
"""
"""A list that this project made up: nobody in it exists. Two people are called Ada Example."""


def office(text: str = OFFICE, *, whole: bool = True) -> object:
    return bring(text, "staff", source="Personnel office", whole=whole)


def everybody() -> dict[str, StaffMember]:
    return {one.number or one.email: one for one in StaffMember.objects.all()}


def told(text: str, **said: object) -> list[str]:
    """What a preview says."""
    lines: list[str] = []
    words = Said("staff", source="Personnel office", **said)  # type: ignore[arg-type]
    import_table(text.encode(), "staff.csv", words, ACTOR, utc_now(), dry=True, tell=lines.append)
    return lines


def test_two_people_of_one_name_are_two_and_a_manager_is_named_by_a_random_key(home: Path) -> None:
    office()
    people = everybody()
    assert [people[one].name for one in "123"] == ["Ada Example", "Ben Example", "Ada Example"]
    assert [people[one].manager for one in "123"] == ["", people["1"].pk, people["1"].pk]
    assert people["2"].leaves_on == date(2026, 1, 31)
    assert not any("@" in subject for subject in Entry.objects.values_list("subject", flat=True))
    made = office()
    assert (made.added, made.changed, made.gone, made.unchanged) == (0, 0, 0, 3)  # type: ignore[attr-defined]
    assert verifying.verify(live=True).ok


def test_nobody_can_sign_in_by_being_in_a_list(home: Path) -> None:
    office()
    assert (User.objects.count(), Person.objects.count(), Right.objects.count()) == (0, 0, 0)


def test_one_is_found_by_number_when_the_address_has_changed_and_by_address_without_a_number(
    home: Path,
) -> None:
    office()
    before = everybody()
    bring("name,mail,number\nBen Married,ben.married@clinic.example,2\n", "staff", source="Personnel office")
    bring("name,mail,team\nAda Example,ADA@clinic.example,Board\n", "staff", source="Directory")
    after = everybody()
    assert after["2"].pk == before["2"].pk
    assert (after["2"].name, after["2"].email) == ("Ben Married", "ben.married@clinic.example")
    assert (after["1"].pk, after["1"].department) == (before["1"].pk, "Board")
    assert (after["1"].source.name, len(after)) == ("Personnel office", 3)


@pytest.mark.parametrize(
    ("row", "where", "why"),
    [
        ("9,Cleo,not an address,,,,,", "column C", "is no e-mail address"),
        ("9,Cleo,ada@clinic.example,,,,,", "column C", "an earlier row"),
        ("9,Cleo,c@clinic.example,Ada Example,,,,", "column D", "nobody known here"),
        ("9,Cleo,c@clinic.example,,,,2026-02-30,", "column G", "no day of the calendar"),
        ("9,Cleo,c@clinic.example,,,,2026-02-03,2026-01-01", "column H", "before the first"),
        ("9,,c@clinic.example,,,,,", "column B", "must not be"),
        (",Cleo,,,,,,", "line 5", "does not say which one"),
    ],
)
def test_what_a_cell_cannot_mean_is_named_by_its_place(home: Path, row: str, where: str, why: str) -> None:
    office()
    faults = [line for line in told(f"{OFFICE}{row}\n") if "line 5" in line]
    assert len(faults) == 1
    assert where in faults[0]
    assert why in faults[0]


def test_an_address_goes_on_to_another_person_only_when_the_first_has_left(home: Path) -> None:
    office()
    head = "number,name,mail\n"
    assert any("the address of Ada Example" in line for line in told(f"{head}9,Cleo,ada@clinic.example\n"))
    bring(f"{head}9,Ben Newcomer,ben@clinic.example\n", "staff", source="Personnel office")
    assert StaffMember.objects.filter(email="ben@clinic.example").count() == 2


def test_two_rows_with_one_address_are_a_fault_and_the_list_is_not_whole(home: Path) -> None:
    made = office(f"{OFFICE}4,Dan,ada@clinic.example,,,,,\n")
    assert (made.faults, made.added, made.whole) == (1, 3, False)  # type: ignore[attr-defined]


def test_who_is_lacking_from_a_whole_list_of_theirs_is_asked_after_and_stays(home: Path) -> None:
    office()
    bring(files.ENTRA_USERS, "entra-staff", whole=True)
    less = "".join(line for line in OFFICE.splitlines(keepends=True) if not line.startswith("3"))
    made = office(less)
    assert (made.gone, StaffMember.objects.count()) == (1, 4)  # type: ignore[attr-defined]
    today = utc_now().date()
    gone = everybody()["3"]
    assert state_of(gone, today) is State.ASKED
    with pytest.raises(BadInput, match="when they left"):
        say_what_became(gone.pk, ACTOR, "left", None, "", utc_now())
    with pytest.raises(BadInput, match="how you know"):
        say_what_became(gone.pk, ACTOR, "here", None, " ", utc_now())
    say_what_became(gone.pk, ACTOR, "here", None, "On parental leave.", utc_now())
    gone.refresh_from_db()
    assert state_of(gone, today) is State.HERE
    office(less)
    gone.refresh_from_db()
    assert (state_of(gone, today), gone.answer_words) == (State.HERE, "On parental leave.")
    office()
    gone.refresh_from_db()
    assert (gone.gone_at, gone.answer) == (None, "")


def test_a_state_is_the_same_for_one_and_for_a_list(home: Path) -> None:
    office(f"{OFFICE}4,Dan,dan@clinic.example,,,,2199-01-01,\n5,Eve,eve@clinic.example,,,,,\n")
    office("".join(OFFICE.splitlines(keepends=True)[:3]) + "4,Dan,dan@clinic.example,,,,2199-01-01,\n")
    say_what_became(everybody()["5"].pk, ACTOR, "nobody", None, "The coffee machine.", utc_now())
    today = utc_now().date()
    found = {one.number: state_of(one, today) for one in StaffMember.objects.all()}
    assert found == {
        "1": State.HERE, "2": State.LEFT, "3": State.ASKED, "4": State.COMING, "5": State.NOBODY,
    }  # fmt: skip
    for state in State:
        listed = StaffMember.objects.filter(in_state(state, today)).values_list("number", flat=True)
        assert sorted(listed) == sorted(number for number, one in found.items() if one is state)


def test_entra_and_google_tell_people_with_guests_apart(home: Path) -> None:
    bring(files.ENTRA_USERS, "entra-staff", whole=True)
    people = everybody()
    assert (people["ada@clinic.example"].outside, people["ada@clinic.example"].name) == (False, "Ada Example")
    guest = next(one for one in people.values() if one.outside)
    assert guest.email == "cleo_partner.example#ext#@clinic.example"
    bring(files.GOOGLE_STAFF, "google-staff", whole=True)
    people = everybody()
    assert (people["17"].name, people["17"].work, people["17"].manager) == (
        "Ada Example",
        "Nurse",
        people["18"].pk,
    )
    assert StaffSource.objects.count() == 2


def test_undone_it_is_as_if_it_had_not_been(home: Path) -> None:
    office()
    before = list(StaffMember.objects.order_by("pk").values())
    made = office(OFFICE.replace("Nursing", "Ward 3") + "4,Dan,dan@clinic.example,3,,,,\n")
    assert everybody()["4"].manager == everybody()["3"].pk
    undo(made, ACTOR, "The wrong list.", utc_now())  # type: ignore[arg-type]
    assert list(StaffMember.objects.order_by("pk").values()) == before
    made = office(OFFICE.replace("Nursing", "Ward 4"))
    say_what_became(everybody()["3"].pk, ACTOR, "here", None, "Seen today.", utc_now())
    with pytest.raises(Refused, match="changed since"):
        undo(made, ACTOR, "The wrong list.", utc_now())  # type: ignore[arg-type]


def test_of_many_leavers_who_still_sign_in_the_page_names_some_and_leads_to_the_others(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browser()
    mails = [User.objects.get(person=sign_in(client, Role.OWNER).person).email for _n in range(3)]
    monkeypatch.setattr(queries, "LISTED", 1)
    gone = "".join(f"{n},Left {n},{mail},,Ward,,,2026-01-31\n" for n, mail in enumerate(mails, start=7))
    office(OFFICE + gone)
    page = client.get("/staff/").content.decode()
    assert "and 2 more" in page
    assert page.count("Left 7") + page.count("Left 8") + page.count("Left 9") == 4
    answer = client.get("/staff/?sign_in=left&format=json")
    rows = json.loads(b"".join(answer.streaming_content))["rows"]  # type: ignore[attr-defined]
    assert [row["name"] for row in rows] == ["Left 7", "Left 8", "Left 9"]


def test_ten_thousand_people_are_previewed_in_ten_seconds(home: Path) -> None:
    head = "number,name,mail,manager,department\n"
    rows = [
        f"{n},Person {n},p{n}@clinic.example,{'' if n < 2 else n // 8 or 1},Ward {n % 40}\n"
        for n in range(1, 10_001)
    ]
    began = time.perf_counter()
    lines = told(head + "".join(rows), whole=True)
    assert time.perf_counter() - began < 10
    assert any("10,000" in line and "Added" in line for line in lines)
    assert queries.sign_in_addresses() == frozenset()
