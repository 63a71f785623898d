"""Safe harbours: nothing is met because nobody asked; what was said counts, and stands in no matter's way."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from duecare.errors import BadInput, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.unchanged import seen_entry
from duecare.risk.criteria import Answer
from duecare.risk.measures.harbours import HarbourForm, say, standings
from duecare.risk.models import HarbourAnswers
from duecare.risk.register.models import RiskTerms
from tests.people import browser, sign_in
from tests.risk.measures.samples import set_terms

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
IOWA = "us-ia-554g"


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", answer.content.decode())


def state(viewer: Viewer, id: str) -> Answer:
    return next(one.answer for one in standings(viewer) if one.harbour.id == id)


def test_nothing_can_be_said_until_somebody_has_answered_and_then_the_answers_count(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    set_terms(viewer, legal_tests=True)
    assert {one.answer for one in standings(viewer)} == {Answer.CANNOT_SAY}
    form = HarbourForm()
    given = {field: "yes" for field, id in form.conditions.items() if id.startswith(IOWA)}
    given |= {field: "yes" for field, name in form.frameworks.items() if name == "CIS Controls"}
    sent = client.post("/risk/safe-harbours/answers/", {**given, "reason": "The audit of May."})
    assert sent["Location"] == "/risk/safe-harbours/"
    assert state(viewer, IOWA) is Answer.MET
    page = text(client, "/risk/safe-harbours/")
    for words in ("Followed: CIS Controls.", "The audit of May.", "Iowa Code ch. 554G"):
        assert words in page
    row = HarbourAnswers.objects.get()
    stale = client.post("/risk/safe-harbours/answers/", {"framework_0": "no", "seen": seen_entry(row) - 1})
    told = stale.content.decode()
    assert "changed this while you wrote" in told
    assert "Now it says: The audit of May." in told
    afresh = told.partition('name="seen" value="')[2].partition('"')[0]
    assert int(afresh) == seen_entry(row), "the second try counts from how it stands now"
    again = client.post("/risk/safe-harbours/answers/", {"framework_0": "no", "seen": afresh})
    assert again.status_code == 302
    assert state(viewer, IOWA) is Answer.CANNOT_SAY
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert "Say what is so" not in text(auditor, "/risk/safe-harbours/")
    assert auditor.post("/risk/safe-harbours/answers/", {}).status_code == 403


def test_they_are_off_with_the_tests_of_law_and_what_a_matter_holds_is_not_said_outside_of_it(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    assert "They are not shown on this page." in text(client, "/risk/safe-harbours/")
    assert client.get("/risk/safe-harbours/answers/").status_code == 302
    set_terms(viewer, legal_tests=True, matter="m1")
    assert "They are not shown on this page." in text(client, "/risk/safe-harbours/")
    with pytest.raises(Refused, match="outside of it"):
        say(viewer, {}, {}, "", -1, NOW)
    with recording(viewer.actor, "take it out of the matter"):
        RiskTerms.objects.update(matter="")
    with pytest.raises(BadInput, match="No safe harbour asks"):
        say(viewer, {"Good sense": True}, {}, "", -1, NOW)
