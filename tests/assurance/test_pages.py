"""The pages of the reports: who makes them, for which days, and what comes out of the download."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client

from duecare.assurance.models import IssuedReport
from duecare.ledger.models import Head
from duecare.program.papers.patience import PAPERS_A_MINUTE
from tests.program.papers import pdfs
from tests.site.past import BEFORE, Past, organisation

DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def past(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with organisation(template, tmp_path_factory.mktemp("pages")) as made:
        yield made


@pytest.fixture
def owner(past: Past) -> Client:
    cache.clear()
    return past.browsers["owner"]


def make(client: Client, id: str, **values: str) -> IssuedReport:
    """Send the form, and find what it made."""
    known = set(IssuedReport.objects.values_list("pk", flat=True))
    answer = client.post(f"/reports/new/{id}/", values)
    assert answer.status_code == 302, answer.content.decode()
    (row,) = IssuedReport.objects.exclude(pk__in=known)
    assert answer["Location"] == f"/reports/{row.pk}/"
    return row


def test_a_report_is_asked_for_made_shown_and_downloaded(past: Past, owner: Client) -> None:
    assert "Make the report" in owner.get("/reports/new/posture/").content.decode()
    row = make(owner, "posture", day=past.now.date().isoformat())
    page = owner.get(f"/reports/{row.pk}/").content.decode()
    assert row.pdf in page
    assert f"first {row.size} entries" in page
    file = owner.get(f"/reports/{row.pk}/report.pdf")
    assert file["Content-Type"] == "application/pdf"
    assert file["Content-Disposition"] == f'attachment; filename="security-posture-{row.last_day}.pdf"'
    assert hashlib.sha256(file.content).hexdigest() == row.pdf
    assert pdfs.standards(file.content) == (b"3", b"A", b"1")


def test_a_past_day_is_told_as_of_its_end(past: Past, owner: Client) -> None:
    day = (past.now - BEFORE).date()
    row = make(owner, "posture", day=day.isoformat())
    assert row.instant.date() == row.last_day == row.first_day == day
    assert row.size < row.checkpoint


def test_a_binder_and_a_board_report_are_made_from_their_forms(past: Past, owner: Client) -> None:
    today = past.now.date()
    binder = make(owner, "binder", about="obligation:eu-gdpr", day=today.isoformat())
    assert binder.about == "obligation:eu-gdpr"
    quarter = f"{today.year}-Q{(today.month + 2) // 3}"
    board = make(owner, "board", quarter=quarter, asks="Money.\r\nTime.")
    assert board.last_day == today
    assert board.first_day.day == 1
    content = owner.get(f"/reports/{board.pk}/report.pdf").content
    assert any(b"Money.\nTime." in one.replace(b"\r\n", b"\n") for one in pdfs.streams(content))


BAD = {
    "no day": ("posture", {"day": ""}, "required"),
    "no such day": ("posture", {"day": "2026-02-30"}, "valid date"),
    "a day to come": ("posture", {"day": "2999-01-01"}, "lies in the future"),
    "a day before the record": ("posture", {"day": "2001-01-01"}, "The record began on"),
    "an unknown safeguard": ("binder", {"about": "safeguard:magic"}, "no such safeguard or obligation"),
    "no subject": ("binder", {}, "required"),
    "a quarter to come": ("board", {"quarter": "2999-Q1"}, "has nothing of that quarter"),
    "a quarter before the record": ("board", {"quarter": "2001-Q1"}, "has nothing of that quarter"),
    "what is no quarter": ("board", {"quarter": "soon"}, "has nothing of that quarter"),
    "too long a text": ("board", {"asks": "x" * 4001}, "at most 4000"),
    "a NUL": ("board", {"asks": "a\0b"}, "Null characters"),
}


@pytest.mark.parametrize(("id", "values", "said"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_told_is_refused_beside_the_field_and_makes_nothing(
    owner: Client, id: str, values: dict[str, str], said: str
) -> None:
    size = Head.objects.get().size
    answer = owner.post(f"/reports/new/{id}/", values)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert Head.objects.get().size == size


def test_a_report_that_there_is_not_is_not_found(owner: Client) -> None:
    for address in ("/reports/new/horoscope/", "/reports/nothing/", "/reports/nothing/report.pdf"):
        assert owner.get(address).status_code == 404, address
    assert owner.post("/reports/new/horoscope/", {"day": "2026-11-01"}).status_code == 404


def test_an_auditor_reads_and_makes_none_and_a_member_sees_nothing(past: Past) -> None:
    auditor, member = past.browsers["auditor"], past.browsers["member"]
    page = auditor.get("/reports/").content.decode()
    assert "Security posture" in page
    assert "Make one" not in page
    assert auditor.get("/reports/new/posture/").status_code == 403
    assert auditor.post("/reports/new/posture/", {"day": past.now.date().isoformat()}).status_code == 403
    assert auditor.get(f"/reports/{past.samples['issued']}/report.pdf").status_code == 200
    for address in ("/reports/", "/reports/new/posture/", f"/reports/{past.samples['issued']}/"):
        assert member.get(address).status_code == 404


def test_an_auditor_of_a_past_period_gets_no_report_about_later_days(past: Past, owner: Client) -> None:
    late = past.browsers["auditor of a past period"]
    row = make(owner, "posture", day=past.now.date().isoformat())
    day = (past.now - BEFORE).date()
    assert late.get(f"/reports/{row.pk}/report.pdf?as_of={day}").status_code == 404
    assert late.get(f"/reports/{past.samples['issued']}/report.pdf?as_of={day}").status_code == 200
    assert row.pk not in late.get(f"/reports/?as_of={day}").content.decode()


def test_the_list_is_filtered_exported_and_readable_as_of_a_past_day(past: Past, owner: Client) -> None:
    make(owner, "binder", about="safeguard:patching", day=past.now.date().isoformat())
    answer = owner.get("/reports/?report=binder&format=csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert {row["Report"] for row in rows} >= {"Evidence: Timely updates"}
    assert not [row for row in rows if row["Report"] == "Security posture"]
    then = owner.get(f"/reports/?as_of={past.then}").content.decode()
    assert past.samples["issued"] in then
    assert then.count("/reports/") < owner.get("/reports/").content.decode().count("/reports/")
    assert "Make one" not in then


def test_the_form_begins_with_the_day_and_the_subject_that_one_came_from(past: Past, owner: Client) -> None:
    day = (past.now - BEFORE).date()
    page = owner.get(f"/reports/new/binder/?about=safeguard:patching&as_of={past.then}").content.decode()
    assert f'value="{day}"' in page
    assert '<option value="safeguard:patching" selected>' in page
    assert 'action="/reports/new/binder/"' in page


def test_reports_are_limited_for_each_person(
    past: Past, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duecare.assurance.views.issue", lambda *_words: IssuedReport(pk="made"))
    day = {"day": past.now.date().isoformat()}
    statuses = [owner.post("/reports/new/posture/", day).status_code for _ in range(PAPERS_A_MINUTE + 2)]
    assert statuses == [302] * PAPERS_A_MINUTE + [403] * 2
    assert past.browsers["manager"].post("/reports/new/posture/", day).status_code == 302
