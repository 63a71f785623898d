"""Who asks for what: three-valued answers, against an oracle that tries every completion."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

from hypothesis import example, given
from hypothesis import strategies as st

from duecare.law.answering import answered
from duecare.law.applies import Answer, Applicability, Facts, applies
from duecare.law.obligations import (
    AllOf,
    AnyOf,
    Condition,
    Fact,
    Not,
    Obligation,
    obligations,
    profile_facts,
    register,
)
from duecare.law.requirements import Requirement
from duecare.law.requirements import required_by as required
from duecare.program.catalogue import catalogue

NAMES = ("a", "b", "c", "d", "e")
A, B = Fact("a"), Fact("b")


def required_by(facts: Facts) -> Mapping[str, Sequence[Requirement]]:
    return required(register(), answered(register(), facts))


def conditions() -> st.SearchStrategy[Condition]:
    return st.recursive(
        st.sampled_from(NAMES).map(Fact),
        lambda inner: st.one_of(
            inner.map(Not),
            st.lists(inner, min_size=1, max_size=3).map(tuple).map(AllOf),
            st.lists(inner, min_size=1, max_size=3).map(tuple).map(AnyOf),
        ),
        max_leaves=10,
    )


answers = st.dictionaries(st.sampled_from(NAMES), st.sampled_from([True, False, None]))


def under(condition: Condition) -> Obligation:
    return replace(obligations()["eu-gdpr"], applies_when=condition)


def holds(condition: Condition, world: dict[str, bool]) -> bool:
    """Plain two-valued truth."""
    if isinstance(condition, Fact):
        return world[condition.id]
    if isinstance(condition, Not):
        return not holds(condition.of, world)
    values = [holds(part, world) for part in condition.parts]
    return all(values) if isinstance(condition, AllOf) else any(values)


def worlds(facts: dict[str, bool | None]) -> list[dict[str, bool]]:
    """Every completion of the facts."""
    given = {name: value for name, value in facts.items() if value is not None}
    open_ = [name for name in NAMES if name not in given]
    return [
        {**given, **dict(zip(open_, values, strict=True))}
        for values in product([True, False], repeat=len(open_))
    ]


def oracle(condition: Condition, facts: dict[str, bool | None]) -> Answer:
    seen = {holds(condition, world) for world in worlds(facts)}
    if len(seen) == 2:
        return Answer.CANNOT_TELL
    return Answer.APPLIES if seen == {True} else Answer.DOES_NOT_APPLY


@given(conditions(), answers)
@example(AnyOf((A, Not(A))), {})
@example(AllOf((AnyOf((A, Not(A))), B)), {"b": None})
def test_it_cannot_be_told_exactly_when_missing_answers_could_turn_it(
    condition: Condition, facts: dict[str, bool | None]
) -> None:
    assert applies(under(condition), facts).answer is oracle(condition, facts)


@given(conditions(), answers)
@example(AllOf((AnyOf((A, Not(A))), B)), {})
@example(AnyOf((AllOf((A, B)), AllOf((A, Not(B))))), {})
def test_missing_names_exactly_the_facts_on_which_the_answer_turns(
    condition: Condition, facts: dict[str, bool | None]
) -> None:
    turning = {
        name
        for world in worlds(facts)
        for name in NAMES
        if facts.get(name) is None
        and holds(condition, world) != holds(condition, {**world, name: not world[name]})
    }
    assert set(applies(under(condition), facts).missing) == turning


@given(conditions(), answers)
def test_deciding_facts_settle_the_answer_alone_and_none_can_be_spared(
    condition: Condition, facts: dict[str, bool | None]
) -> None:
    found = applies(under(condition), facts)
    if found.answer is Answer.CANNOT_TELL:
        assert found.deciding == ()
        return
    alone = {name: facts[name] for name in found.deciding}
    assert None not in alone.values()
    assert oracle(condition, alone) is found.answer
    for name in found.deciding:
        spared = {other: value for other, value in alone.items() if other != name}
        assert oracle(condition, spared) is Answer.CANNOT_TELL


@given(conditions(), answers, answers)
def test_an_answer_once_settled_stays_whatever_else_becomes_known(
    condition: Condition, facts: dict[str, bool | None], more: dict[str, bool | None]
) -> None:
    before = applies(under(condition), facts).answer
    known = {name: value for name, value in facts.items() if value is not None}
    after = applies(under(condition), {**more, **known}).answer
    assert before is Answer.CANNOT_TELL or after is before


def test_one_of_two_ways_in_is_enough_and_is_named() -> None:
    nis2 = obligations()["eu-nis2"]
    assert applies(nis2, {"nis2_essential": True}) == Applicability(Answer.APPLIES, ("nis2_essential",), ())
    assert applies(nis2, {"nis2_essential": False}) == Applicability(
        Answer.CANNOT_TELL, (), ("nis2_important",)
    )
    assert applies(nis2, {"nis2_essential": False, "nis2_important": False}) == Applicability(
        Answer.DOES_NOT_APPLY, ("nis2_essential", "nis2_important"), ()
    )


def test_without_answers_nothing_is_settled_and_every_law_names_what_to_answer() -> None:
    for obligation in obligations().values():
        found = applies(obligation, {})
        assert found.answer is Answer.CANNOT_TELL
        assert found.missing
        assert set(found.missing) <= set(profile_facts())


def test_a_safeguard_lists_those_that_apply_before_those_that_cannot_be_told() -> None:
    facts = dict.fromkeys(profile_facts(), False) | {"nydfs_covered": True, "dora_financial_entity": None}
    first, second = required_by(facts)["mfa"]
    assert (first.obligation, first.answer) == ("us-nydfs-500", Answer.APPLIES)
    assert (second.obligation, second.answer) == ("eu-dora", Answer.CANNOT_TELL)
    assert first.name > second.name
    law = obligations()["us-nydfs-500"]
    assert first.citation == next(each.citation for each in law.measures if each.safeguard == "mfa")
    assert (first.name, first.confidence, first.binding) == (law.name, law.confidence, True)


def test_nothing_is_required_of_one_to_whom_nothing_applies() -> None:
    assert required_by(dict.fromkeys(profile_facts(), False)) == {}


def test_with_nothing_known_every_link_is_listed_as_open() -> None:
    asked = required_by({})
    assert set(asked) == set(catalogue()) - {"role_training"}
    assert sum(len(each) for each in asked.values()) == 227
    assert {each.answer for rows in asked.values() for each in rows} == {Answer.CANNOT_TELL}


def test_a_proposal_is_listed_and_said_not_to_bind() -> None:
    facts = dict.fromkeys(profile_facts(), False) | {"us_critical_infrastructure": True}
    rows = [each for rows in required_by(facts).values() for each in rows]
    assert rows
    assert not any(each.binding for each in rows)


def test_a_law_that_steps_back_says_for_which_only_once_that_one_applies() -> None:
    def nis2(dora: bool | None) -> set[str]:
        asked = required_by({"nis2_essential": True, "dora_financial_entity": dora})
        return {each.displaced_by for rows in asked.values() for each in rows if each.obligation == "eu-nis2"}

    assert nis2(dora=True) == {"eu-dora"}
    assert nis2(dora=None) == nis2(dora=False) == {""}
