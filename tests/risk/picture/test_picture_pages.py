"""What the pages of pictures tell: the figures of the curve file, and what they do not know."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from duecare.ledger.records import utc_now
from duecare.ledger.viewers import Role
from duecare.risk import curve_files, money
from duecare.risk.register.models import Scenario
from duecare.site.api_tokens import make_token
from duecare.web.figures import number
from tests.people import browser, sign_in
from tests.risk.picture import made

pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def owner() -> Client:
    client = browser()
    sign_in(client, Role.OWNER)
    return client


@pytest.fixture
def clinic() -> tuple[Scenario, ...]:
    return made.clinic(utc_now())


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()[-2000:]
    return unescape(answer.content.decode())


def document(client: Client, side: str = "own", stage: str = "today", more: str = "") -> dict[str, Any]:
    """What a page hands out for `duecare risk curve`."""
    answer = client.get(f"/risk/curves/?side={side}&stage={stage}&format=file{more}")
    assert answer.status_code == 200
    found: dict[str, Any] = json.loads(answer.content)
    return found


def shown(amount: float) -> str:
    return money.shown(money.from_units(amount, "EUR"), "EUR")


def bare(amount: float) -> str:
    return shown(amount).rpartition("\u00a0")[2]


# ── Before there is anything ─────────────────────────────────────────────────────────────────────────────


def test_without_terms_the_next_step_is_to_set_them(owner: Client) -> None:
    for address in ("/risk/", "/risk/curves/"):
        text = page(owner, address)
        assert "Set the terms first" in text
        assert "exceedance" not in text


def test_without_a_scenario_the_next_step_is_the_first_one(owner: Client) -> None:
    made.terms()
    assert "There is no scenario yet" in page(owner, "/risk/")


def test_nothing_is_drawn_and_no_zero_is_told_when_nothing_is_estimated(owner: Client) -> None:
    made.terms()
    made.scenario(1, "Fire in the server room", utc_now())
    text = page(owner, "/risk/")
    assert text.count("Nothing is estimated on this side yet. That is not nothing.") == 2
    assert "Fire in the server room" in text
    assert "nobody has estimated how often it comes" in text
    assert "exceedance" not in text
    assert not re.search(r"EUR\u00a00\b", text)
    curves = page(owner, "/risk/curves/")
    assert "Nothing is estimated yet, so nothing is drawn" in curves
    assert "exceedance" not in curves
    assert owner.get("/risk/curves/?format=file").status_code == 404


def test_a_side_of_which_nothing_is_known_is_unknown_beside_one_that_is_known(owner: Client) -> None:
    made.terms()
    made.scenario(1, "Fire", utc_now(), (100_000, 500_000), {"replacement": (1_000_00, 90_000_00)})
    own, others = page(owner, "/risk/").split('id="h-others"')
    assert "A year, on average" in own
    assert "That is not nothing." in others
    assert "A year, on average" not in others


# ── Figures ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("side", ["own", "others"])
def test_the_overview_tells_what_the_curve_file_answers(
    owner: Client, clinic: tuple[Scenario, ...], side: str
) -> None:
    told = curve_files.answer(document(owner, side))
    own, others = page(owner, "/risk/").split('id="h-others"')
    part = own if side == "own" else others
    for amount in (told["mean"], told["var"]["0.95"], told["tvar"]["0.95"]):
        assert shown(amount) in part
    assert number(round(100 * told["probability_of_no_loss"])) + "\u00a0%" in part


def test_own_loss_and_harm_to_others_are_not_added_up_unless_asked(
    owner: Client, clinic: tuple[Scenario, ...]
) -> None:
    both = curve_files.answer(document(owner, "both"))
    assert shown(both["mean"]) not in page(owner, "/risk/")
    text = page(owner, "/risk/curves/?side=both")
    assert bare(both["mean"]) in text
    assert "harm to others is not estimated, so only our own loss is in the sum" in text


@pytest.mark.parametrize("stage", ["inherent", "today", "after"])
def test_curves_and_their_tables_tell_what_the_curve_file_answers_at_each_stage(
    owner: Client, clinic: tuple[Scenario, ...], stage: str
) -> None:
    proposed = made.measure(clinic[0], "mfa", utc_now())
    more = f"&measures={proposed.pk}"
    told = curve_files.answer(document(owner, "own", stage, more))
    text = page(owner, f"/risk/curves/?side=own{more}")
    words = {"inherent": "Without safeguards", "today": "Today", "after": "With the measures"}[stage]
    for p, years in ((0.5, 2), (0.95, 20), (0.995, 200)):
        year, largest = told["var"][str(p)], told["oep"][str(p)]
        assert f"{words}: 1 year in {years} costs more than {shown(year)}" in text
        assert f"{words}: in 1 year of {years} a single loss is larger than {shown(largest)}" in text
        for amount in (year, largest, told["tvar"][str(p)]):
            assert f">{bare(amount)}<" in text
    assert f">{bare(told['mean'])}<" in text


def test_safeguards_and_measures_make_a_year_cheaper(owner: Client, clinic: tuple[Scenario, ...]) -> None:
    more = f"&measures={made.measure(clinic[0], 'mfa', utc_now()).pk}"
    means = [
        curve_files.answer(document(owner, "own", stage, more))["mean"]
        for stage in ("inherent", "today", "after")
    ]
    assert means[0] > means[1] > means[2] > 0


def test_a_year_without_safeguards_is_no_curve_of_its_own_where_there_are_none(owner: Client) -> None:
    made.terms()
    made.scenario(1, "Fire", utc_now(), (100_000, 500_000), {"replacement": (1_000_00, 90_000_00)})
    text = page(owner, "/risk/curves/")
    assert "Without safeguards" not in text
    assert "With the measures" not in text


def test_only_chosen_scenarios_are_in_the_curve_and_all_are_offered(
    owner: Client, clinic: tuple[Scenario, ...]
) -> None:
    first = clinic[0]
    told = document(owner, "own", "today", f"&scenarios={first.pk}")
    assert [one["name"] for one in told["scenarios"]] == [str(first)]
    text = page(owner, f"/risk/curves/?scenarios={first.pk}")
    assert bare(curve_files.answer(told)["mean"]) in text
    assert clinic[3].title in text
    pair = document(owner, "own", "today", f"&scenarios={first.pk}&scenarios={clinic[1].pk}")
    assert pair == document(owner, "own", "today", f"&scenarios={first.pk},{clinic[1].pk}")


def test_the_tolerance_is_held_against_a_bad_year_of_our_own(owner: Client) -> None:
    loss = {"replacement": (100_000_00, 900_000_00), "others": (100_000_00, 900_000_00)}
    made.terms(tolerance=200_000_00)
    made.scenario(1, "Fire", utc_now(), (500_000, 900_000), loss)
    own, others = page(owner, "/risk/").split('id="h-others"')
    assert "Above the tolerance" in own
    assert shown(200_000) in own
    assert 'class="target"' in own
    assert "olerance" not in others.partition("What is not in these figures")[0]


def test_without_a_tolerance_nothing_is_within_it(owner: Client) -> None:
    made.terms(tolerance=None)
    made.scenario(1, "Fire", utc_now(), (100_000, 500_000), {"replacement": (1_000_00, 90_000_00)})
    text = page(owner, "/risk/")
    assert "No tolerance is set" in text
    assert "Within the tolerance" not in text


def test_scenarios_that_are_not_in_the_figures_are_named_with_what_they_lack(
    owner: Client, clinic: tuple[Scenario, ...]
) -> None:
    text = page(owner, "/risk/")
    assert "From 4 scenarios of 5" in text
    assert "From 3 scenarios of 5" in text
    for row, why in (
        (clinic[4], "nobody has estimated how often it comes"),
        (clinic[3], "nobody has estimated this loss"),
    ):
        assert f'<a href="/risk/scenarios/{row.pk}/">{row}</a>: {why}' in text


def test_scenarios_that_nobody_looked_at_for_a_year_are_named(owner: Client) -> None:
    made.terms()
    old = utc_now() - timedelta(days=400)
    made.scenario(1, "Fire", old, (100_000, 500_000), {"replacement": (1_000_00, 90_000_00)})
    made.scenario(2, "Flood", utc_now(), (100_000, 500_000), {"replacement": (1_000_00, 90_000_00)})
    stale = page(owner, "/risk/").split('id="h-stale"')[1]
    assert "R-1 Fire" in stale
    assert "Flood" not in stale


def test_a_curve_that_cannot_be_certified_is_said_to_be_drawn_by_chance_with_its_errors(
    owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    made.by_chance(monkeypatch)
    made.terms()
    made.scenario(1, "Fire", utc_now(), (300_000, 900_000), {"replacement": (7_000_00, 97_000_00)})
    told = curve_files.answer(document(owner))
    assert told["method"] == "monte carlo"
    text = page(owner, "/risk/curves/")
    assert "Drawn by chance, 20,000 years with seed 20260" in text
    error = told["certificate"]["standard_error"]["var"]["0.95"]
    assert f"{bare(told['var']['0.95'])} ± {bare(error)}" in text
    assert "Drawn by chance" in page(owner, "/risk/")


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────


def test_files_have_the_same_figures_unrounded(owner: Client, clinic: tuple[Scenario, ...]) -> None:
    told = curve_files.answer(document(owner))
    rows = json.loads(owner.get("/risk/curves/?side=own&format=json").content)
    by = {(one["stage"], one["figure"], one["one_in"]): one for one in rows}
    assert by["today", "mean", None]["amount"] == told["mean"]
    for p, years in (("0.5", 2), ("0.95", 20), ("0.995", 200)):
        for figure, name in (("year", "var"), ("beyond", "tvar"), ("largest", "oep")):
            assert by["today", figure, years]["amount"] == told[name][p]
    assert {(one["side"], one["period"], one["currency"]) for one in rows} == {("own", "year", "EUR")}
    text = owner.get("/risk/curves/?side=own&format=csv").content.decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(one["stage"], one["figure"], one["one_in"]) for one in lines] == [
        (one["stage"], one["figure"], str(one["one_in"] or "")) for one in rows
    ]
    assert [float(one["amount"]) for one in lines] == [one["amount"] for one in rows]


@pytest.mark.parametrize(
    "query", ["side=theirs", "stage=soon", "format=pdf", "colour=red", "side=own&format=CSV"]
)
def test_what_no_page_has_is_refused_with_what_there_is(owner: Client, query: str) -> None:
    made.terms()
    answer = owner.get(f"/risk/curves/?{query}")
    assert answer.status_code == 400


def test_keys_that_are_none_of_ours_are_not_found(owner: Client, clinic: tuple[Scenario, ...]) -> None:
    assert owner.get("/risk/curves/?scenarios=no-such").status_code == 404
    assert owner.get(f"/risk/curves/?measures={clinic[0].pk}").status_code == 404


# ── Past days, programs ──────────────────────────────────────────────────────────────────────────────────


def test_a_past_day_has_the_figures_of_that_day(owner: Client, clinic: tuple[Scenario, ...]) -> None:
    then, before = page(owner, "/risk/curves/"), utc_now().isoformat().replace("+00:00", "Z")
    made.effect(clinic[3], "backups", utc_now(), "magnitude")
    now = page(owner, "/risk/curves/")
    past = page(owner, f"/risk/curves/?as_of={before}")
    figures = re.compile(r"<title>(Today: 1 year in 20 [^<]*)</title>")
    assert figures.findall(past) == figures.findall(then) != figures.findall(now)
    assert f"as_of={before.replace(':', '%3A')}" in past


def test_programs_get_figures_document_and_what_is_lacking(
    owner: Client, clinic: tuple[Scenario, ...]
) -> None:
    viewer = sign_in(browser(), Role.AUDITOR)
    program = browser()
    program.defaults["HTTP_AUTHORIZATION"] = f"Bearer {make_token(viewer, 'x', ['read'], 1, utc_now())}"
    answer = program.get("/api/risk/curve?side=others&stage=inherent")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert told["document"] == document(owner, "others", "inherent")
    answered = curve_files.answer(told["document"])
    assert told["figures"]["mean"] == answered["mean"]
    assert {str(one["p"]): one["year"] for one in told["figures"]["points"]} == answered["var"]
    assert {one["scenario"]: one["lacks"] for one in told["lacking"]} == {
        clinic[3].pk: "loss",
        clinic[4].pk: "rate",
    }
