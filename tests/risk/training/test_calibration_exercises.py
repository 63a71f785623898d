"""An exercise from its beginning to its results: who takes it, who sees it, and what cannot be done."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.risk.estimating import Calibration as Says
from duecare.risk.models import Calibration, Estimate, Scenario
from duecare.risk.training.actions import begin, finish
from duecare.risk.training.queries import COUNTED, hit_rates, may_take
from duecare.risk.training.questions import TEN, shipped
from tests.people import browser, sign_in

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()
PLACE = "/risk/calibration/"


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", answer.content.decode())


def given(row: Calibration, held: int) -> dict[str, str]:
    """Ranges as a form sends them, of which the first `held` hold the answer."""
    fields = {}
    for number, id in enumerate(row.questions, start=1):
        truth = shipped()[id].answer
        fields[f"low_{number}"] = "0"
        fields[f"high_{number}"] = f"{truth if number <= held else truth / 2:.5f}"
    return fields


def taken(viewer: Viewer, held: int, at: datetime = NOW) -> Calibration:
    row = begin(viewer, "heron", at)
    sent = given(row, held)
    ends = [(Decimal(0), Decimal(sent[f"high_{number}"])) for number in range(1, TEN + 1)]
    return finish(viewer, row.pk, ends, at)


def estimate_by(viewer: Viewer) -> None:
    with recording("terminal:test", "write a scenario"):
        scenario = Scenario.objects.create(
            number=1, title="Ransomware", who="x", does="x", to="x", harm="x", made_at=NOW, made_by="x"
        )
        Estimate.objects.create(
            scenario=scenario, what="rate", kind="range", numbers=[1, 2], frequency_left=1, magnitude_left=1,
            author_id=viewer.person, reason="x", confidence="low", made_at=NOW,
        )  # fmt: skip


def test_an_exercise_shows_its_answers_only_once_all_ranges_are_given(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    page = text(client, PLACE)
    assert "whoever reads risk sees your ranges" in page
    assert "Begin an exercise" in page
    place = client.post(f"{PLACE}begin/")["Location"]
    row = Calibration.objects.get()
    asked = text(client, place)
    for id in row.questions:
        assert str(shipped()[id].ask) in asked.replace("&#x27;", "'")
        assert (shipped()[id].source or shipped()[id].worked) not in asked
    assert "Its ranges have not been given yet" in text(client, f"{PLACE}{row.pk}/")
    sent = given(row, held=4)
    assert client.post(place, {**sent, "low_3": ""}).status_code == 400
    refused = client.post(place, {**sent, "low_3": "9" * 15, "high_3": "5", "high_7": "about ten"})
    assert refused.status_code == 400
    words = refused.content.decode()
    assert "Question 3, At most: This is below the lower end." in words
    assert "“about ten” is no number" in words
    assert f'value="{sent["high_9"]}"' in words, "nothing typed is lost"
    assert Calibration.objects.get().ended_at is None
    results = client.post(place, sent)["Location"]
    shown = text(client, results)
    assert "4 of 10 ranges held the answer" in shown
    assert "too narrow" in shown
    assert shown.count("below it") == 6
    row.refresh_from_db()
    assert (row.hits, len(row.ranges), len(row.truths)) == (4, TEN, TEN)
    assert row.truths == [f"{shipped()[id].answer:f}" for id in row.questions]
    assert client.get(place).status_code == 403, "an exercise is not given twice"
    act = Entry.objects.filter(kind="risk.calibration").order_by("-index")[0]
    assert act.actor == viewer.actor


def test_the_next_exercise_asks_other_questions_and_waits_until_this_one_has_ended(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    first = taken(viewer, 9)
    second = begin(viewer, "heron", NOW)
    assert not set(first.questions) & set(second.questions), "even by the same seed"
    with pytest.raises(Refused, match="under way"):
        begin(viewer, "slipway", NOW)
    assert client.post(f"{PLACE}begin/")["Location"] == f"{PLACE}{second.pk}/ranges/"
    assert Calibration.objects.count() == 2


def test_ranges_that_do_not_fit_the_exercise_change_nothing(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    row = begin(viewer, "heron", NOW)
    one = (Decimal(1), Decimal(2))
    with pytest.raises(BadInput, match="9 ranges are given for 10"):
        finish(viewer, row.pk, [one] * 9, NOW)
    with pytest.raises(BadInput, match="upside down"):
        finish(viewer, row.pk, [one] * 9 + [(Decimal(2), Decimal(1))], NOW)
    other = sign_in(browser(), Role.MANAGER)
    with pytest.raises(NotFound):
        finish(other, row.pk, [one] * TEN, NOW)
    row.refresh_from_db()
    assert row.ended_at is None
    finish(viewer, row.pk, [one] * TEN, NOW)
    with pytest.raises(Refused, match="ended already"):
        finish(viewer, row.pk, [one] * TEN, NOW)


def test_readers_see_everybodys_hit_rates_and_auditors_take_no_exercise(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    done, waiting = taken(viewer, 3), begin(viewer, "slipway", NOW)
    for role in (Role.MANAGER, Role.AUDITOR):
        reader = browser()
        sign_in(reader, role)
        page = text(reader, PLACE)
        assert "3 of 10 held: 30 %, in the long run 6 to 66 %" in page
        assert ("Begin an exercise" in page) == (role is Role.MANAGER)
        assert "3 of 10 ranges held" in text(reader, f"{PLACE}{done.pk}/")
        asked = reader.get(f"{PLACE}{waiting.pk}/ranges/").status_code
        assert asked == (404 if role is Role.MANAGER else 403)
    assert reader.post(f"{PLACE}begin/").status_code == 403
    (row,) = json.loads(
        b"".join(client.get(f"{PLACE}exercises/?state=done&format=json").streaming_content)  # type: ignore[attr-defined]
    )["rows"]
    assert (row["hits"], row["questions"]) == (3, TEN)


def test_who_estimates_practises_without_reading_risk_and_sees_their_own_alone(
    owner: tuple[Client, Viewer],
) -> None:
    _client, boss = owner
    theirs = taken(boss, 9)
    client = browser()
    member = sign_in(client, Role.MEMBER)
    assert not may_take(member)
    assert client.get(PLACE).status_code == 404
    estimate_by(member)
    assert "Begin an exercise" in text(client, PLACE)
    assert "Everybody" not in text(client, PLACE)
    place = client.post(f"{PLACE}begin/")["Location"]
    row = Calibration.objects.get(person=member.person)
    results = client.post(place, given(row, held=10))["Location"]
    assert "10 of 10 ranges held" in text(client, results)
    assert "fits 90 %" in text(client, PLACE)
    assert client.get(f"{PLACE}{theirs.pk}/").status_code == 404
    limited = sign_in(browser(), Role.MANAGER, areas=["patching"])
    assert not may_take(limited)
    assert not may_take(Viewer("terminal:test", "terminal", frozenset({Role.OWNER})))


def test_a_hit_rate_is_that_of_the_last_exercises_and_says_what_it_can(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    other = sign_in(browser(), Role.MANAGER)
    assert hit_rates([viewer.person, other.person], viewer) == {}
    for number in range(COUNTED + 2):
        taken(viewer, 0 if number < 2 else 10, NOW - timedelta(days=90 - number))
    begin(other, "heron", NOW)
    rates = hit_rates([viewer.person, other.person], viewer)
    assert set(rates) == {viewer.person}
    assert (rates[viewer.person].hits, rates[viewer.person].asked) == (50, 50)
    assert rates[viewer.person].calibration is Says.UNDERCONFIDENT
    assert hit_rates([viewer.person], Viewer("person:x", "x")) == {}
    page = text(client, PLACE)
    assert "too wide" in page
    assert '<figure class="chart">' in page


def test_what_was_held_to_be_true_stays_when_a_question_is_taken_out(
    owner: tuple[Client, Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, viewer = owner
    done, waiting = taken(viewer, 6), begin(viewer, "slipway", NOW)
    gone = {done.questions[0], waiting.questions[0]}
    left = {id: one for id, one in shipped().items() if id not in gone}
    for module in ("queries", "views", "actions"):
        monkeypatch.setattr(f"duecare.risk.training.{module}.shipped", lambda: left)
    page = text(client, f"{PLACE}{done.pk}/")
    assert "A question that was taken out since." in page
    assert "6 of 10 ranges held" in page
    assert "9 questions" in text(client, f"{PLACE}{waiting.pk}/ranges/")
    ended = finish(viewer, waiting.pk, [(Decimal(0), Decimal(10**14))] * 9, NOW)
    assert (ended.hits, len(ended.questions)) == (9, 9)
