"""What a decision rests on is read whole and at one moment, and measures weigh as the choice weighs them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from duecare.errors import BadInput, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.risk.decisions import putting
from duecare.risk.decisions.drafts import Option
from duecare.risk.decisions.gathering import Evidence
from duecare.risk.models import Measure, RiskDecision, Scenario
from tests.people import browser, sign_in
from tests.risk.decisions.decision_scene import (
    ACTOR,
    add_measure,
    add_scenario,
    drawn,
    estimate,
    put,
    set_terms,
)

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def manager() -> Viewer:
    sign_in(browser(), Role.OWNER)
    return sign_in(browser(), Role.MANAGER)


def change(row: Measure, **values: Any) -> None:
    with recording(ACTOR, "change a measure"):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()


def both(scenario: Scenario, first: Measure, second: Measure) -> dict[str, Any]:
    nothing = Option("Do nothing", rejected="It is too much.")
    return {"options": (nothing, Option("Both", "", (first.pk, second.pk), chosen=True)), "kind": "reduce"}


def test_of_two_measures_of_one_safeguard_the_one_that_goes_on_stands(manager: Viewer) -> None:
    set_terms()
    scenario = add_scenario()
    first, further = add_measure(scenario), add_measure(scenario, "A third person pays")
    with pytest.raises(BadInput, match=r"“.+ pays” and “.+ pays”, which exclude"):
        put(manager, drawn(manager, scenario, **both(scenario, first, further)))
    change(further, needs=[first.pk])
    alone = put(manager, drawn(manager, scenario, first))
    together = put(manager, drawn(manager, scenario, **both(scenario, first, further)))
    assert together.figures["both.after.bad"] == alone.figures["both.after.bad"], "they do not multiply"


def test_an_option_of_measures_that_cannot_be_together_is_refused_by_name(manager: Viewer) -> None:
    set_terms()
    scenario, other = add_scenario(), add_scenario("Fire")
    first, second = add_measure(scenario), add_measure(other, "Sprinklers")
    change(second, excludes=[first.pk])
    row = drawn(manager, scenario, **both(scenario, first, second))
    with pytest.raises(BadInput, match=r"In “Both” are “.*” and “.*”, which exclude each other"):
        put(manager, row)
    change(second, excludes=[])
    third = add_measure(add_scenario("Theft"), "Locks")
    change(second, needs=[third.pk])
    with pytest.raises(BadInput, match="“Sprinklers”, which needs “Locks”; that is not in it"):
        put(manager, row)
    change(third, ended_at=utc_now(), ended_as="dropped")
    with pytest.raises(BadInput, match="needs “Locks”"):
        put(manager, row)
    change(third, ended_as="done")
    assert put(manager, row).state == "put"


def test_what_changes_while_figures_are_computed_is_not_frozen_with_them(
    manager: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_terms()
    scenario = add_scenario()
    measure = add_measure(scenario)
    row = drawn(manager, scenario, measure)

    def estimating() -> None:
        with recording(ACTOR, "estimate meanwhile"):
            estimate(scenario, "fines", [1_000_000, 90_000_000], utc_now())

    def dearer() -> None:
        change(measure, yearly=[9, 9, 9])

    meanwhile: Iterator[Any] = iter((estimating, dearer, lambda: None))
    computed = putting.computed

    def slowly(read: Evidence) -> Any:
        next(meanwhile)()
        return computed(read)

    monkeypatch.setattr(putting, "computed", slowly)
    for _each in ("another estimate", "the same measure at another price"):
        with pytest.raises(Refused, match="changed meanwhile"):
            put(manager, row)
        assert RiskDecision.objects.get().state == "draft"
    assert put(manager, row).state == "put"
