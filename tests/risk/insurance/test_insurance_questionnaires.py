"""Questionnaires: filled from evidence, answered, read through, signed, kept, and taken away."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duecare.errors import BadInput, Refused
from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.imports.tables import Problem, Row, Table
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.evidence import ASKED_WITHIN
from duecare.risk.insurance.looking import demand_known
from duecare.risk.insurance.questionnaires import actions
from duecare.risk.insurance.questionnaires.asked import MOST, asked_of, of_table, parse, shipped
from duecare.risk.insurance.questionnaires.models import Questionnaire
from duecare.risk.insurance.questionnaires.queries import reference
from tests.people import browser, sign_in
from tests.risk.insurance.insurance_samples import outcome

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
MFA = "access.privileged_second_factor"
GIVEN = {"title": "Renewal", "insurer": "Northwind", "as_of": NOW.date().isoformat(), "usual": "on"}


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return re.sub(r"\s+", " ", answer.content.decode())


def begun(viewer: Viewer, *, usual: bool = True) -> Questionnaire:
    return actions.begin(viewer, actions.Draft("Renewal", "Northwind", NOW.date(), usual), NOW)


def question(row: Questionnaire, id: str) -> dict[str, object]:
    row.refresh_from_db()
    found: dict[str, object] = next(one for one in row.questions if one["id"] == id)
    return found


def question_asking(row: Questionnaire, asks: str) -> str:
    row.refresh_from_db()
    return next(str(one["id"]) for one in row.questions if one["asks"] == asks)


def test_every_question_that_ships_names_what_there_is_and_none_is_asked_twice() -> None:
    found = shipped()
    assert len(found) >= 25
    for one in found.values():
        demand_known(one.rests_on)
    assert len({one.asks for one in found.values()}) == len(found)
    with pytest.raises(BadInput, match="used twice"):
        parse(
            "questions: [{id: a, topic: t, asks: q, rests_on: []}, {id: a, topic: t, asks: q, rests_on: []}]",
            "x",
        )


def test_it_is_filled_from_evidence_and_what_people_answered_stays(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    row = begun(viewer)
    outcome("access.privileged_phishing_resistant", NOW)
    outcome(MFA, NOW, unmet=["ada"])
    actions.answer_question(viewer, row.pk, "call-back", "yes", "We call back since May.", NOW)
    actions.fill(viewer, row.pk, NOW)
    assert question(row, "mfa-phishing")["answer"] == "yes"
    told = question(row, "mfa-administrators")
    assert (told["answer"], told["evidence"], told["unmet"]) == ("no", "no", 1)
    assert "ada" in str(told["named"])
    assert question(row, "call-back")["answer"] == "yes"
    assert question(row, "call-back")["evidence"] == "cannot say"
    outcome(MFA, NOW)
    actions.fill(viewer, row.pk, NOW)
    told = question(row, "mfa-administrators")
    assert (told["answer"], told["evidence"]) == ("cannot say", "cannot say"), "it came from evidence"
    assert question(row, "call-back")["answer"] == "yes", "a person gave it"


def test_an_answer_that_a_person_gave_stays_where_evidence_says_the_same_and_then_another(
    owner: tuple[Client, Viewer],
) -> None:
    _client, viewer = owner
    row = begun(viewer)
    phishing = "access.privileged_phishing_resistant"
    outcome(phishing, NOW)
    actions.fill(viewer, row.pk, NOW)
    actions.answer_question(viewer, row.pk, "mfa-phishing", "yes", "", NOW)
    outcome(phishing, NOW, unmet=["ada"])
    actions.fill(viewer, row.pk, NOW)
    told = question(row, "mfa-phishing")
    assert (told["answer"], told["evidence"]) == ("yes", "no")
    with pytest.raises(BadInput, match="differs from evidence"):
        actions.review(viewer, row.pk, seen_entry(row), NOW)


def test_nobody_reads_through_or_signs_what_evidence_was_not_asked_lately(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    row = begun(viewer, usual=False)
    page = f"/risk/insurance/questionnaires/{row.pk}/"
    actions.add_questions(viewer, row.pk, ["Is MFA in use?"], NOW)
    mine = asked_of(Questionnaire.objects.get().questions)[0].id
    actions.answer_question(viewer, row.pk, mine, "yes", "Since May.", NOW)
    with pytest.raises(BadInput, match="never asked"):
        actions.review(viewer, row.pk, seen_entry(row), NOW)
    actions.fill(viewer, row.pk, NOW)
    actions.add_questions(viewer, row.pk, ["And at home?"], NOW)
    other = question_asking(row, "And at home?")
    actions.answer_question(viewer, row.pk, other, "yes", "Since May.", NOW)
    assert "Evidence was not asked to 1 question" in text(client, page)
    with pytest.raises(BadInput, match="not asked to question 2"):
        actions.review(viewer, row.pk, seen_entry(row), NOW)
    long_ago = NOW - ASKED_WITHIN - timedelta(hours=1)
    actions.fill(viewer, row.pk, long_ago)
    assert "more than 14 days ago" in text(client, page)
    with pytest.raises(BadInput, match="14 days ago"):
        actions.review(viewer, row.pk, seen_entry(row), NOW)
    actions.review(viewer, row.pk, seen_entry(row), long_ago)
    second = browser()
    sign_in(second, Role.APPROVER)
    assert "Sign or send back" not in text(second, page)
    given = {"decided": "approved", "words": "", "entry": seen_entry(row)}
    answer = second.post(f"/approvals/{reference(row.pk)}/decide/", given)
    assert "more than 14 days ago" in answer.content.decode()
    actions.fill(viewer, row.pk, NOW)
    actions.review(viewer, row.pk, seen_entry(row), NOW)
    assert "Evidence was asked" in text(second, f"/approvals/{reference(row.pk)}/decide/")


def test_what_shows_a_question_of_a_form_is_said_afterwards_and_evidence_asked_anew(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    outcome(MFA, NOW)
    row = begun(viewer)
    actions.add_questions(viewer, row.pk, ["Is MFA in use?"], NOW)
    actions.fill(viewer, row.pk, NOW)
    mine = question_asking(row, "Is MFA in use?")
    assert question(row, mine)["answer"] == "cannot say"
    page = f"/risk/insurance/questionnaires/{row.pk}/{mine}/"
    seen = seen_entry(row)
    assert "Save what shows it" in text(client, page)
    assert "Save what shows it" not in text(client, f"/risk/insurance/questionnaires/{row.pk}/call-back/")
    assert client.post(page, {"rest": "yes", "rest-rests_on": ["check:no.such"]}).status_code == 400
    given = {"rest": "yes", "rest-rests_on": [f"check:{MFA}"], "rest-lacks": "", "rest-seen": seen}
    assert client.post(page, given).status_code == 302
    told = question(row, mine)
    assert (told["rests_on"], told["answer"], told["evidence"]) == ([f"check:{MFA}"], "", "")
    assert client.post(page, given).status_code == 400, "it was changed since it was looked at"
    actions.fill(viewer, row.pk, NOW)
    assert question(row, mine)["answer"] == "yes"
    actions.answer_question(viewer, row.pk, mine, "no", "Not at home.", NOW)
    actions.rest_question(viewer, row.pk, mine, (f"check:{MFA}",), "at home", NOW)
    assert question(row, mine)["answer"] == "no", "a person gave it"
    with pytest.raises(Refused, match="ships"):
        actions.rest_question(viewer, row.pk, "call-back", (), "", NOW)


def test_who_does_not_see_all_of_the_evidence_neither_fills_it_nor_reads_names(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    outcome(MFA, NOW, unmet=["zebulon"])
    row = begun(viewer)
    limited = browser()
    manager = sign_in(limited, Role.MANAGER, areas=["risk", "systems"])
    with pytest.raises(Refused, match="outside of your areas"):
        actions.fill(manager, row.pk, NOW)
    actions.fill(viewer, row.pk, NOW)
    page = f"/risk/insurance/questionnaires/{row.pk}/"
    for address in (page, f"{page}mfa-administrators/", f"{page}answers.csv"):
        told = limited.get(address).content.decode()
        assert "zebulon" not in told, address
        assert "lies outside of your areas" in told, address
    assert "zebulon" in text(client, page)
    assert "zebulon" in client.get(f"{page}answers.csv").content.decode()


def test_a_row_of_a_form_that_cannot_be_read_is_not_left_out_in_silence() -> None:
    def table(*problems: Problem) -> Table:
        rows = (Row(2, ("1", "Is MFA in use?")), Row(3, ("2", "")))
        return Table("xlsx", "Form", 1, ("No", "Question"), rows, problems, ())

    assert list(of_table(table(Problem(3, 0, "a formula without a value")))) == ["Is MFA in use?"]
    for column in (1, None):
        with pytest.raises(BadInput) as error:
            list(of_table(table(Problem(3, column, "a formula without a value"))))
        assert "row 3" in error.value.what
        assert "a formula without a value" in error.value.what


def test_an_answer_other_than_evidence_needs_a_word(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    row = begun(viewer)
    outcome(MFA, NOW, unmet=["ada"])
    actions.fill(viewer, row.pk, NOW)
    page = f"/risk/insurance/questionnaires/{row.pk}/mfa-administrators/"
    assert "ada" in text(client, page)
    answer = client.post(page, {"answer": "yes", "words": ""})
    assert answer.status_code == 400
    assert "the answer is another" in answer.content.decode()
    assert client.post(page, {"answer": "yes", "words": "Ada left in May."}).status_code == 302
    assert "not what evidence says" in text(client, f"/risk/insurance/questionnaires/{row.pk}/")


def test_it_is_read_through_signed_by_a_second_person_and_frozen(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    page = client.post("/risk/insurance/questionnaires/new/", GIVEN)["Location"]
    row = Questionnaire.objects.get()
    assert "fill it from evidence" in text(client, page)
    early = client.post(f"{page}review/", {"seen": seen_entry(row)}, follow=True)
    assert "has no answer" in early.content.decode()
    assert client.post(f"{page}fill/").status_code == 302
    assert client.post(f"{page}review/", {"seen": "x"}).status_code == 400
    seen = seen_entry(row)
    answer = {"answer": "yes", "words": "Since May."}
    assert client.post(f"{page}call-back/", answer).status_code == 302
    stale = client.post(f"{page}review/", {"seen": seen}, follow=True)
    assert "changed this while you wrote" in stale.content.decode()
    assert "I have read every answer" in text(client, page)
    client.post(f"{page}review/", {"seen": seen_entry(row)})
    row.refresh_from_db()
    assert row.reviewed_at is not None
    client.post(f"{page}call-back/", answer)
    row.refresh_from_db()
    assert row.reviewed_at is None, "a change takes the reading back"
    client.post(f"{page}review/", {"seen": seen_entry(row)})
    second = browser()
    sign_in(second, Role.APPROVER)
    address = f"/approvals/{reference(row.pk)}/decide/"
    assert "Since May." in text(second, address)
    entry = Entry.objects.filter(kind="risk.questionnaire", subject=row.pk).order_by("-index")[0]
    sent = second.post(address, {"decided": "approved", "words": "", "entry": entry.index})
    assert sent.status_code == 302
    row.refresh_from_db()
    assert row.signed_at is not None
    with pytest.raises(Refused, match="signed"):
        actions.fill(viewer, row.pk, NOW)
    assert client.get(f"{page}call-back/").status_code == 403
    paper = client.post(f"{page}paper/")
    assert paper.content.startswith(b"%PDF-")
    assert "Approver Example" in text(client, page)


def test_questions_of_a_form_come_typed_or_as_a_file_and_nothing_is_half_taken(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    row = begun(viewer, usual=False)
    page = f"/risk/insurance/questionnaires/{row.pk}/"
    assert "It has no question yet" in text(client, page)
    typed = {"asks": "Is MFA in use?", "rests_on": [f"check:{MFA}"], "lacks": "the factory"}
    assert client.post(f"{page}ask/", typed).status_code == 302
    good = SimpleUploadedFile("form.csv", b"No,Question\r\n1,Do you\r\n2,\r\n3,=cmd\r\n")
    assert client.post(f"{page}bring/", {"file": good}).status_code == 302
    row.refresh_from_db()
    assert [one.asks for one in asked_of(row.questions)] == ["Is MFA in use?", "Do you", "=cmd"]
    for data in (b"a,b\r\n1,2\r\n", b"", b"Question\r\n" + b"x\r\n" * MOST, b"Question\r\n" + b"x" * 2000):
        answer = client.post(f"{page}bring/", {"file": SimpleUploadedFile("x.csv", data)})
        assert answer.status_code == 400, data[:20]
    row.refresh_from_db()
    assert len(row.questions) == 3
    taken = client.get(f"{page}answers.csv").content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(taken)))
    assert rows[3][1] == "'=cmd", "no cell is a formula"
    assert client.post(f"{page}{asked_of(row.questions)[0].id}/", {"drop": "yes"}).status_code == 302
    row.refresh_from_db()
    assert len(row.questions) == 2


def test_what_is_too_much_for_one_entry_is_refused(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    row = begun(viewer, usual=False)
    with pytest.raises(BadInput, match="bytes"):
        actions.add_questions(viewer, row.pk, ["x" * 1000] * 60, NOW)
    actions.end(viewer, row.pk, "Not needed.", NOW)
    with pytest.raises(Refused, match="ended"):
        actions.fill(viewer, row.pk, NOW)
