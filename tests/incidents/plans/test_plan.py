"""A plan is made answer by answer, approved as one entry, and a case keeps the version that it ran under."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from duecare.errors import BadInput, NotFound, Refused
from duecare.incidents.cases.actions import open_case
from duecare.incidents.plans import changes
from duecare.incidents.plans.actions import ROOM_FOR, review_plan, save_fields, save_plan
from duecare.incidents.plans.checks import plan_approved
from duecare.incidents.plans.models import Plan
from duecare.incidents.plans.queries import (
    READER,
    REFERENCE,
    approved_entry,
    find_plan,
    plan_content,
    version_at,
)
from duecare.incidents.plans.shipped import shipped
from duecare.incidents.plans.sources import plans
from duecare.incidents.plans.telling import editions, people_named, role_lines, standing_of
from duecare.ledger import asof
from duecare.ledger.models import Entry
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.approval_actions import approve
from duecare.program.approval_queries import version_of
from duecare.program.models import Decided
from duecare.program.people_models import Right
from duecare.program.task_queries import today_at
from duecare.program.unchanged import seen_entry
from tests.people import browser, sign_in

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture(autouse=True)
def cheap_passwords() -> Iterator[None]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


def newest() -> int:
    row = find_plan(READER)
    return -1 if row is None else seen_entry(row)


def save(viewer: Viewer, **values: Any) -> Plan:
    return save_fields(viewer.actor, values, newest(), utc_now())


def whole(viewer: Viewer) -> Plan:
    """A plan that can be approved, led by the viewer."""
    save(viewer, scope="All of it.")
    plan = save(viewer, meeting="The kitchen.")
    roles = [{**one, "person": viewer.person} for one in plan.roles]
    return save(viewer, roles=roles)


def decide(viewer: Viewer) -> int:
    entry = version_of(REFERENCE, viewer).entry
    approve(viewer, REFERENCE, entry, Decided.APPROVED, "", None, utc_now())
    return entry


def test_from_the_first_answer_to_a_case_that_keeps_its_version() -> None:
    manager, owner = sign_in(browser(), Role.MANAGER), sign_in(browser(), Role.OWNER)
    assert plan_content(None) == shipped()
    assert approved_entry() is None

    first = save(manager, scope="All of it.")
    assert set(first.playbooks) == set(shipped().playbooks), "what ships is in it from the first answer on"
    with pytest.raises(Refused, match="not whole yet: Meeting place, Roles"):
        decide(owner)

    whole(manager)
    as_owner = Viewer(manager.actor, manager.name, frozenset({Role.OWNER}), manager.person)
    with pytest.raises(Refused, match="for themselves"):
        decide(as_owner)
    entry = decide(owner)
    assert approved_entry() == entry == newest()
    assert plan_content(None).meeting == "The kitchen."
    assert standing_of(owner).state == "approved"

    case = open_case(manager.actor, utc_now(), title="Something")
    with recording(manager.actor, "pin"):
        case.plan_entry = entry
        case.save()
    before = utc_now()
    save(manager, meeting="The boiler room.", playbooks=changes.without_playbook(first.playbooks, "insider"))
    assert standing_of(owner).state == "asked", "changed since it was approved, and it says so"
    assert plan_content(None).meeting == "The kitchen.", "a new case still has the approved version"
    assert plan_content(case).meeting == "The kitchen."

    later = decide(owner)
    assert plan_content(None).meeting == "The boiler room."
    assert plan_content(case).meeting == "The kitchen.", "the case keeps what it ran under"
    assert "insider" in plan_content(case).playbooks
    assert version_at(later) == plan_content(None)
    assert version_at(Entry.objects.filter(kind="incidents.case").first().index) is None

    told = editions(owner, 10)
    assert told[0].changed == "meeting place, playbooks (Misuse by an insider)"
    assert told[0].approved == owner.name
    assert told[1].changed.startswith("roles (Leads the response")
    assert told[-1].changed == "the first version that is kept"
    with asof.viewing(asof.view_at(before)):
        assert standing_of(owner).state == "approved"
        assert plan_content(None).meeting == "The kitchen."
        assert editions(owner, 10) == told[1:]


def test_who_has_a_role_and_no_right_any_more_is_named_and_the_check_says_so() -> None:
    manager, owner = sign_in(browser(), Role.MANAGER), sign_in(browser(), Role.OWNER)
    roles = whole(manager).roles
    deputies = [{**one, "deputy": owner.person if one["id"] == "lead" else ""} for one in roles]
    save(manager, roles=deputies)
    decide(owner)
    (subject,) = plans(utc_now())
    assert not plan_approved(subject.facts, None).unmet
    with recording("terminal:test", "they leave"):
        Right.objects.filter(person=manager.person).update(ended_at=utc_now())
    (subject,) = plans(now := utc_now())
    (gap,) = plan_approved(subject.facts, None).unmet
    assert "no longer has a right here: " in gap.reason
    assert "Decides for the organisation" in gap.reason
    assert "Leads the response" not in gap.reason, "the deputy is still here"
    told = role_lines(plan_content(None), people_named(plan_content(None), owner, today_at(now)))
    assert (told[0].person, told[0].deputy) == (f"{manager.name} (no longer has a right here)", owner.name)


def test_two_people_do_not_overwrite_each_other_and_saving_the_same_makes_no_version() -> None:
    manager = sign_in(browser(), Role.MANAGER)
    save(manager, scope="One.")
    seen = newest()
    save(manager, scope="One.")
    assert newest() == seen
    save(manager, scope="Two.")
    with pytest.raises(Refused, match="changed this while you wrote"):
        save_fields(manager.actor, {"scope": "Three."}, seen, utc_now())
    with pytest.raises(Refused, match="changed this while you wrote"):
        save_fields(manager.actor, {"scope": "As if there were none."}, -1, utc_now())
    found = find_plan(READER)
    assert found is not None
    assert found.scope == "Two."


def test_a_plan_that_no_entry_holds_is_refused_and_what_was_there_stays() -> None:
    manager = sign_in(browser(), Role.MANAGER)
    save(manager, scope="One.")
    with pytest.raises(BadInput, match="bytes long; it may be 56,000"):
        save(manager, words="ü" * (ROOM_FOR // 2))
    save(manager, words="x" * 4000, scope="y" * 4000, meeting="z" * 4000)
    assert plan_content(None) == shipped()


def test_who_reads_the_approved_plan_again_says_so_and_nothing_else_counts() -> None:
    owner, manager = sign_in(browser(), Role.OWNER), sign_in(browser(), Role.MANAGER)
    whole(manager)
    with pytest.raises(Refused, match="not approved"):
        review_plan(manager.actor, newest(), "", utc_now())
    entry = decide(owner)
    review_plan(manager.actor, entry, "Read it aloud.", later := utc_now() + timedelta(days=300))
    assert standing_of(owner).looked_at == later
    save(manager, words="More.")
    with pytest.raises(Refused, match="not approved"):
        review_plan(manager.actor, newest(), "", utc_now())
    decide(owner)
    assert standing_of(owner).review is None
    with pytest.raises(Refused, match="changed while you read"):
        review_plan(manager.actor, entry, "", utc_now())


def test_roles_playbooks_and_steps_are_changed_one_at_a_time() -> None:
    manager = sign_in(browser(), Role.MANAGER)
    own = {"name": "Fire in the server room", "signs": "Smoke.", "never": ["Do not go in."]}

    def more(plan: Plan) -> None:
        plan.roles = changes.with_role(plan.roles, "", {"name": "Speaks French", "duties": "Translates."})
        plan.playbooks = changes.with_playbook(plan.playbooks, "fire", own)
        step = {"what": "Get out.", "phase": "contain", "role": "speaks-french", "minutes": 1}
        plan.playbooks["fire"] = changes.with_step(plan.playbooks["fire"], "", 1, step)
        plan.playbooks["fire"] = changes.with_step(plan.playbooks["fire"], "", 1, {**step, "what": "Shout."})

    plan = save_plan(manager.actor, more, newest(), utc_now())
    fire = plan.playbooks["fire"]
    assert [one["what"] for one in fire["steps"]] == ["Shout.", "Get out."]
    moved = changes.with_step(fire, "shout", 2, {"what": "Shout!"})
    assert [one["what"] for one in moved["steps"]] == ["Get out.", "Shout!"]
    with pytest.raises(Refused, match="has steps of this role"):
        changes.without_role(plan.roles, plan.playbooks, "speaks-french")
    rest = changes.without_playbook(plan.playbooks, "fire")
    assert len(changes.without_role(plan.roles, rest, "speaks-french")) == 6
    assert changes.without_step(fire, "shout")["steps"] == [fire["steps"][1]]
    for act in (
        lambda: changes.without_step(fire, "no"),
        lambda: changes.without_playbook(rest, "fire"),
        lambda: changes.with_role(plan.roles, "no", {}),
    ):
        with pytest.raises(NotFound):
            act()
    assert changes.slug("Add", []) == "add-2"
    assert changes.slug("€", ["own"]) == "own-2"
