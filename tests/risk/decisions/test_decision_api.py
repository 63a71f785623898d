"""Programs draw decisions up, put them and speak of them by the rules of the pages; they never sign one."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from duecare import cli
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.risk.curve_files import answer
from duecare.risk.decisions.amounts import LIMITS
from duecare.risk.decisions.models import RiskDecision
from tests.people import browser, sign_in
from tests.risk.decisions.decision_scene import add_measure, add_scenario, set_terms
from tests.site.test_api import Program, program

pytestmark = pytest.mark.usefixtures("home")


def drawn(owner: Program) -> dict[str, object]:
    set_terms()
    scenario = add_scenario()
    return {
        "question": "Do we pay alone?",
        "scenarios": [scenario.pk],
        "kind": "reduce",
        "recommendation": "Pay in pairs.",
        "expires_on": (utc_now() + timedelta(days=100)).date().isoformat(),
        "reopen": "A loss.",
        "options": [
            {"label": "Do nothing", "rejected": "It is too much."},
            {"label": "Pay in pairs", "measures": [add_measure(scenario).pk], "chosen": True},
        ],
    }


def test_a_program_puts_a_decision_asks_and_computes_it_again() -> None:
    owner: Program = program(sign_in(browser(), Role.OWNER))
    body = drawn(owner)
    assert owner.refused("POST", "risk/decisions", {**body, "kind": "ignore"}) == "kind"
    made = owner.do("POST", "risk/decisions", body, 201)
    key = made["id"]
    assert (made["state"], made["number"], made["figures"]) == ("draft", 1, {})
    owner.do("PUT", f"risk/decisions/{key}", {**body, "question": "Do we?", "seen": 0}, 403)
    changed = owner.do("PUT", f"risk/decisions/{key}", {**body, "question": "Do we?", "seen": made["seen"]})
    assert changed["question"] == "Do we?"
    owner.do("GET", f"risk/decisions/{key}/replay", None, 403)
    put = owner.do("POST", f"risk/decisions/{key}/put", {})
    assert put["state"] == "put"
    inputs = owner.get(f"risk/decisions/{key}/inputs")
    assert repr(answer(json.loads(inputs["both.today"]))["mean"]) == put["results"]["both.today"]["mean"]
    asked = owner.do("POST", f"risk/decisions/{key}/questions", {"words": "Why?"}, 201)
    owner.do("POST", f"risk/decisions/{key}/questions/{asked['id']}", {"words": "So."}, 201)
    owner.do("POST", f"risk/decisions/{key}/dissents", {"words": "I would not."}, 201)
    assert [one["kind"] for one in owner.get(f"risk/decisions/{key}")["words"]] == [
        "ask",
        "answer",
        "dissent",
    ]
    assert owner.get(f"risk/decisions/{key}/replay")["verdict"] == "same figures"
    assert owner.get("risk/decisions?state=put")["rows"][0]["question"] == "Do we?"
    for path in ("sign", "approve", "back", "delegate"):
        owner.do("POST", f"risk/decisions/{key}/{path}", {"words": "x"}, 404)
    assert owner.do("POST", f"risk/decisions/{key}/withdraw", {"reason": "Over."})["state"] == "withdrawn"


def test_no_program_raises_the_limits_of_who_signs_but_an_owners() -> None:
    owner: Program = program(sign_in(browser(), Role.OWNER))
    raised = {"value": 2_000_000, "reason": "We can."}
    for role, status in ((Role.MANAGER, 403), (Role.APPROVER, 404)):
        other: Program = program(sign_in(browser(), role))
        for id in LIMITS.values():
            other.do("PUT", f"targets/{id}", raised, status)
    assert owner.do("PUT", "targets/risk_manager_signs", raised)["value"] == 2_000_000


def test_the_terminal_computes_a_decision_again_and_fails_where_it_does_not_match() -> None:
    owner: Program = program(sign_in(browser(), Role.OWNER))
    key = owner.do("POST", "risk/decisions", drawn(owner), 201)["id"]
    run = CliRunner().invoke
    owner.do("POST", f"risk/decisions/{key}/put", {})
    done = run(cli.app, ["risk", "replay", "D-1"])
    assert done.exit_code == 0, done.output
    assert "Same figures: all of them, sign by sign." in done.stdout
    assert "revision 1 of the rules" in done.stdout
    row = RiskDecision.objects.get()
    with recording("terminal:test", "tamper"):
        row.results["both.after"]["mean"] = "1.0"
        row.versions["numpy"] = "1.0"
        row.save()
    done = run(cli.app, ["risk", "replay", key, "--json"])
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["verdict"] == "rule changed"
    assert [one["place"] for one in told["differences"]] == ["both.after, mean"]
    assert told["versions"][0]["name"] == "numpy"
    assert run(cli.app, ["risk", "replay", "D-9"]).exit_code != 0
