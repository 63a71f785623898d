"""What may stand in the register together: one history, rates that curves take, and acts in one order."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import QuerySet

from duecare.errors import BadInput
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.unchanged import seen_entry
from duecare.risk.register.effect_actions import EffectDraft, add_effect, change_effect, end_effect
from duecare.risk.register.estimate_actions import withdraw
from duecare.risk.register.models import Effect, Estimate, Scenario
from duecare.risk.register.portfolios import pooled_rate
from duecare.risk.register.queries import rows_of
from tests.people import browser, sign_in
from tests.risk.register.a_register import WHY, believe, keeper, scenario, told

pytestmark = pytest.mark.usefixtures("home")
ALL_OF_IT = EffectDraft("mfa", "frequency", (1000, 1000, 1000), 1000, 1000, "It stops all of it.")


def standing(row: Scenario) -> list[tuple[str, str | None]]:
    found = Estimate.objects.filter(scenario=row, ended_at=None).order_by("made_at")
    return [(one.kind, one.author_id) for one in found]


def test_a_history_takes_the_place_of_the_one_that_stands_whoever_told_it() -> None:
    client, viewer = keeper()
    row = scenario(viewer)
    other = sign_in(browser(), Role.MANAGER)
    third = sign_in(browser(), Role.APPROVER)
    believe(other, row, "rate", 2, 10_000_000, kind="history")
    believe(third, row, "rate", 100_000, 500_000)
    address = f"/risk/scenarios/{row.pk}/estimate/rate/?kind=history"
    assert "Everybody shares one history" in told(client, address)
    answer = client.post(address, {**WHY, "events": "3", "years": "10"}, follow=True)
    assert "in place of any that was told before" in answer.content.decode()
    assert standing(row) == [("range", third.person), ("history", viewer.person)]
    (line,) = rows_of([row], viewer)
    assert sum(one.kind == "history" for one in line.told) == 1
    assert pooled_rate(line.told)["gamma"]["mean"] > 0
    believe(other, row, "rate", 100_000, 200_000)
    assert ("history", viewer.person) in standing(row), "a range ends nobody else's history"


def test_one_estimate_that_cannot_be_computed_leaves_the_pages_standing() -> None:
    client, viewer = keeper()
    row, sound = scenario(viewer), scenario(viewer, title="Fire")
    for one in (row, sound):
        believe(viewer, one, "rate", 100_000, 500_000)
        believe(viewer, one, "others", 100_000, 500_000)
    _put(viewer, row, "fines", [1, 2**53 - 1])
    believe(viewer, sound, "fines", 100_000, 500_000)
    page = told(client, "/risk/scenarios/")
    assert "Not computed: " in page
    assert page.count("Not computed: ") == 1
    page = told(client, f"/risk/scenarios/{row.pk}/")
    assert "There is no curve: Our own loss" in page or "There is no curve:" in page
    assert "Harm to others" in page
    assert "A bad year" in page, "harm to others keeps its curve"
    assert client.get("/risk/scenarios/?format=csv").status_code == 200


def test_a_rate_that_no_curve_takes_without_its_safeguards_is_refused_from_both_sides() -> None:
    _client, viewer = keeper()
    row = scenario(viewer)
    believe(viewer, row, "rate", 200, 1_000_000, kind="history")
    with pytest.raises(BadInput, match="Without its safeguards") as refused:
        add_effect(viewer, row.pk, ALL_OF_IT, utc_now())
    assert refused.value.place == "known"
    assert not Effect.objects.exists()
    since = EffectDraft(*_values(ALL_OF_IT), known=False)
    add_effect(viewer, row.pk, since, utc_now())
    with pytest.raises(BadInput, match="Without its safeguards") as refused:
        believe(viewer, row, "rate", 200, 1_000_000, kind="history")
    assert refused.value.place == "years"
    assert len(standing(row)) == 1
    believe(viewer, row, "rate", 2, 1_000_000, kind="history")


def test_whoever_touches_an_estimate_or_safeguard_locks_its_scenario_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _client, viewer = keeper()
    row = scenario(viewer)
    believe(viewer, row, "rate", 100_000, 500_000)
    made = add_effect(viewer, row.pk, EffectDraft(*_values(ALL_OF_IT), known=False), utc_now())
    locked: list[type] = []
    real = QuerySet.select_for_update

    def noted(self: Any, *args: Any, **options: Any) -> Any:
        locked.append(self.model)
        return real(self, *args, **options)

    monkeypatch.setattr(QuerySet, "select_for_update", noted)
    weaker = EffectDraft("mfa", "frequency", (500, 500, 500), 500, 1000, "Half have it.", known=True)
    mine = Estimate.objects.get()
    for act, model in (
        (lambda: change_effect(viewer, made.pk, weaker, seen_entry(made)), Effect),
        (lambda: end_effect(viewer, made.pk, "Gone.", utc_now(), known=False), Effect),
        (lambda: withdraw(viewer, mine.pk, "A slip.", utc_now()), Estimate),
    ):
        locked.clear()
        act()
        assert locked.index(Scenario) < locked.index(model)


def _values(draft: EffectDraft) -> tuple[Any, ...]:
    return draft.safeguard, draft.on, draft.efficacy, draft.coverage, draft.reliability, draft.reason


def _put(viewer: Viewer, row: Scenario, what: str, numbers: list[int]) -> None:
    """An estimate that no action takes any more."""
    with recording(viewer.actor, "put down"):
        Estimate.objects.create(
            id=new_key(), scenario=row, what=what, kind="range", numbers=numbers, frequency_left=1_000_000,
            magnitude_left=1_000_000, author_id=viewer.person, reason="R.", source="", confidence="low",
            made_at=utc_now(),
        )  # fmt: skip
