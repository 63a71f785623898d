"""The way of a file from its upload to the record and back, on the pages."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duecare.access.models import Account
from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.imports import waiting
from duecare.program.imports.models import Import
from duecare.program.models import Task
from tests.people import browser, sign_in
from tests.program.imports import files


@pytest.fixture
def owner(home: Path) -> Client:
    client = browser()
    sign_in(client, Role.OWNER)
    return client


def send(client: Client, kind: str, name: str, data: bytes | str, **said: Any) -> Any:
    """Upload a file for a list, and go where that leads."""
    content = data.encode() if isinstance(data, str) else data
    upload = SimpleUploadedFile(name, content)
    today = utc_now().date().isoformat()
    return client.post(f"/imports/new/{kind}/", {"file": upload, "downloaded": today, **said}, follow=True)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def place_of(answer: Any) -> str:
    """The address at which a chain of redirects ended."""
    return str(answer.redirect_chain[-1][0]) if answer.redirect_chain else str(answer.request["PATH_INFO"])


def confirm(client: Client, answer: Any) -> Any:
    found = re.search(r'name="plan" value="([0-9a-f]+)"', answer.content.decode())
    assert found
    return client.post(f"{place_of(answer)}confirm/", {"plan": found[1]}, follow=True)


def test_a_known_file_goes_straight_to_its_preview_and_keeps_nothing_until_it_is_confirmed(
    owner: Client,
) -> None:
    size = Entry.objects.count()
    preview = send(owner, "accounts", "users.csv", files.ENTRA_USERS, whole="on")
    assert "Known as Entra ID: users" in text_of(preview)
    assert "Added 3" in text_of(preview)
    assert (Entry.objects.count(), Account.objects.count()) == (size, 0)
    done = confirm(owner, preview)
    assert place_of(done) == f"/imports/{Import.objects.get().pk}/"
    assert Account.objects.count() == 3
    assert owner.get(place_of(preview)).status_code == 404


def test_an_unknown_file_is_mapped_by_a_person_to_whom_a_mapping_is_proposed(owner: Client) -> None:
    form = send(owner, "accounts", "own.csv", "Who;E-Mail;Seat\nAda;a@x.example;3\n", source="Shop")
    shown = form.content.decode()
    assert "Which column is which?" in shown
    assert '<option value="1" selected>B: E-Mail (a@x.example)</option>' in shown
    assert Account.objects.count() == 0
    bad = owner.post(place_of(form), {"login": "", "name": "0"})
    assert bad.status_code == 400
    preview = owner.post(place_of(form), {"login": "1", "name": "0"}, follow=True)
    assert "It is not said to be the whole list" in text_of(preview)
    confirm(owner, preview)
    account = Account.objects.get()
    assert (account.login, account.name, account.source.name) == ("a@x.example", "Ada", "Shop")
    assert Import.objects.get().mapping == {"login": ["E-Mail"], "name": ["Who"]}


def test_of_several_sheets_somebody_says_which_is_meant(owner: Client) -> None:
    rows = [("title", "due"), ("Restore", "2027-01-31")]
    form = send(owner, "tasks", "t.xlsx", files.book(rows, others=[("Notes", False), ("Old", True)]))
    assert place_of(form).endswith("/sheet/")
    assert "Old (hidden)" in form.content.decode()
    mapped = owner.post(place_of(form), {"sheet": "List"}, follow=True)
    assert place_of(mapped).endswith("/columns/")
    confirm(owner, owner.post(place_of(mapped), {"title": "0", "due": "1"}, follow=True))
    assert Task.objects.get().title == "Restore"


def test_faults_are_shown_by_cell_and_all_of_them_are_a_csv(owner: Client) -> None:
    rows = [("login", "enabled"), ("a@x.example", "yes"), ("b@x.example", "=1+1")]
    form = send(owner, "accounts", "a.xlsx", files.book(rows), source="Shop", whole="on")
    preview = owner.post(place_of(form), {"login": "0", "enabled": "1"}, follow=True)
    shown = text_of(preview)
    assert "row 3, column B “enabled”" in shown
    assert "1 row has a fault and is left out" in shown
    assert "does not count as the whole list" in shown
    faults = owner.get(f"{place_of(preview)}faults.csv").content.decode()
    assert "'=1+1" in faults
    confirm(owner, preview)
    made = Import.objects.get()
    assert (made.added, made.faults, made.whole) == (1, 1, False)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.csv", "login,name\na,b,c\n".encode("utf-16-le"), "UTF-16 without the mark"),
        ("x.csv", b'login,name\na,"b\n', "begins on line 2"),
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old kind .xls"),
        ("x.csv", b"", "empty"),
    ],
)
def test_what_cannot_be_read_is_said_beside_the_file_and_does_not_wait(
    owner: Client, name: str, data: bytes, words: str
) -> None:
    answer = send(owner, "accounts", name, data, source="Shop")
    assert answer.status_code == 400
    assert words in text_of(answer)
    assert not list(waiting._all())


def test_what_is_not_what_it_was_said_to_be_is_refused(owner: Client) -> None:
    answer = send(owner, "accounts", "x.csv", files.GOOGLE_USERS, loader="entra-users")
    assert "has not the columns of" in text_of(answer)
    answer = send(owner, "accounts", "x.csv", "login\na\n")
    assert "do not show which service" in text_of(answer)
    coming = (utc_now() + timedelta(days=3)).date().isoformat()
    assert "today or a day before" in text_of(send(owner, "accounts", "x.csv", "a\n", downloaded=coming))
    assert not list(waiting._all())


def test_a_plan_that_is_no_longer_that_of_the_preview_is_shown_again(owner: Client) -> None:
    first = send(owner, "accounts", "users.csv", files.ENTRA_USERS)
    second = send(owner, "accounts", "users.csv", files.ENTRA_USERS)
    confirm(owner, first)
    again = confirm(owner, second)
    assert "Something has changed since the preview" in text_of(again)
    assert place_of(again) == place_of(second)
    assert Import.objects.count() == 1


def test_a_file_that_waits_is_seen_by_nobody_else_and_expires(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = send(owner, "accounts", "users.csv", files.ENTRA_USERS)
    other = browser()
    sign_in(other, Role.MANAGER)
    for part in ("", "columns/", "sheet/", "faults.csv"):
        assert other.get(f"{place_of(preview)}{part}").status_code == 404
    for part in ("confirm/", "give-up/"):
        assert other.post(f"{place_of(preview)}{part}").status_code == 404
    monkeypatch.setattr(waiting, "LASTS", timedelta(0))
    assert owner.get(place_of(preview)).status_code == 404
    waiting.forget_old(utc_now())
    assert not list(waiting._root().iterdir())


def test_given_up_the_file_is_gone_and_nothing_was_changed(owner: Client, home: Path) -> None:
    size = Entry.objects.count()
    preview = send(owner, "accounts", "users.csv", files.ENTRA_USERS)
    places = [place for place in (home / "scratch" / "imports").rglob("*") if place.is_file()]
    assert {place.stat().st_mode & 0o777 for place in places} == {0o600}
    owner.post(f"{place_of(preview)}give-up/")
    assert not list((home / "scratch" / "imports").iterdir())
    assert Entry.objects.count() == size


def test_an_import_is_undone_from_its_page(owner: Client) -> None:
    confirm(owner, send(owner, "accounts", "users.csv", files.ENTRA_USERS, whole="on"))
    made = Import.objects.get()
    assert "Undo this import" in owner.get(f"/imports/{made.pk}/").content.decode()
    assert owner.post(f"/imports/{made.pk}/undo/", {"reason": ""}).status_code == 400
    done = owner.post(f"/imports/{made.pk}/undo/", {"reason": "the wrong branch"}, follow=True)
    assert "the wrong branch" in text_of(done)
    assert "Undo this import" not in done.content.decode()
    assert Account.objects.count() == 0


def test_an_older_list_is_refused_on_its_preview(owner: Client) -> None:
    confirm(owner, send(owner, "accounts", "users.csv", files.ENTRA_USERS, whole="on"))
    day = (utc_now() - timedelta(days=5)).date().isoformat()
    refused = send(owner, "accounts", "users.csv", files.ENTRA_USERS, downloaded=day)
    assert refused.status_code == 409
    assert "A newer list of Entra ID was taken in already" in text_of(refused)
    assert "Take it in" not in text_of(refused)


def test_who_only_reads_sees_imports_and_takes_in_none(owner: Client) -> None:
    confirm(owner, send(owner, "accounts", "users.csv", files.ENTRA_USERS))
    reader = browser()
    sign_in(reader, Role.AUDITOR)
    assert "users.csv" in reader.get("/imports/").content.decode()
    assert reader.get("/imports/new/accounts/").status_code == 403
    approver = browser()
    sign_in(approver, Role.APPROVER)
    assert approver.get("/imports/new/tasks/").status_code == 200
    assert approver.get("/imports/new/accounts/").status_code == 403
    assert owner.get("/imports/new/nothing/").status_code == 404


def test_an_upload_that_announces_too_much_is_refused_before_it_is_read(owner: Client) -> None:
    answer = owner.post("/imports/new/tasks/", {}, headers={"content-length": str(40 << 20)})
    assert answer.status_code == 400
    assert "at most 32 MiB" in text_of(answer)
