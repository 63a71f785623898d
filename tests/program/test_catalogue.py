"""The catalogue that ships: complete, in plain words of our own, with identifiers that exist."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from duecare.errors import BadInput
from duecare.program.catalogue import areas, catalogue, parse, read_yaml

OBLIGATIONS = Path(__file__).parents[2] / "../shared/data/obligations"
needs_shared = pytest.mark.skipif(not OBLIGATIONS.is_dir(), reason="needs ../shared/data/obligations")

ENTRY = """
- id: mfa
  title: Multi-factor sign-in
  area: access
  aim: A stolen password alone must not open a door.
  why: Passwords are stolen. A second factor stops that.
  evidence: A list.
  first_step: Switch it on.
  csf: [PR.AA-03]
  cis: ["6.3"]
  sp800_53: [IA-2, IA-2(1)]
  iso27001_unchecked: [A.8.5]
"""
TEXTS = ("aim", "why", "evidence", "first_step")


def written(entry: str = ENTRY) -> str:
    return "safeguards:" + entry


def sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!])\s+", text)


def nist(member: str) -> Any:
    with zipfile.ZipFile(OBLIGATIONS / "nist_oscal.zip") as archive:
        return json.loads(archive.read(member))


def controls(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for control in [*node.get("groups", ()), *node.get("controls", ())]:
        yield control
        yield from controls(control)


def prose(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (text for key, text in node.items() if key == "prose")
    children = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    for child in children:
        yield from prose(child)


def runs(text: str, length: int) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9']+", text.lower())
    return zip(*(words[start:] for start in range(length)), strict=False)


@needs_shared
def test_it_holds_exactly_the_measures_that_obligations_ask_for_with_their_identifiers() -> None:
    library = yaml.safe_load((OBLIGATIONS / "obligations.yaml").read_text("utf-8"))["measure_library"]
    ours = {each.id: {"csf": list(each.csf), "cis": list(each.cis)} for each in catalogue().values()}
    assert len(ours) == 43
    assert ours == library


@needs_shared
def test_every_csf_identifier_is_one_of_the_106_of_version_2() -> None:
    active = set(nist("CSF20_active_subcategories.json")["ids"])
    assert len(active) == 106
    assert {id for each in catalogue().values() for id in each.csf} <= active


@needs_shared
def test_every_sp_800_53_identifier_is_in_the_catalogue_and_not_withdrawn() -> None:
    labels = set()
    for control in controls(nist("NIST_SP-800-53_rev5.0.1_catalog-min.json")["catalog"]):
        props = {prop["name"]: prop["value"] for prop in control.get("props", ())}
        if props.get("status", "").lower() != "withdrawn" and "label" in props:
            labels.add(props["label"])
    assert len(labels) > 900
    assert {id for each in catalogue().values() for id in each.sp800_53} <= labels


@needs_shared
@pytest.mark.parametrize(
    "member", ["NIST_CSF_v2.0_catalog-min.json", "NIST_SP-800-53_rev5.0.1_catalog-min.json"]
)
def test_no_run_of_eight_words_comes_from_a_framework(member: str) -> None:
    theirs = {run for text in prose(nist(member)) for run in runs(text, 8)}
    assert len(theirs) > 1000
    ours = {run for each in catalogue().values() for name in TEXTS for run in runs(getattr(each, name), 8)}
    assert ours.isdisjoint(theirs)


def test_iso_numbers_lie_within_annex_a_of_2022() -> None:
    last = {5: 37, 6: 8, 7: 14, 8: 34}
    for each in catalogue().values():
        for id in each.iso27001_unchecked:
            theme, number = (int(part) for part in id.removeprefix("A.").split("."))
            assert number <= last[theme], (each.id, id)


@pytest.mark.parametrize("id", sorted(catalogue()))
def test_a_safeguard_is_said_briefly_and_plainly(id: str) -> None:
    safeguard = catalogue()[id]
    assert 2 <= len(safeguard.title.split()) <= 5
    assert len(sentences(safeguard.aim)) == len(sentences(safeguard.first_step)) == 1
    assert 2 <= len(sentences(safeguard.why)) <= 4
    assert 1 <= len(sentences(safeguard.evidence)) <= 2
    for name in TEXTS:
        text = getattr(safeguard, name)
        assert text.endswith(".")
        assert text[0].isupper()
        assert "\u2014" not in text
        assert not re.search(r"\d+ ?(%|per ?cent)", text), "a figure would need a source"


def test_titles_tell_safeguards_apart() -> None:
    titles = [each.title.lower() for each in catalogue().values()]
    assert len(set(titles)) == len(titles)


def test_safeguards_come_in_the_order_of_the_house_then_by_title() -> None:
    house = [area.id for area in areas()]
    places = [(house.index(each.area), each.title) for each in catalogue().values()]
    assert places == sorted(places)


def test_the_house_shows_thirteen_rooms_under_six_words() -> None:
    shown: dict[str, list[str]] = {}
    for area in areas():
        shown.setdefault(area.heading, []).append(area.name)
    assert shown == {
        "Know": ["Systems", "Suppliers", "Risk", "Law"],
        "Decide": ["Policies"],
        "Protect": ["People", "Access", "Patching"],
        "Watch": ["Detection"],
        "Respond": ["Incidents", "Continuity"],
        "Prove": ["Assurance", "Ledger"],
    }


def test_the_catalogue_is_read_once_and_cannot_be_changed() -> None:
    assert catalogue() is catalogue()
    with pytest.raises(TypeError):
        catalogue()["mfa"] = catalogue()["backups"]  # type: ignore[index]


def test_a_sound_entry_is_read_field_by_field() -> None:
    mfa = parse(written(), "safeguards.yaml")["mfa"]
    assert mfa.title == "Multi-factor sign-in"
    assert mfa.sp800_53 == ("IA-2", "IA-2(1)")
    assert mfa.cis == ("6.3",)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("  aim: A stolen password alone must not open a door.\n", "", ["'aim' is missing"]),
        ("  aim:", "  goal: x\n  aim:", ["no field 'goal'"]),
        ("area: access", "area: ledger", ["'area'", "ledger", "access"]),
        ("area: access", "area: basement", ["'area'", "basement"]),
        ("id: mfa", "id: Multi Factor", ["id must be lower-case"]),
        ("title: Multi-factor sign-in", "title: 7", ["'title' must be text"]),
        ("title: Multi-factor sign-in", "title: ' '", ["'title' must be text"]),
        ("[PR.AA-03]", "PR.AA-03", ["'csf' must be a list"]),
        ("[PR.AA-03]", "[PR.AC-3]", ["'csf'", "PR.AC-3"]),
        ("[PR.AA-03]", "[PR.AA-03, PR.AA-03]", ["'csf'", "twice"]),
        ('["6.3"]', "[6.3]", ["'cis'", "6.3", "quotes"]),
        ("[IA-2, IA-2(1)]", "[IA-2.1]", ["'sp800_53'", "IA-2.1"]),
        ("[A.8.5]", "[8.5]", ["'iso27001_unchecked'", "8.5"]),
    ],
)
def test_a_mistake_is_refused_with_file_entry_and_field(old: str, new: str, words: list[str]) -> None:
    assert old in ENTRY
    with pytest.raises(BadInput) as refused:
        parse(written(ENTRY.replace(old, new)), "safeguards.yaml")
    message = str(refused.value)
    assert "safeguards.yaml, safeguard 1" in message
    for word in words:
        assert word in message
    assert refused.value.next_step


def test_an_id_used_twice_is_refused() -> None:
    with pytest.raises(BadInput, match=r"safeguards\.yaml: the id 'mfa' is used twice"):
        parse(written(ENTRY + ENTRY), "safeguards.yaml")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no mapping"),
        ("- a\n- b\n", "holds no mapping"),
        ("a: [1, 2\nb: 3\n", "is not YAML in line 2"),
        ("a: \x00", "is not YAML"),
        ("a: 1\nb:\n  - {c: 1, c: 2}\n", "line 3: the key 'c' stands twice"),
        ("a: 1\nb: {what: plan, test}\n", "line 2: the key 'test' has no value.*quotes"),
        ("a: !!python/object/apply:os.getcwd []\n", "is not YAML in line 1"),
    ],
)
def test_yaml_that_would_lose_or_run_something_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=rf"content\.yaml.*{message}"):
        read_yaml(text, "content.yaml")


def test_a_file_without_the_list_is_refused() -> None:
    with pytest.raises(BadInput, match="no list of safeguards"):
        parse("safeguard: []\n", "safeguards.yaml")
