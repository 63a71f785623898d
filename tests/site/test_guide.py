"""The guided set-up: each question can be reached, answered, refused and left open; nothing is kept twice."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from duecare.ledger.models import Head
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import actions, setup_actions
from duecare.program.mail.models import MailServer
from duecare.program.mail.server import MailSettings, keep_server
from duecare.program.mail.smtp import Security
from duecare.program.models import DataSet, Keeper, Person, Right, Setup
from duecare.program.queries import profile
from duecare.program.setup_queries import setup
from duecare.site import mail_trying, people
from duecare.site.chores import chores
from duecare.site.guide_steps import STEPS, read
from duecare.site.models import User
from tests.people import PASSWORD, browser, sign_in
from tests.program.mail.post_office import HOST, here, post_office

TODAY = utc_now().date()


@pytest.fixture
def client(home: Path) -> Client:
    people.claim("Riverside Clinic", "UTC", None, "Ann", "ann@clinic.example", PASSWORD)
    Right.objects.get()  # the claim's own owner
    return browser()


@pytest.fixture
def owner(client: Client) -> Viewer:
    """The only owner, so that nobody else approves: the one of the claim is another."""
    viewer = sign_in(client, Role.OWNER)
    people.end_right(viewer.actor, Right.objects.exclude(person=viewer.person).get(), utc_now())
    return viewer


def answers(owner: Viewer) -> dict[str, str]:
    here = read(owner, utc_now(), TODAY)
    return {step.id: step.answer(here) for step in STEPS}


def send(client: Client, id: str, **values: Any) -> Any:
    return client.post(f"/guide/{id}/", values)


def refused(answer: Any, words: str) -> None:
    assert answer.status_code == 400
    assert words in answer.content.decode().replace("&#x27;", "'")


# The way through


def test_every_question_has_a_page_of_its_own_with_back_skip_and_save(owner: Viewer, client: Client) -> None:
    for number, step in enumerate(STEPS, start=1):
        page = client.get(f"/guide/{step.id}/").content.decode()
        assert str(step.question) in page
        assert f"{number} of {len(STEPS)}, about" in page
        assert "Save and go on" in page
        assert "Back" in page
        onward = f"/guide/{STEPS[number].id}/" if number < len(STEPS) else "/first-90-days/"
        assert f'href="{onward}">Skip for now' in page or f'href="{onward}">Leave as it is' in page
    assert client.get("/guide/no-such-question/").status_code == 404


def test_all_of_it_takes_under_ten_minutes_by_its_own_count() -> None:
    assert sum(step.seconds for step in STEPS) < 600
    assert len({step.id for step in STEPS}) == len(STEPS)


def test_the_first_page_leads_to_the_first_question_that_is_open(owner: Viewer, client: Client) -> None:
    assert 'href="/guide/organisation/">Begin' in client.get("/guide/").content.decode()
    actions.change_profile("person:x", country="IE", people=12, computers=9)
    page = client.get("/guide/").content.decode()
    assert 'href="/guide/data/">Go on' in page
    assert "2 of 10 questions answered" in page
    assert "12 people, about 9 computers" in page, "answered elsewhere is answered here"


def test_reading_changes_nothing_and_an_auditor_or_manager_does_not_know_of_it(
    owner: Viewer, client: Client
) -> None:
    before = Head.objects.get().size
    for step in STEPS:
        client.get(f"/guide/{step.id}/")
    assert Head.objects.get().size == before
    other = browser()
    sign_in(other, Role.MANAGER)
    assert other.get("/guide/").status_code == 404
    assert "/guide/" not in other.get("/").content.decode()


def test_the_set_up_stands_in_the_frame_until_there_is_a_plan(owner: Viewer, client: Client) -> None:
    home = client.get("/").content.decode()
    assert ">Set-up</a>" in home
    assert "Go on with the set-up" in home
    client.post("/first-90-days/make/")
    home = client.get("/").content.decode()
    assert ">Set-up</a>" not in home
    assert "Go on with the set-up" not in home
    assert 'href="/guide/"' in client.get("/settings/").content.decode(), "it can be taken up again"


# Each question


def test_who_and_where(owner: Viewer, client: Client) -> None:
    good = {"name": "Riverside Clinic", "country": "IE", "zone": "Europe/Dublin"}
    refused(send(client, "organisation", **{**good, "country": "Ireland"}), "not one of the available")
    refused(send(client, "organisation", **{**good, "country": ""}), "required")
    refused(send(client, "organisation", **{**good, "zone": "Mars/Olympus"}), "not one of the available")
    refused(send(client, "organisation", **{**good, "name": " "}), "required")
    assert send(client, "organisation", **good).headers["Location"] == "/guide/size/"
    assert answers(owner)["organisation"] == "Riverside Clinic, IE, Europe/Dublin"


def test_how_many(owner: Viewer, client: Client) -> None:
    refused(send(client, "size", people="many", computers="150"), "whole number")
    refused(send(client, "size", people="0", computers="150"), "greater than or equal to 1")
    refused(send(client, "size", people="9", computers="9999999999"), "less than or equal to 1000000")
    assert profile().people is None  # type: ignore[union-attr]
    assert send(client, "size", people="150", computers="150").status_code == 302
    assert "of about 150 computers seen" in client.get("/").content.decode()


def test_data_sets_are_added_until_there_are_enough(owner: Viewer, client: Client) -> None:
    refused(send(client, "data"), "required")
    refused(send(client, "data", name="Patients", people="IE 12000\nabout nine hundred"), "Line 2")
    again = send(client, "data", name="Patients", people="IE 12000", again="1")
    assert again.headers["Location"] == "/guide/data/"
    refused(send(client, "data", place="the cellar"), "Give it a name")
    assert send(client, "data", name="Staff", people="IE").headers["Location"] == "/guide/laws/"
    assert send(client, "data").headers["Location"] == "/guide/laws/", "enough is enough"
    assert sorted(DataSet.objects.values_list("name", flat=True)) == ["Patients", "Staff"]


def test_laws_are_asked_by_place_and_answers_to_other_questions_stay(owner: Viewer, client: Client) -> None:
    actions.change_profile("person:x", country="IE", facts={"ca_pipeda_scope": False})
    page = client.get("/guide/laws/").content.decode()
    assert "processes personal data" in page
    assert "HIPAA" not in page
    send(client, "laws", eu_gdpr_scope="yes")
    assert profile().facts == {"ca_pipeda_scope": False, "eu_gdpr_scope": True}  # type: ignore[union-attr]
    assert answers(owner)["laws"] == "", "one answer of six leaves the question open"
    given = dict.fromkeys(_fields(page), "no")
    send(client, "laws", **{**given, "eu_gdpr_scope": "yes"})
    assert answers(owner)["laws"].startswith("1 of ")
    taken_back = {**given, "eu_gdpr_scope": ""}
    send(client, "laws", **taken_back)
    assert profile().facts["eu_gdpr_scope"], "a form that does not say what it showed leaves it"  # type: ignore[union-attr]
    drawn = json.dumps({**dict.fromkeys(given, False), "eu_gdpr_scope": True})
    send(client, "laws", **taken_back, drawn=drawn)
    assert "eu_gdpr_scope" not in profile().facts  # type: ignore[union-attr]


def _fields(page: str) -> list[str]:
    return [part.partition('"')[0] for part in page.split('<select name="')[1:]]


def test_systems(owner: Viewer, client: Client) -> None:
    refused(send(client, "systems"), "Nothing was chosen")
    refused(send(client, "systems", services=["none", "website"]), "cannot stand beside others")
    refused(send(client, "systems", services=["fax"]), "not one of the available")
    send(client, "systems", services=["microsoft_365", "trade_software"], other="Cliniko")
    assert answers(owner)["systems"].startswith("Microsoft 365, The software of our trade")
    assert "Cliniko" in answers(owner)["systems"]


def test_who_approves_is_a_new_person_an_old_one_or_nobody_yet(owner: Viewer, client: Client) -> None:
    assert answers(owner)["approver"] == ""
    refused(send(client, "approver"), "required")
    refused(send(client, "approver", who="new", name="Dr Byrne"), "This field is required")
    refused(
        send(client, "approver", who="new", name="Dr Byrne", email="byrne@clinic.example", password="short"),
        "15 characters",
    )
    assert not Person.objects.filter(name="Dr Byrne").exists()
    send(client, "approver", who="alone")
    assert answers(owner)["approver"] == "You approve alone for now"
    answer = send(
        client, "approver", who="new", name="Dr Byrne", email="byrne@clinic.example", password=PASSWORD
    )
    assert answer.status_code == 302
    assert "for 30 days" in client.get("/guide/").content.decode()
    assert answers(owner)["approver"] == "Dr Byrne"
    assert setup(owner).alone is False
    refused(
        send(client, "approver", who="new", name="B", email="byrne@clinic.example", password=PASSWORD),
        "can sign in already",
    )
    before = Head.objects.get().size
    assert send(client, "approver", who="kept").status_code == 302
    assert Head.objects.get().size == before


def test_somebody_who_can_sign_in_already_is_only_given_the_right(owner: Viewer, client: Client) -> None:
    manager = people.add_user("person:x", "m@clinic.example", "Mona", PASSWORD, Role.MANAGER)
    assert "Mona" in client.get("/guide/approver/").content.decode()
    send(client, "approver", who=manager.pk)
    assert answers(owner)["approver"] == "Mona"
    refused(send(client, "approver", who=owner.person), "not one of the available")


def test_who_keeps_checkpoints(owner: Viewer, client: Client) -> None:
    refused(send(client, "keeper"), "required")
    refused(send(client, "keeper", name="Niamh", address="niamh"), "valid email")
    send(client, "keeper", name="Niamh", address="niamh@books.example", outside="on")
    assert answers(owner)["keeper"] == "Niamh"
    refused(send(client, "keeper", name="Niamh", address="niamh@books.example"), "keeps checkpoints already")
    refused(send(client, "keeper", name="Owen"), "A keeper needs this")
    assert send(client, "keeper").headers["Location"] == "/guide/backup/"
    client.post(f"/guide/keepers/{Keeper.objects.get().pk}/end/")
    assert answers(owner)["keeper"] == ""


def test_the_place_for_backups_is_tried_when_it_is_named(
    owner: Viewer, client: Client, home: Path, tmp_path: Path
) -> None:
    refused(send(client, "backup", path="backups"), "is not an absolute path")
    refused(send(client, "backup", path="/no/such/place"), "No such file or directory")
    refused(send(client, "backup", path=str(home)), "within the home directory")
    page = send(client, "backup", path="/no/such/place").content.decode()
    assert 'href="#id_path"' in page, "the summary leads to the field"
    assert not Setup.objects.exists()
    (tmp_path / "place").mkdir()
    send(client, "backup", path=str(tmp_path / "place"))
    page = client.get("/guide/backup/").content.decode()
    assert "written to" in page
    assert "on the same file system as the record" in answers(owner)["backup"]


def through(port: int, **more: Any) -> dict[str, Any]:
    sender = "duecare@clinic.example"
    return {"how": "server", "host": HOST, "port": port, "security": "none", "sender": sender, **more}


def test_mail_is_kept_once_the_server_has_taken_a_test_mail(
    owner: Viewer, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_trying, "way_out", here)
    refused(send(client, "mail"), "required")
    refused(send(client, "mail", how="server", port="587", security="starttls"), "required")
    refused(send(client, "mail", **through(25, user="u", password="p")), "not sent without encryption")
    with post_office() as (port, received):
        received.rcpt = lambda address: "550 5.7.1 relaying denied"
        refused(send(client, "mail", **through(port)), "550 5.7.1 relaying denied")
        assert not received.mails
        assert not MailServer.objects.exists()
        assert answers(owner)["mail"] == ""
        received.rcpt = lambda address: "250 OK"
        assert send(client, "mail", **through(port)).headers["Location"] == "/guide/address/"
    assert received.to == [owner_address(owner)]
    page = client.get("/guide/mail/").content.decode()
    assert "queued as ABC" in page
    assert f'value="{HOST}"' in page
    server = MailServer.objects.get()
    assert (server.address, server.morning, server.short, server.sign_in) == (
        "http://localhost",
        7,
        True,
        False,
    )
    assert answers(owner)["mail"] == f"{HOST}, duecare@clinic.example"
    refused(send(client, "mail", **through(port)), "does not answer on port")
    assert MailServer.objects.exists(), "what worked before stays"


def owner_address(owner: Viewer) -> str:
    return User.objects.get(person=owner.person).email


def test_mail_may_wait_and_what_the_settings_keep_of_it_stays(owner: Viewer, client: Client) -> None:
    assert send(client, "mail", how="none").status_code == 302
    assert answers(owner)["mail"] == "Nothing is mailed for now"
    before = Head.objects.get().size
    send(client, "mail", how="none")
    assert Head.objects.get().size == before, "what was said once need not be said again"
    chosen = MailSettings(
        HOST, 465, Security.TLS, "", "d@clinic.example", "https://d.example", 9, False, True, 3
    )
    keep_server(owner.actor, chosen, None, utc_now())
    assert answers(owner)["mail"] == f"{HOST}, d@clinic.example", "answered in the settings is answered here"
    with post_office() as (port, _received), pytest.MonkeyPatch.context() as patch:
        patch.setattr(mail_trying, "way_out", here)
        send(client, "mail", **through(port))
    server = MailServer.objects.get()
    assert (server.port, server.sender) == (port, "duecare@clinic.example")
    assert (server.address, server.morning, server.late_days) == ("https://d.example", 9, 3)
    assert (server.short, server.sign_in) == (False, True)
    send(client, "mail", how="none")
    assert not MailServer.objects.exists()
    assert answers(owner)["mail"] == "Nothing is mailed for now"


def test_the_address(owner: Viewer, client: Client) -> None:
    refused(send(client, "address"), "required")
    refused(send(client, "address", where="name"), "Write the name")
    refused(send(client, "address", where="name", host="10.0.0.5"), "is an address, not a name")
    refused(send(client, "address", where="name", host="https://x.example/"), "is not a host name")
    refused(send(client, "address", where="name", host="x.example", proxies="the proxy"), "is not an address")
    assert send(client, "address", where="localhost").headers["Location"] == "/first-90-days/"
    assert answers(owner)["address"] == "On this machine only"
    send(client, "address", where="name", host="x.example", proxies="127.0.0.1\n10.0.0.5\n")
    assert (setup(owner).host, setup(owner).proxies) == ("x.example", ["127.0.0.1", "10.0.0.5"])


def test_text_in_another_form_of_unicode_and_odd_characters_are_taken_or_refused_not_lost(
    owner: Viewer, client: Client
) -> None:
    send(client, "keeper", name="Zoe\u0308 <b>", address="z@books.example", outside="on")
    assert Person.objects.get(name="Zoë <b>")
    assert "Zoë &lt;b&gt;" in client.get("/guide/keeper/").content.decode()
    refused(send(client, "keeper", name="a\0b", address="y@books.example"), "Null characters")


def test_what_is_answered_leaves_no_task_in_the_plan(owner: Viewer, client: Client) -> None:
    def left() -> set[str]:
        return {chore.id for chore in chores(owner, utc_now())}

    always = {"assess", "mail_names", "targets", "laws", "backup_place"}
    assert left() == always | {"approver", "keeper", "mail"}
    send(client, "keeper", name="Niamh", address="niamh@books.example", outside="on")
    send(client, "mail", how="none")
    setup_actions.approve_alone(owner.actor, True)
    assert left() == always
