"""What safeguards take away, what moves a year most, and the 5 x 5 view: all read off the same documents."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.risk import curve_files
from duecare.risk.picture import worth
from duecare.risk.register.models import Scenario
from duecare.site.api_tokens import make_token
from tests.people import browser, sign_in
from tests.risk.picture import made
from tests.risk.picture.test_picture_pages import bare, document, page

pytestmark = pytest.mark.usefixtures("home")
PAGES = ("/risk/safeguards/", "/risk/sensitivity/", "/risk/heat/")


@pytest.fixture
def owner() -> Client:
    client = browser()
    sign_in(client, Role.OWNER)
    return client


@pytest.fixture
def clinic() -> tuple[Scenario, ...]:
    return made.clinic(utc_now())


def rows(client: Client, address: str) -> list[dict[str, Any]]:
    answer = client.get(address)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = json.loads(answer.content)
    return found


@pytest.mark.parametrize("address", PAGES)
def test_nothing_is_drawn_when_nothing_is_estimated(owner: Client, address: str) -> None:
    assert "Set the terms first" in page(owner, address)
    made.terms()
    made.scenario(1, "Fire", utc_now())
    text = page(owner, address)
    assert "Nothing is estimated yet, so nothing is drawn" in text
    assert "<rect class" not in text.replace('<rect class="mark-ground"', "")
    assert 'class="matrix"' not in text
    assert rows(owner, f"{address}?format=json") == []


# ── Safeguards ───────────────────────────────────────────────────────────────────────────────────────────


def test_the_waterfall_goes_from_no_safeguards_to_today_and_to_the_measures_by_the_same_figures(
    owner: Client, clinic: tuple[Scenario, ...]
) -> None:
    more = f"&measures={made.measure(clinic[0], 'mfa', utc_now()).pk}"
    found = rows(owner, f"/risk/safeguards/?side=own&format=json{more}")
    assert [one["kind"] for one in found] == ["start", *["safeguard"] * 3, "today", "measure", "after"]
    means = {one["kind"]: one["mean"] for one in found}
    for kind, stage in (("start", "inherent"), ("today", "today"), ("after", "after")):
        told = curve_files.answer(document(owner, "own", stage, more))
        assert means[kind] == pytest.approx(told["mean"], rel=1e-12)
    changes = [one["change_of_mean"] for one in found if one["kind"] == "safeguard"]
    assert all(change < 0 for change in changes)
    assert sum(changes) == pytest.approx(means["today"] - means["start"])
    text = page(owner, f"/risk/safeguards/?side=own{more}")
    assert "Multi-factor sign-in" in text
    assert "Passkeys for everybody" in text
    for one in found:
        assert f">{bare(one['mean'])}<" in text


def test_bad_years_of_the_steps_are_computed_for_who_asks_and_are_those_of_the_curves(
    owner: Client, clinic: tuple[Scenario, ...]
) -> None:
    assert all(one["bad_year"] is None for one in rows(owner, "/risk/safeguards/?format=json"))
    found = rows(owner, "/risk/safeguards/?bad=yes&format=json")
    for kind, stage in (("start", "inherent"), ("today", "today")):
        (step,) = (one for one in found if one["kind"] == kind)
        told = curve_files.answer(document(owner, "own", stage))
        assert step["bad_year"] == pytest.approx(told["var"]["0.95"], rel=2e-3)
    assert "A bad year then" in page(owner, "/risk/safeguards/?bad=yes")


def test_a_measure_that_makes_a_year_cost_more_is_not_drawn_like_one_that_helps(
    owner: Client, clinic: tuple[Scenario, ...]
) -> None:
    better = page(owner, f"/risk/safeguards/?measures={made.measure(clinic[0], 'mfa', utc_now()).pk}")
    assert 'rect class="bad"' not in better
    assert "Makes it worse" not in better
    weaker = made.measure(clinic[0], "mfa", utc_now(), title="Codes by mail", efficacy=(10, 20, 30))
    text = page(owner, f"/risk/safeguards/?measures={weaker.pk}")
    assert text.count('rect class="bad"') == 1
    row = text.rpartition("Codes by mail")[2].partition("</tr>")[0]
    assert "Makes it worse" in row
    assert ">+" in row


def test_two_measures_of_one_safeguard_do_not_count_twice(
    owner: Client, clinic: tuple[Scenario, ...]
) -> None:
    one = made.measure(clinic[0], "mfa", utc_now())
    same = made.measure(clinic[0], "mfa", utc_now(), title="Smart cards")
    alone = document(owner, "own", "after", f"&measures={one.pk}")
    assert document(owner, "own", "after", f"&measures={one.pk},{same.pk}") == alone


def test_without_any_safeguard_the_waterfall_says_so(owner: Client) -> None:
    made.terms()
    made.scenario(1, "Fire", utc_now(), (100_000, 500_000), {"replacement": (1_000_00, 90_000_00)})
    assert "Nobody has told of a safeguard" in page(owner, "/risk/safeguards/")


# ── Sensitivities ────────────────────────────────────────────────────────────────────────────────────────


def test_the_tornado_has_the_widest_bar_on_top_and_each_around_the_average_year(
    owner: Client, clinic: tuple[Scenario, ...]
) -> None:
    mean = curve_files.answer(document(owner))["mean"]
    found = rows(owner, "/risk/sensitivity/?format=json")
    widths = [abs(one["mean_high"] - one["mean_low"]) for one in found]
    assert widths == sorted(widths, reverse=True)
    assert all(one["mean_low"] < mean < one["mean_high"] for one in found)
    assert {one["what"] for one in found} == {"rate", "loss", "effect"}
    assert all(one["bad_year_low"] is None for one in found)
    text = page(owner, "/risk/sensitivity/")
    assert f"What it costs: {clinic[0]}" in text
    assert f"How far Safe backups helps: {clinic[0]}" in text
    assert f">{bare(found[0]['mean_high'])}<" in text
    asked = rows(owner, "/risk/sensitivity/?bad=yes&format=json")
    assert asked[0]["bad_year_low"] < asked[0]["bad_year_high"]


# ── 5 x 5 ────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_scenario_with_numbers_stands_in_the_cell_of_its_numbers_and_the_others_are_named(
    owner: Client, clinic: tuple[Scenario, ...]
) -> None:
    found = {one["scenario"]: one for one in rows(owner, "/risk/heat/?format=json")}
    assert set(found) == {str(one) for one in clinic[:4]}
    ransomware = found[str(clinic[0])]
    # About once in six years, about 260,000 of a tolerance of 1,500,000.
    assert (ransomware["likelihood"], ransomware["impact"], ransomware["level"]) == (3, 3, "medium")
    total = sum(one["loss_of_a_year"] for one in found.values())
    assert total == pytest.approx(curve_files.answer(document(owner))["mean"])
    text = page(owner, "/risk/heat/")
    assert text.count('<td class="level-') == 25
    assert f'<a href="/risk/scenarios/{clinic[0].pk}/" title="{clinic[0]}">R-1</a>' in text
    assert "what a bad year may cost" in text
    assert "nobody has estimated how often it comes" in text


def test_each_side_is_measured_by_what_is_stated_for_it(owner: Client) -> None:
    made.terms(tolerance=1_000_000_00, remedy=10_000_00, turnover=50_000_000_00)
    loss = {"replacement": (20_000_00, 90_000_00), "others": (20_000_00, 90_000_00)}
    made.scenario(1, "Fire", utc_now(), (100_000, 500_000), loss)
    impact = {}
    for side, basis in (
        ("own", "ten times what a bad year may cost."),
        ("others", "before it is harm that needs remedy;"),
        ("both", "of a year's turnover"),
    ):
        assert basis.rstrip(".;") in page(owner, f"/risk/heat/?side={side}")
        (told,) = rows(owner, f"/risk/heat/?side={side}&format=json")
        impact[side] = told["impact"]
    # About 48,000: a twentieth of what we can bear, five times what others may lose.
    assert impact == {"own": 2, "others": 4, "both": 3}


def test_harm_to_others_is_not_measured_by_what_we_can_bear(owner: Client) -> None:
    made.terms(tolerance=1_000_000_00, turnover=50_000_000_00)
    made.scenario(1, "Fire", utc_now(), (100_000, 500_000), {"others": (20_000_00, 90_000_00)})
    assert "10,000,000 units of money" in page(owner, "/risk/heat/?side=others")


def test_without_tolerance_or_turnover_places_begin_at_units_of_money_and_it_says_so(owner: Client) -> None:
    made.terms(tolerance=None)
    made.scenario(1, "Fire", utc_now(), (100_000, 500_000), {"replacement": (1_000_00, 90_000_00)})
    assert "10,000, 100,000, 1,000,000 and 10,000,000 units of money" in page(owner, "/risk/heat/")


@pytest.mark.parametrize("address", PAGES)
def test_a_past_day_and_files_of_it_work(owner: Client, clinic: tuple[Scenario, ...], address: str) -> None:
    then, before = rows(owner, f"{address}?format=json"), utc_now().isoformat().replace("+00:00", "Z")
    made.effect(clinic[0], "patching", utc_now())
    assert rows(owner, f"{address}?format=json") != then
    assert rows(owner, f"{address}?format=json&as_of={before}") == then
    assert owner.get(f"{address}?format=csv").status_code == 200
    assert owner.get(f"{address}?format=file").status_code == 400


def test_bad_years_of_too_much_at_once_are_left_out_and_it_says_so(
    owner: Client, clinic: tuple[Scenario, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worth, "MOST_CURVES", 3)
    address = f"/risk/safeguards/?bad=yes&scenarios={clinic[0].pk},{clinic[2].pk}"
    text = page(owner, address)
    assert "choose fewer scenarios" in text
    assert all(one["bad_year"] is None for one in rows(owner, f"{address}&format=json"))


def test_bad_years_without_an_exact_curve_are_left_out_for_that_reason_and_no_other(
    owner: Client, clinic: tuple[Scenario, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    made.by_chance(monkeypatch)
    text = page(owner, f"/risk/safeguards/?bad=yes&scenarios={clinic[1].pk}")
    assert "The bad years have no exact curve" in text
    assert "choose fewer scenarios" not in text
    text = page(owner, f"/risk/sensitivity/?bad=yes&scenarios={clinic[1].pk}")
    assert "The bad years have no exact curve" in text
    assert "widest bars only" not in text


def test_programs_get_the_same_rows(owner: Client, clinic: tuple[Scenario, ...]) -> None:
    viewer = sign_in(browser(), Role.AUDITOR)
    program = browser()
    program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {make_token(viewer, 'x', ['read'], 1, utc_now())}"
    for operation, address in (("sensitivities", "sensitivity"), ("safeguards", "safeguards")):
        answer = program.get(f"/api/risk/{operation}?side=others")
        assert answer.status_code == 200, answer.content
        assert answer.json() == rows(owner, f"/risk/{address}/?side=others&format=json")


def test_before_the_terms_are_set_programs_are_told_what_comes_first() -> None:
    viewer = sign_in(browser(), Role.OWNER)
    program = browser()
    program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {make_token(viewer, 'x', ['read'], 1, utc_now())}"
    for operation in ("curve", "sensitivities", "safeguards"):
        answer = program.get(f"/api/risk/{operation}")
        assert answer.status_code == 404
        assert "currency" in answer.json()["error"]["next_step"]
