"""Who signs a decision: never who asked for it while another may, whatever they changed of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from duecare.errors import BadInput, Refused
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.actions import adopt_target
from duecare.program.approval_actions import approve
from duecare.program.approval_queries import decisions_about, version_of
from duecare.program.models import Decided
from duecare.program.unchanged import seen_entry
from duecare.risk.decisions import actions, saying
from duecare.risk.decisions.amounts import stricter
from duecare.risk.decisions.figures import amount_says
from duecare.risk.decisions.lists import listing, rows_for
from duecare.risk.decisions.models import RiskDecision
from duecare.risk.decisions.queries import asked_by, others_who_may_sign, reference, roles_of
from duecare.site import people
from duecare.site.models import User
from duecare.site.rights import viewer_of
from tests.people import PASSWORD, browser, sign_in
from tests.risk.decisions.decision_scene import add_scenario, draft, drawn, put, set_terms

pytestmark = pytest.mark.usefixtures("home")
ANY = 10**9


@pytest.fixture
def owner() -> Viewer:
    return sign_in(browser(), Role.OWNER)


def signs(viewer: Viewer, row: RiskDecision) -> None:
    name = reference(row.pk)
    approve(viewer, name, version_of(name, viewer).entry, Decided.APPROVED, "", None, utc_now())


def mine(viewer: Viewer) -> list[str]:
    """What the list shows as to be signed by this viewer."""
    (found,) = (one for one in listing(viewer, utc_now().date()).filters if one.key == "sign")
    assert callable(found.lookup)
    return [row.question for row in rows_for(viewer).filter(found.lookup("mine"))]


def test_who_changed_the_draft_asked_for_it_and_who_sent_it_back_did_not(owner: Viewer) -> None:
    set_terms()
    adopt_target(owner.actor, "risk_approver_signs", ANY, "Any.", utc_now())
    manager, editor = sign_in(browser(), Role.MANAGER), sign_in(browser(), Role.APPROVER)
    scenario = add_scenario()
    row = put(manager, drawn(manager, scenario))
    saying.send_back(owner, row.pk, "Ask it otherwise.", utc_now())
    said = draft(scenario, question="Do we pay in pairs?")
    row = actions.change(editor, row.pk, said, seen_entry(row), utc_now())
    row = put(manager, row)
    assert set(asked_by(row)) == {manager.actor, editor.actor}
    with pytest.raises(BadInput, match="changed or put themselves"):
        put(manager, drawn(editor, add_scenario("Another")), editor.person)
    with pytest.raises(Refused, match="themselves"):
        signs(editor, row)
    assert (mine(editor), mine(owner)) == ([], ["Do we pay in pairs?"])
    signs(owner, row)
    assert mine(owner) == []


def test_several_who_asked_do_not_wait_for_each_other_where_nobody_else_may_sign(owner: Viewer) -> None:
    set_terms()
    second = sign_in(browser(), Role.OWNER)
    row = put(second, drawn(owner, add_scenario()))
    assert others_who_may_sign(row, owner.actor, utc_now().date()) == []
    assert mine(owner) == mine(second) == [row.question]
    signs(owner, row)
    (shown,) = decisions_about([reference(row.pk)], owner)[reference(row.pk)]
    assert shown.approval.alone
    row = put(second, drawn(owner, add_scenario("Another")))
    third = sign_in(browser(), Role.OWNER)
    for one in (owner, second):
        with pytest.raises(Refused, match="themselves"):
            signs(one, row)
    signs(third, row)
    (shown,) = decisions_about([reference(row.pk)], owner)[reference(row.pk)]
    assert not shown.approval.alone


def test_whom_any_of_those_who_asked_let_in_signs_only_after_thirty_days(owner: Viewer) -> None:
    set_terms()
    manager = sign_in(browser(), Role.MANAGER)
    person = people.add_user(owner.actor, "nadia@clinic.example", "Nadia Sharif", PASSWORD, Role.OWNER)
    newcomer = viewer_of(User.objects.get(person=person.pk), utc_now())
    row = put(manager, drawn(owner, add_scenario()))
    with pytest.raises(Refused, match="less than 30 days ago"):
        signs(newcomer, row)  # who put it has nothing to do with their account; who drew it up has
    assert mine(newcomer) == []
    row = put(manager, drawn(manager, add_scenario("Another")))
    assert mine(newcomer) == [row.question]
    signs(newcomer, row)


def test_what_nobody_estimated_is_signed_by_an_owner_only_and_named(owner: Viewer) -> None:
    set_terms()
    adopt_target(owner.actor, "risk_approver_signs", ANY, "Any.", utc_now())
    manager, approver = sign_in(browser(), Role.MANAGER), sign_in(browser(), Role.APPROVER)
    first, unknown = add_scenario(), add_scenario("Fire", rate=[1_000, 2_000, 3_000])
    row = put(manager, drawn(manager, first))
    assert roles_of(row) == (Role.OWNER, Role.APPROVER)
    row = put(manager, drawn(manager, first, scenarios=(first.pk, unknown.pk), question="And fire?"))
    assert roles_of(row) == (Role.OWNER,)
    assert "what nobody estimated: R-2 Fire. So only an owner signs." in amount_says(row)
    assert "And fire?" not in mine(approver)
    with pytest.raises(Refused, match="owner"):
        signs(approver, row)
    signs(owner, row)


def test_of_two_limits_the_stricter_holds() -> None:
    assert stricter({"approver": 5, "manager": 0}, {"approver": 3, "manager": 9}) == {
        "approver": 3,
        "manager": 0,
    }
    assert stricter({"approver": 5}, {}) == {"approver": 5}


def test_only_an_owner_sets_who_signs_how_much_on_the_page_and_by_program(owner: Viewer) -> None:
    manager: Client = browser()
    viewer = sign_in(manager, Role.MANAGER)
    address = "/settings/targets/risk_manager_signs/"
    assert manager.get(address).status_code == 403
    assert manager.post(address, {"value": 5, "reason": "Us."}).status_code == 403
    page = manager.get("/settings/").content.decode()
    assert address not in page
    assert "/settings/targets/security_update_days/" in page
    with pytest.raises(Refused, match="Only an owner"):
        adopt_target(viewer.actor, "risk_approver_signs", 5, "Us.", utc_now() + timedelta(days=1))
    client: Client = browser()
    sign_in(client, Role.OWNER)
    assert client.post(address, {"value": 5, "reason": "Us."}).status_code == 302
