"""The one join: which advisory says what about which piece of software; parts add up to the whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duecare.patching.advisories.interface import Advisory, Verdict
from duecare.patching.matching.reasons import why
from duecare.patching.matching.rules import Rules, names_of
from duecare.patching.matching.segments import Rank
from duecare.patching.matching.tables import Match, Tables
from duecare.patching.matching.triples import Triple, triple
from tests.patching.advisories_made import advisory, affected, below, events


class Said(NamedTuple):
    verdict: str
    why: str


def said(advisories: Sequence[Advisory], *software: Triple) -> dict[str, Said]:
    """What is found of one piece of software, by advisory."""
    rules = Rules()
    rules.take(advisories)
    with Tables() as tables:
        tables.add_rules(rules)
        tables.add_triples(enumerate(software))
        return {
            rules.advisories[one.advisory].id: Said(
                one.answer.rank.verdict, why(rules, software[one.triple], one.answer, one.beaten)
            )
            for one in tables.match()
        }


def alone(advisories: Sequence[Advisory], software: Triple) -> Said:
    (found,) = said(advisories, software).values()
    return found


REQUESTS = [advisory("A", affected("PyPI/requests", events("introduced 2.0", "fixed 2.3")))]


@pytest.mark.parametrize(
    ("version", "verdict", "reason"),
    [
        ("2.1", "affected", "osv: the version lies in the affected range >= 2.0, < 2.3"),
        ("2.3.0", "fixed", "osv: the version is at or after 2.3, which holds the fix"),
        ("1.9", "not affected", "osv: the version lies outside of what is affected, >= 2.0, < 2.3"),
        ("two", "undecided", "osv: 'two' is no version of PyPI, so that nothing follows from it"),
    ],
)
def test_a_version_gets_one_of_four_verdicts_and_its_reason(version: str, verdict: str, reason: str) -> None:
    assert alone(REQUESTS, triple("pypi", "", "Requests", "", version)) == (verdict, reason)


def test_every_advisory_that_names_the_package_answers_and_no_other() -> None:
    advisories = [
        *REQUESTS,
        advisory("B", below("PyPI/requests", "1.0")),
        advisory("C", below("npm/requests", "9.0.0")),
        advisory("D", below("PyPI/urllib3", "9")),
    ]
    found = said(advisories, triple("PyPI", "", "requests", "", "2.1"))
    assert {name: one.verdict for name, one in found.items()} == {"A": "affected", "B": "fixed"}


def test_what_was_withdrawn_matches_nothing_and_is_counted() -> None:
    advisories = [advisory("A", below("PyPI/requests", "3"), withdrawn=True)]
    assert said(advisories, triple("pypi", "", "requests", "", "1")) == {}
    rules = Rules()
    rules.take(advisories)
    assert rules.withdrawn == 1


def test_aliases_close_nothing() -> None:
    advisories = [
        advisory("GHSA-1", below("PyPI/requests", "3"), aliases=["CVE-1"]),
        advisory(
            "CVE-1", affected("PyPI/requests", said=Verdict.NOT_AFFECTED), feed="openvex", aliases=["GHSA-1"]
        ),
        advisory("PYSEC-1", below("PyPI/requests", "1"), aliases=["GHSA-1", "PYSEC-1"]),
    ]
    found = said(advisories, triple("pypi", "", "requests", "", "2"))
    assert {name: one.verdict for name, one in found.items()} == {
        "GHSA-1": "affected",
        "CVE-1": "not affected",
        "PYSEC-1": "fixed",
    }


def test_a_source_that_says_not_affected_goes_before_what_another_feed_says_and_both_are_named() -> None:
    openssl = triple("deb", "12", "libssl3", "openssl", "3.0.1-1")
    advisories = [
        advisory("CVE-1", below("Debian:12/openssl", "3.0.2-1")),
        advisory(
            "CVE-1", affected("Debian:12/openssl", said=Verdict.NOT_AFFECTED, note="not built"), feed="debian"
        ),
    ]
    assert alone(advisories, openssl) == (
        "not affected",
        "debian: the source says that it is not affected: not built (of the source package openssl); this "
        "goes before osv: the version lies in the affected range < 3.0.2-1 (of the source package openssl)",
    )


def test_within_one_feed_affected_goes_before_not_affected() -> None:
    advisories = [
        advisory("CVE-1", below("PyPI/x", "2"), affected("PyPI/x", said=Verdict.NOT_AFFECTED, note="no")),
    ]
    assert alone(advisories, triple("pypi", "", "x", "", "1")).verdict == "affected"
    assert alone(advisories, triple("pypi", "", "x", "", "3")).verdict == "not affected"


def test_a_source_that_does_not_know_leaves_it_undecided() -> None:
    advisories = [advisory("A", affected("PyPI/x", said=Verdict.UNDECIDED, note="under investigation"))]
    assert alone(advisories, triple("pypi", "", "x", "", "1")) == (
        "undecided",
        "osv: the source does not know whether it is affected: under investigation",
    )


def test_a_refused_range_leaves_its_package_undecided_and_the_rest_of_the_advisory_holds() -> None:
    advisories = [
        advisory("A", affected("PyPI/x", events("introduced 2", "fixed 1")), below("PyPI/y", "2")),
    ]
    found = said(advisories, triple("pypi", "", "x", "", "3"))
    assert found["A"].verdict == "undecided"
    assert "it ends with 1 before it begins" in found["A"].why
    assert alone(advisories, triple("pypi", "", "y", "", "1")).verdict == "affected"
    rules = Rules()
    rules.take(advisories)
    assert [(one.place, one.reason) for one in rules.faults] == [
        ("osv: A", "x, range 1: it ends with 1 before it begins.")
    ]


def test_the_release_of_a_distribution_belongs_to_the_question() -> None:
    advisories = [
        advisory("A", below("Debian:11/openssl", "1.1.1n-1"), below("Debian:12/openssl", "3.0.9-1")),
    ]
    assert alone(advisories, triple("Debian", "bookworm", "openssl", "", "3.0.8-1")).verdict == "affected"
    assert alone(advisories, triple("Debian:11", "", "openssl", "", "1.1.1n-1")).verdict == "fixed"
    assert said(advisories, triple("Debian", "13", "openssl", "", "1")) == {}


def test_without_a_release_nothing_is_decided() -> None:
    advisories = [advisory("A", below("Debian:11/openssl", "1.1.1n-1"))]
    assert alone(advisories, triple("deb", "", "openssl", "", "1.0")) == (
        "undecided",
        "osv: for which release of Debian the package was made is not known",
    )


def test_a_statement_without_a_release_is_about_all_of_them() -> None:
    advisories = [advisory("A", below("Debian/openssl", "1.1.1n-1"))]
    assert alone(advisories, triple("deb", "11", "openssl", "", "1.0-1")).verdict == "affected"
    assert alone(advisories, triple("deb", "", "openssl", "", "1.0-1")).verdict == "affected"


def test_source_names_meet_source_names_and_binary_names_binary_names() -> None:
    of_source = [advisory("A", below("Debian:12/openssl", "3.0.9-1"))]
    assert alone(of_source, triple("deb", "12", "libssl3", "openssl", "3.0.8-1")).verdict == "affected"
    assert said(of_source, triple("deb", "12", "openssl", "other", "3.0.8-1")) == {}
    assert alone(of_source, triple("deb", "12", "openssl", "", "3.0.8-1")).verdict == "affected"
    of_binary = [advisory("A", below("AlmaLinux:9/openssl-libs", "1:3.0.7-27.el9"))]
    source = "openssl-3.0.7-24.el9.src.rpm"
    assert alone(of_binary, triple("AlmaLinux", "9.3", "openssl-libs", source, "1:3.0.7-24.el9")).verdict == (
        "affected"
    )
    assert said(of_binary, triple("AlmaLinux", "9", "openssl", "openssl-libs", "1:3.0.7-24.el9")) == {}


def test_a_source_with_a_version_of_its_own_is_compared_by_that() -> None:
    advisories = [advisory("A", below("Debian:12/gcc-defaults", "1.203"))]
    assert (
        alone(advisories, triple("deb", "12", "gcc", "gcc-defaults (1.202)", "4:12.2.0-3")).verdict
        == "affected"
    )
    assert alone(advisories, triple("deb", "12", "gcc", "gcc-defaults", "4:12.2.0-3")).verdict == "fixed"


TAG_14, TAG_16 = "module_el8.5.0+2618+8d46dafd", "module_el8.7.0+3343+ea2b7901"
NODE = [
    advisory("A14", below("AlmaLinux:8/nodejs", f"1:14.18.2-2.{TAG_14}", module="nodejs:14")),
    advisory("A16", below("AlmaLinux:8/nodejs", f"1:16.18.1-3.{TAG_16}", module="nodejs:16")),
    advisory("A?", below("AlmaLinux:8/nodejs", "1:16.20.0-1.module_el8.8.0+1+0123abcd", module="?")),
    advisory("B", below("AlmaLinux:8/nodejs", "1:20.0.0-1.el8")),
]


def test_packages_of_a_module_are_compared_within_their_stream_only() -> None:
    found = said(NODE, triple("AlmaLinux", "8", "nodejs", "", f"1:14.17.0-1.{TAG_14}"))
    assert {name: one.verdict for name, one in found.items()} == {
        "A14": "affected",
        "A16": "not affected",
        "A?": "undecided",
        "B": "not affected",
    }
    assert found["A16"].why == (
        "osv: the advisory is about the module stream nodejs:16, and this comes from another"
    )
    assert found["A?"].why == "osv: the advisory is about a module stream that it does not name"
    assert found["B"].why == (
        "osv: the advisory is about packages outside of modules, and this comes from one"
    )


def test_a_module_build_that_no_advisory_names_is_undecided_unless_the_inventory_names_the_stream() -> None:
    version = "1:14.17.0-1.module_el8.4.0+99+0123abcd"
    found = said(NODE, triple("AlmaLinux", "8", "nodejs", "", version))
    assert {name: one.verdict for name, one in found.items()} == {
        "A14": "undecided",
        "A16": "undecided",
        "A?": "undecided",
        "B": "not affected",
    }
    assert found["A14"].why == (
        "osv: whether the package comes from the module stream nodejs:14 is not known"
    )
    named = said(NODE, triple("AlmaLinux", "8", "nodejs", "", version, "nodejs:14"))
    assert (named["A14"].verdict, named["A16"].verdict) == ("affected", "not affected")


def test_a_package_outside_of_modules_has_nothing_to_do_with_those_in_one() -> None:
    found = said(NODE, triple("AlmaLinux", "8", "nodejs", "", "1:10.0.0-1.el8"))
    assert {name: one.verdict for name, one in found.items()} == {
        "A14": "not affected",
        "A16": "not affected",
        "A?": "not affected",
        "B": "affected",
    }


def test_where_there_is_no_order_only_versions_that_are_named_are_decided() -> None:
    advisories = [
        advisory("A", affected("NuGet/thing", events("introduced 0", "fixed 2.0"), versions=("1.0",))),
    ]
    assert alone(advisories, triple("nuget", "", "Thing", "", "1.0")).verdict == "affected"
    assert alone(advisories, triple("nuget", "", "Thing", "", "1.1")) == (
        "undecided",
        "osv: there is no order of versions here for NuGet, so that no range is decided",
    )


def test_what_affects_all_versions_affects_one_that_no_scheme_reads() -> None:
    advisories = [advisory("A", affected("PyPI/x", events("introduced 0")))]
    assert alone(advisories, triple("pypi", "", "x", "", "what?")) == (
        "affected",
        "osv: the version lies in the affected range *; no fix known",
    )


def test_quotes_commas_and_odd_letters_reach_the_join_unchanged() -> None:
    name, version = 'it\'s "a", \\N; 名前', '1,"0"'
    advisories = [advisory("A", affected(f"CRAN/{name}", versions=(version,)))]
    found = alone(advisories, triple("cran", "", name, "", version))
    assert found == ("affected", f"osv: the version {version} is named as it is spelt")


# Deltas: parts add up to the whole.

NAMES = ("Debian:11/openssl", "Debian:12/openssl", "PyPI/requests", "AlmaLinux:8/nodejs", "npm/lodash")
VERSIONS = ("1", "1.0.0", "2.0.0", "2.5.0-1", "3.0.0", f"1:14.1-1.{TAG_14}", "odd!")
packages = st.sampled_from(NAMES)
software = st.builds(
    lambda name, version: triple(name.split("/")[0], "", name.split("/")[1], "", version),
    packages,
    st.sampled_from(VERSIONS),
)
fleets = st.lists(software, max_size=8, unique=True)
statements = st.builds(
    lambda identity, feed, name, fix, verdict: advisory(
        identity,
        affected(name, said=verdict) if verdict is not Verdict.AFFECTED else below(name, fix),
        feed=feed,
    ),
    st.sampled_from(("A", "B", "C", "D")),
    st.sampled_from(("osv", "debian")),
    packages,
    st.sampled_from(VERSIONS),
    st.sampled_from((Verdict.AFFECTED, Verdict.AFFECTED, Verdict.NOT_AFFECTED, Verdict.UNDECIDED)),
)
feeds = st.lists(statements, max_size=8)
few = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rows(found: Iterator[Match]) -> set[tuple[int, int, int, int]]:
    return {(one.triple, one.advisory, one.answer.rank, one.answer.rule) for one in found}


def in_groups(advisories: list[Advisory]) -> list[list[Advisory]]:
    """All that is said under an id at one time."""
    return [
        [one for one in advisories if one.id == identity]
        for identity in dict.fromkeys(a.id for a in advisories)
    ]


@given(fleet=fleets, advisories=feeds)
@few
def test_the_whole_is_the_sum_of_its_parts(fleet: list[Triple], advisories: list[Advisory]) -> None:
    rules = Rules()
    rules.take(advisories)
    with Tables() as tables:
        tables.add_rules(rules)
        tables.add_triples(enumerate(fleet))
        whole = rows(tables.match())
        by_advisory = [rows(tables.match(advisories=[one])) for one in range(len(rules.advisories))]
        by_triple = [rows(tables.match(triples=[one])) for one in range(len(fleet))]
        assert set().union(*by_advisory) == set().union(*by_triple) == whole
        assert sum(map(len, by_advisory)) == sum(map(len, by_triple)) == len(whole)


@given(fleet=fleets, advisories=feeds)
@few
def test_rules_about_packages_that_are_there_say_as_much_as_all(
    fleet: list[Triple], advisories: list[Advisory]
) -> None:
    told = []
    for rules in (Rules(), Rules(wanted=names_of(fleet))):
        rules.take(advisories)
        with Tables() as tables:
            tables.add_rules(rules)
            tables.add_triples(enumerate(fleet))
            told.append(
                (
                    {
                        (one.triple, rules.advisories[one.advisory].id, one.answer.rank, one.answer.obstacle)
                        for one in tables.match()
                    },
                    rules.covered,
                    rules.packages,
                    rules.streams,
                    rules.withdrawn,
                )
            )
    assert told[0] == told[1]


@given(fleet=fleets, advisories=feeds, order=st.randoms(use_true_random=False))
@few
def test_what_comes_bit_by_bit_in_any_order_ends_as_if_it_had_come_at_once(
    fleet: list[Triple], advisories: list[Advisory], order: object
) -> None:
    arrivals: list[tuple[str, object]] = [("software", place) for place in range(len(fleet))]
    arrivals += [("advisory", group) for group in in_groups(advisories)]
    order.shuffle(arrivals)  # type: ignore[attr-defined]
    rules = Rules()
    found: dict[tuple[int, str], str] = {}
    with Tables() as tables:
        known: list[int] = []
        for kind, what in arrivals:
            if kind == "software":
                assert isinstance(what, int)
                tables.add_triples([(what, fleet[what])])
                known.append(what)
                news = tables.match(triples=[what])
            else:
                numbers = rules.take(what)  # type: ignore[arg-type]
                assert tables.add_rules(rules) == []
                news = tables.match(advisories=numbers)
            for one in news:
                found[one.triple, rules.advisories[one.advisory].id] = one.answer.rank.verdict
    at_once = Rules()
    at_once.take(advisories)
    with Tables() as tables:
        tables.add_rules(at_once)
        tables.add_triples(enumerate(fleet))
        assert found == {
            (one.triple, at_once.advisories[one.advisory].id): one.answer.rank.verdict
            for one in tables.match()
        }


def test_a_module_build_whose_stream_becomes_known_is_named_for_matching_again() -> None:
    rules = Rules()
    rules.take(NODE[1:2])
    with Tables() as tables:
        assert tables.add_rules(rules) == [TAG_16]
        tables.add_triples([(0, triple("AlmaLinux", "8", "nodejs", "", f"1:14.17.0-1.{TAG_14}"))])
        (before,) = tables.match()
        assert before.answer.rank is Rank.UNDECIDED
        rules.take(NODE[:1])
        assert tables.add_rules(rules) == [TAG_14]
        after = {rules.advisories[one.advisory].id: one.answer.rank for one in tables.match(triples=[0])}
        assert after == {"A14": Rank.AFFECTED, "A16": Rank.ASIDE}
