"""The public trust page: chosen, approved, told with its freshness, and the same for everybody."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from duecare.assurance import trust
from duecare.assurance.trust_actions import check_contact, choose
from duecare.errors import BadInput, DuecareError
from duecare.ledger import sealing
from duecare.ledger.models import Entry, Head
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.actions import change_profile
from duecare.program.approval_actions import approve
from duecare.program.approval_queries import version_of
from duecare.program.models import Answer, Assessment, Decided, Profile, Review, TrustPage
from duecare.program.questions import questions
from duecare.program.statement_actions import Draft, make_statement, review_statement
from duecare.site import doors, trust_pages
from tests.people import browser, sign_in

ACTOR = "terminal:test"
CONTACT = "security@clinic.example"


@pytest.fixture
def owner(home: Path) -> tuple[Client, Viewer]:
    cache.clear()
    with recording(ACTOR, "begin"):
        Profile.objects.create(id="profile", name="Riverside Clinic", computers=40)
    client = browser()
    return client, sign_in(client, Role.OWNER)


@pytest.fixture
def approver(owner: tuple[Client, Viewer]) -> Viewer:
    return sign_in(browser(), Role.APPROVER)


def pick(*chosen: str, **values: Any) -> TrustPage:
    given = {"shown": True, "words": "", "contact": CONTACT, "indexable": False, **values}
    return choose("person:asker", chosen=chosen, now=utc_now(), **given)


def decide(viewer: Viewer, decided: Decided = Decided.APPROVED) -> None:
    version = version_of(trust.REFERENCE, viewer)
    approve(viewer, trust.REFERENCE, version.entry, decided, "read", None, utc_now())


def page(**headers: Any) -> str:
    answer = browser().get("/trust/", **headers)
    assert answer.status_code == 200
    return answer.content.decode()


def state(id: str, answer: Answer = Answer.YES, days: int = 30) -> str:
    day = utc_now().date()
    draft = Draft(answer, "All of it.", "", day, day, expires=day + timedelta(days=days))
    made: str = make_statement(ACTOR, questions()[id], draft, utc_now()).pk
    return made


class TestPublishing:
    def test_nothing_is_public_before_it_is_chosen_and_approved(
        self, owner: tuple[Client, Viewer], approver: Viewer
    ) -> None:
        assert browser().get("/trust/").status_code == 404
        pick("assessed")
        assert browser().get("/trust/").status_code == 404
        decide(approver)
        assert "Riverside Clinic" in page()

    def test_a_refused_choice_is_not_public(self, owner: tuple[Client, Viewer], approver: Viewer) -> None:
        pick("assessed")
        decide(approver, Decided.REFUSED)
        assert browser().get("/trust/").status_code == 404

    def test_a_later_choice_waits_for_its_own_approval_while_the_approved_one_stays(
        self, owner: tuple[Client, Viewer], approver: Viewer
    ) -> None:
        pick("assessed", words="As approved.")
        decide(approver)
        pick("assessed", "reach", words="Not yet approved.")
        assert "As approved." in page()
        assert "How far the checks reach" not in page()
        decide(approver)
        assert "Not yet approved." in page()
        assert "How far the checks reach" in page()

    def test_taking_it_down_needs_nobody_and_what_was_approved_before_does_not_come_back(
        self, owner: tuple[Client, Viewer], approver: Viewer
    ) -> None:
        pick("assessed")
        decide(approver)
        page()
        pick("assessed", shown=False)
        assert browser().get("/trust/").status_code == 404
        with pytest.raises(DuecareError):
            decide(approver)  # there is nothing to publish
        pick("assessed")
        assert browser().get("/trust/").status_code == 404
        decide(approver)
        page()

    def test_choosing_is_an_act_and_the_same_choice_none(self, owner: tuple[Client, Viewer]) -> None:
        row = pick("assessed")
        assert Entry.objects.filter(kind=trust.KIND, subject=row.pk).count() == 1
        size = Head.objects.get().size
        pick("assessed")
        assert Head.objects.get().size == size

    def test_an_approval_of_something_else_than_the_entry_holds_publishes_nothing(
        self, owner: tuple[Client, Viewer], approver: Viewer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        pick("assessed")
        decide(approver)
        monkeypatch.setattr(trust, "commit", lambda *parts: b"another")
        assert browser().get("/trust/").status_code == 404

    @pytest.mark.parametrize(
        "values",
        [
            {"chosen": ["safeguard:nothing"]},
            {"chosen": ["secrets"]},
            {"chosen": ["report:../../x"]},
            {"chosen": []},
            {"contact": ""},
            {"contact": "javascript:alert(1)"},
            {"contact": "http://clinic.example/"},
            {"contact": "https://user@clinic.example/"},
            {"contact": "not an address"},
        ],
    )
    def test_what_cannot_be_shown_is_refused(
        self, owner: tuple[Client, Viewer], values: dict[str, Any]
    ) -> None:
        given = {"chosen": ["assessed"], "contact": CONTACT, **values}
        with pytest.raises(BadInput):
            choose(ACTOR, shown=True, words="", indexable=False, now=utc_now(), **given)
        assert not TrustPage.objects.exists()

    def test_contacts_are_mail_or_https(self) -> None:
        for text in (CONTACT, "https://clinic.example/report?x=1"):
            assert check_contact(f" {text} ") == text


class TestFacts:
    def told(self, *chosen: str, after: timedelta = timedelta(0)) -> dict[str, trust.Line]:
        parts = trust.tell(chosen, utc_now() + after)
        return {line.title: line for part in parts for line in part.lines}

    def test_a_stated_safeguard_is_stated_until_its_day_and_then_not_confirmed_since(
        self, owner: tuple[Client, Viewer], approver: Viewer
    ) -> None:
        for id in (one.id for one in questions().values() if one.safeguard == "physical"):
            state(id)
        (line,) = self.told("safeguard:physical").values()
        assert (line.state, line.confirmed, line.day) == ("stated", True, utc_now().date())
        assert "counts until" in line.words
        (late,) = self.told("safeguard:physical", after=timedelta(days=40)).values()
        assert (late.state, late.confirmed) == ("unproven", False)
        assert late.day == utc_now().date() + timedelta(days=30)
        pick("safeguard:physical")
        decide(approver)
        assert re.search(r"Stated.*confirmed", page(), re.DOTALL)

    def test_an_admitted_gap_and_a_doubt_are_not_confirmed_and_say_no_more(
        self, owner: tuple[Client, Viewer], approver: Viewer
    ) -> None:
        state("mfa.cloud", Answer.NO)
        doubted = state("edr.covered")
        review_statement(approver.actor, doubted, Review.DOUBTED, "31 of 40 only", utc_now())
        pick("safeguard:mfa", "safeguard:edr", "safeguard:patching")
        decide(approver)
        text = page()
        for line in self.told("safeguard:mfa", "safeguard:edr", "safeguard:patching").values():
            assert not line.confirmed
            assert line.state == "unproven"
        assert text.count('<li class="unconfirmed">') == 3
        assert "Failing" not in text
        assert "31 of 40" not in text
        assert "All of it." not in text

    def test_nothing_that_was_not_chosen_is_told(
        self, owner: tuple[Client, Viewer], approver: Viewer
    ) -> None:
        pick("safeguard:mfa")
        decide(approver)
        text = page()
        assert "Patching" not in text
        assert "computers seen" not in text
        assert approver.name not in text

    def test_checks_and_checkpoint_grow_stale(self, owner: tuple[Client, Viewer]) -> None:
        assert not self.told("assessed")["Checks"].confirmed
        with recording(ACTOR, "assess"):
            Assessment.objects.create(
                id=new_key(), started_at=utc_now(), finished_at=utc_now(), program="test"
            )
        sealing.checkpoint()
        fresh = self.told("assessed", "checkpoint", "counts", "reach")
        assert all(line.confirmed for line in fresh.values())
        assert "Nothing is confirmed as held outside yet" in fresh["Record"].words
        assert "of about 40" in fresh["How far the checks reach"].words
        late = self.told("assessed", "checkpoint", "counts", "reach", after=timedelta(days=8))
        assert not any(line.confirmed for line in late.values())
        assert {line.day for line in late.values()} == {utc_now().date()}

    def test_an_obligation_that_no_longer_applies_is_not_confirmed_rather_than_gone(
        self, owner: tuple[Client, Viewer]
    ) -> None:
        change_profile(ACTOR, facts={"eu_gdpr_scope": True})
        ids = [id for id, _name in trust.offered_obligations()]
        assert "obligation:eu-gdpr" in ids
        (line,) = self.told("obligation:eu-gdpr").values()
        assert (line.confirmed, line.day) == (True, utc_now().date())
        change_profile(ACTOR, facts={"eu_gdpr_scope": False})
        (line,) = self.told("obligation:eu-gdpr").values()
        assert not line.confirmed

    def test_a_fact_that_this_release_does_not_know_is_told_as_not_confirmed(
        self, owner: tuple[Client, Viewer]
    ) -> None:
        found = self.told("safeguard:gone", "obligation:gone", "report:gone")
        assert [line.confirmed for line in found.values()] == [False]
        assert len(trust.tell(("safeguard:gone", "obligation:gone", "report:gone"), utc_now())) == 3


class TestServing:
    @pytest.fixture(autouse=True)
    def open(self, owner: tuple[Client, Viewer], approver: Viewer) -> None:
        self.owner = owner[0]
        pick("assessed", words="We <b>care</b>.", contact="https://clinic.example/report")
        decide(approver)

    def test_it_is_the_same_for_everybody_sets_no_cookie_and_may_be_kept_a_minute(self) -> None:
        answer = browser().get("/trust/")
        assert answer["Cache-Control"] == "public, max-age=60"
        assert not answer.cookies
        assert "Cookie" not in answer.get("Vary", "")
        assert answer["Content-Security-Policy"] == doors.content_security_policy()
        assert answer["X-Robots-Tag"] == "noindex, nofollow"
        assert self.owner.get("/trust/").content == answer.content
        assert browser().head("/trust/").status_code == 200
        assert browser().post("/trust/").status_code == 405

    def test_what_the_organisation_says_is_text(self) -> None:
        assert "We &lt;b&gt;care&lt;/b&gt;." in page()
        assert 'href="https://clinic.example/report" rel="nofollow"' in page()

    def test_it_knows_no_past_days(self) -> None:
        assert browser().get("/trust/?as_of=2026-01-01").status_code == 400
        assert browser().get("/trust/?utm_source=x").status_code == 200

    def test_search_engines_may_list_it_by_choice(self, approver: Viewer) -> None:
        pick("assessed", indexable=True)
        decide(approver)
        assert browser().get("/trust/")["X-Robots-Tag"] == "all"

    def test_an_address_that_asks_without_end_is_put_off_and_others_are_not(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(trust_pages, "ASKED_A_MINUTE", 3)
        client = browser()
        statuses = [client.get("/trust/", REMOTE_ADDR="203.0.113.9").status_code for _ in range(5)]
        assert statuses == [200, 200, 200, 429, 429]
        assert client.get("/trust/", REMOTE_ADDR="203.0.113.10").status_code == 200

    def test_reading_it_writes_nothing_on_the_record(self) -> None:
        size = Head.objects.get().size
        page()
        browser().get("/trust/?as_of=x")
        assert Head.objects.get().size == size


class TestSettings:
    SENT = {
        "shown": "on", "general": ["assessed", "counts"], "safeguards": ["safeguard:mfa"],
        "contact": CONTACT, "words": "Hello.",
    }  # fmt: skip

    def test_an_owner_chooses_previews_and_sends_it_to_an_approver(
        self, owner: tuple[Client, Viewer]
    ) -> None:
        client = owner[0]
        assert client.get("/settings/trust/preview/").status_code == 404
        assert client.post("/settings/trust/", self.SENT).status_code == 302
        assert TrustPage.objects.get().chosen == ["assessed", "counts", "safeguard:mfa"]
        shown = client.get("/settings/trust/").content.decode()
        assert "waits for approval" in shown
        preview = client.get("/settings/trust/preview/").content.decode()
        assert "Preview of what was last chosen." in preview
        assert "Multi-factor" in preview
        told = client.get(f"/approvals/{trust.REFERENCE}/").content.decode()
        assert "When the checks last ran" in told
        assert "ublic trust page" in told

    def test_others_read_the_settings_and_choose_nothing(self, owner: tuple[Client, Viewer]) -> None:
        pick("assessed")
        for role in (Role.MANAGER, Role.APPROVER):
            client = browser()
            sign_in(client, role)
            assert "Record the choice" not in client.get("/settings/trust/").content.decode()
            assert client.get("/settings/trust/preview/").status_code == 200
            assert client.post("/settings/trust/", self.SENT).status_code == 404
        assert TrustPage.objects.get().words == ""

    @pytest.mark.parametrize(
        "wrong", [{"contact": "x"}, {"general": ["secret"]}, {"safeguards": ["obligation:eu-gdpr"]}]
    )
    def test_what_is_wrong_is_said_beside_the_form(
        self, owner: tuple[Client, Viewer], wrong: dict[str, Any]
    ) -> None:
        answer = owner[0].post("/settings/trust/", {**self.SENT, **wrong})
        assert answer.status_code == 400
        assert not TrustPage.objects.exists()

    def test_an_obligation_that_was_chosen_and_no_longer_applies_can_be_taken_away(
        self, owner: tuple[Client, Viewer]
    ) -> None:
        pick("assessed", "obligation:eu-gdpr")
        assert 'value="obligation:eu-gdpr"' in owner[0].get("/settings/trust/").content.decode()
        assert owner[0].post("/settings/trust/", self.SENT).status_code == 302
        assert "obligation:eu-gdpr" not in TrustPage.objects.get().chosen
