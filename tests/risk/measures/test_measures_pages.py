"""Measures on pages: put down, shown with what they cost and change, changed, ended; who may."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from duecare.errors import BadInput, Refused
from duecare.ledger.recording import recording
from duecare.ledger.records import new_key, utc_now
from duecare.ledger.viewers import Role, Viewer
from duecare.program.judgement import checks
from duecare.program.models import Assessment, Outcome
from duecare.program.unchanged import seen_entry
from duecare.risk.measures.actions import Change, Draft, add_measure, change_measure, end_measure
from duecare.risk.models import Effect, Measure
from tests.people import browser, sign_in
from tests.risk.measures.samples import scenario, set_terms

pytestmark = pytest.mark.usefixtures("home")
NOW = utc_now()


@pytest.fixture
def owner() -> tuple[Client, Viewer]:
    client = browser()
    return client, sign_in(client, Role.OWNER)


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.content.decode()[-2000:])
    return re.sub(r"\s+", " ", answer.content.decode())


def draft(title: str = "Wider MFA", **changed: Any) -> Draft:
    values: dict[str, Any] = {
        "safeguard": "mfa", "once": (0, 0, 0), "yearly": (4_000_000, 6_000_000, 12_000_000), "years": 3,
    }  # fmt: skip
    return Draft(title, **{**values, **changed})


def test_without_terms_nothing_can_be_put_down_and_the_page_says_what_to_do(
    owner: tuple[Client, Viewer],
) -> None:
    client, _viewer = owner
    assert "No measure was put down yet" in text(client, "/risk/measures/")
    page = text(client, "/risk/measures/new/")
    assert "Say in which currency" in page
    assert 'href="/risk/terms/"' in page
    assert client.post("/risk/measures/new/", {}).status_code == 400


def test_a_measure_is_put_down_with_its_effects_shown_changed_and_ended(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    set_terms(viewer)
    made = scenario(viewer, NOW)
    form = {
        "title": "Wider MFA", "safeguard": "mfa", "years": "3", "yearly_least": "40 000",
        "yearly_likely": "60 000", "yearly_most": "120k", "once_likely": "30 000",
        "effect_0_0": made.pk, "effect_0_1": "frequency", "effect_0_2": "20", "effect_0_3": "50",
        "effect_0_4": "70", "effect_0_5": "100", "effect_0_6": "92.5", "effect_1_1": "magnitude",
    }  # fmt: skip
    assert "Choose a scenario" in text(client, "/risk/measures/new/")
    for wrong, words in (
        ({"effect_0_3": ""}, "Fill in: Likely, %"),
        ({"effect_0_2": "60"}, "do not rise"),
        ({"effect_0_0": ""}, "Choose the scenario that it changes"),
        ({"effect_0_5": "120"}, "less than or equal to 100"),
        ({"yearly_most": "50 000"}, "below the number before it"),
        ({"once_likely": "", "once_most": "5"}, "Say what is likely"),
        ({"title": ""}, "required"),
    ):
        answer = client.post("/risk/measures/new/", {**form, **wrong})
        assert answer.status_code == 400
        page = answer.content.decode()
        assert words in page, (words, re.findall(r"<li>(.*?)</li>", page))
    assert not Measure.objects.exists()
    placed = client.post("/risk/measures/new/", form)
    row = Measure.objects.get()
    assert placed["Location"] == f"/risk/measures/{row.pk}/"
    assert (row.once, row.yearly) == ([3_000_000] * 3, [4_000_000, 6_000_000, 12_000_000])
    assert row.effects == [
        {
            "scenario": made.pk,
            "on": "frequency",
            "efficacy": [200, 500, 700],
            "coverage": 1000,
            "reliability": 925,
        }
    ]
    page = text(client, placed["Location"])
    for words in (
        "Wider MFA",
        "R-1 Ransomware",
        "20 % to 70 %, likely 50 %",
        "EUR 70,000",
        "On the table",
    ):
        assert words in page
    change = text(client, f"{placed['Location']}change/")
    for value in ('value="92.5"', 'value="120 000"', 'value="20"'):
        assert value in change
    seen = seen_entry(row)
    changed = client.post(f"{placed['Location']}change/", {**form, "title": "MFA for all", "seen": seen})
    assert changed.status_code == 302
    stale = client.post(f"{placed['Location']}change/", {**form, "title": "MFA", "seen": seen})
    assert "changed this while you wrote" in stale.content.decode()
    assert client.post(f"{placed['Location']}end/", {"how": "refused", "reason": ""}).status_code == 400
    ended = client.post(
        f"{placed['Location']}end/",
        {"how": "refused", "reason": "Costs more than it saves.", "seen": seen_entry(row)},
    )
    assert ended.status_code == 302
    assert "Costs more than it saves." in text(client, placed["Location"])
    assert "MFA for all" in text(client, "/risk/measures/?state=refused")
    assert text(client, f"{placed['Location']}change/", 403)
    auditor = browser()
    sign_in(auditor, Role.AUDITOR)
    assert "MFA for all" in text(auditor, placed["Location"])
    assert auditor.get("/risk/measures/new/").status_code == 403
    member = browser()
    sign_in(member, Role.MEMBER)
    assert member.get(placed["Location"]).status_code == 404


def test_what_is_shown_to_change_is_what_the_effect_leaves_of_today(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    set_terms(viewer)
    made = scenario(viewer, NOW)
    with recording(viewer.actor, "say what holds"):
        Effect.objects.create(
            id=new_key(), scenario=made, safeguard="mfa", on="frequency", efficacy=[500, 500, 500],
            coverage=400, reliability=1000, reason="x", made_at=NOW, made_by=viewer.actor,
        )  # fmt: skip
    effect = Change(made.pk, "frequency", (500, 500, 500), 1000, 1000)
    row = add_measure(viewer, draft(effects=(effect,)), NOW)
    page = text(client, f"/risk/measures/{row.pk}/")
    # 0.275 events a year of 549,376 each, of which 80 % are left today and 50 % would be.
    for words in ("50 % (today 20 %)", "EUR 120,863", "EUR 75,539", "EUR 45,323"):
        assert words in page, re.findall(r"EUR[^<]*", page)
    assert "nobody estimated it" in page


def test_what_somebody_changed_meanwhile_stands_beside_the_field_and_the_second_try_is_taken(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    set_terms(viewer)
    made = scenario(viewer, NOW)
    effect = Change(made.pk, "frequency", (500, 500, 500), 1000, 1000)
    row = add_measure(viewer, draft(effects=(effect,)), NOW)
    address = f"/risk/measures/{row.pk}/change/"
    typed = {
        "title": "Mine", "safeguard": "mfa", "years": "3", "yearly_least": "40 000",
        "yearly_likely": "60 000", "yearly_most": "120k", "once_least": "0",
        "once_likely": "0", "once_most": "0", "seen": seen_entry(row),
        "effect_0_0": made.pk, "effect_0_1": "frequency", "effect_0_2": "50", "effect_0_3": "50",
        "effect_0_4": "50", "effect_0_5": "100", "effect_0_6": "100",
    }  # fmt: skip
    other = Change(made.pk, "frequency", (600, 600, 600), 1000, 1000)
    change_measure(viewer, row.pk, draft("Theirs", effects=(other,)), seen_entry(row), NOW)
    refused = client.post(address, typed)
    assert refused.status_code == 400
    page = re.sub(r"\s+", " ", refused.content.decode())
    assert "changed this while you wrote" in page
    told = set(re.findall(r"Now it says: ([^<]*)<", page))
    assert told == {"Theirs", f"{made}, How often it comes, 60, 60, 60, 100, 100"}
    assert 'value="Mine"' in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    assert int(seen[1]) == seen_entry(row)
    assert client.post(address, {**typed, "seen": seen[1]}).status_code == 302
    assert Measure.objects.get().title == "Mine"


def test_what_was_done_stands_in_the_register_and_moves_the_figures_of_today(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    set_terms(viewer)
    first, second, gone = (scenario(viewer, NOW, number) for number in (1, 2, 3))
    with recording(viewer.actor, "say what holds"):
        Effect.objects.create(
            id=new_key(), scenario=first, safeguard="mfa", on="frequency", efficacy=[100, 100, 100],
            coverage=400, reliability=1000, reason="x", made_at=NOW, made_by=viewer.actor,
        )  # fmt: skip
    effects = tuple(Change(one.pk, "frequency", (500, 500, 500), 1000, 1000) for one in (first, second, gone))
    row = add_measure(viewer, draft(effects=effects), NOW)
    with recording(viewer.actor, "end one"):
        gone.ended_at = NOW
        gone.save()
    address = f"/risk/measures/{row.pk}/end/"
    refused = {"how": "dropped", "reason": "No.", "into_register": "on", "seen": seen_entry(row)}
    assert "Only what was done" in client.post(address, refused).content.decode()
    assert Effect.objects.count() == 1
    page = client.post(address, {**refused, "how": "done", "reason": "It runs."}, follow=True)
    told = re.sub(r"\s+", " ", page.content.decode())
    assert "stands on 2 sides of its scenarios now" in told
    assert "1 effect went nowhere" in told
    for one in (first, second):
        standing = Effect.objects.get(scenario=one, ended_at=None)
        assert (standing.efficacy, standing.coverage, standing.reliability) == ([500, 500, 500], 1000, 1000)
        assert "“Wider MFA” was carried out: It runs." in standing.reason
    assert not Effect.objects.filter(scenario=gone).exists()


def test_what_needs_itself_or_what_excludes_it_is_refused(owner: tuple[Client, Viewer]) -> None:
    _client, viewer = owner
    with pytest.raises(Refused, match="terms of risk"):
        add_measure(viewer, draft("First"), NOW)
    set_terms(viewer)
    first = add_measure(viewer, draft("First"), NOW)
    second = add_measure(viewer, draft("Second", needs=(first.pk,)), NOW)
    third = add_measure(viewer, draft("Third", needs=(second.pk,)), NOW)
    with pytest.raises(BadInput, match="First → Third → Second → First"):
        change_measure(viewer, first.pk, draft("First", needs=(third.pk,)), seen_entry(first), NOW)
    with pytest.raises(BadInput, match="exclude each other"):
        change_measure(viewer, first.pk, draft("First", excludes=(third.pk,)), seen_entry(first), NOW)
    with pytest.raises(BadInput, match="no such measure"):
        add_measure(viewer, draft("Fourth", needs=("none",)), NOW)
    end_measure(viewer, first.pk, "done", "It runs.", seen_entry(first), NOW)
    kept = change_measure(viewer, second.pk, draft("Second", needs=(first.pk,)), seen_entry(second), NOW)
    assert kept.needs == [first.pk], "what was named before may stay"
    with pytest.raises(Refused, match="off the table"):
        end_measure(viewer, first.pk, "done", "Again.", seen_entry(first), NOW)


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"safeguard": "none"}, "safeguard"),
        ({"years": 0}, "years"),
        ({"once": (3, 2, 1)}, "once"),
        ({"effects": (Change("none", "frequency", (0, 0, 0), 0, 0),)}, "effect_0"),
        ({"owner": "nobody"}, "owner"),
        ({"title": " "}, "title"),
    ],
)
def test_what_cannot_be_is_named_with_its_field(
    owner: tuple[Client, Viewer], changed: dict[str, Any], place: str
) -> None:
    _client, viewer = owner
    values = {"title": "x", **changed}
    with pytest.raises(BadInput) as refused:
        add_measure(viewer, draft(values.pop("title"), **values), NOW)
    assert refused.value.place == place


def test_a_past_day_shows_the_measure_as_it_was_and_changes_nothing(owner: tuple[Client, Viewer]) -> None:
    client, viewer = owner
    set_terms(viewer)
    row = add_measure(viewer, draft(), NOW)
    then = utc_now().isoformat().replace("+00:00", "Z")
    change_measure(viewer, row.pk, draft("MFA for all"), seen_entry(row), NOW)
    page = text(client, f"/risk/measures/{row.pk}/?as_of={then}")
    assert "Wider MFA" in page
    assert "MFA for all" not in page
    assert "/change/" not in page
    assert "Wider MFA" in text(client, f"/risk/measures/?as_of={then}")


def test_what_checks_measured_of_its_safeguard_stands_beside_what_is_estimated(
    owner: tuple[Client, Viewer],
) -> None:
    client, viewer = owner
    set_terms(viewer)
    check = next(one for one in checks() if one.safeguard == "mfa")
    row = add_measure(viewer, draft(), NOW)
    assert "No check has measured it" in text(client, f"/risk/measures/{row.pk}/")
    with recording("job:test", "record what the checks found"):
        running = Assessment.objects.create(id=new_key(), started_at=NOW, program="1")
        Outcome.objects.create(
            id=check.id, safeguard="mfa", verdict="unmet", revision=1, population=40, subjects=1, unmet=9,
            unknown=1, stale_at=NOW + timedelta(days=2), evidence_at=NOW, judged_at=NOW, assessment=running,
            since=NOW,
        )  # fmt: skip
    page = text(client, f"/risk/measures/{row.pk}/")
    for words in ("30 of 40", "75 %", "estimated: under 30 days of evidence"):
        assert words in page
