"""That a notice is not owed counts once somebody signed it, and no longer once its grounds have changed."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from duecare.errors import BadInput
from duecare.incidents.decisions.actions import Draft, end_decision, put_down
from duecare.incidents.decisions.queries import reference
from duecare.incidents.models import Case, CaseDecision, CaseRole, TimelineEntry
from duecare.incidents.notices.boards import CaseBoard, case_board
from duecare.incidents.notices.clock_actions import set_place
from duecare.incidents.notices.showing import Group
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key
from duecare.ledger.viewers import Role
from duecare.program.approval_actions import approve
from duecare.program.approval_queries import version_of
from duecare.program.models import Decided
from duecare.program.unchanged import seen_entry
from tests.incidents import clinic
from tests.incidents.clinic import FRIDAY, TERMINAL
from tests.people import browser, sign_in

GDPR = "eu-gdpr.authority"
NOW = FRIDAY + timedelta(hours=2)


def test_not_reportable_is_signed_and_falls_with_an_answer_on_which_it_rests(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
    owner, approver = browser(), browser()
    with clinic.at(NOW):
        asker = sign_in(owner, Role.MANAGER)
        signer = sign_in(approver, Role.APPROVER)
        clinic.aware(case)
        clinic.answer(case, "personal_data_breach", True)

        def board() -> CaseBoard:
            return case_board(case, signer, NOW)

        assert [one.id for one in board().board[Group.RUNNING] if one.id == GDPR] == [GDPR]
        address = f"/incidents/cases/{case.pk}/clocks/{GDPR}/decide/"
        page = owner.get(address).content.decode()
        assert "Is this notice owed?" in page
        assert owner.post(address, {"owed": "no"}).status_code == 400
        sent = {"owed": "no", "words1": "It may be read.", "words2": "Keys are safe.", "reasons": "No risk."}
        answered = owner.post(address, sent)
        assert answered.status_code == 302
        made = CaseDecision.objects.get()
        assert made.reportable is False
        assert {"fact": "risk_to_individuals", "value": None, "rests": True} in made.known
        assert {"fact": "personal_data_breach", "value": True, "rests": True} in made.known
        assert TimelineEntry.objects.filter(kind="decision", about=reference(made.pk)).count() == 1

        # Nobody signed: the clock goes on, and the page says so.
        assert [one.id for one in board().board[Group.RUNNING] if one.id == GDPR] == [GDPR]
        shown = owner.get(answered["Location"]).content.decode()
        assert "Asked for, not decided" in shown
        assert "the clock goes on" in shown
        version = version_of(reference(made.pk), signer)
        assert approver.get(f"/approvals/{reference(made.pk)}/decide/").status_code == 200
        approve(signer, reference(made.pk), version.entry, Decided.APPROVED, "", None, NOW)
        decided = board().board[Group.DECIDED]
        assert [(one.id, bool(one.limits)) for one in decided] == [(GDPR, True)], "its limit stays in view"
        page = owner.get(f"/incidents/cases/{case.pk}/clocks/").content.decode()
        assert "Decided: not to be reported" in page

        # An answer on which it rested becomes known: it no longer silences the clock.
        clinic.answer(case, "risk_to_individuals", "likely")
        assert not board().board[Group.DECIDED]
        shown = owner.get(answered["Location"]).content.decode()
        assert "Rests on an answer that changed since" in shown
        assert "It was not known, and is likely." in shown
        end_decision(asker.actor, made.pk, "There is a risk after all.", NOW)
        assert "There is a risk after all." in owner.get(answered["Location"]).content.decode()


def test_what_was_signed_before_the_clock_began_or_for_another_place_does_not_silence_it(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
    with clinic.at(NOW):
        asker, signer = sign_in(browser(), Role.MANAGER), sign_in(browser(), Role.APPROVER)
        clinic.answer(case, "personal_data_breach", True)

        def sign() -> CaseDecision:
            draft = Draft("Owed?", [("Yes", ""), ("No", "")], "No", "No risk.", clock=GDPR, reportable=False)
            made = put_down(asker.actor, case.pk, draft, NOW)
            entry = version_of(reference(made.pk), signer).entry
            approve(signer, reference(made.pk), entry, Decided.APPROVED, "", None, NOW)
            return made

        def decided() -> list[str]:
            return [one.id for one in case_board(Case.objects.get(), signer, NOW).board[Group.DECIDED]]

        early = sign()
        assert {"fact": "event.awareness", "value": None, "rests": True} in early.known
        assert decided() == [GDPR]
        clinic.aware(case)
        assert decided() == [], "its clock began only afterwards"
        sign()
        assert decided() == [GDPR]
        seen = seen_entry(Case.objects.get())
        set_place(asker.actor, case.pk, "FR", seen, NOW)
        assert decided() == [], "it counts elsewhere now"


def test_a_member_with_a_role_works_on_the_case_and_sees_what_was_signed_and_others_see_nothing(
    home: Path,
) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
    inside, outside, approver = browser(), browser(), browser()
    with clinic.at(NOW):
        member, _stranger = sign_in(inside, Role.MEMBER), sign_in(outside, Role.MEMBER)
        signer = sign_in(approver, Role.APPROVER)
        with recording(TERMINAL, "give a role"):
            CaseRole.objects.create(
                id=new_key(), case=case, role="scribe", person_id=member.person, since=NOW, made_by=TERMINAL
            )
        clinic.aware(case)
        clinic.answer(case, "personal_data_breach", True)
        draft = Draft("Owed?", [("Yes", ""), ("No", "")], "No", "No risk.", clock=GDPR, reportable=False)
        made = put_down(member.actor, case.pk, draft, NOW)
        entry = version_of(reference(made.pk), signer).entry
        approve(signer, reference(made.pk), entry, Decided.APPROVED, "", None, NOW)
        for path in (
            "board/",
            f"cases/{case.pk}/clocks/",
            f"decisions/{made.pk}/",
            f"cases/{case.pk}/notices/",
        ):
            page = inside.get(f"/incidents/{path}")
            assert page.status_code == 200, path
            assert outside.get(f"/incidents/{path}").status_code == 404, path
        page = inside.get(f"/incidents/cases/{case.pk}/clocks/").content.decode()
        assert "Decided: not to be reported" in page
        answered = inside.post(
            f"/incidents/cases/{case.pk}/clocks/answer/affected_individuals/", {"value": "7", "seen": ""}
        )
        assert answered.status_code == 302
        address = f"/incidents/cases/{case.pk}/clocks/answer/profile.eu_gdpr_scope/"
        assert inside.post(address, {"value": "no"}).status_code == 403, "of the organisation, they may not"


def test_a_decision_of_another_kind_has_options_and_reasons_and_a_refusal_ends_it(home: Path) -> None:
    with clinic.at(FRIDAY):
        clinic.found()
        case = clinic.case()
    owner, approver = browser(), browser()
    with clinic.at(NOW):
        sign_in(owner, Role.MANAGER)
        signer = sign_in(approver, Role.APPROVER)
        sent = {
            "question": "Do we pay?", "option1": "Pay", "words1": "", "option2": "Do not pay",
            "words2": "<b>They come back.</b>", "option3": "", "words3": "", "chosen": "2",
            "reasons": "The backups hold.", "known_words": "",
        }  # fmt: skip
        address = f"/incidents/cases/{case.pk}/decisions/new/"
        assert owner.post(address, {**sent, "chosen": "3"}).status_code == 400
        answered = owner.post(address, sent)
        page = owner.get(answered["Location"]).content.decode()
        assert "&lt;b&gt;They come back.&lt;/b&gt;" in page
        made = CaseDecision.objects.get()
        version = version_of(reference(made.pk), signer)
        approve(
            signer, reference(made.pk), version.entry, Decided.REFUSED, "Ask the insurer first.", None, NOW
        )
        made.refresh_from_db()
        assert made.ended_because == "refused by whoever decides"
        with pytest.raises(BadInput, match="two options"):
            put_down(TERMINAL, case.pk, Draft("Why?", [("A", ""), ("A", "")], "A", "Because."), NOW)
        pair = [("A", ""), ("B", "")]
        none = Draft("Why?", pair, "A", "Because.", clock="eu-gdpr.none", reportable=True)
        with pytest.raises(BadInput, match="no clock"):
            put_down(TERMINAL, case.pk, none, NOW)
