from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from duecare.program.imports.changes import Existing, Kind, Plan, compare
from duecare.program.imports.mapping import Fault, Wanted

IDS = st.sampled_from(["", "1", "2", "3"])
NAMES = st.sampled_from(["ada", "Ada ", "ben", "cleo", ""])
VALUES = st.fixed_dictionaries({"id": IDS, "name": NAMES, "on": st.sampled_from([True, False, None])})


def plan(
    rows: list[Mapping[str, Any]], known: list[Mapping[str, Any]], *, whole: bool = False, **said: Any
) -> Plan:
    return compare(
        [Wanted(number, {**row, "gone": False}) for number, row in enumerate(rows, 2)],
        [Existing(f"k{number}", {"gone": False, **one}) for number, one in enumerate(known)],
        keys=("id", "name"),
        called=lambda values: str(values["name"]),
        lacking={"gone": True} if whole else None,
        **said,
    )


def applied(planned: Plan, known: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The records once the plan was followed."""
    records = {f"k{number}": {"gone": False, **one} for number, one in enumerate(known)}
    for change in planned.acting:
        if change.kind is Kind.ADDED:
            records[f"new {change.row}"] = dict(change.after)
        else:
            records[change.key].update(change.after)
    return list(records.values())


@given(rows=st.lists(VALUES, max_size=6), known=st.lists(VALUES, max_size=4), whole=st.booleans())
def test_every_row_ends_in_a_change_or_a_fault_and_no_record_is_met_twice(
    rows: list[Mapping[str, Any]], known: list[Mapping[str, Any]], whole: bool
) -> None:
    planned = plan(rows, known, whole=whole)
    named = [one.row for one in planned.changes if one.row is not None] + [one.row for one in planned.faults]
    assert sorted(named) == list(range(2, len(rows) + 2))
    keys = [one.key for one in planned.changes if one.key]
    assert len(keys) == len(set(keys))
    assert sum(planned.counts.values()) == len(planned.changes)
    if whole and not planned.faults:
        assert set(keys) == {f"k{number}" for number in range(len(known))}


@given(rows=st.lists(VALUES, max_size=5), whole=st.booleans())
def test_what_was_taken_in_is_unchanged_when_it_comes_again(
    rows: list[Mapping[str, Any]], whole: bool
) -> None:
    good = [row for row in rows if row["id"] or row["name"].strip()]
    records = applied(plan(good, [], whole=whole), [])
    told = {one.row for one in plan(good, [], whole=whole).faults}
    once = [row for number, row in enumerate(good, 2) if number not in told]
    again = plan(once, records, whole=whole)
    assert {one.kind for one in again.changes} <= {Kind.UNCHANGED} or again.faults


def test_fields_that_are_not_told_stay_as_they_are() -> None:
    planned = plan([{"name": "ADA", "on": True}], [{"id": "1", "name": "ada", "on": None, "team": "x"}])
    (change,) = planned.acting
    assert change.after == {"name": "ADA", "on": True}
    assert change.before == {"name": "ada", "on": None}


def test_the_surest_key_decides_and_a_lesser_one_only_where_the_surer_is_missing() -> None:
    known = [{"id": "1", "name": "ipad"}, {"id": "", "name": "phone"}]
    planned = plan(
        [{"id": "2", "name": "ipad"}, {"id": "1", "name": "renamed"}, {"id": "9", "name": "phone"}], known
    )
    assert [(one.kind, one.key) for one in planned.changes] == [
        (Kind.ADDED, ""),
        (Kind.CHANGED, "k0"),
        (Kind.CHANGED, "k1"),
    ]


def test_two_rows_about_the_same_and_a_name_of_two_records_are_faults() -> None:
    planned = plan([{"name": "ada"}, {"name": "Ada"}], [])
    assert [one.reason for one in planned.faults] == ["it is about the same as row 2"]
    planned = plan([{"name": "ipad"}], [{"id": "1", "name": "ipad"}, {"id": "2", "name": "ipad"}])
    assert "2 records are called that" in planned.faults[0].reason


def test_nothing_is_gone_if_any_row_has_a_fault_since_it_may_be_the_one_that_names_it() -> None:
    known = [{"name": "ada"}, {"name": "ben"}]
    assert plan([{"name": "ada"}], known, whole=True).counts[Kind.GONE] == 1
    faulty = plan([{"name": "ada"}], known, whole=True, faults=[Fault(3, 0, "name", "", "unreadable")])
    assert faulty.counts[Kind.GONE] == 0


def test_a_plan_is_told_from_another_by_its_digest() -> None:
    one, other = plan([{"name": "a"}], []), plan([{"name": "b"}], [])
    assert one.digest != other.digest
    assert one.digest == plan([{"name": "a"}], []).digest
