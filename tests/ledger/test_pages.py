"""The pages of the ledger: who may see them, what they say of an entry, and that reading changes nothing."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from duecare.ledger import blobs, duecare_verify, merkle, notes, sealing
from duecare.ledger.leaves import Opening, leaf_bytes
from duecare.ledger.models import Checkpoint, Entry, Head, Payload
from duecare.ledger.proving import Proof
from duecare.ledger.recording import record_note, recording
from duecare.ledger.records import utc_now
from duecare.ledger.telling import climb
from duecare.ledger.viewers import Role
from tests.people import browser, sign_in
from tests.testapp.models import Book, Shelf

pytestmark = pytest.mark.usefixtures("home")

ACTOR = "terminal:librarian"
SCAN = b"%PDF-1.7 a scan"
MOST_QUERIES = 30


@pytest.fixture
def client() -> Client:
    """An owner's browser."""
    client = browser()
    sign_in(client, Role.OWNER)
    return client


@pytest.fixture
def book(client: Client) -> Book:
    """A book that was created, then changed."""
    with recording(ACTOR, "stock the shelf"):
        shelf = Shelf.objects.create(name="history")
        book = Book.objects.create(shelf=shelf, title="Annals", pages=412)
    with recording(ACTOR, "scan the annals"):
        book.scan = blobs.keep(SCAN)
        book.pages = 413
        book.save()
    return book


def newest_entry(**facts: Any) -> Entry:
    return Entry.objects.filter(**facts).order_by("-index")[0]


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, f"{address}: {answer.status_code}"
    return answer.content.decode()


def listed(client: Client, query: str) -> list[dict[str, Any]]:
    """The rows of the list under a query, as its JSON gives them."""
    answer = client.get(f"/ledger/?format=json&{query}")
    assert answer.status_code == 200, query
    rows: list[dict[str, Any]] = json.loads(answer.getvalue())["rows"]
    return rows


# ── Who may see them ─────────────────────────────────────────────────────────────────────────────────────

PAGES = ["", "0/", "0/proof/", "0/proof.json", "checkpoint.txt", f"0/blobs/{'0' * 64}", "?format=csv"]
ACTS = ["sign/", "export/"]


@pytest.mark.parametrize("address", PAGES)
def test_a_member_is_told_that_there_is_no_such_page(address: str) -> None:
    client = browser()
    sign_in(client, Role.MEMBER)
    sealing.checkpoint()
    assert "sign_in" not in page(client, f"/ledger/{address}", 404)


@pytest.mark.parametrize("address", ACTS)
def test_a_member_can_neither_sign_nor_export(address: str) -> None:
    client = browser()
    sign_in(client, Role.MEMBER)
    before = Head.objects.get().size
    assert client.post(f"/ledger/{address}").status_code == 404
    assert not Checkpoint.objects.exists()
    since = Entry.objects.filter(index__gte=before).values_list("kind", flat=True)
    assert set(since) == {"ledger.act", "site.denial"}


@pytest.mark.parametrize("address", [*PAGES, *ACTS])
def test_a_stranger_is_sent_to_sign_in(address: str, client: Client) -> None:
    stranger = browser()
    assert "/account/login/" in stranger.get(f"/ledger/{address}").headers["Location"]
    assert "/account/login/" in stranger.post(f"/ledger/{address}").headers["Location"]


@pytest.mark.parametrize("role", [Role.APPROVER, Role.AUDITOR])
def test_who_only_reads_cannot_sign_and_is_not_shown_the_button(role: Role) -> None:
    client = browser()
    sign_in(client, role)
    assert "Sign a checkpoint" not in page(client, "/ledger/")
    assert client.post("/ledger/sign/").status_code == 403
    assert not Checkpoint.objects.exists()


def test_a_manager_cannot_take_the_record_away() -> None:
    client = browser()
    sign_in(client, Role.MANAGER)
    assert "Export the record" not in page(client, "/ledger/")
    assert client.post("/ledger/export/").status_code == 403


@pytest.mark.parametrize("address", ACTS)
def test_what_writes_does_not_answer_a_get(address: str, client: Client) -> None:
    assert client.get(f"/ledger/{address}").status_code == 405


def test_reading_every_page_changes_nothing(client: Client, book: Book) -> None:
    change = newest_entry(kind="testapp.book")
    page(client, "/ledger/")
    before = (Head.objects.get().size, Checkpoint.objects.count(), sealing.newest_kept())
    for address in (
        "",
        "checkpoint.txt",
        *(f"{change.index}/{part}" for part in ("", "proof/", "proof.json")),
    ):
        client.get(f"/ledger/{address}")
    client.get(f"/ledger/{change.index}/blobs/{book.scan}")
    assert (Head.objects.get().size, Checkpoint.objects.count(), sealing.newest_kept()) == before


# ── The record ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_page_says_what_the_record_does_not_show(client: Client) -> None:
    shown = page(client, "/ledger/")
    assert "in what order, and no later than when" in shown
    assert "does not show that what was recorded is true or complete" in shown
    assert "recorded late cannot be detected" in shown
    assert "a second ledger that is shown to others cannot be excluded" in shown


def test_the_page_says_that_nothing_is_held_outside_and_what_to_do(client: Client) -> None:
    assert "download a checkpoint and give it to somebody outside" in page(client, "/ledger/")


def test_the_page_shows_the_newest_checkpoint_with_its_root_and_the_verifier_key(client: Client) -> None:
    made = sealing.checkpoint()
    shown = page(client, "/ledger/")
    assert f"over {made.size} entries" in shown
    assert base64.b64encode(sealing.root(made.size)).decode() in shown.replace("&#x3D;", "=")
    assert sealing.signer().vkey in shown


def test_the_record_can_be_read_on_the_day_that_the_signing_key_is_gone(client: Client, home: Path) -> None:
    (home / "keys" / "ledger.key").unlink()
    shown = page(client, "/ledger/")
    assert "cannot be read" in shown
    assert "escrowed" in shown


def test_entries_are_listed_newest_first_in_words(client: Client, book: Book) -> None:
    rows = listed(client, "")
    assert [row["number"] for row in rows] == sorted((row["number"] for row in rows), reverse=True)
    assert rows[0] == {
        "number": Head.objects.get().size - 1,
        "time": rows[0]["time"],
        "action": "changed",
        "kind": "testapp.book",
        "subject": book.pk,
        "actor": ACTOR,
    }
    assert "librarian at the terminal" in page(client, "/ledger/")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("kind=testapp.shelf", [("testapp.shelf", "created")]),
        ("action=changed", [("testapp.book", "changed")]),
        ("subject={book}", [("testapp.book", "changed"), ("testapp.book", "created")]),
        ("actor=terminal:librarian&kind=ledger.act", [("ledger.act", "act")] * 2),
        ("act={changed}", [("testapp.book", "changed"), ("ledger.act", "act")]),
        ("act=%23{changed}", [("testapp.book", "changed"), ("ledger.act", "act")]),
        ("act=999999999", []),
        ("act=9999999999999999999999", []),
        ("act=soon", []),
        ("actor=nobody", []),
        ("subject={book_part}", []),
        ("since=2100-01-01", []),
        ("until=2000-01-01", []),
        (
            "kind=testapp.book&since=2026-01-01&until=2200-12-31",
            [("testapp.book", "changed"), ("testapp.book", "created")],
        ),
    ],
)
def test_the_list_is_narrowed_by(
    query: str, expected: list[tuple[str, str]], client: Client, book: Book
) -> None:
    changed = newest_entry(kind="testapp.book").index
    rows = listed(client, query.format(book=book.pk, book_part=book.pk[:9], changed=changed))
    assert [(row["kind"], row["action"]) for row in rows] == expected


def test_the_days_of_the_list_are_days_of_server_time(client: Client, book: Book) -> None:
    today = utc_now().date().isoformat()
    assert len(listed(client, f"since={today}&until={today}")) == Head.objects.get().size


def test_people_are_found_by_a_part_of_their_name(client: Client, book: Book) -> None:
    rows = listed(client, "actor=owner+ex")
    assert {row["kind"] for row in rows} == {"ledger.act", "site.sign-in"}
    assert "Owner Example" in page(client, "/ledger/?actor=owner+ex")


def test_a_filter_that_the_list_does_not_have_is_refused(client: Client) -> None:
    assert "no parameter" in page(client, "/ledger/?subjekt=x", 400)


def test_the_list_as_csv_holds_the_same_rows(client: Client, book: Book) -> None:
    text = client.get("/ledger/?format=csv&kind=testapp.book").getvalue().decode()
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert [row[4] for row in rows[1:]] == [book.pk, book.pk]


# ── One entry ────────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_says_who_did_what_and_shows_old_and_new(client: Client, book: Book) -> None:
    created, changed = Entry.objects.filter(kind="testapp.book").order_by("index")
    shown = page(client, f"/ledger/{changed.index}/")
    assert "librarian at the terminal changed the book Annals." in shown
    assert re.search(r"\b412\b", shown)
    assert re.search(r"\b413\b", shown)
    assert "asserted by this server" in shown
    assert f"The state before: entry {created.index}" in shown
    earlier = page(client, f"/ledger/{created.index}/")
    assert not re.search(r"\b413\b", earlier)  # hashes hold any three digits somewhere
    assert f"Superseded by entry {changed.index}" in earlier


def test_only_fields_that_differ_are_marked_as_changed(client: Client, book: Book) -> None:
    shown = page(client, f"/ledger/{newest_entry(kind='testapp.book').index}/")
    assert "<b>Pages</b>" in shown
    assert "<b>Scan</b>" in shown
    assert "<b>Title</b>" not in shown


def test_a_deletion_shows_what_was_deleted(client: Client, book: Book) -> None:
    with recording(ACTOR, "burn the annals"):
        book.delete()
    shown = page(client, f"/ledger/{newest_entry(kind='testapp.book').index}/")
    assert "deleted the book Annals" in shown
    assert re.search(r"\b413\b", shown)


def test_an_entry_shows_its_act_with_the_reason_and_links_to_the_rest(client: Client) -> None:
    with recording(ACTOR, "stock many shelves"):
        Shelf.objects.bulk_create([Shelf(name=f"shelf {n}") for n in range(30)])
    last = newest_entry(kind="testapp.shelf")
    shown = page(client, f"/ledger/{last.index}/")
    assert "Stock many shelves" in shown
    assert "All 31 entries" in shown
    assert len(listed(client, f"act={last.index}")) == 31


def test_a_note_is_shown_with_its_content_escaped(client: Client) -> None:
    record_note(ACTOR, "try", "test.remark", "shelf", {"text": "<script>alert(1)</script>"})
    shown = page(client, f"/ledger/{newest_entry(kind='test.remark').index}/")
    assert "Noted of shelf: remark" in shown
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown


def test_a_subject_with_odd_characters_is_linked_whole(client: Client) -> None:
    record_note(ACTOR, "try", "test.remark", "a&b #1", {})
    note = newest_entry(kind="test.remark").index
    for address in ("/ledger/", f"/ledger/{note}/"):
        assert 'href="/ledger/?subject=a%26b' in page(client, address)
    assert [row["number"] for row in listed(client, "subject=a%26b+%231")] == [note]


def test_neighbours_about_the_same_subject_are_linked(client: Client, book: Book) -> None:
    created, changed = Entry.objects.filter(kind="testapp.book").order_by("index")
    assert f'href="/ledger/{changed.index}/">newer: {changed.index}' in page(
        client, f"/ledger/{created.index}/"
    )
    assert f'href="/ledger/{created.index}/">older: {created.index}' in page(
        client, f"/ledger/{changed.index}/"
    )


@pytest.mark.parametrize("index", ["999", str(2**40), str(2**64), str(10**30)])
def test_an_entry_that_does_not_exist_is_not_found(index: str, client: Client) -> None:
    assert f"There is no entry {index}" in page(client, f"/ledger/{index}/", 404)


def test_an_erased_payload_is_said_to_be_erased_and_its_hashes_stay(client: Client, book: Book) -> None:
    changed = newest_entry(kind="testapp.book")
    erase(changed.index)
    shown = page(client, f"/ledger/{changed.index}/")
    assert "was erased" in shown
    assert not re.search(r"\b413\b", shown)  # hashes hold any three digits somewhere
    assert hashlib.sha256(b"\0" + bytes(changed.leaf)).hexdigest() in shown
    assert client.get(f"/ledger/{changed.index}/blobs/{book.scan}").status_code == 404


def erase(index: int) -> None:
    """Remove a payload as erasure will: past the guards."""
    table = Payload._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute(f'DELETE FROM {table} WHERE "index" = %s', [index])


def test_the_pages_stay_within_their_queries(client: Client, book: Book) -> None:
    changed = newest_entry(kind="testapp.book").index
    sealing.checkpoint()
    for address in ("", f"{changed}/", f"{changed}/proof/", "?actor=owner&since=2026-01-01&until=2200-01-01"):
        with CaptureQueriesContext(connection) as asked:
            page(client, f"/ledger/{address}")
        assert len(asked) <= MOST_QUERIES, f"{address}: {len(asked)}"


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_blob_is_a_download_that_no_browser_interprets(client: Client, book: Book) -> None:
    answer = client.get(f"/ledger/{newest_entry(kind='testapp.book').index}/blobs/{book.scan}")
    assert answer.content == SCAN
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_blob_is_given_only_through_an_entry_that_names_it(client: Client, book: Book) -> None:
    created = Entry.objects.filter(kind="testapp.book").order_by("index")[0]
    assert client.get(f"/ledger/{created.index}/blobs/{book.scan}").status_code == 404
    assert client.get(f"/ledger/{created.index}/blobs/..%2F..%2Fkeys").status_code == 404


def test_before_the_first_checkpoint_there_is_none_to_download(client: Client) -> None:
    assert "Sign one on the page of the ledger" in page(client, "/ledger/checkpoint.txt", 404)


def test_the_checkpoint_is_the_newest_signed_note(client: Client, book: Book) -> None:
    made = sealing.checkpoint()
    answer = client.get("/ledger/checkpoint.txt")
    assert answer.content == bytes(made.note)
    assert f"checkpoint-{made.size}.txt" in answer.headers["Content-Disposition"]


# ── Proofs ───────────────────────────────────────────────────────────────────────────────────────────────


def test_an_entry_that_no_checkpoint_covers_says_so_and_offers_to_sign(client: Client, book: Book) -> None:
    index = newest_entry(kind="testapp.book").index
    assert f"No checkpoint covers entry {index} yet" in page(client, f"/ledger/{index}/proof.json", 409)
    assert "Sign a checkpoint" in page(client, f"/ledger/{index}/proof/")
    signed = client.post("/ledger/sign/", {"entry": index})
    assert signed.headers["Location"] == f"/ledger/{index}/proof/"
    assert "The hashes meet" in page(client, f"/ledger/{index}/proof/")


def test_the_downloaded_proof_holds_by_itself(client: Client, book: Book) -> None:
    index = newest_entry(kind="testapp.book").index
    client.post("/ledger/sign/")
    answer = client.get(f"/ledger/{index}/proof.json")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    proof = json.loads(answer.content)
    text, _ = notes.open_note(proof["checkpoint"].encode(), [sealing.signer().verifier])
    signed = notes.Checkpoint.parse(text)
    leaf = hashlib.sha256(b"\0" + proof["leaf"].encode()).digest()
    merkle.verify_inclusion(
        index, signed.size, leaf, [bytes.fromhex(one) for one in proof["path"]], signed.root
    )
    payload = proof["openings"]["payload"]
    salted = b"duecare/v1/payload\0" + bytes.fromhex(payload["salt"]) + payload["data"].encode()
    assert hashlib.sha256(salted).hexdigest() == json.loads(proof["leaf"])["payload"]
    assert json.loads(payload["data"])["record"]["pages"] == 413


def test_a_record_that_is_not_the_signed_one_is_said_not_to_meet(client: Client, book: Book) -> None:
    client.post("/ledger/sign/")
    entry = newest_entry(kind="testapp.book")
    other = leaf_bytes("0" * 32, "2026-01-01T00:00:00.000000Z", bytes(32), bytes(32))
    with connection.cursor() as cursor:
        table = Entry._meta.db_table
        if connection.vendor == "postgresql":
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP TRIGGER "{name}"')
        cursor.execute(f'UPDATE {table} SET leaf = %s WHERE "index" = %s', [other, entry.index])
    assert "The hashes do not meet" in page(client, f"/ledger/{entry.index}/proof/")


@given(st.integers(1, 300).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_the_steps_of_a_proof_lead_from_the_leaf_to_the_root(place: tuple[int, int]) -> None:
    size, index = place
    leaves = [b"leaf %d" % number for number in range(size)]
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves]

    def node(level: int, number: int) -> bytes:
        return merkle.root_of(hashes[number << level : (number + 1) << level])

    path = tuple(merkle.inclusion_proof(index, size, node))
    proof = Proof(index, size, leaves[index], path, b"", Opening(b"", b""), None)
    steps = climb(proof)
    end = steps[-1].result if steps else merkle.leaf_hash(leaves[index]).hex()
    assert end == merkle.root_of(hashes).hex()


# ── Export ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("role", [Role.OWNER, Role.AUDITOR])
def test_the_export_checks_with_the_verifier_and_names_who_took_it(
    role: Role, book: Book, home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    client = browser()
    viewer = sign_in(client, role)
    answer = client.post("/ledger/export/")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    place = tmp_path / "record.zip"
    place.write_bytes(answer.getvalue())
    assert duecare_verify.main([str(place), "--key", sealing.signer().vkey]) == 0, capsys.readouterr().out
    note = newest_entry(kind="ledger.export")
    assert note.actor == viewer.actor
    assert json.loads(bytes(Payload.objects.get(index=note.index).data))["note"]["size"] == note.head
    assert not list((home / "scratch").glob("*export*"))


# ── Past days ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_past_view_knows_no_later_entry(client: Client, book: Book) -> None:
    client.post("/ledger/sign/")
    then = utc_now().isoformat().replace("+", "%2B")
    created, changed = Entry.objects.filter(kind="testapp.book").order_by("index")
    size = Head.objects.get().size
    with recording(ACTOR, "count again"):
        book.pages = 414
        book.save()
    later = newest_entry(kind="testapp.book")
    sealing.checkpoint()
    past = f"as_of={then}"
    assert max(row["number"] for row in listed(client, past)) == size - 1
    assert f"There is no entry {later.index}" in page(client, f"/ledger/{later.index}/?{past}", 404)
    assert "Superseded" in page(client, f"/ledger/{changed.index}/")
    assert "Superseded" not in page(client, f"/ledger/{changed.index}/?{past}")
    assert f"over {size} entries" in page(client, f"/ledger/?{past}")
    assert f"checkpoint over {size} entries" in page(client, f"/ledger/{created.index}/proof/?{past}")


def test_a_past_view_offers_neither_signing_nor_export(client: Client) -> None:
    shown = page(client, f"/ledger/?as_of={utc_now().isoformat().replace('+', '%2B')}")
    assert 'action="/ledger/sign/"' not in shown
    assert 'action="/ledger/export/"' not in shown
