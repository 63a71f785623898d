"""Evidence is kept as it came, under any name; its custody says all; what changes is told at once."""

from __future__ import annotations

import hashlib
import resource
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from duecare.incidents.evidence import lists, rehashing
from duecare.incidents.evidence.actions import MOST_BYTES, add_file
from duecare.incidents.evidence.kinds import kept_name, shown_name
from duecare.incidents.evidence.rehashing import EVERY, TOLD_EVERY, read_again, rehash
from duecare.incidents.models import Case, Custody, Evidence
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.program.assessing import assess
from duecare.program.models import Finding
from duecare.program.search import jump_to
from tests.incidents.begun import begin, close, refused, told
from tests.people import browser, sign_in
from tests.site.test_api import program

WHAT = {
    "what": "Sign-in log",
    "collected": "2026-11-20T10:00",
    "zone": "Europe/Berlin",
    "collected_by": "Niamh",
    "source": "mail server",
}
DIGEST = hashlib.sha256(b"evil").hexdigest()


def bring(client: Client, case: Case, name: str = "log.txt", data: bytes = b"evil", **more: str) -> Any:
    file = SimpleUploadedFile("x", data)
    file._name = name  # type: ignore[attr-defined]  # as a hostile client sends it
    return client.post(f"/incidents/cases/{case.pk}/evidence/add/", {**WHAT, **more, "file": file})


def kinds(evidence: Evidence) -> list[str]:
    return list(
        Custody.objects.filter(evidence=evidence).order_by("recorded_at", "id").values_list("kind", flat=True)
    )


def test_a_file_is_kept_handed_over_and_taken_out_and_its_custody_says_so(home: Path) -> None:
    client, viewer, case = begin()
    place = f"/incidents/cases/{case.pk}/evidence/"
    assert "Was it the first time" in bring(client, case, collected="2026-10-25T02:30").content.decode()
    assert "time of the day" in bring(client, case, collected="2026-10-25").content.decode()
    assert bring(client, case, data=b"").status_code == 400
    assert not Evidence.objects.exists()
    assert bring(client, case).status_code == 302
    (one,) = Evidence.objects.all()
    assert (one.number, one.size, one.content, one.added_by) == (1, 4, DIGEST, viewer.actor)
    assert kinds(one) == ["collected"]
    hand = {
        "kind": "handed over",
        "who": "Police, Ms Weber",
        "when": "2026-11-21T09:00",
        "zone": "Europe/Berlin",
    }
    assert "before the evidence was collected" in refused(
        client, f"{place}{one.pk}/hand/", {**hand, "when": "2026-11-19T09:00"}
    )
    assert client.post(f"{place}{one.pk}/hand/", hand).status_code == 302
    assert client.get(f"{place}{one.pk}/download/").status_code == 405, "reading changes nothing"
    answer = client.post(f"{place}{one.pk}/download/")
    assert answer.getvalue() == b"evil"
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == 'attachment; filename="log.txt"'
    assert kinds(one) == ["collected", "handed over", "accessed"]
    assert getattr(jump_to(DIGEST, viewer), "url", "") == f"{place}{one.pk}/"
    assert client.get(f"/incidents/evidence/{one.pk}/")["Location"] == f"{place}{one.pk}/"
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert auditor.post(f"{place}{one.pk}/download/").status_code == 403
    assert "Police, Ms Weber" in told(auditor, f"{place}custody/")
    elsewhere = {**WHAT, "what": "Disk", "place": "Safe, shelf 2", "stated_digest": "A" * 64}
    assert client.post(f"{place}elsewhere/", {**elsewhere, "stated_digest": "xyz"}).status_code == 400
    assert client.post(f"{place}elsewhere/", elsewhere).status_code == 302
    disk = Evidence.objects.get(number=2)
    assert disk.stated_digest == "a" * 64
    assert client.post(f"{place}{disk.pk}/download/").status_code == 400
    close(case, viewer.actor)
    assert bring(client, case).status_code == 403
    assert client.post(f"{place}{one.pk}/download/").getvalue() == b"evil", "also of a closed case"
    assert "Write into its custody" in told(client, f"{place}{one.pk}/")
    back = {**hand, "kind": "returned", "when": "2026-11-22T09:00"}
    assert client.post(f"{place}{one.pk}/hand/", back).status_code == 302, "whose hands it is in goes on"


NAMES = ["../../etc/passwd", "a\u202egpj.exe", "x" * 300 + ".log", "a\0b\r\nc.txt", "....", "=cmd|'x'.csv"]


def test_a_hostile_name_is_kept_as_it_was_and_used_only_in_a_form_that_is_safe(home: Path) -> None:
    _client, viewer, case = begin()
    api = program(viewer)
    known = "&what=x&collected=2026-11-20T10:00&collected_by=b"
    for number, name in enumerate(NAMES, start=1):
        address = f"cases/{case.pk}/evidence/files?name={quote(name)}{known}"
        made = api.do("POST", address, f"{number}".encode(), 201)
        assert made["given_name"] == name.replace("\0", "\ufffd")
        assert not set(made["file_name"]) & set("/\\\r\n\0\u202e")
        assert 0 < len(made["file_name"]) <= 200
        answer = api.ask("POST", f"cases/{case.pk}/evidence/{made['id']}/download")
        assert "\n" not in answer["Content-Disposition"]
        assert answer["Content-Disposition"].startswith("attachment")
    page = told(_client, f"/incidents/cases/{case.pk}/evidence/{made['id']}/")
    assert "\u202e" not in page
    assert api.refused("POST", f"cases/{case.pk}/evidence/files?name=a{known}", b"") == "body"


@given(st.text(max_size=1200))
def test_a_name_is_always_one_that_the_record_holds_and_a_page_shows(name: str) -> None:
    kept = kept_name(name)
    assert "\0" not in kept
    kept.encode()
    shown = shown_name(kept)
    assert shown.isprintable()


def test_a_file_of_gigabytes_is_refused_unread_and_a_long_one_takes_no_memory(home: Path) -> None:
    client, viewer, case = begin()
    place = f"/incidents/cases/{case.pk}/evidence/"
    answer = client.generic(
        "POST", f"{place}add/", b"", "multipart/form-data; boundary=x", CONTENT_LENGTH=str(2 << 31)
    )
    assert answer.status_code == 400
    assert "SHA-256" in answer.content.decode(), "and says what to do instead"
    said = program(viewer).ask("POST", f"cases/{case.pk}/evidence/files?name=a&what=b", b"")
    assert said.status_code in (400, 422)
    assert MOST_BYTES < 2 << 31
    assert not Evidence.objects.exists()
    disk = home / "disk.img"
    with disk.open("wb") as file:
        file.truncate(96 << 20)
    now = utc_now()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = add_file(
        viewer.actor, case, disk, "disk.img", now, what="Disk", collected_by="N", collected_at=now
    )
    assert made.size == 96 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 30 << 10, "in kilobytes"


def _unreadable(evidence: Evidence) -> str:
    raise PermissionError(13, "Permission denied")


def test_files_are_read_again_and_what_changed_is_a_finding_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, _viewer, case = begin()
    bring(client, case)
    (one,) = Evidence.objects.all()
    now = utc_now()
    assert rehash("worker", now + EVERY) == {"read": 1, "changed": 0, "failed": 0, "left": 0}
    assert kinds(one) == ["collected"], "a note of the job, no more"
    assert rehash("worker", now + TOLD_EVERY + EVERY)["changed"] == 0
    assert kinds(one) == ["collected", "hashed"]
    place = f"/incidents/cases/{case.pk}/evidence/"
    assert "Unchanged" in told(client, f"{place}{one.pk}/")
    assert lists.state_of(one.content, True, now, now + 7 * EVERY) == "stale"
    bring(client, case, data=b"other")
    assert [rehash("worker", now + EVERY, seconds=0)["left"] for _run in range(3)] == [1, 0, 1], "goes on"
    with monkeypatch.context() as patched:
        patched.setattr(rehashing, "_digest", _unreadable)
        assert rehash("worker", now + EVERY) == {"read": 0, "changed": 0, "failed": 1, "left": 0}
    (home / "blobs" / one.content[:2] / one.content[2:]).write_bytes(b"live")
    later = now + TOLD_EVERY + 2 * EVERY
    assert rehash("worker", later)["changed"] == 1
    finding = Finding.objects.get(closed_at=None)
    assert (finding.check_id, finding.safeguard) == ("incidents.evidence_intact", "evidence_preservation")
    assert rehash("worker", later + EVERY)["changed"] == 1
    assert kinds(one) == ["collected", "hashed", "hashed"], "told once"
    page = told(client, f"/incidents/cases/{case.pk}/evidence/{one.pk}/")
    assert "Changed" in page
    assert hashlib.sha256(b"live").hexdigest() in page
    assert client.post(f"/incidents/cases/{case.pk}/evidence/{one.pk}/download/").status_code == 403
    assert told(client, f"/findings/{finding.pk}/")
    (home / "blobs" / one.content[:2] / one.content[2:]).write_bytes(b"evil")
    assert client.post(f"/incidents/cases/{case.pk}/evidence/{one.pk}/read/").status_code == 302
    assert read_again("worker", one, later + EVERY, always=True)
    assess("worker", later + EVERY + timedelta(minutes=1))
    assert not Finding.objects.filter(closed_at=None, check_id="incidents.evidence_intact").exists()
    (home / "blobs" / one.content[:2] / one.content[2:]).unlink()
    assert rehash("worker", later + 2 * EVERY)["changed"] == 1
    assert Finding.objects.filter(closed_at=None, check_id="incidents.evidence_intact").count() == 1
