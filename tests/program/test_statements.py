"""What people state is on the record, counts as long as it may, and opens a finding where it admits a gap."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.errors import BadInput, NotFound, Refused
from duecare.ledger import asof
from duecare.ledger.models import ACT, Entry, Head, Payload
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program import assessing
from duecare.program.catalogue import catalogue
from duecare.program.models import Answer, Finding, Person, Profile, Review, Statement
from duecare.program.posture import State
from duecare.program.queries import PROFILE, all_asked, standing_of
from duecare.program.questions import questions
from duecare.program.statement_actions import (
    LINK,
    Draft,
    faults,
    make_statement,
    review_statement,
    today_here,
    withdraw_statement,
)
from duecare.program.statement_queries import (
    Condition,
    condition_of,
    entries_of,
    lines,
    names_of,
    reference,
    statements_of,
)
from duecare.program.subjects import address_of, visible
from duecare.site import terminal
from tests.program.fakes import NOW

ANN, BEN = "person:ann", "person:ben"
READER = Viewer("person:cat", "Cat", frozenset({Role.AUDITOR}), "cat")
MEMBER = Viewer("person:dan", "Dan", frozenset({Role.MEMBER}), "dan")
QUESTION = questions()["physical.rooms"]
OTHER = questions()["physical.walk_round"]
TODAY = NOW.date()
DRAFT = Draft(Answer.YES, "Three rooms, all locked.", "", TODAY - timedelta(days=7), TODAY)


def drafted(answer: Answer = Answer.YES, **changes: Any) -> Draft:
    return replace(DRAFT, answer=answer, **changes)


def size() -> int:
    return Head.objects.get().size


def reasons() -> list[str]:
    """Reasons of all acts, oldest first."""
    heads = Entry.objects.filter(kind=ACT).order_by("index").values_list("index", flat=True)
    return [json.loads(bytes(Payload.objects.get(index=index).data))["reason"] for index in heads]


# ── What may be stated ───────────────────────────────────────────────────────────────────────────────────

FAULTS = [
    ({"words": " \n"}, "words", "Write what a reader needs"),
    ({"words": "x" * 4001}, "words", "at most 4000"),
    ({"link": "ftp://files.example/keys"}, "link", "begins with https://"),
    ({"link": "javascript:alert(1)"}, "link", "begins with https://"),
    ({"link": "//files.example"}, "link", "begins with https://"),
    ({"link": "https://"}, "link", "begins with https://"),
    ({"link": "https://[::1"}, "link", "begins with https://"),
    ({"link": "https://files.example/a b"}, "link", "begins with https://"),
    ({"link": "https://ann:secret@files.example/"}, "link", "name or password"),
    ({"link": "https://files.example/" + "a" * LINK}, "link", f"at most {LINK}"),
    ({"period_from": TODAY + timedelta(days=1)}, "period_from", "begins after its end"),
    ({"period_from": date(1, 1, 1)}, "period_from", "too long ago"),
    ({"period_to": TODAY + timedelta(days=1)}, "period_to", "today or an earlier day"),
    ({"expires": TODAY - timedelta(days=1)}, "expires", "expired on 22 Nov 2026 already"),
    (
        {"expires": TODAY + timedelta(days=QUESTION.days + 1)},
        "expires",
        "365 days: until 23 Nov 2027",
    ),
    ({"expires": date.max}, "expires", "at most 365 days"),
    (
        {"period_from": date(2020, 1, 1), "period_to": date(2020, 1, 2)},
        "period_to",
        "expired on 1 Jan 2021 already",
    ),
]


@pytest.mark.parametrize(("changes", "field", "words"), FAULTS)
def test_what_is_wrong_with_a_draft_is_said_at_its_field(
    changes: dict[str, Any], field: str, words: str
) -> None:
    found = faults(drafted(**changes), QUESTION, TODAY)
    assert list(found) == [field]
    assert words in found[field]


def test_several_faults_are_all_said() -> None:
    assert set(faults(drafted(words="", link="x", expires=date.max), QUESTION, TODAY)) == {
        "words",
        "link",
        "expires",
    }


@pytest.mark.parametrize(
    "link", ["https://files.example/a?b=c#d", "http://wiki/keys", "https://10.0.0.7:8443/"]
)
def test_links_of_the_web_are_taken_those_within_the_house_too(link: str) -> None:
    assert faults(drafted(link=link), QUESTION, TODAY) == {}


days = st.dates(min_value=TODAY - timedelta(days=800), max_value=TODAY + timedelta(days=800))


@given(days, days, st.one_of(st.none(), days))
def test_what_is_taken_speaks_of_no_future_and_counts_no_longer_than_its_question_allows(
    period_from: date, period_to: date, expires: date | None
) -> None:
    draft = drafted(period_from=period_from, period_to=period_to, expires=expires)
    taken = not faults(draft, QUESTION, TODAY)
    last = draft.expires_for(QUESTION)
    right = period_from <= period_to <= TODAY <= last <= period_to + timedelta(days=QUESTION.days)
    assert taken == right


# ── Acts ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("home")
class TestMaking:
    def test_a_statement_is_an_act_that_names_who_what_and_until_when(self) -> None:
        made = make_statement(ANN, QUESTION, drafted(words="  Locked. "), NOW)
        row = Statement.objects.get()
        assert (row.pk, row.safeguard, row.question, row.asked) == (
            made.pk,
            "physical",
            QUESTION.id,
            QUESTION.ask,
        )
        assert (row.words, row.answer, row.made_by, row.made_at) == ("Locked.", "yes", ANN, NOW)
        assert row.expires == TODAY + timedelta(days=QUESTION.days)
        assert (row.review, row.ended_at) == ("", None)
        assert reasons() == [f"answer “yes” to: {QUESTION.ask}"]
        assert Entry.objects.get(kind="program.statement").subject == made.pk

    def test_an_earlier_end_is_kept(self) -> None:
        assert make_statement(ANN, QUESTION, drafted(expires=TODAY), NOW).expires == TODAY

    def test_what_is_wrong_is_refused_and_nothing_is_recorded(self) -> None:
        with pytest.raises(BadInput, match=r"\(words\) Write what a reader needs"):
            make_statement(ANN, QUESTION, drafted(words=""), NOW)
        assert size() == 0

    def test_the_day_is_that_of_the_organisation(self) -> None:
        with recording(ANN, "claim"):
            Profile.objects.create(id=PROFILE, name="Clinic", zone="Pacific/Auckland")
        assert today_here(NOW) == TODAY + timedelta(days=1)
        make_statement(ANN, QUESTION, drafted(period_to=TODAY + timedelta(days=1)), NOW)
        (said,) = [one.said for one in all_asked(READER, "physical")["physical"] if one.said]
        assert said.expires_at < datetime(2027, 11, 24, 11, tzinfo=UTC)

    def test_a_new_statement_ends_the_one_before_in_the_same_act(self) -> None:
        first = make_statement(ANN, QUESTION, DRAFT, NOW)
        before = size()
        second = make_statement(BEN, QUESTION, drafted(words="Four rooms."), NOW + timedelta(hours=1))
        first.refresh_from_db()
        assert (first.ended_at, first.ended_because) == (NOW + timedelta(hours=1), "replaced")
        assert size() == before + 3, "the head of the act, the old one, the new one"
        assert [row.pk for row in statements_of(QUESTION.id, READER)] == [second.pk, first.pk]

    def test_answers_to_other_questions_stay(self) -> None:
        make_statement(ANN, OTHER, DRAFT, NOW)
        make_statement(ANN, QUESTION, DRAFT, NOW)
        assert Statement.objects.filter(ended_at=None).count() == 2


@pytest.mark.usefixtures("home")
class TestGaps:
    @pytest.mark.parametrize("answer", [Answer.NO, Answer.PARTLY])
    def test_an_admitted_gap_opens_a_finding_in_the_same_act(self, answer: Answer) -> None:
        made = make_statement(ANN, QUESTION, drafted(answer), NOW)
        finding = Finding.objects.get()
        assert (finding.check_id, finding.safeguard, finding.item) == ("statement", "physical", QUESTION.id)
        assert finding.subject == reference(made.pk)
        assert finding.subject_name == "Locked rooms and racks"
        assert finding.reason == f"stated “{answer.value}”: {QUESTION.ask}"
        assert (finding.opened_at, finding.closed_at) == (NOW, None)
        assert len(reasons()) == 1

    @pytest.mark.parametrize("answer", [Answer.YES, Answer.NOT_APPLICABLE])
    def test_it_closes_when_the_question_is_answered_otherwise(self, answer: Answer) -> None:
        make_statement(ANN, QUESTION, drafted(Answer.NO), NOW)
        make_statement(ANN, QUESTION, drafted(answer), NOW + timedelta(hours=1))
        finding = Finding.objects.get()
        assert finding.closed_at == NOW + timedelta(hours=1)
        assert finding.closed_because == f"answered “{answer.value}”"

    def test_it_stays_as_old_as_it_is_while_the_gap_is_admitted_again(self) -> None:
        make_statement(ANN, QUESTION, drafted(Answer.NO), NOW)
        second = make_statement(ANN, QUESTION, drafted(Answer.PARTLY), NOW + timedelta(hours=1))
        finding = Finding.objects.get()
        assert (finding.opened_at, finding.closed_at) == (NOW, None)
        assert finding.subject == reference(second.pk)
        assert finding.reason.startswith("stated “partly”")

    def test_a_gap_that_comes_back_is_another_finding(self) -> None:
        for answer in (Answer.NO, Answer.YES, Answer.NO):
            make_statement(ANN, QUESTION, drafted(answer), NOW)
        assert Finding.objects.count() == 2
        assert Finding.objects.filter(closed_at=None).count() == 1

    def test_a_yes_opens_none(self) -> None:
        make_statement(ANN, QUESTION, DRAFT, NOW)
        assert not Finding.objects.exists()

    def test_an_assessment_leaves_it_open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        make_statement(ANN, QUESTION, drafted(Answer.NO), NOW)
        monkeypatch.setattr(assessing, "checks", list)
        assessing.assess(ANN, NOW + timedelta(days=1), clock=lambda: NOW + timedelta(days=1))
        assert Finding.objects.get().closed_at is None


@pytest.mark.usefixtures("home")
class TestReviewing:
    def test_a_second_person_says_what_they_think_of_it(self) -> None:
        made = make_statement(ANN, QUESTION, DRAFT, NOW)
        review_statement(BEN, made.pk, Review.DOUBTED, " The cellar was open. ", NOW + timedelta(days=1))
        made.refresh_from_db()
        assert (made.review, made.review_words, made.reviewed_by) == ("doubted", "The cellar was open.", BEN)
        assert made.reviewed_at == NOW + timedelta(days=1)
        assert reasons()[-1] == "review a statement: doubted"
        review_statement(BEN, made.pk, Review.AGREED, "It has a lock now.", NOW + timedelta(days=2))
        made.refresh_from_db()
        assert made.review == "agreed"

    def test_nobody_reviews_their_own(self) -> None:
        made = make_statement(ANN, QUESTION, DRAFT, NOW)
        before = size()
        with pytest.raises(Refused, match="Nobody reviews a statement of their own"):
            review_statement(ANN, made.pk, Review.AGREED, "Sure.", NOW)
        assert size() == before

    def test_a_review_needs_words(self) -> None:
        made = make_statement(ANN, QUESTION, DRAFT, NOW)
        with pytest.raises(BadInput, match="needs its reason"):
            review_statement(BEN, made.pk, Review.AGREED, " ", NOW)

    def test_what_has_ended_or_never_was_cannot_be_reviewed(self) -> None:
        made = make_statement(ANN, QUESTION, DRAFT, NOW)
        make_statement(ANN, QUESTION, DRAFT, NOW)
        with pytest.raises(Refused, match="has ended: replaced"):
            review_statement(BEN, made.pk, Review.AGREED, "Looked.", NOW)
        with pytest.raises(NotFound, match="no such statement"):
            review_statement(BEN, "k404", Review.AGREED, "Looked.", NOW)


@pytest.mark.usefixtures("home")
class TestWithdrawing:
    def test_it_ends_with_its_reason_and_so_does_the_gap_that_it_admitted(self) -> None:
        made = make_statement(ANN, QUESTION, drafted(Answer.NO), NOW)
        withdraw_statement(BEN, made.pk, " wrong building ", NOW + timedelta(days=1))
        made.refresh_from_db()
        assert (made.ended_at, made.ended_because) == (NOW + timedelta(days=1), "withdrawn: wrong building")
        finding = Finding.objects.get()
        assert finding.closed_at == NOW + timedelta(days=1)
        assert finding.closed_because == "the statement was withdrawn: wrong building"

    @pytest.mark.parametrize("reason", ["", " ", "x" * 151])
    def test_it_needs_a_reason_of_bounded_length(self, reason: str) -> None:
        made = make_statement(ANN, QUESTION, DRAFT, NOW)
        with pytest.raises(BadInput, match="without a reason"):
            withdraw_statement(ANN, made.pk, reason, NOW)
        assert Statement.objects.get().ended_at is None

    def test_it_ends_once(self) -> None:
        made = make_statement(ANN, QUESTION, DRAFT, NOW)
        withdraw_statement(ANN, made.pk, "x" * 150, NOW)
        with pytest.raises(Refused, match="has ended"):
            withdraw_statement(ANN, made.pk, "again", NOW)


# ── What is read ─────────────────────────────────────────────────────────────────────────────────────────


def state(now: datetime = NOW, viewer: Viewer = READER) -> State:
    return standing_of(catalogue()["physical"], viewer, now).state


@pytest.mark.usefixtures("home")
class TestReading:
    def test_a_safeguard_without_a_check_is_stated_once_all_its_questions_are_answered(self) -> None:
        assert state() is State.UNPROVEN
        make_statement(ANN, QUESTION, DRAFT, NOW)
        assert state() is State.UNPROVEN
        made = make_statement(ANN, OTHER, DRAFT, NOW)
        assert state() is State.STATED
        last = datetime.combine(made.expires, datetime.max.time(), tzinfo=UTC)
        assert state(last) is State.STATED
        assert state(last + timedelta(seconds=1)) is State.UNPROVEN
        review_statement(BEN, made.pk, Review.DOUBTED, "No.", NOW)
        assert state() is State.UNPROVEN
        make_statement(ANN, OTHER, drafted(Answer.PARTLY), NOW)
        assert state() is State.FAILING

    def test_not_applicable_takes_a_second_person(self) -> None:
        made = [make_statement(ANN, one, drafted(Answer.NOT_APPLICABLE), NOW) for one in (QUESTION, OTHER)]
        assert state() is State.UNPROVEN
        for one in made:
            review_statement(BEN, one.pk, Review.AGREED, "We have no rooms.", NOW)
        assert state() is State.NOT_APPLICABLE

    def test_a_past_day_shows_what_was_stated_then(self) -> None:
        for one in (QUESTION, OTHER):
            make_statement(ANN, one, DRAFT, NOW)
        then = utc_now()
        make_statement(ANN, QUESTION, drafted(Answer.NO), NOW)
        assert state() is State.FAILING
        with asof.viewing(asof.view_at(then)):
            assert state() is State.STATED
            assert len(statements_of(QUESTION.id, READER)) == 1

    def test_who_may_not_read_sees_nothing(self) -> None:
        make_statement(ANN, QUESTION, drafted(Answer.NO), NOW)
        assert state(viewer=MEMBER) is State.UNPROVEN
        assert all(line.said is None for line in lines(MEMBER, NOW))
        assert statements_of(QUESTION.id, MEMBER) == []

    def test_each_question_is_listed_with_who_answered_and_where_it_stands(self) -> None:
        with recording(ANN, "add somebody"):
            Person.objects.create(id="ann", name="Ann Example")
        make_statement(ANN, QUESTION, DRAFT, NOW)
        found = {line.question.id: line for line in lines(READER, NOW)}
        assert list(found) == list(questions())
        here = found[QUESTION.id]
        assert (here.by, here.condition, here.safeguard.id) == ("Ann Example", Condition.ANSWERED, "physical")
        assert found[OTHER.id].condition is Condition.UNANSWERED
        assert names_of([BEN, "terminal:root"], READER) == {
            BEN: BEN,
            "terminal:root": "root at the terminal",
        }

    @pytest.mark.parametrize(
        ("days", "doubted", "condition"),
        [
            (335, False, Condition.ANSWERED),
            (336, False, Condition.SOON),
            (365, False, Condition.SOON),
            (366, False, Condition.EXPIRED),
            (0, True, Condition.DOUBTED),
            (366, True, Condition.EXPIRED),
        ],
    )
    def test_an_answer_is_about_to_expire_thirty_days_ahead(
        self, days: int, doubted: bool, condition: Condition
    ) -> None:
        made = make_statement(ANN, QUESTION, DRAFT, NOW)
        if doubted:
            review_statement(BEN, made.pk, Review.DOUBTED, "No.", NOW)
        asked = all_asked(READER, "physical")["physical"][0]
        assert condition_of(asked.said, NOW + timedelta(days=days)) is condition

    def test_a_statement_has_a_page_an_entry_and_a_reference_that_readers_see(self) -> None:
        made = make_statement(ANN, QUESTION, DRAFT, NOW)
        assert address_of(reference(made.pk)) == f"/statements/made/{made.pk}/"
        assert visible(reference(made.pk), READER)
        assert not visible(reference(made.pk), MEMBER)
        entry = Entry.objects.get(kind="program.statement")
        assert entries_of([made], READER) == {made.pk: entry.index}
        assert entries_of([made], MEMBER) == {}

    def test_a_statement_of_a_question_that_is_no_longer_asked_counts_for_nothing(self) -> None:
        make_statement(ANN, replace(QUESTION, id="physical.gone"), drafted(Answer.NO), NOW)
        assert state() is State.UNPROVEN


# ── The terminal ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("home")
class TestTerminal:
    def told(self, id: str = "physical") -> dict[str, Any]:
        posture = json.loads(terminal.posture_now(READER).as_json())
        found: dict[str, Any] = next(one for one in posture["safeguards"] if one["id"] == id)
        return found

    def test_the_posture_as_json_tells_each_statement_apart_from_the_checks(self) -> None:
        now = utc_now()
        here = drafted(period_from=now.date(), period_to=now.date())
        for one in (QUESTION, OTHER):
            make_statement("terminal:ann", one, here, now)
        told = self.told()
        assert (told["status"], told["checks"]) == ("stated", [])
        assert told["statements"][0] == {
            "question": QUESTION.id,
            "asked": QUESTION.ask,
            "answer": "yes",
            "made_by": "ann at the terminal",
            "made_at": now.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "expires": (now.date() + timedelta(days=QUESTION.days)).isoformat(),
            "review": None,
        }
        assert self.told("mfa")["statements"] == []
        text = terminal.posture_now(READER).as_text()
        assert "1 stated by people, 0 proven" in text
        assert "stated    Locked rooms and racks" in text

    def test_an_admitted_gap_is_unmet_and_an_expired_answer_unknown(self) -> None:
        now = utc_now()
        posture = terminal.posture_now(READER)
        clean = replace(
            posture, standings=tuple(s for s in posture.standings if s.safeguard.id == "physical")
        )
        assert not clean.fails("unknown"), "a question that nobody has answered fails nothing"
        make_statement(ANN, QUESTION, drafted(period_from=TODAY, period_to=now.date()), now)

        def fails(limit: str, at: datetime) -> bool:
            rows = (standing_of(catalogue()["physical"], READER, at),)
            return replace(posture, standings=rows, as_of=at).fails(limit)

        assert not fails("unknown", now)
        assert fails("unknown", now + timedelta(days=400))
        assert not fails("unmet", now + timedelta(days=400))
        make_statement(ANN, QUESTION, drafted(Answer.NO, period_from=TODAY, period_to=now.date()), now)
        assert fails("unmet", now)
        assert not fails("", now)
