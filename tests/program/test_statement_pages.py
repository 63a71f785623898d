"""The pages of statements: answering with files, a second person's view, lists, past days, and who may."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duecare.ledger.models import Head
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.models import Answer, Attachment, Finding, Statement
from duecare.program.questions import questions
from duecare.program.remarks import SIZE_LIMIT
from duecare.program.statement_actions import Draft, make_statement
from duecare.program.statement_forms import FILES
from duecare.web.uploads import FORM_OVERHEAD
from tests.people import browser, sign_in

pytestmark = pytest.mark.usefixtures("home")
QUESTION = questions()["physical.rooms"]
ANSWER = f"/statements/{QUESTION.id}/answer/"
PAGE = f"/statements/{QUESTION.id}/"


@pytest.fixture
def owner() -> Client:
    client = browser()
    sign_in(client, Role.OWNER)
    return client


def somebody(role: Role) -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, role)


def today() -> date:
    return utc_now().date()


def filled(**changes: Any) -> dict[str, Any]:
    """The form of an answer as somebody fills it in."""
    values = {
        "answer": "yes",
        "words": "Three rooms, all locked.",
        "period_from": (today() - timedelta(days=7)).isoformat(),
        "period_to": today().isoformat(),
    }
    return {**values, **changes}


def stated(actor: str = "person:ann", answer: Answer = Answer.YES, question: str = QUESTION.id) -> Statement:
    draft = Draft(answer, "As I saw it.", "", today(), today())
    return make_statement(actor, questions()[question], draft, utc_now())


def text(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, path
    return str(answer.content.decode())


# ── Answering ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_form_says_what_to_write_what_to_bring_and_how_long_it_counts(owner: Client) -> None:
    page = text(owner, ANSWER)
    for words in (
        QUESTION.ask,
        QUESTION.tell,
        QUESTION.bring,
        "Empty: 365 days after",
        "multipart/form-data",
    ):
        assert words in page
    assert f'value="{today().isoformat()}"' in page


def test_an_answer_is_recorded_with_its_files_and_its_page_shows_all_of_it(owner: Client) -> None:
    files = [SimpleUploadedFile("keys.pdf", b"%PDF"), SimpleUploadedFile("doors.jpg", b"jpg")]
    sent = filled(link="https://files.example/keys?a=1&b=2", words="Locked.\nE\u0301ach door.", uploads=files)
    answer = owner.post(ANSWER, sent)
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    row = Statement.objects.get()
    assert row.words.endswith("\u00c9ach door."), "in the form that the record takes"
    assert sorted(Attachment.objects.values_list("name", "about")) == [
        ("doors.jpg", f"program.statement:{row.pk}"),
        ("keys.pdf", f"program.statement:{row.pk}"),
    ]
    page = text(owner, PAGE)
    link = "https://files.example/keys?a=1&amp;b=2"
    assert f'<a href="{link}" rel="noreferrer noopener">{link}</a>' in page
    for words in ("stated by a person", "asserted by the server", "Owner Example", "keys.pdf", "doors.jpg"):
        assert words in page


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost_or_recorded(owner: Client) -> None:
    before = Head.objects.get().size
    late = (today() + timedelta(days=2)).isoformat()
    answer = owner.post(ANSWER, filled(link="javascript:alert(1)", period_to=late))
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Give a whole address" in page
    assert "choose today or an earlier day" in page
    assert "Three rooms, all locked." in page
    assert owner.post(ANSWER, {}).status_code == 400
    assert owner.post(ANSWER, filled(answer="maybe")).status_code == 400
    assert Head.objects.get().size == before


def test_an_admitted_gap_is_said_to_be_one(owner: Client) -> None:
    answer = owner.post(ANSWER, filled(answer="no"), follow=True)
    assert "a finding is open" in answer.content.decode()
    finding = Finding.objects.get()
    assert QUESTION.ask in text(owner, f"/findings/{finding.pk}/")
    assert f"/statements/made/{Statement.objects.get().pk}/" in text(owner, "/findings/?state=open")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("big.bin", SIZE_LIMIT + 1)], "“big.bin” has"),
        ([(f"{n}.txt", 1) for n in range(FILES + 1)], f"At most {FILES} files"),
        ([("empty.txt", 0)], "empty"),
    ],
)
def test_files_beyond_the_limits_are_refused_before_anything_is_recorded(
    owner: Client, files: list[tuple[str, int]], said: str
) -> None:
    sent = [SimpleUploadedFile(name, b"x" * size) for name, size in files]
    answer = owner.post(ANSWER, filled(uploads=sent))
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Statement.objects.exists()


def test_an_upload_that_announces_too_much_is_refused_before_it_is_read(owner: Client) -> None:
    most = FILES * SIZE_LIMIT + FORM_OVERHEAD
    answer = owner.post(ANSWER, filled(), CONTENT_LENGTH=str(most + 1))
    assert answer.status_code == 400
    assert f"{most + 1:,} bytes" in answer.content.decode()


def test_a_form_of_somebody_elses_site_answers_nothing() -> None:
    client = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    sign_in(client, Role.OWNER)
    assert client.post(ANSWER, filled()).status_code == 403
    assert not Statement.objects.exists()


# ── Second persons ───────────────────────────────────────────────────────────────────────────────────────


def test_somebody_else_reviews_and_the_page_says_who_and_what(owner: Client) -> None:
    owner.post(ANSWER, filled())
    key = Statement.objects.get().pk
    assert f"/statements/{key}/review/" not in text(owner, PAGE)
    assert "you cannot do that yourself" in text(owner, PAGE)
    assert text(owner, f"/statements/{key}/review/", 403)
    approver, _viewer = somebody(Role.APPROVER)
    assert f"/statements/{key}/review/" in text(approver, PAGE)
    assert "Three rooms, all locked." in text(approver, f"/statements/{key}/review/")
    assert approver.post(f"/statements/{key}/review/", {"review": "doubted"}).status_code == 400
    sent = {"review": "doubted", "words": "The cellar stood open."}
    assert approver.post(f"/statements/{key}/review/", sent).status_code == 302
    page = text(owner, PAGE)
    for words in ("Doubted", "Approver Example", "The cellar stood open."):
        assert words in page


def test_a_withdrawn_statement_stays_readable_and_its_question_is_open_again(owner: Client) -> None:
    key = stated().pk
    assert owner.post(f"/statements/{key}/withdraw/", {"reason": ""}).status_code == 400
    answer = owner.post(f"/statements/{key}/withdraw/", {"reason": "wrong building"})
    assert (answer.status_code, answer["Location"]) == (302, f"/statements/made/{key}/")
    page = text(owner, f"/statements/made/{key}/")
    assert "withdrawn: wrong building" in page
    assert "withdraw/" not in page
    assert "Nobody has answered this question" in text(owner, PAGE)
    assert owner.post(f"/statements/{key}/withdraw/", {"reason": "again"}).status_code == 403


def test_the_history_leads_to_every_answer_and_its_entry(owner: Client) -> None:
    first, second = stated(answer=Answer.NO), stated()
    page = text(owner, PAGE)
    assert page.index(f"/statements/made/{second.pk}/") < page.index(f"/statements/made/{first.pk}/")
    assert "replaced" in page
    assert page.count("/ledger/") >= 2
    old = text(owner, f"/statements/made/{first.pk}/")
    assert "See what answers this question now" in old


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_question_is_listed_and_can_be_narrowed(owner: Client) -> None:
    stated()
    stated(answer=Answer.PARTLY, question="mfa.cloud")
    page = text(owner, "/statements/")
    assert all(one.id in page for one in questions().values())
    assert f"2 of {len(questions())} questions have an answer" in page
    assert "mfa.cloud" in text(owner, "/statements/?answer=partly")
    assert QUESTION.id not in text(owner, "/statements/?answer=partly")
    assert QUESTION.id in text(owner, "/statements/?state=answered&area=access")
    assert QUESTION.id not in text(owner, "/statements/?state=never+answered")
    assert "No question passes" in text(owner, "/statements/?state=expired")


@pytest.mark.parametrize("query", ["state=gone", "answer=maybe", "area=cellar"])
def test_what_is_no_choice_of_a_filter_is_refused(owner: Client, query: str) -> None:
    assert "is no choice of the filter" in text(owner, f"/statements/?{query}", 400)


def test_the_list_comes_as_a_file_with_the_same_rows(owner: Client) -> None:
    made = stated()
    rows = list(csv.DictReader(io.StringIO(text(owner, "/statements/?format=csv&state=answered"))))
    assert len(rows) == 1
    assert (rows[0]["id"], rows[0]["answer"], rows[0]["expires"]) == (
        QUESTION.id,
        "yes",
        made.expires.isoformat(),
    )
    table = owner.get("/statements/?format=json").json()["statements"]
    assert [row["id"] for row in table] == list(questions())
    assert list(table[0]) == list(rows[0])


def test_a_safeguard_shows_its_questions_and_says_that_a_word_is_no_proof(owner: Client) -> None:
    page = text(owner, "/safeguards/physical/")
    assert "/statements/physical.walk_round/answer/" in page
    assert "Answer its questions below" in page
    assert "does not make up for them" in text(owner, "/safeguards/patching/")


def test_stated_is_counted_by_itself_wherever_states_are_counted(owner: Client) -> None:
    for id in ("physical.rooms", "physical.walk_round"):
        stated(question=id)
    assert "1 rest on a person’s word, 0 are proven" in text(owner, "/safeguards/")
    assert "Locked rooms and racks" in text(owner, "/safeguards/?state=stated")
    assert "No safeguard is in that state" in text(owner, "/safeguards/?state=proven")
    assert "Locked rooms" not in text(owner, "/safeguards/?state=unproven")
    home = text(owner, "/")
    assert "1 rest on a person’s word, 0 of 43 are proven" in home
    assert "1 stated by people" in home
    assert "0 · 1 · 0 · " in home


# ── Who may ──────────────────────────────────────────────────────────────────────────────────────────────


def test_an_auditor_reads_and_is_offered_nothing_to_change() -> None:
    key = stated().pk
    auditor, _viewer = somebody(Role.AUDITOR)
    assert "Answer</a>" not in text(auditor, "/statements/")
    for path in (PAGE, f"/statements/made/{key}/", "/safeguards/physical/"):
        page = text(auditor, path)
        assert "answer/" not in page
        assert "review/" not in page
        assert "withdraw/" not in page
    for path in (ANSWER, f"/statements/{key}/review/", f"/statements/{key}/withdraw/"):
        assert text(auditor, path, 403)
        assert auditor.post(path, filled()).status_code == 403
    assert Statement.objects.get().review == ""


def test_a_member_sees_nothing_of_it() -> None:
    key = stated().pk
    member, _viewer = somebody(Role.MEMBER)
    for path in ("/statements/", PAGE, f"/statements/made/{key}/", ANSWER, f"/statements/{key}/review/"):
        assert text(member, path, 404)


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER, Role.APPROVER])
def test_who_changes_anything_may_state(role: Role) -> None:
    client, viewer = somebody(role)
    assert client.post(ANSWER, filled()).status_code == 302
    assert Statement.objects.get().made_by == viewer.actor


@pytest.mark.parametrize(
    "path",
    [
        "/statements/physical.gone/",
        "/statements/physical.gone/answer/",
        "/statements/made/k404/",
        "/statements/k404/review/",
        "/statements/k404/withdraw/",
    ],
)
def test_what_does_not_exist_is_not_found(owner: Client, path: str) -> None:
    assert "Look in the list of statements" in text(owner, path, 404)


def test_a_past_day_shows_the_answer_of_then_and_offers_no_change(owner: Client) -> None:
    stated(answer=Answer.NO)
    then = utc_now().isoformat().replace("+00:00", "Z")
    later = stated()
    for path in ("/statements/", PAGE, "/safeguards/physical/"):
        page = text(owner, f"{path}?as_of={then}")
        assert later.pk not in page
        assert "answer/" not in page
        assert "withdraw/" not in page
        assert ">No</span>" in page
    assert "Nobody has answered" in text(owner, f"{PAGE}?as_of=2000-01-01")
    assert later.pk in text(owner, PAGE)
