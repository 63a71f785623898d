"""That released words are those of then can be checked from an export, by docs/ledger-format.md alone.

Nothing of Duecare is used to check: this is what a reader outside would write.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from duecare.ledger import blobs, export
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program import matter_actions
from duecare.program.matter_models import MatterPaper, ReleasedPaper
from duecare.program.models import Person
from duecare.site.models import User
from duecare.site.rights import viewer_of
from tests.people import browser, sign_in

FILE = b"2nd class, coach 4"


@pytest.fixture
def released(home: Path) -> ReleasedPaper:
    person = sign_in(browser(), Role.APPROVER).person

    def counsel() -> Any:
        return viewer_of(User.objects.get(person=person), utc_now())

    matter = matter_actions.open_matter(counsel(), "The laptop", "Whether to notify", person, utc_now())
    drafts = (
        matter_actions.Draft("How it was lost", "On a train – „Zug“.", name="ticket.txt", data=FILE),
        matter_actions.Draft("Our advice", "Say nothing yet."),
    )
    papers = [matter_actions.add_paper(counsel(), matter.pk, one, utc_now()).pk for one in drafts]
    (made,) = matter_actions.release(counsel(), matter.pk, papers[:1], "The insurer asks.", utc_now())
    return made


class Reader:
    """Somebody with an export and docs/ledger-format.md."""

    def __init__(self, file: Path) -> None:
        self.zip = zipfile.ZipFile(file)
        self.opened: dict[int, list[str]] = {}
        self.leaves: list[bytes] = []
        for name in self.zip.namelist():
            if name.startswith("openings/"):
                for line in self.zip.read(name).decode().splitlines():
                    index, *rest = line.split("\t")
                    self.opened[int(index)] = rest
        for name in sorted(one for one in self.zip.namelist() if one.startswith("tile/entries/")):
            data = self.zip.read(name)
            while data:
                size = int.from_bytes(data[:2])
                self.leaves.append(data[2 : 2 + size])
                data = data[2 + size :]

    def release(self) -> dict[str, Any]:
        """The released record."""
        found = [rest for rest in self.opened.values() if '"kind":"program.releasedpaper"' in "".join(rest)]
        record: dict[str, Any] = json.loads(found[-1][4])["record"]
        return record

    def blob(self, digest: str) -> bytes:
        data = self.zip.read(f"blobs/{digest}")
        assert hashlib.sha256(data).hexdigest() == digest
        return data

    def check(self) -> None:
        """The paragraph "Released papers", sentence by sentence."""
        record = self.release()
        opening = json.loads(self.blob(record["opening"]))
        leaf = json.loads(self.leaves[record["entry"]])
        assert leaf["payload"] == record["commitment"]
        salted = b"duecare/v1/payload\0" + bytes.fromhex(opening["salt"]) + opening["payload"].encode()
        assert hashlib.sha256(salted).hexdigest() == record["commitment"]
        sealed, key = json.loads(opening["payload"])["record"], bytes.fromhex(opening["key"])
        assert hashlib.sha256(b"duecare/v1/matter-lock\0" + key).hexdigest() == sealed["lock"]
        for field in ("title", "words", "about", "name"):
            assert self.text(key, sealed, field) == record[field]
        assert record["sealed"] == sealed["content"]
        data = self.blob(sealed["content"]).removeprefix(b"duecare/m1\0")
        assert self.decrypt(key, sealed, "content", data) == self.blob(record["content"])

    def text(self, key: bytes, sealed: dict[str, Any], field: str) -> str:
        if not sealed[field]:
            return ""
        body = sealed[field].removeprefix("m1.")
        data = self.decrypt(key, sealed, field, urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return data.rstrip(b"\0")[:-1].decode()

    @staticmethod
    def decrypt(key: bytes, sealed: dict[str, Any], field: str, data: bytes) -> bytes:
        bound = "\0".join(("duecare/v1/matter", sealed["matter_id"], sealed["id"], field)).encode()
        return AESGCM(key).decrypt(data[:12], data[12:], bound)


def taken_away(place: Path) -> Reader:
    export.export(place / "record.zip")
    return Reader(place / "record.zip")


def test_anybody_checks_that_what_was_released_is_what_was_written_then(
    released: ReleasedPaper, tmp_path: Path
) -> None:
    reader = taken_away(tmp_path)
    reader.check()
    assert reader.opened[released.entry] == ["withheld", "not part of this export"]


def test_words_that_were_changed_on_release_do_not_pass(released: ReleasedPaper, tmp_path: Path) -> None:
    with recording("terminal:test", "mend history"):
        ReleasedPaper.objects.filter(pk=released.pk).update(words="On a plane.")
    with pytest.raises(AssertionError):
        taken_away(tmp_path).check()


def test_the_key_that_was_released_opens_that_paper_alone(released: ReleasedPaper, tmp_path: Path) -> None:
    other = MatterPaper.objects.exclude(pk=released.paper).get()
    key = bytes.fromhex(json.loads(blobs.fetch(released.opening))["key"])
    sealed = {"matter_id": other.matter_id, "id": other.pk, "words": other.words}
    with pytest.raises(InvalidTag):
        taken_away(tmp_path).text(key, sealed, "words")


def test_who_is_counsel_stays_named_as_it_was_at_the_release(released: ReleasedPaper) -> None:
    assert released.counsel == Person.objects.get()
