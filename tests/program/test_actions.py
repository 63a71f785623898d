"""What people decide in the spine is an act with its reason, or is refused and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from duecare.errors import BadInput, NotFound
from duecare.ledger.models import ACT, Entry, Head, Payload
from duecare.ledger.recording import recording
from duecare.program.actions import adopt_target, change_profile, drop_data_set, keep_data_set
from duecare.program.models import DataSet, Profile, Target
from duecare.program.queries import PROFILE, current_targets
from duecare.program.targets import definitions
from tests.program.fakes import NOW

pytestmark = pytest.mark.usefixtures("home")
ACTOR = "person:k3"
TERMINAL = "terminal:test"
DATA: dict[str, Any] = {"name": "Patients", "kinds": "diagnoses", "people": {"DE": 12000, "IE": None}}


def size() -> int:
    return Head.objects.get().size


def last_reason(before: int = 0) -> tuple[str, str]:
    """Actor and reason of the newest act, or of so many before it."""
    head = Entry.objects.filter(kind=ACT).order_by("-index")[before]
    return head.actor, json.loads(bytes(Payload.objects.get(index=head.index).data))["reason"]


@pytest.fixture
def profile() -> Profile:
    with recording(ACTOR, "claim"):
        return Profile.objects.create(id=PROFILE, name="Riverside Clinic")


def test_an_adopted_number_holds_from_then_on_with_its_reason() -> None:
    before = current_targets()["security_update_days"]
    assert before.adopted is None
    adopt_target(ACTOR, "security_update_days", 7, "  we can do better ", NOW)
    after = current_targets()["security_update_days"]
    assert after.value == 7
    assert after.adopted is not None
    assert (after.adopted.reason, after.adopted.adopted_by) == ("we can do better", ACTOR)
    assert last_reason() == (ACTOR, f"hold ourselves to {before.definition.name}: 7 days")


def test_a_number_can_be_changed_again_and_the_past_stays_in_the_record() -> None:
    adopt_target(ACTOR, "security_update_days", 7, "first", NOW)
    adopt_target(ACTOR, "security_update_days", 9, "second", NOW)
    assert Target.objects.get().value == 9
    assert Entry.objects.filter(kind="program.target").count() == 2


@pytest.mark.parametrize("id", sorted(definitions()))
def test_every_target_takes_its_bounds_and_nothing_beyond(id: str) -> None:
    definition = definitions()[id]
    for value in (definition.minimum, definition.maximum):
        assert adopt_target(TERMINAL, id, value, "because", NOW).value == value
    before = size()
    for value in (definition.minimum - 1, definition.maximum + 1, 2**60):
        with pytest.raises(BadInput, match=str(definition.maximum)):
            adopt_target(TERMINAL, id, value, "because", NOW)
    assert size() == before


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_number_without_a_reason_is_refused(reason: str) -> None:
    with pytest.raises(BadInput, match="needs its reason"):
        adopt_target(ACTOR, "security_update_days", 7, reason, NOW)
    assert not Target.objects.exists()


def test_a_target_that_does_not_exist_is_refused() -> None:
    with pytest.raises(NotFound, match="no target 'patch_days_typo'"):
        adopt_target(ACTOR, "patch_days_typo", 7, "because", NOW)


def test_facts_about_the_organisation_can_be_changed(profile: Profile) -> None:
    change_profile(ACTOR, country="DE", zone="Europe/Berlin", people=40, computers=150)
    found = Profile.objects.get()
    assert (found.name, found.country, found.zone, found.computers) == (
        "Riverside Clinic",
        "DE",
        "Europe/Berlin",
        150,
    )
    assert (ACTOR, "change the organisation's profile") in [last_reason(), last_reason(1)], (
        "whoever follows the profile may have acted after it"
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"zone": "Europe/Atlantis"}, "Europe/Atlantis"),
        ({"zone": ""}, "time zone ''"),
        ({"country": "de"}, "'de' is not a country code"),
        ({"country": "ΔΕ"}, "is not a country code"),
        ({"name": "  "}, "needs a name"),
    ],
)
def test_facts_that_cannot_be_are_refused_by_name(
    profile: Profile, values: dict[str, Any], words: str
) -> None:
    before = size()
    with pytest.raises(BadInput, match=words):
        change_profile(ACTOR, **values)
    assert size() == before


def test_there_is_no_profile_to_change_before_the_first_run() -> None:
    with pytest.raises(NotFound, match="no organisation yet"):
        change_profile(ACTOR, country="DE")


def test_saying_the_same_again_is_no_entry(profile: Profile) -> None:
    change_profile(ACTOR, country="DE")
    before = size()
    change_profile(ACTOR, country="DE")
    assert size() == before


def test_a_data_set_is_described_changed_and_removed_and_each_is_an_act() -> None:
    made = keep_data_set(ACTOR, None, **DATA)
    assert DataSet.objects.get().people == {"DE": 12000, "IE": None}
    changed = keep_data_set(ACTOR, made.pk, **{**DATA, "encryption": "LUKS"})
    assert changed.pk == made.pk
    assert DataSet.objects.get().encryption == "LUKS"
    drop_data_set(ACTOR, made.pk)
    assert not DataSet.objects.exists()
    actions = Entry.objects.filter(subject=made.pk).order_by("index").values_list("action", flat=True)
    assert list(actions) == ["created", "changed", "deleted"]


def test_a_data_set_that_is_not_there_can_be_neither_changed_nor_removed() -> None:
    with pytest.raises(NotFound, match="no such data set"):
        keep_data_set(ACTOR, "k3", **DATA)
    with pytest.raises(NotFound, match="no such data set"):
        drop_data_set(ACTOR, "k3")
    assert size() == 0
