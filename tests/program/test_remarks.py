"""Comments and files: on what may be seen, by who may, kept as they came and handed out harmless."""

from __future__ import annotations

import unicodedata
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput, NotFound
from duecare.ledger import blobs
from duecare.ledger.models import Entry, Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import remarks, subjects
from duecare.program.models import Attachment, Comment, Finding, Task
from duecare.program.remarks import SIZE_LIMIT, add_attachment, add_comment, clean_name, find_mentions
from duecare.program.task_actions import make_task
from tests.people import browser, sign_in

ACTOR = "terminal:test"


@pytest.fixture
def owner(home: Path) -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


@pytest.fixture
def finding(owner: Any) -> str:
    """A reference to a gap."""
    with recording(ACTOR, "find"):
        made: Finding = Finding.objects.create(
            id=new_key(), check_id="systems.firewall_refuses", safeguard="patching", opened_at=utc_now(),
            subject="systems.host:k3", subject_name="web-1", reason="the firewall is off",
        )  # fmt: skip
    return f"program.finding:{made.pk}"


def person(role: Role) -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, role)


def task_of(viewer: Viewer) -> str:
    """A reference to a task of theirs."""
    return f"program.task:{make_task(ACTOR, utc_now(), title='Lock the door', owner=viewer.person).pk}"


def upload(client: Client, reference: str, name: str, data: bytes) -> Any:
    return client.post(f"/remarks/{reference}/file/", {"file": SimpleUploadedFile(name, data)})


def say(client: Client, reference: str, words: str) -> Any:
    return client.post(f"/remarks/{reference}/comment/", {"words": words})


# What a reference is, and who may see it


def test_a_record_with_a_page_is_visible_to_who_may_see_it_and_has_its_name(finding: str, owner: Any) -> None:
    viewer = owner[1]
    (_client, member) = person(Role.MEMBER)
    mine = task_of(member)
    assert subjects.visible(finding, viewer)
    assert subjects.name_of(finding, viewer) == "web-1: the firewall is off"
    assert not subjects.visible(finding, member)
    assert subjects.name_of(finding, member) == ""
    assert subjects.visible(mine, member)
    assert subjects.name_of("program.safeguard:patching", viewer)
    assert not subjects.visible("program.safeguard:patching", member)


@pytest.mark.parametrize(
    "reference",
    ["", "x", ":", "program.task:", "program.task:none", "program.safeguard:none", "program.right:{right}",
     "program.nothing:1", "site.user:1", "program.finding"],
)  # fmt: skip
def test_what_does_not_exist_or_has_no_page_is_visible_to_nobody(owner: Any, reference: str) -> None:
    from duecare.program.models import Right

    assert not subjects.visible(reference.format(right=Right.objects.get().pk), owner[1])


# Comments


def test_a_comment_stands_on_the_page_as_plain_text_with_who_said_it(owner: Any) -> None:
    client, viewer = owner
    reference = task_of(viewer)
    answer = say(client, reference, "<script>alert(1)</script>\nsee https://x.example/ & more")
    assert (answer.status_code, answer["Location"]) == (302, f"/tasks/{reference.split(':')[1]}/#remarks")
    shown = client.get(answer["Location"]).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>see https://x.example/ &amp; more" in shown
    assert "<b>Owner Example</b>" in shown
    assert 'href="https://x.example/' not in shown
    comment = Comment.objects.get()
    assert (comment.about, comment.made_by, comment.mentions) == (reference, viewer.actor, [])


@pytest.mark.parametrize("words", ["", " \n\t", "x" * 4001])
def test_a_comment_without_words_or_with_too_many_is_shown_again(
    owner: Any, finding: str, words: str
) -> None:
    answer = say(owner[0], finding, words)
    assert answer.status_code == 400
    assert "error-summary" in answer.content.decode()
    assert not Comment.objects.exists()
    with pytest.raises(BadInput, match="1 to 4000 characters"):
        add_comment(ACTOR, finding, words, [], utc_now())


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.MANAGER, 302), (Role.APPROVER, 302), (Role.AUDITOR, 403), (Role.MEMBER, 404)],
)
def test_who_may_not_see_or_only_reads_adds_nothing(finding: str, role: Role, status: int) -> None:
    client, _viewer = person(role)
    assert say(client, finding, "I was here").status_code == status
    assert upload(client, finding, "a.txt", b"x").status_code == status
    assert (Comment.objects.count(), Attachment.objects.count()) == ((1, 1) if status == 302 else (0, 0))


def test_a_member_comments_on_their_own_task_and_on_no_other(owner: Any) -> None:
    client, member = person(Role.MEMBER)
    mine, other = task_of(member), task_of(owner[1])
    assert say(client, mine, "The lock is worn.").status_code == 302
    assert say(client, other, "Hello").status_code == 404
    assert Comment.objects.get().about == mine
    assert "The lock is worn." in client.get(f"/tasks/{mine.split(':')[1]}/").content.decode()


def test_nobody_may_add_to_a_kind_of_thing_that_has_no_page(owner: Any) -> None:
    assert say(owner[0], "program.person:" + owner[1].person, "x").status_code == 404
    assert not Comment.objects.exists()


# Mentions

PEOPLE = [("k1", "Ann"), ("k2", "Ann Lee"), ("k3", "Straße"), ("k4", "ann lee"), ("k5", "O’Brien-Wu, Jr.")]


@pytest.mark.parametrize(
    ("words", "keys", "unknown"),
    [
        ("@Ann see this", ["k1"], []),
        ("@Ann Lee see this", ["k2", "k4"], []),
        ("@ann lee, @ANN!", ["k2", "k4", "k1"], []),
        ("(see) @Ann @Ann", ["k1"], []),
        ("mail ann@ann.example", [], []),
        ("@Annabel", [], ["Annabel"]),
        ("@Bob and @Ann", ["k1"], ["Bob"]),
        ("@strasse @STRASSE", ["k3"], []),
        ("ask @O’Brien-Wu, Jr. today", ["k5"], []),
        ("@ nobody @@ @", [], []),
        ("", [], []),
    ],
)
def test_a_name_after_an_at_sign_means_who_is_called_so(
    words: str, keys: list[str], unknown: list[str]
) -> None:
    assert find_mentions(words, PEOPLE) == (keys, unknown)


def test_who_is_mentioned_sees_it_on_their_own_page_for_two_weeks(owner: Any, finding: str) -> None:
    client, manager = person(Role.MANAGER)
    answer = say(owner[0], finding, "@Manager Example please look")
    assert answer.status_code == 302
    assert Comment.objects.get().mentions == [manager.person]
    shown = client.get("/duties/").content.decode()
    assert "Mentioned you" in shown
    assert "please look" in shown
    assert f"/findings/{finding.split(':')[1]}/" in shown
    assert "Mentioned you" not in owner[0].get("/duties/").content.decode()
    later = utc_now() + timedelta(days=14, minutes=1)
    assert len(remarks.mentions_of(manager, utc_now())) == 1
    assert remarks.mentions_of(manager, later) == []


def test_who_may_not_see_it_cannot_be_mentioned_and_the_writer_is_told(owner: Any, finding: str) -> None:
    _client, member = person(Role.MEMBER)
    say(owner[0], finding, "@Member Example please look")
    assert Comment.objects.get().mentions == []
    assert "“@Member” is nobody who may see this" in owner[0].get("/duties/").content.decode()
    assert remarks.mentions_of(member, utc_now()) == []


def test_a_mention_on_what_somebody_may_no_longer_see_does_not_show(owner: Any) -> None:
    client, member = person(Role.MEMBER)
    reference = task_of(member)
    say(owner[0], reference, "@Member Example please look")
    assert "please look" in client.get("/duties/").content.decode()
    with recording(ACTOR, "take it away"):
        Task.objects.update(owner=None)
    assert "please look" not in client.get("/duties/").content.decode()


# Files


def test_a_file_comes_back_byte_for_byte_as_a_download_that_no_browser_shows(owner: Any) -> None:
    client, viewer = owner
    reference = task_of(viewer)
    data = b"<html><script>alert(1)</script>" + bytes(range(256))
    answer = upload(client, reference, "Prüfbericht.html", data)
    assert answer.status_code == 302
    kept = Attachment.objects.get()
    assert (kept.name, kept.size, kept.made_by) == ("Prüfbericht.html", len(data), viewer.actor)
    assert "Prüfbericht.html" in client.get(answer["Location"]).content.decode()
    got = client.get(f"/remarks/files/{kept.pk}/")
    assert got.content == data
    assert got["Content-Type"] == "application/octet-stream"
    assert got["X-Content-Type-Options"] == "nosniff"
    assert got["Content-Disposition"].startswith("attachment; filename*=utf-8''Pr")
    entry = Entry.objects.get(kind="program.attachment")
    assert kept.content in bytes(Payload.objects.get(index=entry.index).data).decode()
    assert blobs.fetch(kept.content) == data


def test_a_file_is_handed_only_to_who_may_see_what_it_belongs_to(owner: Any, finding: str) -> None:
    client, member = person(Role.MEMBER)
    mine = add_attachment(ACTOR, task_of(member), "mine.txt", b"mine", utc_now())
    other = add_attachment(ACTOR, finding, "other.txt", b"other", utc_now())
    assert client.get(f"/remarks/files/{mine.pk}/").content == b"mine"
    assert client.get(f"/remarks/files/{other.pk}/").status_code == 404
    assert browser().get(f"/remarks/files/{mine.pk}/").status_code == 302
    with recording(ACTOR, "take it away"):
        Task.objects.update(owner=None)
    assert client.get(f"/remarks/files/{mine.pk}/").status_code == 404
    assert owner[0].get("/remarks/files/none/").status_code == 404


def test_a_file_about_what_is_not_there_is_handed_to_nobody(owner: Any) -> None:
    lost = add_attachment(ACTOR, "program.finding:gone", "a.txt", b"x", utc_now())
    with pytest.raises(NotFound):
        remarks.find_attachment(lost.pk, owner[1])


@pytest.mark.parametrize("size", [0, SIZE_LIMIT + 1])
def test_a_file_that_is_empty_or_too_large_is_refused_and_not_kept(
    owner: Any, finding: str, size: int
) -> None:
    with pytest.raises(BadInput, match="bytes; 1 to 20,971,520 are taken"):
        add_attachment(ACTOR, finding, "a.bin", b"x" * size, utc_now())
    answer = upload(owner[0], finding, "a.bin", b"x" * size)
    assert answer.status_code == 400
    assert not Attachment.objects.exists()


def test_an_upload_that_announces_too_much_is_refused_before_it_is_read(owner: Any, finding: str) -> None:
    class Unread:
        def read(self, *size: int) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    answer = owner[0].generic(
        "POST", f"/remarks/{finding}/file/", b"", "multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(SIZE_LIMIT * 2), **{"wsgi.input": Unread()},
    )  # fmt: skip
    assert answer.status_code == 400
    assert "at most 20 MiB" in answer.content.decode()


def test_an_upload_without_the_forms_token_is_refused(owner: Any, finding: str) -> None:
    strict = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    strict.cookies = owner[0].cookies
    assert upload(strict, finding, "a.txt", b"x").status_code == 403
    assert say(strict, finding, "x").status_code == 403
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("/etc/passwd", "passwd"),
        ("C:\\Users\\Ann\\plan.pdf", "plan.pdf"),
        ("../../x.txt", "x.txt"),
        ("a\r\nSet-Cookie: b=1.txt", "aSet-Cookie: b=1.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("Cafe\u0301.txt", "Caf\u00e9.txt"),
        ("Cafe\u200d\u0301.txt", "Caf\u00e9.txt"),
        ("x" * 199 + " y", "x" * 199),
        (".bashrc", ".bashrc"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
        ("x" * 300, "x" * 200),
        ("a." + "b" * 300, "a." + "b" * 198),
    ],
)
def test_a_name_is_kept_without_what_could_mislead(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/", "\x00\x1f", "folder\\"])
def test_a_name_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match="no name that can be kept"):
        clean_name(name)


@given(st.text(max_size=400))
def test_no_name_keeps_a_folder_or_a_control_character_and_a_clean_one_stays(name: str) -> None:
    try:
        kept = clean_name(name)
    except BadInput:
        return
    assert 0 < len(kept) <= 200
    assert not set(kept) & set("/\\")
    assert not [letter for letter in kept if unicodedata.category(letter).startswith("C")]
    assert unicodedata.is_normalized("NFC", kept)
    assert clean_name(kept) == kept
