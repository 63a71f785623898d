"""Decisions drawn up, put, signed by amount, sent back, spoken of, withdrawn; what was known stays apart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duecare.errors import BadInput, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.actions import adopt_target
from duecare.program.approval_actions import approve
from duecare.program.approval_queries import decisions_about, version_of
from duecare.program.models import Decided, Task
from duecare.program.unchanged import seen_entry
from duecare.risk.decisions import actions, putting, saying
from duecare.risk.decisions.drafts import Option
from duecare.risk.decisions.lists import rows_for
from duecare.risk.decisions.models import DecisionWord, RiskDecision
from duecare.risk.decisions.queries import addressee_of, condition_of, decision_called, reference
from duecare.risk.decisions.replaying import Verdict
from duecare.risk.decisions.since import recorded_since
from duecare.risk.models import Effect, Estimate
from tests.people import browser, sign_in
from tests.risk.decisions.decision_scene import (
    add_measure,
    add_scenario,
    draft,
    drawn,
    estimate,
    put,
    set_terms,
)

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def owner() -> Viewer:
    return sign_in(browser(), Role.OWNER)


@pytest.fixture
def manager(owner: Viewer) -> Viewer:
    return sign_in(browser(), Role.MANAGER)


def signs(viewer: Viewer, row: RiskDecision, decided: Decided = Decided.APPROVED, words: str = "") -> None:
    name = reference(row.pk)
    approve(viewer, name, version_of(name, viewer).entry, decided, words, None, utc_now())


def fresh(row: RiskDecision) -> RiskDecision:
    found: RiskDecision = RiskDecision.objects.get(pk=row.pk)
    return found


def test_a_decision_is_drawn_up_put_signed_and_computed_again(owner: Viewer, manager: Viewer) -> None:
    set_terms()
    scenario = add_scenario()
    measure = add_measure(scenario)
    row = drawn(manager, scenario, measure)
    assert (row.number, row.state, row.options[0]["label"]) == (1, "draft", "Do nothing")
    row = put(manager, row, owner.person)
    assert row.figures["both.after.bad"] < row.figures["both.today.bad"]
    assert row.figures["option-2.cost"] == 50_000 + round((1_000_000 + 4_800_000 + 1_500_000) / 6)
    assert len(row.known["estimates"]) == 3
    assert row.known["size"] <= seen_entry(row)
    assert addressee_of(row, owner) == "Owner Example"
    signs(owner, row)
    row = fresh(row)
    assert row.state == "signed"
    (shown,) = decisions_about([reference(row.pk)], owner)[reference(row.pk)]
    assert shown.counts
    assert not shown.approval.alone
    assert Task.objects.get(origin=f"risk-sign:{row.pk}").ended_at is not None
    task = Task.objects.get(origin=f"risk-decision:{row.pk}")
    assert task.owner_id == manager.person
    assert task.due is not None
    assert task.due < row.expires_on
    assert putting.replayed(row, owner).verdict is Verdict.SAME
    assert (
        decision_called("d-1", owner) == decision_called("1", owner) == decision_called(row.pk, owner) == row
    )
    assert condition_of(row, row.expires_on + timedelta(days=1)).value == "expired"


def test_what_a_draft_lacks_is_said_before_it_is_put(owner: Viewer, manager: Viewer) -> None:
    scenario = add_scenario()
    row = drawn(manager, scenario, options=(Option("Do nothing"),))
    with pytest.raises(Refused, match="terms of risk"):
        put(manager, row)
    held = set_terms(None)
    with pytest.raises(BadInput, match="another option"):
        put(manager, row)
    row = actions.weigh(manager, row.pk, None, Option("Stop paying", chosen=True), seen_entry(row), utc_now())
    with pytest.raises(BadInput, match="why “Do nothing” was not chosen"):
        put(manager, row)
    actions.weigh(manager, row.pk, 0, Option("Do nothing", rejected="It burns."), seen_entry(row), utc_now())
    with pytest.raises(BadInput, match="what “Stop paying” costs"):
        put(manager, row)
    stop = Option("Stop paying", cost=0, chosen=True)
    row = actions.weigh(manager, row.pk, 1, stop, seen_entry(row), utc_now())
    with pytest.raises(BadInput, match="what a bad year may cost us"):
        put(manager, row)
    with recording("terminal:test", "say what we bear"):
        held.tolerance = 1_000_000
        held.save()
    assert put(manager, row).state == "put"
    for kind, words in (("reduce", "names the measures"), ("transfer", "insurance"), ("avoid", "what stops")):
        with pytest.raises(BadInput, match=words):
            put(manager, drawn(manager, scenario, kind=kind))
    with pytest.raises(BadInput, match="no figures to decide on"):
        put(manager, drawn(manager, add_scenario("Unknown", rate=[1_000, 2_000, 3_000])))


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"question": " "}, "question"),
        ({"kind": "ignore"}, "kind"),
        ({"scenarios": ()}, "scenarios"),
        ({"scenarios": ("none",)}, "scenarios"),
        ({"reopen": ""}, "reopen"),
        ({"expires_on": utc_now().date()}, "expires_on"),
        ({"options": (Option("Do nothing", cost=5),)}, "options"),
        ({"options": (Option("Do nothing", chosen=True), Option("X", chosen=True))}, "options"),
        ({"options": (Option("Do nothing"), Option("do nothing "))}, "label"),
        ({"options": (Option("Do nothing"), Option("X", measures=("none",)))}, "measures"),
        ({"options": (Option("Do nothing"), Option("X", cost=-1))}, "cost"),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(
    manager: Viewer, changed: dict[str, object], place: str
) -> None:
    scenario = add_scenario()
    with pytest.raises(BadInput) as refused:
        actions.draw_up(manager, draft(scenario, **changed), utc_now())
    assert refused.value.place == place
    assert not RiskDecision.objects.exists()


def test_the_amount_says_who_signs(owner: Viewer, manager: Viewer) -> None:
    approver = sign_in(browser(), Role.APPROVER)
    set_terms()
    scenario = add_scenario()
    row = put(manager, drawn(manager, scenario))
    assert row.figures["amount"] > 100 * 100
    signable = row.figures["amount"] // 100 + 1
    adopt_target(owner.actor, "risk_approver_signs", 100, "Small ones.", utc_now())
    with pytest.raises(Refused, match="owner"):
        signs(approver, row)
    with pytest.raises(Refused):
        saying.send_back(approver, row.pk, "No.", utc_now())
    with pytest.raises(BadInput, match="may not sign"):
        saying.delegate(owner, row.pk, approver.person, "", utc_now())
    row = put(manager, drawn(manager, scenario))
    adopt_target(owner.actor, "risk_approver_signs", signable, "Larger ones.", utc_now())
    with pytest.raises(Refused, match="owner"):
        signs(approver, row)  # no limit is raised for what waits already
    row = put(manager, drawn(manager, scenario))
    saying.delegate(owner, row.pk, approver.person, "She knows payments.", utc_now())
    assert addressee_of(row, owner) == "Approver Example"
    assert rows_for(owner).filter(addressee=approver.person).exists()
    assert Task.objects.get(origin=f"risk-sign:{row.pk}").owner_id == approver.person
    signs(approver, row)
    assert fresh(row).state == "signed"


def test_a_manager_signs_only_what_the_organisation_lets_them(owner: Viewer, manager: Viewer) -> None:
    set_terms()
    other = sign_in(browser(), Role.MANAGER)
    scenario = add_scenario()
    row = put(manager, drawn(manager, scenario))
    with pytest.raises(Refused):
        signs(other, row)
    with pytest.raises(Refused, match="Only an owner sets this number"):
        adopt_target(other.actor, "risk_manager_signs", 10**9, "We are few.", utc_now())
    adopt_target(owner.actor, "risk_manager_signs", 10**9, "We are few.", utc_now())
    row = put(manager, drawn(manager, scenario))
    with pytest.raises(Refused, match="themselves"):
        signs(manager, row)
    signs(other, row)
    assert fresh(row).state == "signed"


def test_who_has_nobody_beside_them_signs_alone_and_it_always_says_so(owner: Viewer) -> None:
    set_terms()
    row = put(owner, drawn(owner, add_scenario()))
    signs(owner, row)
    (shown,) = decisions_about([reference(row.pk)], owner)[reference(row.pk)]
    assert shown.approval.alone
    sign_in(browser(), Role.APPROVER)
    adopt_target(owner.actor, "risk_approver_signs", 1, "Hardly any.", utc_now())
    row = put(owner, drawn(owner, add_scenario("Another")))
    signs(owner, row)
    assert fresh(row).state == "signed", "an approver who may not sign that amount is no second person"
    adopt_target(owner.actor, "risk_approver_signs", 10**9, "Any.", utc_now())
    third = drawn(owner, add_scenario("Third"))
    with pytest.raises(BadInput, match="drew up, changed or put themselves"):
        put(owner, third, owner.person)
    row = put(owner, third)
    with pytest.raises(Refused, match="themselves"):
        signs(owner, row)


def test_who_drew_it_up_does_not_sign_because_another_put_it(owner: Viewer, manager: Viewer) -> None:
    set_terms()
    approver = sign_in(browser(), Role.APPROVER)
    adopt_target(owner.actor, "risk_approver_signs", 10**9, "Any.", utc_now())
    row = drawn(approver, add_scenario())
    with pytest.raises(BadInput, match="drew up, changed or put themselves"):
        put(manager, row, approver.person)
    row = put(manager, row, owner.person)
    with pytest.raises(Refused, match="themselves"):
        signs(approver, row)
    with pytest.raises(BadInput, match="in your place"):
        saying.delegate(owner, row.pk, approver.person, "", utc_now())
    signs(owner, row)
    assert fresh(row).state == "signed"


def test_what_is_sent_back_is_a_draft_again_and_put_anew_with_new_figures(
    owner: Viewer, manager: Viewer
) -> None:
    set_terms()
    scenario = add_scenario()
    row = put(manager, drawn(manager, scenario))
    with pytest.raises(Refused, match="no draft"):
        actions.change(manager, row.pk, draft(scenario), seen_entry(row), utc_now())
    before = row.figures["amount"]
    saying.send_back(owner, row.pk, "Estimate the harm to others anew.", utc_now())
    with pytest.raises(Refused, match="not before an approver"):
        saying.send_back(owner, row.pk, "Again.", utc_now())
    assert fresh(row).figures["amount"] == before, "what was sent back is there to be read"
    with recording("terminal:test", "estimate anew"):
        estimate(scenario, "fines", [1_000_000, 90_000_000], utc_now())
    changed = draft(scenario, kind="avoid", how="Paying by mail.")
    row = actions.change(manager, row.pk, changed, seen_entry(row), utc_now())
    assert (row.figures, row.inputs, row.put_at) == ({}, "", None), "no figure stands beside other words"
    with pytest.raises(Refused, match="Nothing is frozen"):
        putting.replayed(row, owner)
    row = put(manager, fresh(row))
    assert row.figures["amount"] > before
    assert putting.replayed(row, owner).verdict is Verdict.SAME
    signs(owner, row, Decided.REFUSED, "Too dear.")
    assert fresh(row).state == "sent back"
    assert [one.words for one in DecisionWord.objects.filter(kind="back").order_by("at")] == [
        "Estimate the harm to others anew.",
        "Too dear.",
    ]


def test_words_never_change_what_was_put(owner: Viewer, manager: Viewer) -> None:
    set_terms()
    row = drawn(manager, add_scenario())
    with pytest.raises(Refused, match="draft"):
        saying.ask(owner, row.pk, "Why?", utc_now())
    row = put(manager, row)
    entry = seen_entry(row)
    asked = saying.ask(owner, row.pk, "Why not insure it?", utc_now())
    saying.answer(manager, row.pk, asked.pk, "Nobody offers it.", utc_now())
    saying.dissent(manager, row.pk, "I would stop paying by mail.", utc_now())
    with pytest.raises(BadInput):
        saying.dissent(manager, row.pk, "  ", utc_now())
    assert seen_entry(row) == entry
    signs(owner, row)
    saying.dissent(manager, row.pk, "Still.", utc_now())
    (shown,) = decisions_about([reference(row.pk)], owner)[reference(row.pk)]
    assert shown.counts, "what is said later leaves the signature whole"
    actions.withdraw(manager, row.pk, "We pay in pairs now.", utc_now())
    assert fresh(row).state == "withdrawn"
    assert Task.objects.get(origin=f"risk-decision:{row.pk}").ended_at is not None
    (shown,) = decisions_about([reference(row.pk)], owner)[reference(row.pk)]
    assert not shown.counts
    with pytest.raises(Refused):
        actions.withdraw(manager, row.pk, "Again.", utc_now())


def test_two_who_change_one_draft_do_not_overwrite_each_other(manager: Viewer) -> None:
    scenario = add_scenario()
    row = drawn(manager, scenario)
    seen = seen_entry(row)
    actions.change(manager, row.pk, draft(scenario, question="First?"), seen, utc_now())
    with pytest.raises(Refused, match="changed this while you wrote"):
        actions.change(manager, row.pk, draft(scenario, question="Second?"), seen, utc_now())
    assert fresh(row).question == "First?"
    row = fresh(row)
    with pytest.raises(Refused, match="always among"):
        actions.take_out(manager, row.pk, 0, seen_entry(row), utc_now())
    row = actions.take_out(manager, row.pk, 1, seen_entry(row), utc_now())
    assert [one["label"] for one in row.options] == ["Do nothing"]


def test_what_was_recorded_since_stands_apart_and_changes_no_figure(owner: Viewer, manager: Viewer) -> None:
    set_terms()
    scenario = add_scenario()
    with recording("terminal:test", "an estimate that was withdrawn before"):
        estimate(scenario, "fines", [1_000, 2_000], utc_now())
    with recording("terminal:test", "withdraw it"):
        Estimate.objects.filter(what="fines").update(ended_at=utc_now())
    with recording("terminal:test", "an effect that ended before"):
        Effect.objects.create(
            id=new_key(), scenario=scenario, safeguard="mfa", on="frequency", efficacy=[400, 600, 900],
            coverage=1000, reliability=900, reason="Ours.", made_at=utc_now(), made_by=owner.actor,
            ended_at=utc_now(),
        )  # fmt: skip
    row = put(manager, drawn(manager, scenario))
    assert recorded_since(row, owner) == [], "what ended before was no news then and is none now"
    figures = dict(row.figures)
    with recording("terminal:test", "estimate anew"):
        estimate(scenario, "fines", [1_000_000, 90_000_000], utc_now())
    with recording("terminal:test", "a task about it, and what it has to do with"):
        task = Task.objects.create(
            id="kabc", title="Call the bank", about=f"risk.scenario:{scenario.pk}", made_by=owner.actor,
            made_at=utc_now(),
        )  # fmt: skip
    with recording("terminal:test", "it has to do with it"):
        scenario.things = [f"program.task:{task.pk}"]
        scenario.save()
    told = [one.words for one in recorded_since(fresh(row), owner)]
    assert any("Fines" in one for one in told)
    assert any("Call the bank" in one and "Invoice fraud" in one for one in told)
    assert sum("Call the bank" in one for one in told) == 2, "as itself, and as what the scenario names"
    assert fresh(row).figures == figures
    assert putting.replayed(fresh(row), owner).holds


def test_who_is_from_outside_is_said_and_so_is_what_is_not_in_the_figures(
    owner: Viewer, manager: Viewer
) -> None:
    set_terms()
    scenario = add_scenario(rate=[100_000, 200_000, 600_000], response=[2_000_000, 60_000_000])
    row = put(manager, drawn(manager, scenario), owner.person, outside=True)
    assert row.outside
    assert row.known["lacking"] == {"others": {scenario.pk: "loss"}}
    assert "others.today.bad" not in row.figures
