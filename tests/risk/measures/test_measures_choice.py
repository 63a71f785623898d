"""The best use of a budget: what can be chosen, what is, why the rest is not, and keeping the answer."""

from __future__ import annotations

import json
import re
from itertools import combinations
from typing import Any

import pytest
from django.test import Client

from duecare.errors import BadInput
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.unchanged import seen_entry
from duecare.risk.choice_files import answer
from duecare.risk.curve_files import portfolio_of
from duecare.risk.measures.actions import Change, Draft, add_measure, end_measure
from duecare.risk.measures.weighing import Asked, TooLong, table, weigh
from duecare.risk.models import Choice, Effect, Measure, RiskTerms
from duecare.risk.register.portfolios import Stage, write
from tests.people import browser, sign_in
from tests.risk.measures.samples import scenario, set_terms

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    viewer = sign_in(client, Role.OWNER)
    set_terms(viewer)
    return client, viewer


def text(client: Client, address: str, status: int = 200) -> str:
    answered = client.get(address)
    assert answered.status_code == status, address
    return re.sub(r"\s+", " ", answered.content.decode())


def measure(
    viewer: Viewer, title: str, safeguard: str, yearly: int, *changes: Change, **more: Any
) -> Measure:
    """One that costs so many euros a year, known exactly."""
    cost = (100 * yearly,) * 3
    return add_measure(
        viewer,
        Draft(title, safeguard, (0, 0, 0), cost, 1, effects=changes, **more),
        NOW,  # type: ignore[arg-type]
    )


def lowers(scenario: str, share: int, on: str = "frequency") -> Change:
    return Change(scenario, on, (share, share, share), 1000, 1000)


def ask(budget: int, *keys: str, objective: str = "own") -> Asked:
    return Asked(100 * budget, objective, frozenset(keys) or None)


def asked(viewer: Viewer, on: Asked) -> Any:
    return weigh(table(viewer, RiskTerms.objects.get()), on, lambda: 0.0)


def test_the_set_that_leaves_least_is_chosen_and_comes_to_what_the_register_says_with_it(
    owner: tuple[Client, Viewer],
) -> None:
    _client, viewer = owner
    first = scenario(viewer, NOW, forms=("response", "others"))
    second = scenario(viewer, NOW, 2, "Fraud")
    with recording(viewer.actor, "say what holds"):
        Effect.objects.create(
            id=new_key(), scenario=first, safeguard="mfa", on="frequency", efficacy=[200, 300, 400],
            coverage=900, reliability=1000, reason="x", made_at=NOW, made_by=viewer.actor,
        )  # fmt: skip
    rows = [
        measure(viewer, "MFA", "mfa", 30_000, lowers(first.pk, 600), lowers(second.pk, 300)),
        measure(viewer, "Backups", "backups", 25_000, lowers(first.pk, 700, "magnitude")),
        measure(viewer, "Payment call-back", "awareness_training", 20_000, lowers(second.pk, 500)),
        measure(viewer, "Detection", "edr", 40_000, lowers(first.pk, 400), lowers(second.pk, 400)),
    ]
    on = table(viewer, RiskTerms.objects.get())

    def left(chosen: tuple[Measure, ...]) -> float:
        register = on.register.with_measures(*chosen)
        return portfolio_of(write(register.rows, "own", Stage.AFTER, digits=2).document).mean

    cost = {row.pk: row.yearly[0] / 100 for row in rows}
    sets = [
        chosen
        for size in range(5)
        for chosen in combinations(rows, size)
        if sum(cost[row.pk] for row in chosen) <= 80_000
    ]
    best = min(sets, key=left)
    found = asked(viewer, ask(80_000)).answer
    assert set(found["chosen"]) == {row.pk for row in best}
    assert found["loss_after"] == pytest.approx(left(best), rel=1e-9)
    assert found["curves"]["own"]["after"]["mean"] == pytest.approx(left(best), rel=1e-9)
    assert found["curves"]["others"]["before"]["mean"] > found["curves"]["others"]["after"]["mean"]
    assert found["bound"] <= found["loss_after"]
    assert set(found["runners_up"][0]["chosen"]) == {row.pk for row in sorted(sets, key=left)[1]}


def test_an_obligation_is_in_every_set_and_a_budget_below_it_is_refused_by_its_title(
    owner: tuple[Client, Viewer],
) -> None:
    _client, viewer = owner
    made = scenario(viewer, NOW)
    must = measure(viewer, "Logging", "logging", 5_000, must="Contract with Northwind")
    other = measure(viewer, "MFA", "mfa", 10_000, lowers(made.pk, 500))
    assert set(asked(viewer, ask(15_000, other.pk)).answer["chosen"]) == {must.pk, other.pk}
    with pytest.raises(BadInput, match="“Logging”"):
        asked(viewer, ask(1_000))


def test_why_a_measure_is_not_in_the_set_is_said_of_each(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    made = scenario(viewer, NOW)
    best = measure(viewer, "MFA", "mfa", 10_000, lowers(made.pk, 500))
    rival = measure(viewer, "Keys", "mfa", 9_000, lowers(made.pk, 400))
    apart = measure(viewer, "Zones", "network_security", 1_000, lowers(made.pk, 10), excludes=(best.pk,))
    dear = measure(viewer, "Detection", "edr", 90_000, lowers(made.pk, 300))
    idle = measure(viewer, "Paper", "policy_program", 10)
    gone = measure(viewer, "Gone", "edr", 10)
    lost = measure(viewer, "Lost", "edr", 10, lowers(made.pk, 100), needs=(gone.pk,))
    after = measure(viewer, "After", "edr", 10, lowers(made.pk, 100), needs=(lost.pk,))
    done = measure(viewer, "Done", "patching", 10)
    on_it = measure(viewer, "On it", "patching", 10, lowers(made.pk, 100), needs=(done.pk,))
    end_measure(viewer, gone.pk, "refused", "No.", seen_entry(gone), NOW)
    end_measure(viewer, done.pk, "done", "Yes.", seen_entry(done), NOW)
    found = asked(viewer, ask(12_000))
    assert set(found.answer["chosen"]) == {best.pk, on_it.pk}
    why = found.told["why_not"]
    for row, words in (
        (rival, "cannot be beside “MFA”"), (apart, "cannot be beside “MFA”"),
        (dear, "does not pay for it"), (idle, "lowers nothing by itself"),
    ):  # fmt: skip
        assert words in why[row.pk]
    assert "off the table" in found.told["impossible"][lost.pk]
    assert "cannot be chosen" in found.told["impossible"][after.pk]


def test_a_measure_that_goes_on_from_another_of_its_safeguard_takes_its_place(
    owner: tuple[Client, Viewer],
) -> None:
    _client, viewer = owner
    made = scenario(viewer, NOW)
    some = measure(viewer, "MFA for administrators", "mfa", 1_000, lowers(made.pk, 200))
    all_ = measure(viewer, "MFA for all", "mfa", 9_000, lowers(made.pk, 600), needs=(some.pk,))
    found = asked(viewer, ask(10_000)).answer
    assert set(found["chosen"]) == {some.pk, all_.pk}
    assert found["loss_after"] / found["loss_before"] == pytest.approx(0.4), "not 0.8 times 0.4"


def test_a_choice_is_asked_for_kept_listed_and_computed_again_from_its_inputs(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    assert "There is nothing to choose from" in text(client, "/risk/choice/")
    made = scenario(viewer, NOW)
    row = measure(viewer, "MFA", "mfa", 10_000, lowers(made.pk, 500))
    other = measure(viewer, "Detection", "edr", 90_000, lowers(made.pk, 300))
    assert "Find the best set" in text(client, "/risk/choice/")
    query = "budget=20+000&objective=own"
    page = text(client, f"/risk/choice/?{query}")
    for words in ("EUR 10,000", "EUR 151,078 → EUR 75,539", "does not pay for it", "Keep this choice"):
        assert words in page, re.findall(r"EUR[^<]*", page)
    assert not Choice.objects.exists()
    assert "is no amount of money" in text(client, "/risk/choice/?budget=much&objective=own", 400)
    assert (
        client.post("/risk/choice/", {"budget": "20 000", "objective": "own", "name": ""}).status_code == 400
    )
    kept = client.post(
        "/risk/choice/",
        {"budget": "20 000", "objective": "own", "name": "Next year", "reason": "For the board."},
    )
    stored = Choice.objects.get()
    assert kept["Location"] == f"/risk/choice/kept/{stored.pk}/"
    assert (stored.budget, stored.chosen) == (2_000_000, [row.pk])
    end_measure(viewer, other.pk, "dropped", "No.", seen_entry(other), NOW)
    page = text(client, kept["Location"])
    for words in ("Next year", "For the board.", "EUR 151,078 → EUR 75,539", "Detection"):
        assert words in page
    assert "Next year" in text(client, "/risk/choice/kept/?objective=own")
    file = client.get(f"{kept['Location']}choice.json")
    assert file["Content-Disposition"].startswith("attachment")
    again = answer(json.loads(file.content))
    assert again["chosen"] == [row.pk]
    assert f"{again['loss_after']:.0f}" == "75539"
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert "Keep this choice" not in text(auditor, f"/risk/choice/?{query}")
    assert auditor.post("/risk/choice/", {"budget": "1", "objective": "own", "name": "x"}).status_code == 403
    then = utc_now().isoformat().replace("+00:00", "Z")
    past = text(client, f"/risk/choice/?{query}&as_of={then}")
    assert "Keep this choice" not in past


def test_what_takes_too_long_is_left_off_and_what_is_too_much_can_be_taken_away(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    made = scenario(viewer, NOW)
    measure(viewer, "MFA", "mfa", 10_000, lowers(made.pk, 500))
    ticks = iter([0.0, *[99.0] * 1000])
    with pytest.raises(TooLong, match="within 10 seconds"):
        weigh(table(viewer, RiskTerms.objects.get()), ask(20_000), lambda: next(ticks))
    for number in range(30):
        measure(viewer, f"Number {number}", "edr", 10 + number, lowers(made.pk, 100 + number))
    page = text(client, "/risk/choice/?budget=1000&objective=both")
    assert "31 measures count" in page
    link = re.search(r'href="(/risk/choice/choice\.json[^"]+)"', page)
    assert link
    document = json.loads(client.get(link[1].replace("&amp;", "&")).content)
    assert len(document["measures"]) == 31
