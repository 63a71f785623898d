"""The pages of names: what they show, who may do what there, and that nothing goes out unasked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program import actions
from duecare.program.models import Profile
from duecare.program.outgoing import NoAnswer, Outgoing
from duecare.systems import name_actions
from duecare.systems.models import Look, Name, NameKind
from duecare.systems.name_actions import Eyes, add_name, look_at
from tests.people import browser, sign_in

pytestmark = pytest.mark.usefixtures("home")
TERMINAL = "terminal:test"
MOST_QUERIES = 30
ZONE = {"clinic.example": ("v=spf1 mx ?all",), "_dmarc.clinic.example": ("v=DMARC1; p=reject",)}


@pytest.fixture
def client() -> Client:
    """An owner's browser."""
    client = browser()
    sign_in(client, Role.OWNER)
    return client


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What Duecare asks the network; the name servers know ZONE and fail for `broken.example`."""
    found: list[str] = []

    def ask(name: str) -> tuple[str, ...]:
        found.append(name)
        if name.endswith("broken.example"):
            raise NoAnswer("the name servers took too long.")
        return ZONE.get(name, ())

    def resolve(host: str) -> list[str]:
        found.append(host)
        return ["127.0.0.1"]

    monkeypatch.setattr(name_actions, "Eyes", lambda: Eyes(Outgoing(resolve=resolve), lambda: ask))
    return found


def domain(name: str = "clinic.example", **more: Any) -> Name:
    return add_name(TERMINAL, NameKind.MAIL, name, utc_now(), **more)


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return answer.content.decode()


def listed(client: Client, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(client.get(f"/systems/names/?format=json&{query}").getvalue())[
        "rows"
    ]
    return rows


def test_a_person_lists_a_domain_looks_and_reads_what_was_seen(client: Client, asked: list[str]) -> None:
    answer = client.post(
        "/systems/names/add/", {"kind": "mail", "name": "Clinic.Example", "selectors": "s1, s2"}, follow=True
    )
    name = Name.objects.get()
    assert (name.name, name.port, name.selectors, name.daily) == ("clinic.example", None, ["s1", "s2"], False)
    assert "Nobody has looked at it yet" in answer.content.decode()
    assert asked == []
    shown = client.post(f"/systems/names/{name.pk}/look/", follow=True).content.decode()
    assert "v=spf1 mx ?all" in shown
    assert "says ?all of other servers" in shown
    assert "s2</b>: there is no record" in shown
    assert "_domainkey" not in shown
    assert "s1._domainkey.clinic.example" in asked


def test_a_host_that_may_not_be_reached_says_so_and_how_to_allow_it(client: Client) -> None:
    client.post("/systems/names/add/", {"kind": "tls", "name": "nas.example", "port": "8443"})
    name = Name.objects.get()
    assert str(name) == "nas.example:8443"
    shown = client.post(f"/systems/names/{name.pk}/look/", follow=True).content.decode()
    assert "127.0.0.1, which is not an address of the public internet" in shown
    assert "The last look saw nothing" in shown


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"kind": "tls", "name": "https://a.example", "port": "443"}, "is not a host name"),
        ({"kind": "tls", "name": "127.0.0.1", "port": "443"}, "is not a host name"),
        ({"kind": "tls", "name": "a.example", "port": ""}, "A host needs a port"),
        ({"kind": "tls", "name": "a.example", "port": "70000"}, "65535"),
        ({"kind": "mail", "name": "example"}, "Write what follows the @"),
        ({"kind": "mail", "name": "a.example", "selectors": "s1 bad*one"}, "is not a DKIM selector"),
        ({"kind": "mail", "name": "a.example", "selectors": " ".join(map(str, range(11)))}, "at most 10"),
        ({"kind": "ftp", "name": "a.example"}, "Select a valid choice"),
        ({}, "This field is required"),
    ],
)
def test_what_cannot_be_listed_is_said_beside_the_field(client: Client, sent: Any, told: str) -> None:
    answer = client.post("/systems/names/add/", sent)
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not Name.objects.exists()


def test_a_name_twice_is_said_beside_the_field(client: Client) -> None:
    domain()
    answer = client.post("/systems/names/add/", {"kind": "mail", "name": "clinic.example"})
    assert answer.status_code == 400
    assert "clinic.example is listed already" in answer.content.decode()


def test_reading_pages_asks_the_network_nothing(client: Client, asked: list[str]) -> None:
    name = domain(daily=True)
    look_at(name, TERMINAL, utc_now(), Eyes(name_servers=lambda: lambda name: ()))
    for address in ("", "add/", f"{name.pk}/", f"{name.pk}/change/", f"{name.pk}/remove/"):
        page(client, f"/systems/names/{address}")
    assert client.get(f"/systems/names/{name.pk}/look/").status_code == 405
    assert asked == []


def test_the_list_tells_the_last_look_and_when_certificates_end(client: Client) -> None:
    quiet, broken = domain("quiet.example"), domain("broken.example", daily=True)
    client.post(f"/systems/names/{broken.pk}/look/")
    rows = {row["name"]: row for row in listed(client)}
    assert rows["quiet.example"]["looked_at"] is None
    assert rows["broken.example"]["seen"] == "the name servers took too long."
    assert rows["quiet.example"]["kind"] == "mail"
    assert [row["name"] for row in listed(client, "name=qui")] == [quiet.name]
    assert [row["name"] for row in listed(client, "daily=yes")] == [broken.name]


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_certificates_that_end_until_a_day_are_those_of_the_organisations_day(client: Client) -> None:
    """A day of the organisation ends at its midnight, and no day without a zone reaches the database."""
    with recording(TERMINAL, "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic")
    name = domain("quiet.example")
    client.post(f"/systems/names/{name.pk}/look/")
    with recording(TERMINAL, "see a certificate"):
        Look.objects.update(expires_at=datetime(2027, 3, 1, 23, 30, tzinfo=UTC))
    assert [row["name"] for row in listed(client, "expires=2027-03-01")] == [name.name]
    assert listed(client, "expires=2027-02-28") == []
    actions.change_profile(TERMINAL, zone="Europe/Berlin")
    assert listed(client, "expires=2027-03-01") == [], "there it is the second already"


def test_daily_looks_and_selectors_can_be_changed(client: Client) -> None:
    name = domain()
    client.post(f"/systems/names/{name.pk}/change/", {"daily": "on", "selectors": "s1"})
    name.refresh_from_db()
    assert (name.daily, name.selectors) == (True, ["s1"])
    client.post(f"/systems/names/{name.pk}/change/", {})
    name.refresh_from_db()
    assert (name.daily, name.selectors) == (False, [])


def test_a_removed_name_keeps_its_page_and_offers_nothing(client: Client) -> None:
    name = domain()
    assert client.post(f"/systems/names/{name.pk}/remove/", {"reason": ""}).status_code == 400
    client.post(f"/systems/names/{name.pk}/remove/", {"reason": "sold in May"})
    shown = page(client, f"/systems/names/{name.pk}/")
    assert "sold in May" in shown
    assert "Look now</button>" not in shown
    for address in ("change/", "remove/"):
        page(client, f"/systems/names/{name.pk}/{address}", 403)
    assert client.post(f"/systems/names/{name.pk}/look/").status_code == 403


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR])
def test_who_may_only_read_reads_and_is_offered_nothing(role: Role, asked: list[str]) -> None:
    name = domain()
    client = browser()
    sign_in(client, role)
    assert "clinic.example" in page(client, "/systems/names/")
    shown = page(client, f"/systems/names/{name.pk}/")
    assert "Look now</button>" not in shown
    assert client.post(f"/systems/names/{name.pk}/look/").status_code == 403
    assert asked == []


@pytest.mark.parametrize("role", [Role.MEMBER, None])
def test_a_member_and_a_stranger_see_nothing_of_it(role: Role | None) -> None:
    name = domain()
    client = browser()
    if role:
        sign_in(client, role)
    for address in ("", "add/", f"{name.pk}/", f"{name.pk}/change/"):
        answer = client.get(f"/systems/names/{address}")
        assert answer.status_code == (404 if role else 302)
        assert b"clinic.example" not in answer.content


def test_what_a_record_holds_is_shown_as_text(client: Client) -> None:
    name = domain()
    odd = ("v=spf1 <script>alert(1)</script>\x00\x1b[31m -all",)
    look_at(name, TERMINAL, utc_now(), Eyes(name_servers=lambda: lambda name: odd))
    shown = page(client, f"/systems/names/{name.pk}/")
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_a_past_day_shows_the_look_of_that_day(client: Client) -> None:
    name = domain()
    look_at(name, TERMINAL, utc_now(), Eyes(name_servers=lambda: lambda name: ZONE.get(name, ())))
    between = utc_now()
    look_at(name, TERMINAL, utc_now(), Eyes(name_servers=lambda: lambda name: ()))
    assert "there is no SPF record" in page(client, f"/systems/names/{name.pk}/")
    then = between.isoformat().replace("+00:00", "Z")
    shown = page(client, f"/systems/names/{name.pk}/?as_of={then}")
    assert "v=spf1 mx ?all" in shown
    assert "Look now</button>" not in shown
    assert client.post(f"/systems/names/{name.pk}/look/?as_of={then}").status_code == 403


def test_an_old_look_is_told_as_old(client: Client) -> None:
    name = domain()
    long_ago = utc_now() - timedelta(days=9)
    look_at(name, TERMINAL, long_ago, Eyes(name_servers=lambda: lambda name: ZONE.get(name, ())))
    assert "the evidence is 9 days old; at most 7 days counts" in page(client, f"/systems/names/{name.pk}/")


def test_the_number_of_queries_does_not_grow_with_the_names(client: Client) -> None:
    for number in range(25):
        domain(f"d{number}.example")
    with CaptureQueriesContext(connection) as few:
        page(client, "/systems/names/")
    assert len(few) <= MOST_QUERIES
