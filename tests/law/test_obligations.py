"""The register of obligations: what ships is whole and consistent, and mistakes are refused by name."""

from pathlib import Path

import pytest
import yaml

from duecare.errors import BadInput
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
    parse,
    profile_facts,
    register,
)
from duecare.program.catalogue import catalogue

SHARED = Path(__file__).parents[2] / "../shared/data/obligations/obligations.yaml"

WRITTEN = """
as_of: "2026-11-23"
disclaimer: Ask counsel.
confidence_levels: {low: unsettled}
vocabulary:
  profile_facts: {in_scope: in scope, exempt: exempt by size}
counting_rules: {HOURS: {rule: elapsed}}
coverage_gaps: [all others]
obligations:
- id: a-law
  name: A Law
  kind: law
  citation: Act 1
  jurisdiction: EU
  status: {state: in_force, since: "2020-01-01"}
  applies_when: {all: [in_scope, {not: exempt}]}
  duties: [{id: review, what: review it, cadence: P1Y, citation: s 1}]
  measures: [{use: mfa, citation: s 2}]
  clocks:
  - {id: first, recipient: authority, trigger: awareness, unit: hours, counting: HOURS, citation: s 3,
     confidence: low}
  records: [{what: all of it, keep: 5 years, citation: s 4}]
  confidence: low
  sources: []
"""


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


def test_every_confidence_is_explained_and_gaps_are_named() -> None:
    assert set(register().confidence_levels) == set(Confidence)
    assert len(register().gaps) >= 5
    assert "counsel" in register().disclaimer


def test_profile_facts_are_described_in_words() -> None:
    assert profile_facts()["handles_payment_cards"].startswith("stores, processes or transmits")
    assert len(profile_facts()) == 61


@pytest.mark.skipif(not SHARED.is_file(), reason="needs ../shared/data/obligations")
def test_texts_cut_at_their_commas_in_the_survey_are_whole_again() -> None:
    """The survey's file left texts with commas unquoted, which YAML reads as more keys without a value."""
    with pytest.raises(BadInput, match="has no value"):
        parse(SHARED.read_text("utf-8"), "survey")
    survey = {each["id"]: each for each in yaml.safe_load(SHARED.read_text("utf-8"))["obligations"]}
    restored = 0
    for id, obligation in obligations().items():
        for name in ("duties", "clocks", "records"):
            for row, theirs in zip(getattr(obligation, name), survey[id][name], strict=True):
                tails = [key for key, value in theirs.items() if value is None]
                restored += bool(tails)
                whole = " | ".join(str(value) for value in row.values())
                assert all(tail in whole for tail in tails), (id, name, row)
    assert restored >= 20
    assert "defines, approves, oversees" in obligations()["eu-dora"].duties[0]["what"]


def test_a_proposal_a_coming_law_and_a_safe_harbour_do_not_bind() -> None:
    loose = {each.id for each in obligations().values() if not each.binding}
    assert loose == {"us-circia", "in-dpdp", "us-oh-safe-harbor"}


def test_the_special_law_for_finance_displaces_the_general_one() -> None:
    assert obligations()["eu-dora"].displaces == ("eu-nis2",)


def test_an_entry_is_read_field_by_field() -> None:
    law = parse(WRITTEN, "laws.yaml").obligations["a-law"]
    assert (law.kind, law.state, law.since, law.pending) == (Kind.LAW, State.IN_FORCE, "2020-01-01", "")
    assert law.applies_when == AllOf((Fact("in_scope"), Not(Fact("exempt"))))
    assert [(each.safeguard, each.citation) for each in law.measures] == [("mfa", "s 2")]
    assert law.duties[0]["cadence"] == "P1Y"
    assert law.clocks[0]["counting"] == "HOURS"


def test_conditions_nest() -> None:
    text = WRITTEN.replace("{all: [in_scope, {not: exempt}]}", "{any: [{not: {all: [exempt]}}, in_scope]}")
    law = parse(text, "laws.yaml").obligations["a-law"]
    assert law.applies_when == AnyOf((Not(AllOf((Fact("exempt"),))), Fact("in_scope")))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  name: A Law\n", "", ["'name' must be text"]),
        ("name: A Law", "name: 12", ["'name' must be text, not 12"]),
        ("kind: law", "kind: custom", ["'kind' holds 'custom'", "regulation"]),
        ("state: in_force", "state: enforced", ["status", "'state' holds 'enforced'"]),
        ("  confidence: low\n", "  confidence: sure\n", ["'confidence' holds 'sure'"]),
        ("use: mfa", "use: mfaa", ["'measures'", "safeguard 'mfaa'"]),
        ("[in_scope,", "[in_scpe,", ["'applies_when'", "profile fact 'in_scpe'"]),
        ("{all: [in_scope, {not: exempt}]}", "{all: []}", ["'applies_when'", "no condition"]),
        ("{all: [in_scope, {not: exempt}]}", "{none: [exempt]}", ["'applies_when'", "no condition"]),
        ("{all: [in_scope, {not: exempt}]}", "{all: [exempt], any: [exempt]}", ["no condition"]),
        ("{all: [in_scope, {not: exempt}]}", "{all: [7]}", ["'applies_when' holds 7"]),
        ("counting: HOURS", "counting: DAYS", ["clock first", "'counting'", "counting rule 'DAYS'"]),
        ("recipient: authority, ", "", ["clocks, number 1", "'recipient' must be text"]),
        ("  duties: [{", "  duties: [seven, {", ["duties, number 1", "not a mapping"]),
        ("  duties: [{id: review", "  duties: {id: review", ["'duties' must be a list"]),
        ("sources: []", "sources: [1]", ["'sources' must list texts"]),
        ("sources: []", "sources: []\n  displaces: [b-law]", ["'displaces'", "obligation 'b-law'"]),
    ],
)
def test_a_mistake_is_refused_with_file_entry_and_field(old: str, new: str, words: list[str]) -> None:
    assert old in WRITTEN
    text = WRITTEN.replace(old, new)
    if "duties: {" in text:
        text = text.replace("citation: s 1}]", "citation: s 1}")
    with pytest.raises(BadInput) as refused:
        parse(text, "laws.yaml")
    message = str(refused.value)
    assert "laws.yaml, obligation" in message
    assert "a-law" in message
    for word in words:
        assert word in message
    assert refused.value.next_step


def test_an_id_used_twice_is_refused() -> None:
    entry = WRITTEN[WRITTEN.index("- id: a-law") :]
    with pytest.raises(BadInput, match=r"laws\.yaml: the id 'a-law' is used twice"):
        parse(WRITTEN + entry, "laws.yaml")


def test_a_duty_id_used_twice_is_refused() -> None:
    duty = "{id: review, what: review it, cadence: P1Y, citation: s 1}"
    with pytest.raises(BadInput, match="duties has the id 'review' twice"):
        parse(WRITTEN.replace(duty, f"{duty}, {duty}"), "laws.yaml")


def test_the_file_that_ships_is_read_once() -> None:
    assert CONTENT.is_file()
    assert obligations() is obligations()
