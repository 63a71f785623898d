"""Reports tell what the record held on their day, are tied to it, and are issued by who may."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from duecare.assurance.actions import issue
from duecare.assurance.models import IssuedReport
from duecare.assurance.reports import REPORTS, find_report
from duecare.assurance.reports.interface import Asked, Told
from duecare.errors import BadInput, NotFound, Refused, Tampered
from duecare.law.obligations import obligations
from duecare.ledger import asof, blobs, duecare_verify, export, notes, sealing, verifying
from duecare.ledger.merkle import leaf_hash
from duecare.ledger.models import Checkpoint, Entry, Head
from duecare.ledger.proving import prove
from duecare.ledger.recording import recording
from duecare.ledger.viewers import Role, Viewer
from duecare.program.catalogue import catalogue
from duecare.program.models import Answer, Finding
from duecare.program.posture import State, count_states
from duecare.program.queries import standings
from duecare.program.questions import questions
from duecare.program.statement_actions import Draft, make_statement
from tests.program.papers import pdfs
from tests.site.past import BEFORE, LONG_AGO, Past, organisation

OWNER = Viewer("person:ann", "Ann Example", frozenset({Role.OWNER}), "ann")
AUDITOR = Viewer("person:cat", "Cat", frozenset({Role.AUDITOR}), "cat")
MEMBER = Viewer("person:dan", "Dan", frozenset({Role.MEMBER}), "dan")


@pytest.fixture(scope="module")
def past(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with organisation(template, tmp_path_factory.mktemp("reports")) as made:
        yield made


def at(instant: Any, **more: Any) -> Asked:
    day = timezone.localtime(instant).date()
    return Asked(day, day, instant, **more)


def quarter(past: Past, words: str = "") -> Asked:
    """From long before the record to now: what a quarter is to a report."""
    return Asked((past.now - timedelta(days=8)).date(), past.now.date(), past.now, words=words)


def gathered(id: str, asked: Asked, viewer: Viewer = OWNER) -> Told:
    with asof.viewing(asof.view_at(asked.instant)):
        return REPORTS[id].gather(asked, viewer)


def blocks(told: Told, kind: str) -> list[Any]:
    return [block for block in told.content["blocks"] if block["kind"] == kind]


def cells(block: Any) -> list[list[str]]:
    return [
        [cell if isinstance(cell, str) else cell.get("word", cell.get("text")) for cell in row]
        for row in block["rows"]
    ]


def file(row: IssuedReport) -> bytes:
    return blobs.fetch(row.pdf)


# ── Posture ──────────────────────────────────────────────────────────────────────────────────────────────


def test_posture_tells_of_every_safeguard_once_with_the_state_that_the_pages_show(past: Past) -> None:
    asked = at(past.now)
    told = gathered("posture", asked)
    tables = [cells(one) for one in blocks(told, "table") if len(one["columns"]) == 7]
    rows = [row for table in tables for row in table]
    assert [(row[0], row[1].lower()) for row in rows] == [
        (one.safeguard.title, one.state.value) for one in standings(OWNER, past.now)
    ]
    counts = {row[0].lower(): int(row[2]) for row in cells(blocks(told, "table")[0])}
    assert counts == {state.value: n for state, n in count_states(standings(OWNER, past.now)).items()}
    assert set(counts) == {state.value for state in State}
    assert sum(counts.values()) == len(catalogue()) == len(rows)


def test_posture_names_its_reach_and_what_could_not_be_seen(past: Past) -> None:
    told = gathered("posture", at(past.now))
    reach = "2 of about 150 computers seen; the rest unknown. 1 computer stopped reporting."
    assert told.lines == (reach,)
    texts = [one["text"] for one in blocks(told, "text")]
    silent = [one.safeguard.title for one in standings(OWNER, past.now) if one.silent]
    assert any(f"Of {len(silent)} safeguards nothing is known" in text for text in texts)
    assert any(all(title in text for title in silent) for text in texts)
    unseen = blocks(told, "table")[-1]
    assert unseen["rows"]


def test_posture_of_a_past_day_tells_what_was_so_then(past: Past) -> None:
    def firewall(told: Told) -> list[str]:
        (row,) = [
            row
            for table in blocks(told, "table")
            for row in cells(table)
            if row[0] == catalogue()["network_security"].title and len(row) == 7
        ]
        return row

    now, then = gathered("posture", at(past.now)), gathered("posture", at(past.now - BEFORE))
    assert then.lines == ("1 of about 150 computers seen; the rest unknown.",)
    assert firewall(now)[1] == firewall(then)[1] == "Failing"
    assert int(firewall(now)[5]) > int(firewall(then)[5]) > 0
    assert firewall(now)[2] != firewall(then)[2]


# ── Board ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_board_report_compares_the_begin_with_the_end(past: Past) -> None:
    asked = quarter(past)
    told = gathered("board", asked)
    begin = asof.end_of(asked.first_day - timedelta(days=1), timezone.get_current_timezone())
    with asof.viewing(asof.view_at(begin)):
        before = {one.safeguard.title: one.state.value for one in standings(OWNER, begin)}
    after = {one.safeguard.title: one.state.value for one in standings(OWNER, past.now)}
    changed = {title: (before[title], state) for title, state in after.items() if before[title] != state}
    rows = cells(told.content["changed"])
    assert {row[0]: (row[1].lower(), row[2].lower()) for row in rows} == changed
    found = Finding.objects.filter(opened_at__range=(begin, past.now)).count()
    assert found
    assert told.content["findings"]["before"].startswith(f"{found} opened, 0 closed.")
    assert cells(told.content["counts"])[-1] == [
        "Open findings",
        str(Finding.objects.filter(closed_at=None, opened_at__lt=begin).count()),
        str(Finding.objects.filter(closed_at=None).count()),
    ]


def test_a_quarter_in_which_the_record_began_says_so_and_begins_with_its_first_day(past: Past) -> None:
    first = (past.now - timedelta(days=80)).date()
    told = gathered("board", Asked(first, past.now.date(), past.now))
    assert any("The record began on" in line for line in told.lines)
    began = (past.now - LONG_AGO).date()
    assert str(began.year) in told.content["counts"]["columns"][1]["label"]


def test_the_board_report_tells_what_was_decided_within_its_time_and_nothing_older(past: Past) -> None:
    assert cells(gathered("board", quarter(past)).content["decided"]) == []
    whole = gathered("board", Asked((past.now - timedelta(days=40)).date(), past.now.date(), past.now))
    # Nothing older than the record's first day can be compared with, but what was decided on it counts.
    adopted = "Target adopted: Days to install a security update, 7 days"
    assert adopted in [row[1] for row in cells(whole.content["decided"])]


LONG = {
    "nothing": "",
    "a sentence": "Please decide on the second firewall.",
    "a long text": "We ask for a great deal of money and time, in a sentence that goes on. " * 55,
    "one long word": "x" * 4000,
    "many short lines": "a\n" * 2000,
    "signs without a glyph": "中" * 4000,
}


@pytest.mark.parametrize("words", LONG.values(), ids=LONG.keys())
def test_the_board_report_has_two_pages_whatever_is_asked_of_the_board(past: Past, words: str) -> None:
    row = issue(OWNER, REPORTS["board"], quarter(past, words), past.now)
    assert pdfs.pages(file(row)) == 2
    annex = next(one for one in pdfs.streams(file(row)) if b"What we ask of you" in one)
    assert words.strip() in annex.decode()


def test_what_is_cut_points_to_the_annex(past: Past, tmp_path: Any) -> None:
    row = issue(OWNER, REPORTS["board"], quarter(past, LONG["many short lines"]), past.now)
    assert "Cut here. The whole text is in annex.txt" in pdfs.text(file(row), tmp_path)
    short = issue(OWNER, REPORTS["board"], quarter(past, LONG["a sentence"]), past.now)
    read = pdfs.text(file(short), tmp_path)
    assert LONG["a sentence"] in read
    assert "Cut here" not in read


# ── Binder ───────────────────────────────────────────────────────────────────────────────────────────────


def facts(told: Told) -> list[dict[str, Any]]:
    return [dict(one["rows"]) for one in blocks(told, "facts")]


def test_a_binder_gives_entry_and_leaf_of_each_outcome_as_the_proof_has_them(past: Past) -> None:
    told = gathered("binder", at(past.now, about="safeguard:network_security"))
    outcomes = [one for one in facts(told) if "Identifier" in one]
    assert "systems.firewall_refuses" in [one["Identifier"] for one in outcomes]
    checkpoint = sealing.checkpoint()
    for one in outcomes:
        newest = Entry.objects.filter(kind="program.outcome", subject=one["Identifier"]).order_by("-index")[0]
        leaf = leaf_hash(prove(newest.index, checkpoint).leaf).hex()
        assert one["In the record"] == f"entry {newest.index}, leaf {leaf}"


def test_a_binder_names_every_exception_with_its_reason_and_each_finding_with_its_history(past: Past) -> None:
    told = gathered("binder", at(past.now, about="safeguard:network_security"))
    tables = blocks(told, "table")
    shortfalls = [row for one in tables[:-1] for row in cells(one)]
    assert {"web-1", "web-2"} <= {row[0].partition(" · ")[0] for row in shortfalls}
    assert {row[1] for row in shortfalls} == {"Unmet", "Unknown"}
    assert all(row[2] for row in shortfalls)
    findings = Finding.objects.filter(safeguard="network_security")
    lines = cells(tables[-1])
    assert sum(row[0] == "Open" for row in lines) == findings.count()
    entries = Entry.objects.filter(kind="program.finding", subject__in=findings.values("pk"))
    assert sorted(int(row[3]) for row in lines if row[3]) == sorted(entries.values_list("index", flat=True))


def test_a_binder_of_a_past_day_knows_no_later_entry(past: Past) -> None:
    then = past.now - BEFORE
    told = gathered("binder", at(then, about="safeguard:network_security"))
    size = asof.size_at(then)
    indexes = [int(one["In the record"].split()[1].rstrip(",")) for one in facts(told) if "Identifier" in one]
    indexes += [int(row[3]) for row in cells(blocks(told, "table")[-1]) if row[3]]
    assert indexes
    assert max(indexes) < size
    assert "web-2" not in json.dumps(told.content)


def test_a_binder_tells_of_targets_and_statements_with_who_and_where(past: Past) -> None:
    told = gathered("binder", at(past.now, about="safeguard:patching"))
    adopted = next(one for one in facts(told) if "test at the terminal" in str(one.get("Adopted")))
    assert (adopted["Target"], adopted["Why"]) == ("7 days", "we can")
    assert adopted["In the record"].startswith("entry ")
    assert any(one.get("Adopted") == "by nobody: it is the shipped default" for one in facts(told))


def test_a_binder_of_an_obligation_goes_through_all_that_it_asks_for(past: Past) -> None:
    one = obligations()["eu-gdpr"]
    told = gathered("binder", at(past.now, about="obligation:eu-gdpr"))
    headings = [block["text"] for block in blocks(told, "heading") if block["level"] == 2]
    assert headings == list(dict.fromkeys(catalogue()[m.safeguard].title for m in one.measures))
    assert facts(told)[0]["Where it is found"] == one.citation
    assert facts(told)[0]["Whether it applies"].startswith("It cannot be told until you answer")


@pytest.mark.parametrize(
    "about", ["", "safeguard:", "safeguard:no_such", "obligation:patching", "host:x", "x" * 999]
)
def test_a_binder_about_nothing_that_is_known_is_refused(past: Past, about: str) -> None:
    with pytest.raises(NotFound, match="Choose one from the list"):
        gathered("binder", at(past.now, about=about))


@pytest.mark.usefixtures("home")
class TestOnAHomeOfItsOwn:
    """What needs a record that is just so."""

    @pytest.fixture
    def now(self) -> Any:
        from duecare.ledger.records import utc_now

        return utc_now()

    def _findings(self, count: int, now: Any) -> None:
        rows = [
            Finding(
                check_id="systems.firewall_refuses",
                safeguard="network_security",
                subject=f"systems.host:{n}",
                subject_name=f"host-{n:04}",
                reason="the firewall is off " * 12,
                opened_at=now,
            )
            for n in range(count)
        ]
        with recording("terminal:test", "open findings"):
            Finding.objects.bulk_create(rows)

    def test_long_lists_end_and_say_how_much_more_there_is(self, now: Any) -> None:
        self._findings(450, now)
        told = gathered("binder", at(now + timedelta(seconds=9), about="safeguard:network_security"))
        table = blocks(told, "table")[-1]
        assert sum(row[0] == "Open" for row in cells(table)) == 100
        assert table["more"] == "350 more: the list of findings in Duecare has them all."
        row = issue(OWNER, REPORTS["board"], at(now + timedelta(seconds=9)), now + timedelta(seconds=9))
        assert pdfs.pages(file(row)) == 2
        annex = next(one for one in pdfs.streams(file(row)) if b"What we ask of you" in one).decode()
        assert annex.count("host-0") == 200
        assert "250 more: see them in Duecare as of that day." in annex

    def test_a_statement_stands_in_the_binder_with_its_words(self, now: Any) -> None:
        day = now.date()
        question = questions()["physical.rooms"]
        make_statement(OWNER.actor, question, Draft(Answer.YES, "Three rooms, locked.", "", day, day), now)
        told = gathered("binder", at(now + timedelta(seconds=9), about=f"safeguard:{question.safeguard}"))
        said = next(one for one in facts(told) if "In their words" in one)
        assert said["In their words"] == "Three rooms, locked."
        assert said["Answer"]["word"] == "Yes"
        assert said["In the record"].startswith("entry ")

    @pytest.mark.parametrize(
        ("table", "column"),
        [("ledger_entry", "leaf"), ("ledger_payload", "data"), ("program_finding", "reason")],
    )
    def test_a_record_that_does_not_hold_issues_nothing_and_the_entry_is_named(
        self, now: Any, table: str, column: str
    ) -> None:
        self._findings(3, now)
        sealing.checkpoint()
        forged: Any = "nothing is wrong" if column == "reason" else b"{}"
        where = "" if column == "reason" else ' WHERE "index" = 1'
        with connections["default"].cursor() as cursor:
            if connections["default"].vendor == "sqlite":
                cursor.execute(
                    "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
                )
                for (name,) in cursor.fetchall():
                    cursor.execute(f'DROP TRIGGER "{name}"')
            else:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            cursor.execute(f"UPDATE {table} SET {column} = %s{where}", [forged])
        with pytest.raises(Tampered, match="No report was issued: the record has") as caught:
            issue(OWNER, REPORTS["posture"], at(now + timedelta(seconds=9)), now + timedelta(seconds=9))
        assert "duecare ledger verify --live" in caught.value.next_step
        assert not IssuedReport.objects.exists()


# ── Issuing ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_issued_report_is_on_the_record_and_prints_a_checkpoint_that_covers_what_it_rests_on(
    past: Past,
) -> None:
    before = Head.objects.get().size
    row = issue(OWNER, REPORTS["posture"], at(past.now), past.now)
    stored = Checkpoint.objects.get(size=row.checkpoint)
    assert asof.size_at(past.now) == row.size <= row.checkpoint == before
    note = bytes(stored.note)
    assert note in pdfs.streams(file(row))
    text, _signatures = notes.open_note(note, [sealing.signer().verifier])
    assert notes.Checkpoint.parse(text).root == sealing.root(row.checkpoint)
    assert hashlib.sha256(file(row)).hexdigest() == row.pdf
    assert row.length == len(file(row))
    entry = Entry.objects.get(kind="assurance.issuedreport", subject=row.pk)
    assert (entry.action, entry.actor) == ("created", OWNER.actor)
    assert verifying.verify(live=True).ok


def test_the_page_says_where_what_it_rests_on_and_how_it_is_checked(past: Past, tmp_path: Any) -> None:
    row = issue(OWNER, REPORTS["posture"], at(past.now), past.now)
    read = pdfs.text(file(row), tmp_path)
    pages = pdfs.pages(file(row))
    foot = f"Rests on the first {row.size:,} entries of the record; root "
    assert read.count(foot) == pages
    assert f"{pages} of {pages}" in read
    assert "Riverside Clinic, as of" in read
    assert "duecare-verify EXPORT.zip --key KEY --held checkpoint.txt" in read
    assert "Ann Example" in read


def test_the_attached_checkpoint_checks_an_export_as_the_report_says(past: Past, tmp_path: Any) -> None:
    row = issue(OWNER, REPORTS["posture"], at(past.now), past.now)
    note = next(one for one in pdfs.streams(file(row)) if one.startswith(b"localhost/duecare/"))
    held, archive = tmp_path / "checkpoint.txt", tmp_path / "record.zip"
    held.write_bytes(note)
    export.export(archive)
    words = [str(archive), "--key", sealing.signer().vkey, "--held", str(held)]
    assert duecare_verify.main(words) == 0
    held.write_bytes(note.replace(f"\n{row.checkpoint}\n".encode(), f"\n{row.checkpoint - 1}\n".encode()))
    assert duecare_verify.main(words) != 0


def test_the_same_day_is_told_with_the_same_facts_each_time(past: Past) -> None:
    for id, asked in {
        "posture": at(past.now),
        "board": quarter(past, "words"),
        "binder": at(past.now, about="safeguard:patching"),
    }.items():
        assert gathered(id, asked) == gathered(id, asked), id


@pytest.mark.parametrize("viewer", [AUDITOR, MEMBER, Viewer("person:eve", "Eve")])
def test_who_changes_nothing_makes_no_report(past: Past, viewer: Viewer) -> None:
    size = Head.objects.get().size
    with pytest.raises(Refused, match="Only an owner, a manager or an approver"):
        issue(viewer, REPORTS["posture"], at(past.now), past.now)
    assert Head.objects.get().size == size


def test_a_day_that_the_record_does_not_reach_is_refused(past: Past) -> None:
    size = Head.objects.get().size
    with pytest.raises(BadInput, match="lies in the future"):
        issue(OWNER, REPORTS["posture"], at(past.now + timedelta(days=1)), past.now)
    with pytest.raises(BadInput, match="had not begun"):
        issue(OWNER, REPORTS["posture"], at(past.now - timedelta(days=11)), past.now)
    with pytest.raises(NotFound):
        find_report("no-such")
    assert Head.objects.get().size == size


def test_an_auditor_sees_the_reports_of_their_period_alone(past: Past) -> None:
    def days(first: int, last: int) -> IssuedReport:
        begin, end = past.now - timedelta(days=first), past.now - timedelta(days=last)
        asked = Asked(begin.date(), end.date(), end)
        return issue(OWNER, REPORTS["board" if first != last else "posture"], asked, past.now)

    early, middle, whole = days(9, 9), days(6, 6), days(9, 6)
    period = ((past.now - timedelta(days=7)).date(), (past.now - timedelta(days=5)).date())
    viewer = Viewer("person:cat", "Cat", frozenset({Role.AUDITOR}), "cat", period)
    mine = {early.pk, middle.pk, whole.pk}
    seen = IssuedReport.objects.all().visible_to(viewer).filter(pk__in=mine)
    assert [row.pk for row in seen] == [middle.pk]
    assert IssuedReport.objects.all().visible_to(AUDITOR).filter(pk__in=mine).count() == 3
    assert not IssuedReport.objects.all().visible_to(MEMBER).exists()
