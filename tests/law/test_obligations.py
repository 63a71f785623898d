"""The register of obligations: what ships is whole, nothing of the survey is lost, and mistakes are named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from duecare.errors import BadInput
from duecare.law import reading, reading_clocks
from duecare.law.obligations import (
    CONTENT,
    AllOf,
    AnyOf,
    Confidence,
    Fact,
    Kind,
    Not,
    State,
    obligations,
    profile_facts,
    register,
)
from duecare.law.terms import Override, Test, Unit
from duecare.program.catalogue import catalogue

HERE = Path(__file__).parent
SHARED = HERE.parents[1] / "../shared/data/obligations/obligations.yaml"
needs_shared = pytest.mark.skipif(not SHARED.is_file(), reason="needs ../shared/data/obligations")


def loaded(text: str) -> Any:
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506


def test_what_ships_is_43_obligations_with_118_duties_114_clocks_33_records_and_227_measures() -> None:
    held = obligations().values()
    assert len(held) == 43
    assert sum(len(each.duties) for each in held) == 118
    assert sum(len(each.clocks) for each in held) == 114
    assert sum(len(each.records) for each in held) == 33
    assert sum(len(each.measures) for each in held) == 227


def test_every_measure_is_a_safeguard_and_nearly_every_safeguard_is_asked_for() -> None:
    asked = {measure.safeguard for each in obligations().values() for measure in each.measures}
    assert asked <= set(catalogue())
    assert set(catalogue()) - asked == {"role_training"}


def test_every_confidence_is_explained_and_gaps_are_named_with_their_places() -> None:
    assert set(register().confidence_levels) == set(Confidence)
    assert len(register().gaps) == 5
    assert "counsel" in register().disclaimer
    told = {gap.what.partition(":")[0] for gap in register().uncovered(["DE", "US-NY"])}
    assert told == {
        "EU", "US sector rules", "Contract clocks (customers, insurers, processors) - load per organisation",
        "US states other than NY, CA, TX, FL, MA, OH (all 50 have breach laws; e.g. 30 days CO, ME, WA; "
        "45 or 60 days others; VT regulator 14 business days)",
    }  # fmt: skip
    assert len(register().uncovered([])) == 1, "contracts hold everywhere"


def test_profile_facts_are_described_in_words() -> None:
    assert profile_facts()["handles_payment_cards"].startswith("stores, processes or transmits")
    assert len(profile_facts()) == 61


def test_every_fact_of_an_incident_and_every_event_that_is_described_is_used_by_a_clock() -> None:
    used: set[str] = set()
    events: set[str] = set()
    for one in obligations().values():
        for clock in one.clocks:
            used |= {test.fact for test in (*clock.when, *clock.when_any, *clock.unless)}
            used |= {clock.override.fact} if clock.override else set()
            events |= {clock.trigger, clock.start_from, clock.backstop.trigger if clock.backstop else ""}
        events |= {
            change.trigger or "" for variant in one.variants.values() for change in variant.clocks.values()
        }
    assert set(register().incident_facts) == {fact for fact in used if not fact.startswith("profile.")}
    named = {
        event.removeprefix("end_of_calendar_year_of_") for event in events if "submission_of" not in event
    }
    assert set(register().events) == named - {""}


def test_every_duty_and_clock_cites_the_version_of_the_content() -> None:
    version = register().version
    assert version.startswith(register().as_of)
    cited = {each.version for one in obligations().values() for each in (*one.duties, *one.clocks)}
    assert cited == {version}


def test_a_change_of_the_content_is_a_new_version() -> None:
    """What was counted by one version must be found again under its name: never two contents of one name."""
    digest = hashlib.sha256()
    for place in sorted(CONTENT.rglob("*.yaml")):
        digest.update(place.relative_to(CONTENT).as_posix().encode() + b"\0" + place.read_bytes())
    known = json.loads((HERE / "content_versions.json").read_text())
    assert known.get(register().version) == digest.hexdigest(), (
        "The content changed: raise `version` in register.yaml and add it here with this digest."
    )


@needs_shared
def test_nothing_of_the_survey_is_lost() -> None:
    """Every obligation of the survey stands in our files with every field, its texts whole where commas had
    cut them, and beside it only what docs/obligations.md says we added."""
    ours = {
        entry["id"]: entry
        for place in (CONTENT / "jurisdictions").glob("*.yaml")
        for entry in loaded(place.read_text("utf-8"))["obligations"]
    }
    theirs = {entry["id"]: entry for entry in loaded(SHARED.read_text("utf-8"))["obligations"]}
    assert set(ours) == set(theirs)
    mended: list[str] = []
    added: set[str] = set()
    for id, entry in theirs.items():
        compare(entry, ours[id], id, mended, added)
    assert len(mended) == 28, "texts that commas had cut; one more is in the counting rules"
    assert {place.rpartition("/")[2] for place in added} == {
        "named", "no_relief_if", "clocks", "safeguards", "class", "term",
    }  # fmt: skip


def compare(theirs: Any, ours: Any, place: str, mended: list[str], added: set[str]) -> None:
    if isinstance(theirs, dict):
        tails = [key for key, value in theirs.items() if value is None]
        if tails or ("confidence" in theirs and theirs["confidence"] != ours["confidence"]):
            mended.append(place)
            whole = " | ".join(str(value) for value in ours.values())
            assert all(str(tail) in whole for tail in tails), place
        for key, value in theirs.items():
            if value is not None and place not in mended:
                compare(value, ours[key], f"{place}/{key}", mended, added)
            elif value is not None and isinstance(value, str):
                assert str(ours[key]).startswith(value) or key == "confidence", (place, key)
        extra = set(ours) - set(theirs)
        added |= {f"{place}/{key}" for key in extra if key != "confidence_note"}
    elif isinstance(theirs, list):
        assert len(theirs) == len(ours), place
        for number, (left, right) in enumerate(zip(theirs, ours, strict=True)):
            compare(left, right, f"{place}/{number}", mended, added)
    else:
        assert theirs == ours, place


@needs_shared
def test_the_counting_rules_the_facts_and_the_golden_cases_are_those_of_the_survey() -> None:
    survey = loaded(SHARED.read_text("utf-8"))
    rules = loaded((CONTENT / "counting.yaml").read_text("utf-8"))["counting_rules"]
    for id, rule in survey["counting_rules"].items():
        assert {key: value for key, value in rules[id].items() if key not in ("version", "traps")} == {
            key: value for key, value in rule.items() if key != "traps"
        }
    assert set(profile_facts()) == set(survey["vocabulary"]["profile_facts"])
    assert {"".join(gap.what) for gap in register().gaps} == set(survey["coverage_gaps"])
    assert loaded((CONTENT / "cases.yaml").read_text("utf-8")) == loaded(
        SHARED.with_name("deadline_test_vectors.yaml").read_text("utf-8")
    )


def test_a_proposal_a_coming_law_and_a_safe_harbour_do_not_bind() -> None:
    loose = {each.id for each in obligations().values() if not each.binding}
    assert loose == {"us-circia", "in-dpdp", "us-oh-safe-harbor"}


def test_the_special_law_for_finance_displaces_the_general_one() -> None:
    assert obligations()["eu-dora"].displaces == ("eu-nis2",)


def test_the_page_for_contributors_names_every_field_and_every_word_that_a_file_may_hold() -> None:
    page = (HERE.parents[1] / "docs" / "obligations.md").read_text("utf-8")
    fields = {
        *reading.REGISTER, *reading.JURISDICTION, *reading.OBLIGATION, *reading.STATUS, *reading.DUTY,
        *reading.RECORD,
        *reading.RULE, *reading_clocks.CLOCK, *reading_clocks.VARIANT, *reading_clocks.CHANGE,
    }  # fmt: skip
    words = {*Kind, *State, *Confidence, *Unit, *register().rules}
    assert [each for each in sorted({*fields, *words}) if f"`{each}`" not in page] == []


WHOLE = """
schema_version: 2
version: "2026-11-23.9"
as_of: "2026-11-23"
disclaimer: Ask counsel.
confidence_levels: {low: unsettled}
jurisdictions: [EU]
coverage_gaps: [{places: [US], what: all others}]
"""
ASKED = """
profile_facts: {in_scope: in scope, exempt: exempt by size}
incident_facts:
  breach: {asks: Was it a breach?}
  people: {asks: How many?, answer: number}
  role: {asks: In what role?, answer: [processor, controller]}
events: {awareness: you knew, detection: it was seen}
"""
RULES = "counting_rules: {EU_HOURS: {version: 3, rule: elapsed}, UNDELAYED: {version: 1, rule: soon}}\n"
LAW = """
jurisdiction: EU
read: "2026-11-23"
obligations:
- id: a-law
  name: A Law
  kind: law
  citation: Act 1
  jurisdiction: EU
  status: {state: in_force, since: "2020-01-01", reporting_from: "2021-02-03"}
  applies_when: {all: [in_scope, {not: exempt}]}
  duties: [{id: review, what: review it, cadence: P1Y, citation: s 1}]
  measures: [{use: mfa, citation: s 2}]
  clocks:
  - {id: first, recipient: authority, trigger: awareness, amount: 72, unit: hours, counting: EU_HOURS,
     when: [[breach, "==", true]], citation: s 3, confidence: low,
     override: {named: small, fact: profile.exempt, amount: 24, unit: hours}}
  - {id: second, recipient: people, trigger: submission_of.first, unit: undelayed, counting: UNDELAYED,
     when: [[people, ">", 500]], unless: [[role, "==", processor]], citation: s 4, confidence: low}
  national_variants:
    source: a list
    FI: {moves: true, trigger: detection, clocks: {first: {trigger: detection}}}
    FR: {moves: unsettled}
  records: [{what: all of it, keep: 5 years, citation: s 4}]
  penalties_max: a fine
  confidence: low
  sources: []
"""


def written(law: str = LAW, **others: str) -> dict[str, str]:
    return {
        "register.yaml": WHOLE, "facts.yaml": ASKED, "counting.yaml": RULES, "jurisdictions/EU.yaml": law,
        **{name.replace("_", "."): text for name, text in others.items()},
    }  # fmt: skip


def test_an_entry_is_read_field_by_field() -> None:
    law = reading.parse(written()).obligations["a-law"]
    assert (law.kind, law.state, law.since, law.pending) == (Kind.LAW, State.IN_FORCE, "2020-01-01", "")
    assert law.applies_when == AllOf((Fact("in_scope"), Not(Fact("exempt"))))
    assert [(each.safeguard, each.citation) for each in law.measures] == [("mfa", "s 2")]
    assert (law.duties[0].cadence, law.duties[0].confidence) == ("P1Y", Confidence.LOW)
    first, second = law.clocks
    assert (first.amount, first.unit, first.counting) == (72, Unit.HOURS, "EU_HOURS")
    assert (first.when, first.binding_from) == ((Test("breach", "==", True),), law.clocks[1].binding_from)
    assert str(first.binding_from) == "2021-02-03"
    assert first.override == Override("small", "profile.exempt", 24, Unit.HOURS)
    assert (second.amount, second.unless) == (None, (Test("role", "==", "processor"),))
    assert [(each.moves, list(each.clocks)) for each in law.variants.values()] == [
        (True, ["first"]), (None, []),
    ]  # fmt: skip
    assert reading.parse(written()).rules["EU_HOURS"].name == "EU_HOURS/3"


def test_conditions_nest() -> None:
    text = LAW.replace("{all: [in_scope, {not: exempt}]}", "{any: [{not: {all: [exempt]}}, in_scope]}")
    law = reading.parse(written(text)).obligations["a-law"]
    assert law.applies_when == AnyOf((Not(AllOf((Fact("exempt"),))), Fact("in_scope")))


ENTRY = "jurisdictions/EU.yaml, obligation 1 (a-law)"
FIRST = f"{ENTRY}: clocks, number 1 (first)"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  name: A Law\n", "", [ENTRY, "'name' must be text"]),
        ("name: A Law", "name: 12", [ENTRY, "'name' must be text, not 12"]),
        ("name: A Law", "nmae: A Law", [ENTRY, "'nmae' is not known", "mean 'name'"]),
        ("kind: law", "kind: custom", [ENTRY, "'kind' holds 'custom'", "regulation"]),
        ("state: in_force", "state: enforced", [ENTRY, "status", "'state' holds 'enforced'"]),
        ("reporting_from", "reportingfrom", [ENTRY, "status", "'reportingfrom'", "reporting_from"]),
        ("  confidence: low\n", "  confidence: sure\n", [ENTRY, "'confidence' holds 'sure'"]),
        ("use: mfa", "use: mfaa", [ENTRY, "measures, number 1", "safeguard 'mfaa'", "mean 'mfa'"]),
        ("[in_scope,", "[in_scpe,", [ENTRY, "'applies_when'", "profile fact 'in_scpe'", "mean 'in_scope'"]),
        ("{all: [in_scope, {not: exempt}]}", "{all: []}", ["'applies_when'", "no condition"]),
        ("{all: [in_scope, {not: exempt}]}", "{none: [exempt]}", ["'applies_when'", "no condition"]),
        ("{all: [in_scope, {not: exempt}]}", "{all: [exempt], any: [exempt]}", ["no condition"]),
        ("{all: [in_scope, {not: exempt}]}", "{all: [7]}", ["'applies_when' holds 7"]),
        ("counting: EU_HOURS", "counting: EU_HOUR", [FIRST, "'counting'", "rule 'EU_HOUR'", "EU_HOURS"]),
        ("counting: EU_HOURS", "counting: UNDELAYED", [FIRST, "does not count in 'hours'", "undelayed"]),
        ("unit: hours, counting", "unit: weeks, counting", [FIRST, "'unit' holds 'weeks'", "months"]),
        ("amount: 72, ", "", [FIRST, "'amount' must be a number, not None", "Add it"]),
        ("amount: 72, ", "amount: true, ", [FIRST, "'amount' must be a number, not True"]),
        ("amount: 72, ", "amount: 0, ", [FIRST, "'amount' holds 0"]),
        ("amount: 72, ", "amount: 10000, ", [FIRST, "'amount' holds 10000", "from 1 to 9999"]),
        ("amount: 24, ", "amount: -1, ", [FIRST, "override", "'amount' holds -1"]),
        ("id: first, ", "id: First step, ", ["clocks, number 1", "'id' holds 'First step'", "no id"]),
        ("id: review, ", f"id: {'r' * 41}, ", ["duties, number 1", "no id", "at most 40"]),
        ("id: a-law", "id: a/law", ["obligation 1", "'id' holds 'a/law'"]),
        ("cadence: P1Y", "cadence: 'fixed_date:02-30'", ["'cadence' holds 'fixed_date:02-30'"]),
        ("cadence: P1Y", "cadence: 'fixed_date:13-01'", ["'cadence' holds 'fixed_date:13-01'"]),
        ("unit: undelayed", "unit: undelayed, amount: 3", ["number 2 (second)", "no number"]),
        ("recipient: authority, ", "", [FIRST, "'recipient' must be text"]),
        ("trigger: awareness", "trigger: awarenes", [FIRST, "event 'awarenes'", "mean 'awareness'"]),
        ("submission_of.first", "submission_of.frist", ["(second)", "clock 'frist'", "mean 'first'"]),
        ('[breach, "==", true]', '[breech, "==", true]', [FIRST, "'when'", "fact 'breech'", "'breach'"]),
        ('[breach, "==", true]', '[breach, "==", yes please]', [FIRST, "breach with 'yes please'", "yes_no"]),
        ('[breach, "==", true]', '[breach, ">", true]', [FIRST, "'when' compares breach"]),
        ('[breach, "==", true]', '[breach, "=", true]', [FIRST, "no test", ">="]),
        ('[people, ">", 500]', '[people, ">", true]', ["(second)", "compares people", "number"]),
        ('[role, "==", processor]', '[role, "==", owner]', ["(second)", "'unless'", "processor or"]),
        ("fact: profile.exempt", "fact: profile.small", [FIRST, "override", "profile fact 'small'"]),
        ("{first: {trigger: detection}}", "{frst: {trigger: detection}}", ["variants, FI", "'frst'"]),
        ("{first: {trigger: detection}}", "{first: {unit: months}}", ["FI, clock first", "in 'months'"]),
        ("{moves: unsettled}", "{moves: perhaps}", ["national_variants, FR", "'moves' holds 'perhaps'"]),
        ("cadence: P1Y", "cadence: yearly", [ENTRY, "duties, number 1 (review)", "'cadence' holds 'yearly'"]),
        ("  duties: [{", "  duties: [seven, {", [ENTRY, "duties, number 1", "not a mapping"]),
        ("sources: []", "sources: [1]", [ENTRY, "'sources' must list texts"]),
        ("sources: []", "sources: []\n  displaces: [b-law]", ["a-law", "'displaces'", "obligation 'b-law'"]),
        ("  penalties_max: a fine\n", "", [ENTRY, "'penalties_max' must be text", "Add it"]),
        ('read: "2026-11-23"', 'read: "November"', ["jurisdictions/EU.yaml", "'read' holds 'November'"]),
        ("jurisdiction: EU\nread", "jurisdiction: FR\nread", ["jurisdictions/EU.yaml", "is not EU"]),
        ("what: review it", "what: plan, test", ["jurisdictions/EU.yaml, line", "'test' has no value"]),
    ],
)  # fmt: skip
def test_a_mistake_is_refused_with_file_entry_and_field(old: str, new: str, words: list[str]) -> None:
    assert old in LAW
    with pytest.raises(BadInput) as refused:
        reading.parse(written(LAW.replace(old, new)))
    for word in words:
        assert word in str(refused.value)
    assert refused.value.next_step


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"register.yaml": WHOLE.replace(": 2", ": 1")}, ["register.yaml", "'schema_version' is not 2"]),
        ({"register.yaml": WHOLE.replace("[EU]", "[EU, GB]")}, ["no file jurisdictions/GB.yaml"]),
        ({"jurisdictions/GB.yaml": LAW}, ["does not name jurisdictions/GB.yaml"]),
        ({"facts.yaml": ASKED.replace("number", "figure")}, ["facts.yaml", "people", "holds 'figure'"]),
        ({"counting.yaml": RULES.replace("version: 3, ", "")}, ["counting.yaml, EU_HOURS", "'version'"]),
    ],
)  # fmt: skip
def test_a_mistake_in_the_files_of_the_whole_is_refused_by_name(
    files: dict[str, str], words: list[str]
) -> None:
    with pytest.raises(BadInput) as refused:
        reading.parse(written() | files)
    for word in words:
        assert word in str(refused.value)
    assert refused.value.next_step


def twice() -> Iterator[tuple[str, str]]:
    entry = LAW[LAW.index("- id: a-law") :]
    yield LAW + entry, "the id 'a-law' is used twice"
    duty = "{id: review, what: review it, cadence: P1Y, citation: s 1}"
    yield LAW.replace(duty, f"{duty}, {duty}"), "duties has the id 'review' twice"


@pytest.mark.parametrize(("text", "words"), list(twice()))
def test_an_id_used_twice_is_refused(text: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        reading.parse(written(text))


def test_the_files_that_ship_are_read_once() -> None:
    assert obligations() is obligations()
