"""The checks of updates: what is late, what cannot be told, and why an empty list alone proves nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecare.program.judgement import Verdict
from tests.systems.healthy import (
    Change,
    Changes,
    ago,
    expect,
    healthy,
    judge,
    judge_tree,
    partial,
    repository,
    unreadable,
    update,
)
from tests.systems.tree import Tree
from tests.systems.trees import alpine, debian, packages_index, rhel

MET, UNMET, UNKNOWN, ASIDE = Verdict.MET, Verdict.UNMET, Verdict.UNKNOWN, Verdict.NOT_APPLICABLE
SECURITY = "patching.security_updates_in_time"
ALL = "patching.updates_in_time"
ALPINE: Changes = {
    "os.family": "alpine",
    "updates.security_labelled": False,
    "updates.repositories": [repository("main", security=None)],
    "updates.items": [],
}
WAITING: Changes = {"reboot.required": True, "reboot.reasons": ["linux-image was updated"]}
OLD_KERNEL: Changes = {"reboot.required": True, "reboot.running_kernel": "6.1.0-20-amd64"}

CASES: list[tuple[str, Changes, Verdict, str]] = [
    (SECURITY, {"updates.items": []}, MET, ""),
    (SECURITY, {"updates.items": [update("openssl", 14.9)]}, MET, ""),
    (
        SECURITY,
        {"updates.items": [update("openssl", 15)]},
        UNMET,
        "package openssl: 1.0-2 is on offer in place of 1.0-1, first seen 15 days ago, expected at most 14",
    ),
    (SECURITY, {"updates.items": [update("openssl", 15)], **partial("updates")}, UNMET, "openssl"),
    (SECURITY, {"updates.items": [update("openssl", None)]}, UNKNOWN, "since when: the report does not say"),
    (SECURITY, {"updates.items": [update("openssl", -4)]}, UNKNOWN, "lies after it"),
    (SECURITY, {"updates.items": [update("vim", 300, security=False)]}, MET, ""),
    (
        SECURITY,
        {"updates.items": [update("vim", 300, security=None)]},
        UNKNOWN,
        "whether it is a security update",
    ),
    (SECURITY, {"updates.items": [], **partial("updates")}, UNKNOWN, "permission denied"),
    (SECURITY, {"updates.items": [], "updates.security_labelled": False}, UNKNOWN, "does not tell"),
    (SECURITY, {"updates.items": [], "updates.security_labelled": None}, UNKNOWN, "security_labelled"),
    (
        SECURITY,
        {"updates.items": [], "updates.repositories": [repository("bookworm")]},
        UNKNOWN,
        "no security rep",
    ),
    (SECURITY, {"updates.items": [], "updates.metadata_fetched_at": ago(15)}, UNKNOWN, "fetched 15 days ago"),
    (
        SECURITY,
        {"updates.items": [], "updates.metadata_fetched_at": None},
        UNKNOWN,
        "fetched: the report does not",
    ),
    (SECURITY, {"updates.items": [], "updates.metadata_at": ago(15)}, UNKNOWN, "was made 15 days ago"),
    (SECURITY, {"updates.items": [], "packages.items": []}, UNKNOWN, "no installed package"),
    (SECURITY, partial("packages", "the database is cut off"), UNKNOWN, "cut off"),
    (SECURITY, ALPINE, UNKNOWN, "does not tell security updates apart"),
    (ALL, ALPINE, MET, ""),
    (ALL, {"updates.items": [update("vim", 32, security=False)]}, UNMET, "32 days ago"),
    (ALL, {"updates.items": [update("vim", 31, security=None)]}, MET, ""),
    (ALL, {"updates.items": [update("vim", None, security=False)]}, UNKNOWN, "vim"),
    (ALL, {"updates.items": [], "updates.metadata_at": ago(32)}, UNKNOWN, "was made 32 days ago"),
    ("patching.updates_looked_for", {"updates.metadata_fetched_at": ago(3)}, UNMET, "3 days ago"),
    ("patching.updates_looked_for", {"updates.metadata_fetched_at": None}, UNKNOWN, "does not say when"),
    ("patching.metadata_recent", {"updates.metadata_at": ago(11)}, UNMET, "expected at most 10"),
    ("patching.metadata_recent", {"updates.metadata_at": ago(-2)}, UNKNOWN, "lies after it"),
    ("patching.metadata_recent", unreadable("updates", "no lists were fetched"), UNKNOWN, "no lists"),
    (
        "patching.updates_signed",
        {"updates.repositories.0.signed": False, "updates.packages_signed": False},
        UNMET,
        "repository debian bookworm",
    ),
    ("patching.updates_signed", {"updates.repositories.0.signed": False}, UNKNOWN, "its packages"),
    (
        "patching.updates_signed",
        {"updates.repositories.0.signed": False, "updates.packages_signed": True},
        MET,
        "",
    ),
    ("patching.updates_signed", {"updates.repositories.0.signed": None}, UNKNOWN, "not known"),
    ("patching.updates_signed", {"updates.repositories": []}, UNKNOWN, "no repository"),
    (
        "patching.security_repository",
        {"updates.repositories": [repository("bookworm")]},
        UNMET,
        "no security",
    ),
    (
        "patching.security_repository",
        {"updates.repositories": [repository("bookworm", security=None)]},
        UNKNOWN,
        "not all repositories",
    ),
    (
        "patching.security_repository",
        {"updates.repositories": [repository("bookworm")], **partial("updates")},
        UNKNOWN,
        "not all repositories",
    ),
    ("patching.security_repository", {"os.family": "rhel"}, ASIDE, "ordinary repositories"),
    ("patching.security_repository", {"os.family": "other"}, UNKNOWN, "not known here"),
    ("patching.automatic_updates_on", {"automatic_updates.mechanism": "none"}, UNMET, "nothing is set up"),
    ("patching.automatic_updates_on", {"automatic_updates.enabled": False}, UNMET, "not enabled"),
    ("patching.automatic_updates_on", {"automatic_updates.installs": False}, UNMET, "does not install"),
    ("patching.automatic_updates_on", {"automatic_updates.scope": None}, UNKNOWN, "among them"),
    ("patching.automatic_updates_on", partial("automatic_updates"), UNKNOWN, "permission denied"),
    (
        "patching.automatic_updates_on",
        {"automatic_updates.mechanism": "none", "os.virtualization": "container"},
        UNKNOWN,
        "this is a container",
    ),
    ("patching.automatic_updates_ran", {"automatic_updates.last_run": ago(4)}, UNMET, "4 days ago"),
    ("patching.automatic_updates_ran", {"automatic_updates.last_run": None}, UNKNOWN, "does not say when"),
    ("patching.automatic_updates_ran", {"automatic_updates.mechanism": "none"}, ASIDE, "gap of its own"),
    (
        "patching.no_reboot_waiting",
        {**WAITING, "reboot.required_since": ago(8)},
        UNMET,
        "(linux-image was updated)",
    ),
    ("patching.no_reboot_waiting", {**WAITING, "reboot.required_since": ago(7)}, MET, ""),
    ("patching.no_reboot_waiting", WAITING, UNKNOWN, "does not say when"),
    ("patching.no_reboot_waiting", {"reboot.required": None}, UNKNOWN, "reboot.required"),
    ("patching.no_reboot_waiting", {"os.virtualization": "container"}, ASIDE, "host's kernel"),
    ("patching.no_reboot_waiting", {"os.virtualization": None}, UNKNOWN, "whether this is a container"),
    (
        "patching.newest_kernel_runs",
        {**OLD_KERNEL, "reboot.required_since": ago(8)},
        UNMET,
        "has run on for 8 days",
    ),
    ("patching.newest_kernel_runs", {**OLD_KERNEL, "reboot.required_since": ago(1)}, MET, ""),
    ("patching.newest_kernel_runs", OLD_KERNEL, UNKNOWN, "does not say when"),
    ("patching.newest_kernel_runs", {"reboot.newest_kernel": None}, UNKNOWN, "newest_kernel"),
    ("patching.newest_kernel_runs", {"reboot.newest_kernel": "6.1.0-27-amd64"}, MET, ""),
    ("patching.newest_kernel_runs", {"os.virtualization": "container"}, ASIDE, "host's kernel"),
]


@pytest.mark.parametrize(("id", "changes", "verdict", "word"), CASES)
def test_a_change_of_updates_changes_the_answer(
    id: str, changes: Changes, verdict: Verdict, word: str
) -> None:
    expect(judge(id, healthy(changes)), verdict, word)


def test_the_population_is_the_installed_packages_and_the_measure_the_longest_wait() -> None:
    answer = judge(SECURITY, healthy({"updates.items": [update("openssl", 3), update("sudo", 20.5)]}))
    assert (answer.population, answer.measure) == (3, 20)
    assert [item.name for item in answer.unmet] == ["package sudo"]


AGES = st.one_of(st.none(), st.integers(0, 60))


@given(
    updates=st.lists(st.tuples(AGES, st.sampled_from([True, False, None])), max_size=6),
    fetched=AGES,
    made=AGES,
    target=st.integers(1, 40),
)
def test_the_answer_agrees_with_counting_by_hand(
    updates: list[tuple[int | None, bool | None]], fetched: int | None, made: int | None, target: int
) -> None:
    """The oracle spells the rule out: late for sure, else anything that might be late, else none."""
    facts = healthy(
        {
            "updates.items": [
                update(f"p{number}", age, security=security) for number, (age, security) in enumerate(updates)
            ],
            "updates.metadata_fetched_at": None if fetched is None else ago(fetched),
            "updates.metadata_at": None if made is None else ago(made),
        }
    )
    late = any(security is True and age is not None and age > target for age, security in updates)
    may_be_late = any(security is not False and (age is None or age > target) for age, security in updates)
    blind = fetched is None or fetched > target or made is None or made > max(target, 10)
    expected = UNMET if late else UNKNOWN if may_be_late or blind else MET
    assert judge(SECURITY, facts, target=target).verdict is expected


LISTS = "/var/lib/apt/lists"
SECURITY_LIST = f"{LISTS}/deb.example_debian-security_dists_trixie-security"
INDEX = "_main_binary-amd64_Packages"
FIXED = "3.5.4-1~deb13u2"


def offered(tree: Tree) -> Tree:
    """With a fixed openssl on offer from the security suite."""
    return tree.file(f"{SECURITY_LIST}{INDEX}", packages_index([("openssl", FIXED)]))


def seen(days: int) -> Change:
    """On offer, and first seen so many days ago."""
    return lambda tree: offered(tree).seen("openssl", "amd64", FIXED, tree.now - timedelta(days=days))


def without_lists(tree: Tree) -> Tree:
    return tree.unreadable(LISTS)


def without_security_suite(tree: Tree) -> Tree:
    return tree.without(f"{SECURITY_LIST}_InRelease", f"{SECURITY_LIST}{INDEX}").file(
        "/etc/apt/sources.list.d/debian.sources",
        "Types: deb\nURIs: https://deb.example/debian\nSuites: trixie trixie-updates\nComponents: main\n",
    )


def later(days: int) -> Change:
    return lambda tree: tree.at(tree.now + timedelta(days=days))


def asks_for_restart(days: int) -> Change:
    return lambda tree: tree.file("/run/reboot-required", "", modified=tree.now - timedelta(days=days))


def newer_kernel(days: int) -> Change:
    return lambda tree: tree.file(
        "/lib/modules/6.12.99+deb13-amd64/modules.dep", "", modified=tree.now - timedelta(days=days)
    )


def without_kernels(tree: Tree) -> Tree:
    return tree.without("/lib/modules")


MACHINES: list[tuple[str, Change, Verdict, str]] = [
    (SECURITY, lambda tree: tree, MET, ""),
    (SECURITY, seen(14), MET, ""),
    (SECURITY, seen(15), UNMET, f"package openssl: {FIXED} is on offer"),
    (SECURITY, lambda tree: offered(tree).without_state(), UNKNOWN, "the report does not say when"),
    (SECURITY, later(20), UNKNOWN, "so that later updates are not seen"),
    (SECURITY, without_security_suite, UNKNOWN, "security"),
    (SECURITY, without_lists, UNKNOWN, LISTS),
    (ALL, seen(32), UNMET, "32 days ago"),
    (ALL, without_lists, UNKNOWN, LISTS),
    ("patching.updates_looked_for", later(5), UNMET, "expected at most 2"),
    ("patching.updates_looked_for", without_lists, UNKNOWN, LISTS),
    ("patching.metadata_recent", later(12), UNMET, "13 days ago"),
    ("patching.metadata_recent", without_lists, UNKNOWN, LISTS),
    ("patching.updates_signed", without_lists, UNKNOWN, LISTS),
    ("patching.security_repository", without_security_suite, UNMET, "no security repository"),
    ("patching.security_repository", without_lists, UNKNOWN, LISTS),
    (
        "patching.automatic_updates_on",
        lambda tree: tree.change("/etc/apt/apt.conf.d/20auto-upgrades", 'Upgrade "1"', 'Upgrade "0"'),
        UNMET,
        "not enabled",
    ),
    (
        "patching.automatic_updates_on",
        lambda tree: tree.unreadable("/etc/apt/apt.conf.d/20auto-upgrades"),
        UNKNOWN,
        "20auto-upgrades",
    ),
    ("patching.automatic_updates_ran", later(5), UNMET, "last ran 5 days ago"),
    (
        "patching.automatic_updates_ran",
        lambda tree: tree.without("/var/lib/apt/periodic/unattended-upgrades-stamp"),
        UNKNOWN,
        "does not say when",
    ),
    ("patching.no_reboot_waiting", asks_for_restart(8), UNMET, "8 days"),
    ("patching.no_reboot_waiting", asks_for_restart(2), MET, ""),
    ("patching.no_reboot_waiting", without_kernels, UNKNOWN, "kernel"),
    ("patching.newest_kernel_runs", newer_kernel(8), UNMET, "6.12.99+deb13-amd64 is installed"),
    ("patching.newest_kernel_runs", newer_kernel(2), MET, ""),
    ("patching.newest_kernel_runs", without_kernels, UNKNOWN, "kernel"),
]


def test_packages_from_repositories_that_check_no_signature_are_unmet_on_rhel() -> None:
    path = "/etc/yum.repos.d/rocky.repo"
    tree = rhel().change(path, "gpgcheck=1\nrepo_gpgcheck=1", "gpgcheck=0\nrepo_gpgcheck=0")
    expect(judge_tree("patching.updates_signed", tree), UNMET, "repository baseos")


def test_alpine_whose_vendor_labels_nothing_can_meet_only_the_check_of_all_updates() -> None:
    expect(judge_tree(SECURITY, alpine()), UNKNOWN, "does not tell security updates apart")
    expect(judge_tree(ALL, alpine()), MET, "")


@pytest.mark.parametrize(("id", "change", "verdict", "word"), MACHINES)
def test_a_change_of_the_machine_changes_the_answer(
    id: str, change: Change, verdict: Verdict, word: str
) -> None:
    expect(judge_tree(id, change(debian())), verdict, word)
