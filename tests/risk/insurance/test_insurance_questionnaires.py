"""Questionnaires: filled from evidence, answered, read through, signed, kept, and taken away."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from duecare.errors import BadInput, Refused
from duecare.ledger.models import Entry
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.unchanged import seen_entry
from duecare.risk.insurance.looking import demand_known
from duecare.risk.insurance.questionnaires import actions
from duecare.risk.insurance.questionnaires.asked import MOST, asked_of, parse, shipped
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
    assert (told["answer"], told["evidence"]) == ("no", "cannot say"), "an answer that is there is not turned"


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
