"""What is arranged when Duecare is set up: each decision an act, and nothing half."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from duecare.errors import BadInput, NotFound
from duecare.ledger.models import Head
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import setup_actions
from duecare.program.models import Keeper, Person, Setup
from duecare.program.services import Service
from duecare.program.setup_queries import keepers, services_of, setup

OWNER = Viewer("person:x", "X", frozenset({Role.OWNER}), "x")
STRANGER = Viewer("stranger", "")
ACTOR = "person:x"


@pytest.fixture(autouse=True)
def _home(home: Path) -> None:
    pass


def unchanged(words: str) -> pytest.RaisesExc[BadInput]:
    return pytest.raises(BadInput, match=words)


def test_before_anything_is_arranged_there_is_an_empty_set_up_and_no_row() -> None:
    assert services_of(setup(OWNER)) == frozenset()
    assert not Setup.objects.exists()


def test_systems_are_said_in_the_order_of_the_list_and_can_be_said_anew() -> None:
    setup_actions.say_services(ACTOR, ["website", "microsoft_365"], " Cliniko ")
    assert setup(OWNER).services == ["microsoft_365", "website"]
    assert setup(OWNER).other_services == "Cliniko"
    setup_actions.say_services(ACTOR, ["none"], "")
    assert services_of(setup(OWNER)) == {Service.NONE}
    assert setup(STRANGER).services == [], "a stranger sees none of it"


@pytest.mark.parametrize(
    ("services", "other", "words"),
    [
        ([], " ", "Nothing was chosen"),
        (["none", "website"], "", "cannot stand beside others"),
        (["none"], "Cliniko", "cannot stand beside others"),
        (["fax"], "", "no kind of system “fax”"),
    ],
)
def test_systems_that_make_no_sense_are_refused(services: list[str], other: str, words: str) -> None:
    before = Head.objects.get().size
    with unchanged(words):
        setup_actions.say_services(ACTOR, services, other)
    assert Head.objects.get().size == before


@pytest.mark.parametrize(
    ("host", "proxies", "words"),
    [
        ("https://duecare.example", [], "is not a host name"),
        ("duecare.example:8000", [], "is not a host name"),
        ("*.example", [], "is not a host name"),
        ("", [], "is not a host name"),
        ("a" * 64 + ".example", [], "is not a host name"),
        (".".join(["abcdefgh"] * 32), [], "is not a host name"),
        ("10.0.0.5", [], "is an address, not a name"),
        ("duecare.example", ["proxy.example"], "is not an address"),
        ("duecare.example", ["10.0.0.0/8"], "is not an address"),
        ("duecare.example", [f"10.0.0.{n}" for n in range(9)], "More than 8 proxies"),
        ('duecare.example"\nhosts = ["', [], "is not a host name"),
    ],
)
def test_an_address_that_cannot_be_put_into_the_file_is_refused(
    host: str, proxies: list[str], words: str
) -> None:
    with unchanged(words):
        setup_actions.say_address(ACTOR, host, proxies)
    assert not Setup.objects.exists()


def test_an_address_is_kept_as_the_file_takes_it() -> None:
    setup_actions.say_address(ACTOR, " Duecare.Clinic.Example ", ["127.0.0.1", "", " ::1 ", "127.0.0.1"])
    assert (setup(OWNER).host, setup(OWNER).proxies) == ("duecare.clinic.example", ["127.0.0.1", "::1"])


def test_a_place_for_backups_is_kept_only_once_it_was_tried(home: Path, tmp_path: Path) -> None:
    now = utc_now()
    with unchanged("within the home"):
        setup_actions.name_backup_place(ACTOR, str(home / "blobs"), home, now)
    assert not Setup.objects.exists()
    (tmp_path / "elsewhere").mkdir()
    setup_actions.name_backup_place(ACTOR, str(tmp_path / "elsewhere"), home, now)
    found = setup(OWNER)
    assert (found.backup_place, found.backup_tried_at) == (str(tmp_path / "elsewhere"), now)
    assert found.backup_apart is False


def keeper(address: str = "niamh@books.example", name: str = "Niamh") -> Keeper:
    return setup_actions.add_keeper(
        ACTOR, utc_now(), name=name, organisation="Accountants", address=address, outside=True
    )


def test_a_keeper_is_a_person_of_the_record_without_any_right() -> None:
    kept = keeper("Niamh@Books.example")
    assert kept.address == "niamh@books.example"
    assert [one.person.name for one in keepers(OWNER)] == ["Niamh"]
    assert not Person.objects.get(name="Niamh").rights.exists()
    assert keepers(STRANGER) == []


def test_the_same_address_keeps_once_and_may_come_back_after_an_end() -> None:
    first = keeper()
    with unchanged("keeps checkpoints already"):
        keeper(name="Another")
    assert Person.objects.filter(name="Another").count() == 0
    setup_actions.end_keeper(ACTOR, first.pk, utc_now() + timedelta(seconds=1))
    assert keepers(OWNER) == []
    keeper()
    with pytest.raises(NotFound):
        setup_actions.end_keeper(ACTOR, first.pk, utc_now())


@pytest.mark.parametrize(
    ("name", "address", "words"),
    [
        ("", "a@b.example", "needs a name"),
        ("n" * 201, "a@b.example", "needs a name"),
        ("Niamh", "not an address", "is not an e-mail address"),
    ],
)
def test_a_keeper_that_nobody_could_write_to_is_refused(name: str, address: str, words: str) -> None:
    with unchanged(words):
        keeper(address, name)
    assert not Keeper.objects.exists()


def test_that_one_approves_alone_is_said_and_taken_back() -> None:
    setup_actions.approve_alone(ACTOR, True)
    assert setup(OWNER).alone
    setup_actions.approve_alone(ACTOR, False)
    assert not setup(OWNER).alone
